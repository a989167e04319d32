//! Scans what may hold a secret as every other content is scanned, under each path that it has had.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::gather::{Gathered, SuspectBlob, Way};
use super::graph::Target;
use super::trace::Trace;
use super::{Audit, Part};
use crate::checks::Check;
use crate::finding::{Finding, Fingerprint, Marker};
use crate::git::pack::{Base, Object};
use crate::git::{Census, Kind, Objects, Oid, RepoPath};
use crate::rule::Confidence;
use crate::scope::{Content, Coverage, Gap, Place};
use crate::text::Fresh;
use crate::work::spread;

/// A content in which something may be found.
pub(super) enum Suspect {
    /// A blob, by its place among those gathered, at one of the trace's places; none where no commit leads to it.
    Blob {
        oid: Oid,
        at: usize,
        place: Option<usize>,
    },
    /// The path of a place.
    Name(usize),
    Message(Oid),
    Tag(Oid),
}

/// A secret, and everywhere that it was found. A history may have it in thousands of versions, so little is kept of each but the first.
pub(super) struct Found {
    /// As it was found by the commit that is known longest.
    pub finding: Finding,
    /// Where that is.
    first: First,
    /// All places, in ascending order of the suspects.
    pub spots: Vec<Spot>,
}

/// The longest known commit that brought something, which has the greatest number, and of what it brought the first, by its number among the suspects.
type First = (Option<u32>, Reverse<usize>);

/// A place where a secret was found.
pub(super) struct Spot {
    /// The number of what it is in, among the suspects.
    pub suspect: usize,
    pub line: usize,
    pub confidence: Confidence,
    pub marker: Marker,
}

/// What was found: each secret once, by its fingerprint, and what has none.
#[derive(Default)]
pub(super) struct Finds {
    pub secrets: BTreeMap<Fingerprint, Found>,
    pub others: Vec<(usize, Finding)>,
}

impl Finds {
    /// Adds what was found in a suspect, which came first by a commit of that number.
    fn add(&mut self, finding: Finding, suspect: usize, first: Option<u32>) {
        let Some(fingerprint) = finding.fingerprint.clone() else { return self.others.push((suspect, finding)) };
        let line = finding.location.start.line;
        let spot = Spot { suspect, line, confidence: finding.confidence, marker: finding.marker.clone() };
        self.join(fingerprint, Found { finding, first: (first, Reverse(suspect)), spots: vec![spot] });
    }

    fn join(&mut self, fingerprint: Fingerprint, found: Found) {
        match self.secrets.entry(fingerprint) {
            Entry::Vacant(entry) => {
                entry.insert(found);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                known.spots.extend(found.spots);
                if known.first < found.first {
                    (known.first, known.finding) = (found.first, found.finding);
                }
            }
        }
    }
}

/// What has to be scanned: every blob that may hold something under each path that it has had, then every name and message.
pub(super) fn suspects(part: &Part, gathered: &Gathered, trace: &Trace<'_>) -> Vec<Suspect> {
    let mut places: Vec<usize> = (0..trace.places.len()).collect();
    places.retain(|place| !trace.places[*place].arrivals.is_empty());
    places.sort_unstable_by_key(|place| (trace.places[*place].target, &trace.places[*place].path));
    let (mut suspects, mut names) = (Vec::new(), Vec::new());
    let mut places = places.into_iter().peekable();
    for (at, blob) in gathered.blobs.iter().enumerate() {
        let here = u32::try_from(at).ok().map(Target::Blob);
        let mut is_somewhere = false;
        while let Some(place) = places.next_if(|place| Some(trace.places[*place].target) == here) {
            is_somewhere = true;
            suspects.push(Suspect::Blob { oid: blob.oid, at, place: Some(place) });
        }
        // What no commit leads to has no time, and unless somebody tagged it no ref.
        if !is_somewhere && !part.is_bounded() && trace.has_object(part, &blob.oid) {
            suspects.push(Suspect::Blob { oid: blob.oid, at, place: None });
        }
    }
    // Names sort behind all blobs.
    let is_new = |place: &usize| {
        let first = trace.places[*place].arrivals.iter().max().and_then(|first| trace.commit(*first));
        first.is_none_or(|first| !part.known.has(&first))
    };
    names.extend(places.filter(is_new).map(Suspect::Name));
    suspects.extend(names);
    suspects.extend(gathered.others.iter().filter_map(|(oid, kind)| match kind {
        Kind::Tag => (!part.is_bounded() && trace.has_object(part, oid)).then_some(Suspect::Tag(*oid)),
        Kind::Commit | Kind::Tree | Kind::Blob => trace.has_commit(part, oid).then_some(Suspect::Message(*oid)),
    }));
    suspects
}

