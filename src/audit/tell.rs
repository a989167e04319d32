//! One finding a secret: where it came from, and where it still is.

use std::collections::HashSet;

use super::scan::{Finds, Found, Spot, Suspect};
use super::trace::{Names, Trace};
use crate::finding::{Finding, Marker, Origin, Sighting};
use crate::git::{Objects, RepoPath};

/// Puts together what was found, and where it came from.
pub(super) struct Teller<'a> {
    pub objects: Objects,
    pub trace: &'a Trace<'a>,
    pub suspects: &'a [Suspect],
}

/// Where a secret was seen: the commit's number, and the place's among those of the secret.
type Seen = (u32, usize);

impl Teller<'_> {
    /// One finding a secret: the first of all, with where it came from and where it still is.
    pub(super) fn tell(&self, Finds { secrets, others }: Finds) -> Vec<Finding> {
        let mut findings: Vec<Finding> = others.into_iter().map(|(_, finding)| finding).collect();
        let arrivals = |spot: &Spot| self.trace.arrivals(&self.suspects[spot.suspect]);
        let arrivals: Vec<Vec<u32>> =
            secrets.values().map(|found| found.spots.iter().flat_map(arrivals).collect()).collect();
        let refs = self.trace.reaching(&arrivals);
        findings.extend(secrets.into_values().zip(refs).map(|(found, refs)| self.tell_one(found, refs)));
        findings
    }

    fn tell_one<'a>(&'a self, found: Found, mut refs: Names<'a>) -> Finding {
        let Self { trace, suspects, .. } = *self;
        // Commits are counted from the newest on.
        let (mut first, mut last): (Option<Seen>, Option<Seen>) = (None, None);
        let mut at_head = None;
        let (mut objects, mut paths) = (HashSet::new(), HashSet::new());
        let Found { mut finding, spots, .. } = found;
        for (number, spot) in spots.iter().enumerate() {
            let suspect = &suspects[spot.suspect];
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
            let spot = spots.get(number)?;
            let path = trace.place(&suspects[spot.suspect]).map(|place| place.path.clone());
            self.sighting(commit, path, spot.line)
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
        // A secret is as sure everywhere as it is where it is surest.
        finding.confidence = spots.iter().map(|spot| spot.confidence).max().unwrap_or(finding.confidence);
        finding.marker = marker(&spots, suspects, trace);
        finding.location.commit = origin.first.as_ref().map(|first| first.commit).or(finding.location.commit);
        finding.origin = Some(origin);
        finding
    }

    fn sighting(&self, commit: u32, path: Option<RepoPath>, line: usize) -> Option<Sighting> {
        let oid = self.trace.commit(commit)?;
        let commit = self.objects.commit(oid).ok()?;
        let (author, time) = commit.author_and_time();
        let author = RepoPath::new(author).to_string();
        Some(Sighting { commit: oid, author, time, path, line })
    }
}

/// What the markers beside a secret say of it. Those at HEAD decide, because what stands there was accepted; where it is gone from there, all do: a
/// marker on some branch, or beside one of many places, takes back nothing of the others.
fn marker(spots: &[Spot], suspects: &[Suspect], trace: &Trace<'_>) -> Marker {
    let is_at_head = |spot: &&Spot| match &suspects[spot.suspect] {
        suspect @ Suspect::Blob { .. } => trace.place(suspect).is_some_and(|place| place.at_head),
        Suspect::Name(_) | Suspect::Message(_) | Suspect::Tag(_) => false,
    };
    let at_head: Vec<&Spot> = spots.iter().filter(is_at_head).collect();
    let deciding = if at_head.is_empty() { spots.iter().collect() } else { at_head };
    let mut markers = deciding.into_iter().map(|spot| &spot.marker);
    markers.find(|marker| **marker != Marker::Allows).cloned().unwrap_or(Marker::Allows)
}
