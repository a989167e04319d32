//! All that a repository has ever held: which secrets, who brought each in, when, where, and whether it is still there.
//!
//! First every object is sifted once, in the order of the packs' deltas, for what may hold a secret under any path (`gather`). Then git tells
//! of each blob that does by which commits and under which paths it came and went (`trace`). Only those are scanned as every other content is,
//! and what is found is told once a secret.

mod gather;
mod trace;

use std::collections::{BTreeMap, HashSet};

use crate::checks::Check;
use crate::checks::secrets::Secrets;
use crate::finding::{Finding, Fingerprint, Marker, Origin, Sighting};
use crate::git::{Kind, Objects, Oid, Repo, RepoPath};
use crate::judge::{Judge, Report};
use crate::scope::{Content, Coverage, Gap, Place, Scope};
use crate::text::Fresh;
use crate::work::{Jobs, spread};
use gather::Gathered;
use trace::Trace;

pub use gather::Way;

/// An audit of one repository.
pub struct Audit<'a> {
    /// Which.
    pub repo: &'a Repo,
    /// What is looked for. It needs a key: findings are put together by their fingerprints.
    pub secrets: &'a Secrets,
    /// Who makes the verdict.
    pub judge: Judge<'a>,
    /// How the objects are looked at.
    pub way: Way,
}

/// A content in which something may be found.
enum Suspect {
    Blob(Oid, Option<RepoPath>),
    Name(RepoPath, Oid),
    Message(Oid),
    Tag(Oid),
}

/// A finding, and the content that it is in.
struct Found {
    finding: Finding,
    /// Its number among the suspects.
    suspect: usize,
}

impl Audit<'_> {
    /// Looks at everything, and makes the report.
    #[must_use]
    pub fn run(self) -> Report {
        let mut gathered = gather::gather(self.repo, self.secrets, self.judge.jobs, self.way);
        let mut coverage = std::mem::take(&mut gathered.coverage);
        let trace = Trace::read(self.repo, self.secrets, &gathered, &mut coverage.gaps);
        let suspects = suspects(&gathered, &trace);
        let found = self.scan(&suspects, &mut coverage);
        let findings = tell(found, &suspects, &trace);
        self.judge.judge_found(Scope::History, findings, coverage)
    }

    /// Scans the suspects as every content is scanned.
    fn scan(&self, suspects: &[Suspect], coverage: &mut Coverage) -> Vec<Found> {
        let begin = || (self.repo.objects(), Vec::new(), Coverage::default());
        let looks = spread(self.judge.jobs, suspects, begin, |(objects, found, coverage), number, suspect| {
            if let Suspect::Blob(_, Some(path)) | Suspect::Name(path, _) = suspect
                && self.judge.policy.ignores(path)
            {
                coverage.ignored += 1;
                return;
            }
            let mut findings = Vec::new();
            match contents(objects, suspect) {
                Ok(contents) => {
                    for content in contents {
                        self.secrets.check(&content, &mut findings, &mut coverage.gaps);
                    }
                }
                Err(gap) => coverage.gaps.push(gap),
            }
            found.extend(findings.into_iter().map(|finding| Found { finding, suspect: number }));
        });
        let mut all = Vec::new();
        for (_, found, seen) in looks {
            all.extend(found);
            coverage.ignored += seen.ignored;
            coverage.gaps.extend(seen.gaps);
        }
        all.sort_by_key(|found| found.suspect);
        all
    }
}

/// What has to be scanned: every blob that may hold something under each path that it has had, and every message and name.
fn suspects(gathered: &Gathered, trace: &Trace) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    let mut blobs: Vec<Oid> =
        gathered.suspects.iter().filter(|(_, kind)| *kind == Kind::Blob).map(|(oid, _)| *oid).collect();
    blobs.sort_unstable();
    blobs.dedup();
    for blob in blobs {
        let paths = trace.paths(blob);
        if paths.is_empty() {
            suspects.push(Suspect::Blob(blob, None));
        }
        suspects.extend(paths.into_iter().map(|path| Suspect::Blob(blob, Some(path.clone()))));
    }
    let mut others: Vec<(Oid, Kind)> =
        gathered.suspects.iter().filter(|(_, kind)| *kind != Kind::Blob).copied().collect();
    others.sort_unstable_by_key(|(oid, _)| *oid);
    others.dedup();
    suspects.extend(others.into_iter().map(|(oid, kind)| match kind {
        Kind::Tag => Suspect::Tag(oid),
        Kind::Commit | Kind::Tree | Kind::Blob => Suspect::Message(oid),
    }));
    suspects.extend(trace.names.iter().map(|(path, commit)| Suspect::Name(path.clone(), *commit)));
    suspects
}

/// Loads what a suspect consists of.
fn contents(objects: &Objects, suspect: &Suspect) -> Result<Vec<Content>, Gap> {
    let content = |place, blob, commit, bytes: Vec<u8>| {
        let fresh = Fresh::all(bytes.len());
        Content { place, blob, commit, bytes, fresh }
    };
    Ok(match suspect {
        Suspect::Blob(oid, path) => {
            let bytes = objects.blob(*oid).map_err(|error| Gap::of(format_args!("blob {oid}"), &error))?;
            let place = path.clone().map_or(Place::Unreachable("blob"), Place::File);
            vec![content(place, Some(*oid), None, bytes)]
        }
        Suspect::Name(path, commit) => {
            vec![content(Place::PathName(path.clone()), None, Some(*commit), path.as_bytes().to_vec())]
        }
        Suspect::Message(oid) => {
            let commit = objects.commit(*oid).map_err(|error| Gap::of(format_args!("commit {oid}"), &error))?;
            let people = [commit.author, commit.committer].join(&b'\n');
            vec![
                content(Place::Message, None, Some(*oid), commit.message),
                content(Place::Message, None, Some(*oid), people),
            ]
        }
        Suspect::Tag(oid) => {
            let tag = objects.tag(*oid).map_err(|error| Gap::of(format_args!("tag {oid}"), &error))?;
            vec![content(Place::Tag(tag.name), None, None, tag.message)]
        }
    })
}