/// One thread's part.
#[derive(Default)]
struct Looked {
    found: Finds,
    coverage: Coverage,
}

/// The suspects of one blob, by their numbers.
type OfBlob = Range<usize>;

impl Audit<'_> {
    /// Scans the suspects: those in packs in the order of the packs' deltas, then the others.
    pub(super) fn scan(
        &self,
        census: &Census,
        suspects: &[Suspect],
        trace: &Trace<'_>,
        gathered: &mut Gathered,
    ) -> Finds {
        let (jobs, blobs) = (self.judge.jobs, &gathered.blobs);
        let mut of_blob: Vec<OfBlob> = vec![0..0; blobs.len()];
        let mut others = Vec::new();
        for (number, suspect) in suspects.iter().enumerate() {
            match suspect {
                Suspect::Blob { at, .. } if of_blob[*at].is_empty() => of_blob[*at] = number..number + 1,
                Suspect::Blob { at, .. } => of_blob[*at].end = number + 1,
                Suspect::Name(_) | Suspect::Message(_) | Suspect::Tag(_) => others.push(number),
            }
        }
        let look = |looked: &mut Looked, at: usize, bytes: &[u8]| {
            for number in of_blob[at].clone() {
                let path = trace.place(&suspects[number]).map(|place| place.path.clone());
                self.look(looked, (number, trace.first(&suspects[number])), path.clone(), || {
                    Ok(vec![file(&blobs[at], bytes.to_vec(), path, self.means.way)])
                });
            }
        };
        let mut all = Vec::new();
        let mut is_packed = vec![false; blobs.len()];
        for (at, pack) in census.packs().enumerate() {
            let mine = |blob: usize| census.number_in(at, &blobs[blob].oid, pack.lookup(&blobs[blob].oid)?);
            let mut wanted: Vec<(u32, usize)> = Vec::new();
            for blob in 0..blobs.len() {
                if mine(blob).is_some() {
                    is_packed[blob] = true;
                    wanted.extend(pack.lookup(&blobs[blob].oid).map(|place| (place, blob)));
                }
            }
            wanted.sort_unstable();
            let find =
                |place: u32| wanted.binary_search_by_key(&place, |(place, _)| *place).ok().map(|at| wanted[at].1);
            let leading = pack.leading(|place| find(place).is_some());
            let mut roots = pack.roots(&[Kind::Blob]);
            roots.retain(|root| leading[*root]);
            let begin = || (self.walker(roots.len()), Looked::default());
            let looks = spread(jobs, &roots, begin, |(walker, looked), _, root| {
                let mut each = |object: Object<'_>, _: Option<Base<'_, ()>>| {
                    if let Some(blob) = find(object.place) {
                        look(looked, blob, object.bytes);
                    }
                };
                // What cannot be read was told when all objects were looked at.
                walker.walk(pack, *root, Some(&leading), &mut each, &mut |_, _| ());
            });
            all.extend(looks.into_iter().map(|(_, looked)| looked));
        }
        let loose: Vec<usize> = (0..blobs.len()).filter(|blob| !is_packed[*blob]).collect();
        let begin = || (self.repo.objects(), Looked::default());
        let looks = spread(jobs, &loose, begin, |(objects, looked), _, blob| match objects.blob(blobs[*blob].oid) {
            Ok(bytes) => look(looked, *blob, &bytes),
            Err(error) => looked.coverage.gaps.push(Gap::of(format_args!("blob {}", blobs[*blob].oid), &error)),
        });
        all.extend(looks.into_iter().map(|(_, looked)| looked));
        let looks = spread(jobs, &others, begin, |(objects, looked), _, number| {
            let path = trace.place(&suspects[*number]).map(|place| place.path.clone());
            let suspect = &suspects[*number];
            self.look(looked, (*number, trace.first(suspect)), path, || contents(objects, suspect, trace));
        });
        all.extend(looks.into_iter().map(|(_, looked)| looked));
        let mut found = Finds::default();
        for looked in all {
            looked.found.secrets.into_iter().for_each(|(fingerprint, secret)| found.join(fingerprint, secret));
            found.others.extend(looked.found.others);
            gathered.coverage.ignored += looked.coverage.ignored;
            gathered.coverage.gaps.extend(looked.coverage.gaps);
        }
        found.secrets.values_mut().for_each(|secret| secret.spots.sort_by_key(|spot| spot.suspect));
        found.others.sort_by_key(|(suspect, _)| *suspect);
        found
    }

    /// Scans the contents of a suspect, by its number and the first commit that brought it, unless the policy ignores its path.
    fn look(
        &self,
        looked: &mut Looked,
        (number, first): (usize, Option<u32>),
        path: Option<RepoPath>,
        contents: impl FnOnce() -> Result<Vec<Content>, Gap>,
    ) {
        if path.is_some_and(|path| self.judge.policy.ignores(&path)) {
            looked.coverage.ignored += 1;
            return;
        }
        let mut findings = Vec::new();
        match contents() {
            Ok(contents) => {
                for content in contents {
                    self.secrets.check(&content, &mut findings, &mut looked.coverage.gaps);
                }
            }
            Err(gap) => looked.coverage.gaps.push(gap),
        }
        for finding in findings {
            looked.found.add(finding, number, first);
        }
    }
}

