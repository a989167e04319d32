//! One finding a secret: where it came from, and where it still is.

use std::collections::{BTreeMap, HashSet};

use super::scan::{Found, Suspect};
use super::trace::{Names, Trace};
use crate::finding::{Finding, Fingerprint, Marker, Origin, Sighting};
use crate::git::{Objects, RepoPath};

/// Puts together what was found, and where it came from.
pub(super) struct Teller<'a> {
    pub objects: Objects,
    pub trace: &'a Trace<'a>,
    pub suspects: &'a [Suspect],
}

/// Where a finding was seen: the commit's number, and the finding's among those of the same secret.
type Seen = (u32, usize);

impl Teller<'_> {
    /// One finding a secret: the first of all, with where it came from and where it still is.
    pub(super) fn tell(&self, found: Vec<Found>) -> Vec<Finding> {
        let mut secrets: BTreeMap<Fingerprint, Vec<Found>> = BTreeMap::new();
        let mut findings = Vec::new();
        for found in found {
            match found.finding.fingerprint.clone() {
                Some(fingerprint) => secrets.entry(fingerprint).or_default().push(found),
                None => findings.push(found.finding),
            }
        }
        let secrets: Vec<Vec<Found>> = secrets.into_values().collect();
        let arrivals = |found: &Found| self.trace.arrivals(&self.suspects[found.suspect]);
        let arrivals: Vec<Vec<u32>> = secrets.iter().map(|found| found.iter().flat_map(arrivals).collect()).collect();
        let refs = self.trace.reaching(&arrivals);
        findings.extend(secrets.into_iter().zip(refs).filter_map(|(found, refs)| self.tell_one(found, refs)));
        findings
    }

    fn tell_one<'a>(&'a self, found: Vec<Found>, mut refs: Names<'a>) -> Option<Finding> {
        let Self { trace, suspects, .. } = *self;
        // Commits are counted from the newest on.
        let (mut first, mut last): (Option<Seen>, Option<Seen>) = (None, None);
        let mut at_head = None;
        let (mut objects, mut paths) = (HashSet::new(), HashSet::new());
        for (number, one) in found.iter().enumerate() {
            let suspect = &suspects[one.suspect];
            objects.extend(match suspect {
                Suspect::Blob { oid, .. } | Suspect::Message(oid) | Suspect::Tag(oid) => Some(*oid),
                Suspect::Name(_) => None,
            });
            let place = trace.place(suspect);
            paths.extend(place.map(|place| &place.path));
            for name in trace.naming(suspect) {
                if !refs.shown.contains(&name) {
                    refs.add(name);
                }
            }
            for commit in trace.arrivals(suspect) {
                first = first.filter(|(oldest, _)| *oldest >= commit).or(Some((commit, number)));
            }
            let newest = trace.last(suspect).map(|commit| (commit, number));
            last = last.into_iter().chain(newest).min_by_key(|(commit, _)| *commit);
            if place.is_some_and(|place| place.at_head) {
                at_head = at_head.or(newest);
            }
        }
        let seen = |(commit, number): Seen| {
            let one = found.get(number)?;
            let path = trace.place(&suspects[one.suspect]).map(|place| place.path.clone());
            self.sighting(commit, path, &one.finding)
        };
        let origin = Origin {
            repository: None,
            first: first.and_then(seen),
            last: at_head.or(last).and_then(seen),
            at_head: at_head.is_some(),
            more_refs: (refs.count - refs.shown.len()) as u64,
            refs: refs.shown.into_iter().map(str::to_owned).collect(),
            objects: objects.len() as u64,
            paths: paths.len() as u64,
        };
        let number = first.map_or(0, |(_, number)| number);
        // A secret is as sure everywhere as it is where it is surest.
        let surest = found.iter().map(|found| found.finding.confidence).max()?;
        let marker = marker(&found, suspects, trace);
        let mut finding = found.into_iter().nth(number)?.finding;
        finding.confidence = surest;
        finding.marker = marker;
        finding.location.commit = origin.first.as_ref().map(|first| first.commit).or(finding.location.commit);
        finding.origin = Some(origin);
        Some(finding)
    }

    fn sighting(&self, commit: u32, path: Option<RepoPath>, finding: &Finding) -> Option<Sighting> {
        let oid = self.trace.commit(commit)?;
        let commit = self.objects.commit(oid).ok()?;
        let (author, time) = commit.author_and_time();
        let author = RepoPath::new(author).to_string();
        Some(Sighting { commit: oid, author, time, path, line: finding.location.start.line })
    }
}

/// What the markers beside a secret say of it. Those at HEAD decide, because what stands there was accepted; where it is gone from there, all do: a
/// marker on some branch, or beside one of many places, takes back nothing of the others.
fn marker(found: &[Found], suspects: &[Suspect], trace: &Trace<'_>) -> Marker {
    let is_at_head = |found: &&Found| match &suspects[found.suspect] {
        suspect @ Suspect::Blob { .. } => trace.place(suspect).is_some_and(|place| place.at_head),
        Suspect::Name(_) | Suspect::Message(_) | Suspect::Tag(_) => false,
    };
    let at_head: Vec<&Found> = found.iter().filter(is_at_head).collect();
    let deciding = if at_head.is_empty() { found.iter().collect() } else { at_head };
    let mut markers = deciding.into_iter().map(|found| &found.finding.marker);
    markers.find(|marker| **marker != Marker::Allows).cloned().unwrap_or(Marker::Allows)
}
