//! All that a repository has ever held: which secrets, who brought each in, when, where, and whether it is still there.
//!
//! First every object is sifted once, in the order of the packs' deltas, for what may hold a secret under any path (`gather`). Then every folder
//! is read in the same order, as far as it leads to one of those (`graph`), and the commits tell under which paths each came, and which of them had
//! it last (`trace`). Only those are scanned as every other content is, and what is found is told once a secret.

mod gather;
mod graph;
mod trace;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::checks::Check;
use crate::checks::secrets::Secrets;
use crate::finding::{Finding, Fingerprint, Marker, Origin, Sighting};
use crate::git::{Kind, Objects, Oid, Repo, RepoPath};
use crate::judge::{Judge, Report};
use crate::scope::{Content, Coverage, Gap, Place, Scope, named};
use crate::text::Fresh;
use crate::work::{Jobs, spread};
use gather::Gathered;
use graph::{Graph, Target};
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

/// How many refs are told of each secret.
const MOST_REFS: usize = 100;

/// A content in which something may be found.
enum Suspect {
    /// A blob, at one of the trace's places; none where no commit leads to it.
    Blob(Oid, Option<usize>),
    /// The path of a place.
    Name(usize),
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
        let (census, failed) = self.repo.census();
        let mut gathered = gather::gather(self.repo, &census, self.secrets, self.judge.jobs, self.way);
        let gaps = &mut gathered.coverage.gaps;
        gaps.extend(failed.iter().map(|(what, error)| Gap::of(named(what.as_ref()), error)));
        let blobs = suspected(&gathered);
        let numbers = blobs.iter().zip(0..).filter_map(|(blob, at)| Some((census.number(blob)?, at))).collect();
        let graph =
            Graph::read(self.repo, &census, self.secrets, &numbers, self.judge.jobs, &mut gathered.coverage.gaps);
        let trace = Trace::read(self.repo, &graph, &mut gathered);
        drop(graph);
        let suspects = suspects(&blobs, &gathered, &trace);
        let mut coverage = gathered.coverage;
        let found = self.scan(&suspects, &trace, &mut coverage);
        let findings = Teller { objects: self.repo.objects(), trace: &trace, suspects: &suspects }.tell(found);
        // What cannot be read is met by each of the walks.
        coverage.gaps.sort_unstable();
        coverage.gaps.dedup();
        self.judge.judge_found(Scope::History, findings, coverage)
    }

    /// Scans the suspects as every content is scanned.
    fn scan(&self, suspects: &[Suspect], trace: &Trace, coverage: &mut Coverage) -> Vec<Found> {
        let begin = || (self.repo.objects(), Vec::new(), Coverage::default());
        let looks = spread(self.judge.jobs, suspects, begin, |(objects, found, coverage), number, suspect| {
            if trace.place(suspect).is_some_and(|place| self.judge.policy.ignores(&place.path)) {
                coverage.ignored += 1;
                return;
            }
            let mut findings = Vec::new();
            match contents(objects, suspect, trace) {
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

/// The blobs that may hold something, in ascending order.
fn suspected(gathered: &Gathered) -> Vec<Oid> {
    let blobs = gathered.suspects.iter().filter(|(_, kind)| *kind == Kind::Blob);
    let mut blobs: Vec<Oid> = blobs.map(|(oid, _)| *oid).collect();
    blobs.sort_unstable();
    blobs.dedup();
    blobs
}

/// What has to be scanned: every blob that may hold something under each path that it has had, and every message and name.
fn suspects(blobs: &[Oid], gathered: &Gathered, trace: &Trace) -> Vec<Suspect> {
    let mut suspects = Vec::new();
    let mut has_place = vec![false; blobs.len()];
    for (number, place) in trace.places.iter().enumerate() {
        match place.target {
            Target::Blob(blob) => {
                has_place[blob as usize] = true;
                suspects.push((Some(blob), &place.path, Suspect::Blob(blobs[blob as usize], Some(number))));
            }
            Target::Other | Target::Tree(_) => suspects.push((None, &place.path, Suspect::Name(number))),
        }
    }
    let nowhere = RepoPath::new("");
    let without = (0_u32..).zip(blobs).zip(has_place).filter(|(_, has_place)| !has_place);
    suspects.extend(without.map(|((number, blob), _)| (Some(number), &nowhere, Suspect::Blob(*blob, None))));
    suspects.sort_by(|(a, path_a, _), (b, path_b, _)| {
        a.is_none().cmp(&b.is_none()).then(a.cmp(b)).then(path_a.cmp(path_b))
    });
    let mut suspects: Vec<Suspect> = suspects.into_iter().map(|(_, _, suspect)| suspect).collect();
    let mut others: Vec<(Oid, Kind)> =
        gathered.suspects.iter().filter(|(_, kind)| *kind != Kind::Blob).copied().collect();
    others.sort_unstable_by_key(|(oid, _)| *oid);
    others.dedup();
    suspects.extend(others.into_iter().map(|(oid, kind)| match kind {
        Kind::Tag => Suspect::Tag(oid),
        Kind::Commit | Kind::Tree | Kind::Blob => Suspect::Message(oid),
    }));
    suspects
}

/// Loads what a suspect consists of.
fn contents(objects: &Objects, suspect: &Suspect, trace: &Trace) -> Result<Vec<Content>, Gap> {
    let path = trace.place(suspect).map(|place| place.path.clone());
    Ok(match suspect {
        Suspect::Blob(oid, _) => vec![blob(objects, *oid, path)?],
        Suspect::Name(_) => {
            let path = path.unwrap_or_else(|| RepoPath::new(""));
            let commit = trace.arrivals(suspect).iter().max().and_then(|first| trace.commit(*first));
            vec![content(Place::PathName(path.clone()), None, commit, path.as_bytes().to_vec())]
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

fn content(place: Place, blob: Option<Oid>, commit: Option<Oid>, bytes: Vec<u8>) -> Content {
    let fresh = Fresh::all(bytes.len());
    Content { place, blob, commit, bytes, fresh }
}

/// A blob, as the file at `path`.
fn blob(objects: &Objects, oid: Oid, path: Option<RepoPath>) -> Result<Content, Gap> {
    let bytes = objects.blob(oid).map_err(|error| Gap::of(format_args!("blob {oid}"), &error))?;
    Ok(content(path.map_or(Place::Unreachable("blob"), Place::File), Some(oid), None, bytes))
}

/// Puts together what was found, and where it came from.
struct Teller<'a> {
    objects: Objects,
    trace: &'a Trace,
    suspects: &'a [Suspect],
}

/// Where a finding was seen: the commit's number, and the finding's among those of the same secret.
type Seen = (u32, usize);

impl Teller<'_> {
    /// One finding a secret: the first of all, with where it came from and where it still is.
    fn tell(&self, found: Vec<Found>) -> Vec<Finding> {
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

    fn tell_one(&self, found: Vec<Found>, refs: Vec<&str>) -> Option<Finding> {
        let Self { trace, suspects, .. } = *self;
        // Commits are counted from the newest on.
        let (mut first, mut last): (Option<Seen>, Option<Seen>) = (None, None);
        let mut at_head = None;
        let (mut objects, mut paths) = (HashSet::new(), HashSet::new());
        let mut names: BTreeSet<&str> = refs.into_iter().collect();
        for (number, one) in found.iter().enumerate() {
            let suspect = &suspects[one.suspect];
            objects.extend(match suspect {
                Suspect::Blob(oid, _) | Suspect::Message(oid) | Suspect::Tag(oid) => Some(*oid),
                Suspect::Name(_) => None,
            });
            let place = trace.place(suspect);
            paths.extend(place.map(|place| &place.path));
            names.extend(trace.naming(suspect));
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
            first: first.and_then(seen),
            last: at_head.or(last).and_then(seen),
            at_head: at_head.is_some(),
            more_refs: names.len().saturating_sub(MOST_REFS) as u64,
            refs: best_known(names),
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

/// The first so many refs: branches, then tags, then what was fetched from elsewhere, then all others. A forge's mirror has a ref for each request.
fn best_known(names: BTreeSet<&str>) -> Vec<String> {
    const ORDER: [&str; 3] = ["refs/heads/", "refs/tags/", "refs/remotes/"];
    let mut names: Vec<&str> = names.into_iter().collect();
    names.sort_by_key(|name| ORDER.iter().position(|prefix| name.starts_with(prefix)).unwrap_or(ORDER.len()));
    names.into_iter().take(MOST_REFS).map(str::to_owned).collect()
}

/// What the markers beside a secret say of it. Those at HEAD decide, because what stands there was accepted; where it is gone from there, all do: a
/// marker on some branch, or beside one of many places, takes back nothing of the others.
fn marker(found: &[Found], suspects: &[Suspect], trace: &Trace) -> Marker {
    let is_at_head = |found: &&Found| match &suspects[found.suspect] {
        suspect @ Suspect::Blob(..) => trace.place(suspect).is_some_and(|place| place.at_head),
        Suspect::Name(_) | Suspect::Message(_) | Suspect::Tag(_) => false,
    };
    let at_head: Vec<&Found> = found.iter().filter(is_at_head).collect();
    let deciding = if at_head.is_empty() { found.iter().collect() } else { at_head };
    let mut markers = deciding.into_iter().map(|found| &found.finding.marker);
    markers.find(|marker| **marker != Marker::Allows).cloned().unwrap_or(Marker::Allows)
}

/// What may be found, blob by blob and span by span, in the two ways of looking: for the test that holds them equal.
#[must_use]
pub fn spans(repo: &Repo, secrets: &Secrets, jobs: Jobs, way: Way) -> BTreeMap<(Oid, usize, usize), &'static str> {
    let gathered = gather::gather(repo, &repo.census().0, secrets, jobs, way);
    let objects = repo.objects();
    let mut spans = BTreeMap::new();
    for oid in suspected(&gathered) {
        for path in [None, Some(RepoPath::new("a.env")), Some(RepoPath::new("a.py"))] {
            let mut findings = Vec::new();
            if let Ok(content) = blob(&objects, oid, path) {
                secrets.check(&content, &mut findings, &mut Vec::new());
            }
            spans.extend(findings.into_iter().map(|finding| {
                let region = finding.location.region;
                ((oid, region.start, region.end), finding.rule.id)
            }));
        }
    }
    spans
}
