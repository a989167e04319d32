//! What one thread looks with: a source is loaded, held to the rules of the policy, and shown to all checks.

use super::sieve::Sieve;
use super::{Found, Judge, rules};
use crate::changeset::Loader;
use crate::checks::files::Folders;
use crate::finding::{Finding, Origin};
use crate::git::{Oid, RepoPath};
use crate::policy::Scan;
use crate::redact::{redacted, redacted_path};
use crate::scope::{Content, Coverage, Place, Source};
use crate::text::{Fresh, PIECE, Piece, Pieces};
use crate::work::relay;

/// What one thread looks with, and what it has seen.
pub(super) struct Look<'a> {
    pub(super) judge: Judge<'a>,
    pub(super) around: rules::Around<'a>,
    sieve: Option<&'a Sieve>,
    pub(super) folders: Folders,
    pub(super) loader: Loader<'a>,
    pub(super) found: Vec<Found>,
    batch: Vec<Finding>,
    pub(super) coverage: Coverage,
    /// The numbers of the sources that came when time was up.
    pub(super) late: Vec<usize>,
}

impl<'a> Look<'a> {
    pub(super) fn new(judge: Judge<'a>, around: rules::Around<'a>, sieve: Option<&'a Sieve>) -> Self {
        let loader = Loader::new(judge.repo, judge.policy.scan() == Scan::File);
        let folders = Folders::default();
        Self {
            judge,
            sieve,
            around,
            folders,
            loader,
            found: Vec::new(),
            batch: Vec::new(),
            coverage: Coverage::default(),
            late: Vec::new(),
        }
    }

    pub(super) fn at(&mut self, number: usize, source: &Source) {
        if self.judge.pace.is_over() {
            self.late.push(number);
            return;
        }
        self.keep_to_rules(number, source);
        let path = source.path();
        if path.is_some_and(|path| self.judge.policy.ignores(path)) {
            self.coverage.ignored += 1;
            return;
        }
        let shown = match source {
            Source::NamedBlob { name, .. } => self.clean(&RepoPath::new(name.as_bytes())),
            Source::Bytes { place: Place::Ref(_), bytes, .. } => self.clean(&RepoPath::new(bytes.as_slice())),
            _ => path.and_then(|path| self.name(path, source.commit())),
        };
        if self.is_sifted(source) {
            // It was counted when it was sifted.
        } else if let Some(size) = self.pass(source) {
            self.coverage.contents += 1;
            self.coverage.bytes += size;
        } else {
            self.load(source);
        }
        let found = self.batch.drain(..).map(|finding| Found { number, finding, shown: shown.clone(), level: None });
        self.found.extend(found);
    }

    /// Whether nothing is found in it, as the pack has told that it came in.
    fn is_sifted(&self, source: &Source) -> bool {
        let oid = match source {
            Source::Change { change, .. } => change.new.oid,
            Source::CommitMessage(commit) => *commit,
            Source::File { .. }
            | Source::Stdin
            | Source::Deletion { .. }
            | Source::Tag(_)
            | Source::NamedBlob { .. }
            | Source::Bytes { .. } => return false,
        };
        self.sieve.is_some_and(|sieve| sieve.passes(oid))
    }

    /// The size of a large new file in which nothing is found. It is looked at while it is read; where something is found, or it cannot be read that
    /// way, nothing is said, and it is loaded as any other is.
    fn pass(&mut self, source: &Source) -> Option<u64> {
        let Judge { checks, jobs, .. } = self.judge;
        let reach = checks.iter().map(|check| check.reach()).collect::<Option<Vec<_>>>()?;
        let large = self.loader.large(source)?;
        let size = large.size();
        let mut pieces = Pieces::new(large, reach.into_iter().max().unwrap_or(0));
        let mut readable = true;
        let next = |piece: &mut Piece| {
            pieces.next(piece).unwrap_or_else(|_| {
                readable = false;
                false
            })
        };
        let count = usize::try_from(size).ok()? / PIECE;
        let passes = relay(jobs, count, next, |piece| checks.iter().all(|check| check.passes(piece, source.path())));
        (passes && readable).then_some(size)
    }

    fn load(&mut self, source: &Source) {
        match self.loader.load(source) {
            Ok(Some(content)) => {
                let object = content.blob.or(content.commit.filter(|_| content.place == Place::Message));
                if !object.is_some_and(|oid| self.sieve.is_some_and(|sieve| sieve.has_counted(oid))) {
                    self.coverage.contents += 1;
                    self.coverage.bytes += content.bytes.len() as u64;
                }
                self.check(&content);
                self.loader.give_back(content);
            }
            Ok(None) => {}
            Err(gap) => self.coverage.gaps.push(gap),
        }
    }

    /// A name enters the repository as much as what stands in the file. What it may be called, if there is a secret in it.
    fn name(&mut self, path: &RepoPath, commit: Option<Oid>) -> Option<RepoPath> {
        let bytes = path.as_bytes().to_vec();
        let fresh = Fresh::all(bytes.len());
        let place = Place::PathName(path.clone());
        let before = self.batch.len();
        self.check(&Content { place, blob: None, commit, bytes, fresh });
        let found = &self.batch[before..];
        let regions = found.iter().flat_map(Finding::regions);
        (!found.is_empty()).then(|| redacted_path(path, regions))
    }

    /// What a path may be called, if there is a secret in it. What is found there is told elsewhere.
    pub(super) fn clean(&mut self, path: &RepoPath) -> Option<RepoPath> {
        let shown = self.name(path, None);
        self.batch.clear();
        shown
    }

    /// Takes secrets out of all names that strangers gave to what a secret came with.
    pub(super) fn rename(&mut self, origin: &mut Origin) {
        for reference in &mut origin.refs {
            *reference = redacted(reference, self.judge.checks);
        }
        for sighting in origin.first.iter_mut().chain(&mut origin.last) {
            sighting.author = redacted(&sighting.author, self.judge.checks);
            if let Some(path) = &mut sighting.path
                && let Some(shown) = self.clean(path)
            {
                *path = shown;
            }
        }
    }

    fn check(&mut self, content: &Content) {
        for check in self.judge.checks {
            check.check(content, &mut self.batch, &mut self.coverage.gaps);
        }
    }
}