/// One finding a secret: the first of all, with where it came from and where it still is.
fn tell(found: Vec<Found>, suspects: &[Suspect], trace: &Trace) -> Vec<Finding> {
    let mut secrets: BTreeMap<Fingerprint, Vec<Found>> = BTreeMap::new();
    let mut findings = Vec::new();
    for found in found {
        match found.finding.fingerprint.clone() {
            Some(fingerprint) => secrets.entry(fingerprint).or_default().push(found),
            None => findings.push(found.finding),
        }
    }
    let secrets: Vec<Vec<Found>> = secrets.into_values().collect();
    let arrivals: Vec<Vec<u32>> = secrets
        .iter()
        .map(|found| {
            found.iter().flat_map(|found| trace.arrivals(&suspects[found.suspect])).map(|(commit, _)| commit).collect()
        })
        .collect();
    let refs = trace.reaching(&arrivals);
    findings.extend(secrets.into_iter().zip(refs).filter_map(|(found, refs)| tell_one(found, refs, suspects, trace)));
    findings
}

fn tell_one(found: Vec<Found>, mut refs: Vec<String>, suspects: &[Suspect], trace: &Trace) -> Option<Finding> {
    let sighting = |commit: u32, path: Option<&RepoPath>, finding: &Finding| {
        let logged = trace.commit(commit)?;
        let (author, time) = trace.author(commit);
        Some(Sighting { commit: logged, author, time, path: path.cloned(), line: finding.location.start.line })
    };
    let mut first: Option<(u32, usize, Option<&RepoPath>)> = None;
    let mut last: Option<(u32, usize, Option<&RepoPath>)> = None;
    let mut at_head = None;
    let (mut objects, mut paths) = (HashSet::new(), HashSet::new());
    for (number, one) in found.iter().enumerate() {
        let suspect = &suspects[one.suspect];
        let path = match suspect {
            Suspect::Blob(blob, path) => {
                objects.insert(*blob);
                at_head = at_head
                    .or_else(|| path.as_ref().filter(|path| trace.is_at_head(*blob, path)).map(|path| (number, path)));
                path.as_ref()
            }
            Suspect::Name(path, commit) => {
                objects.insert(*commit);
                Some(path)
            }
            Suspect::Message(oid) | Suspect::Tag(oid) => {
                objects.insert(*oid);
                None
            }
        };
        paths.extend(path);
        refs.extend(trace.naming(suspect).map(str::to_owned));
        for (commit, _) in trace.arrivals(suspect) {
            // Commits are counted from the newest on.
            if first.is_none_or(|(oldest, ..)| oldest < commit) {
                first = Some((commit, number, path));
            }
        }
        for commit in trace.presences(suspect) {
            if last.is_none_or(|(newest, ..)| commit < newest) {
                last = Some((commit, number, path));
            }
        }
    }
    let seen = |at: Option<(u32, usize, Option<&RepoPath>)>| {
        at.and_then(|(commit, number, path)| sighting(commit, path, &found.get(number)?.finding))
    };
    refs.sort_unstable();
    refs.dedup();
    let origin = Origin {
        first: seen(first),
        last: match at_head.and_then(|(number, path)| Some((trace.head?, number, Some(path)))) {
            Some(head) => seen(Some(head)),
            None => seen(last),
        },
        at_head: at_head.is_some(),
        refs,
        objects: objects.len() as u64,
        paths: paths.len() as u64,
    };
    let number = first.map_or(0, |(_, number, _)| number);
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

/// What the markers beside a secret say of it. Those at HEAD decide, because what stands there was accepted; where it is gone from there, all do: a
/// marker on some branch, or beside one of many places, takes back nothing of the others.
fn marker(found: &[Found], suspects: &[Suspect], trace: &Trace) -> Marker {
    let is_at_head = |found: &&Found| match &suspects[found.suspect] {
        Suspect::Blob(blob, Some(path)) => trace.is_at_head(*blob, path),
        Suspect::Blob(_, None) | Suspect::Name(..) | Suspect::Message(_) | Suspect::Tag(_) => false,
    };
    let at_head: Vec<&Found> = found.iter().filter(is_at_head).collect();
    let deciding = if at_head.is_empty() { found.iter().collect() } else { at_head };
    let mut markers = deciding.into_iter().map(|found| &found.finding.marker);
    markers.find(|marker| **marker != Marker::Allows).cloned().unwrap_or(Marker::Allows)
}

/// What may be found, blob by blob and span by span, in the two ways of looking: for the test that holds them equal.
#[must_use]
pub fn spans(repo: &Repo, secrets: &Secrets, jobs: Jobs, way: Way) -> BTreeMap<(Oid, usize, usize), &'static str> {
    let gathered = gather::gather(repo, secrets, jobs, way);
    let objects = repo.objects();
    let mut spans = BTreeMap::new();
    for (oid, _) in gathered.suspects.iter().filter(|(_, kind)| *kind == Kind::Blob) {
        for path in [None, Some(RepoPath::new("a.env")), Some(RepoPath::new("a.py"))] {
            let mut findings = Vec::new();
            for content in contents(&objects, &Suspect::Blob(*oid, path)).unwrap_or_default() {
                secrets.check(&content, &mut findings, &mut Vec::new());
            }
            spans.extend(findings.into_iter().map(|finding| {
                let region = finding.location.region;
                ((*oid, region.start, region.end), finding.rule.id)
            }));
        }
    }
    spans
}