/// A blob, as the file at `path`. What was sifted out of it is looked at again; the witness looks at all of it.
pub(super) fn file(blob: &SuspectBlob, bytes: Vec<u8>, path: Option<RepoPath>, way: Way) -> Content {
    let fresh = match (&blob.spans, way) {
        (Some(spans), Way::Fresh) => Fresh::sifted(spans.clone()),
        (None, _) | (_, Way::EveryBlob) => Fresh::all(bytes.len()),
    };
    let place = path.map_or(Place::Unreachable("blob"), Place::File);
    Content { place, blob: Some(blob.oid), commit: None, fresh, bytes }
}

/// Loads what a suspect that is no blob consists of.
fn contents(objects: &Objects, suspect: &Suspect, trace: &Trace<'_>) -> Result<Vec<Content>, Gap> {
    let content = |place, commit, bytes: Vec<u8>| {
        let fresh = Fresh::all(bytes.len());
        Content { place, blob: None, commit, bytes, fresh }
    };
    Ok(match suspect {
        Suspect::Blob { .. } => Vec::new(),
        Suspect::Name(place) => {
            let path = trace.places[*place].path.clone();
            let commit = trace.first(suspect).and_then(|first| trace.commit(first));
            vec![content(Place::PathName(path.clone()), commit, path.as_bytes().to_vec())]
        }
        Suspect::Message(oid) => {
            let commit = objects.commit(*oid).map_err(|error| Gap::of(format_args!("commit {oid}"), &error))?;
            let people = [commit.author, commit.committer].join(&b'\n');
            vec![content(Place::Message, Some(*oid), commit.message), content(Place::Message, Some(*oid), people)]
        }
        Suspect::Tag(oid) => {
            let tag = objects.tag(*oid).map_err(|error| Gap::of(format_args!("tag {oid}"), &error))?;
            vec![content(Place::Tag(tag.name), None, tag.text)]
        }
    })
}
