//! All that a repository has ever held: which secrets, who brought each in, when, where, and whether it is still there.
//!
//! First every object is sifted once, in the order of the packs' deltas, for what may hold a secret under any path (`gather`). Then every folder
//! is read in the same order, as far as it leads to one of those (`graph`), and the commits tell under which paths each came, and which of them had
//! it last (`trace`). Only those are scanned as every other content is, and what is found is told once a secret.

mod gather;
mod graph;
mod scan;
mod tell;
mod trace;

use std::collections::BTreeMap;

use crate::checks::Check;
use crate::checks::secrets::Secrets;
use crate::git::{Oid, Repo, RepoPath};
use crate::judge::{Judge, Report};
use crate::scope::{Gap, Scope, named};
use crate::work::Jobs;
use graph::Graph;
use tell::Teller;
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

impl Audit<'_> {
    /// Looks at everything, and makes the report.
    #[must_use]
    pub fn run(self) -> Report {
        let (census, failed) = self.repo.census();
        let mut gathered = gather::gather(self.repo, &census, self.secrets, self.judge.jobs, self.way);
        let gaps = &mut gathered.coverage.gaps;
        gaps.extend(failed.iter().map(|(what, error)| Gap::of(named(what.as_ref()), error)));
        let numbers = (0..).zip(&gathered.blobs).map(|(at, blob)| (blob.number, at)).collect();
        let graph =
            Graph::read(self.repo, &census, self.secrets, &numbers, self.judge.jobs, &mut gathered.coverage.gaps);
        let trace = Trace::read(self.repo, &census, &graph, &mut gathered);
        drop(graph);
        let suspects = scan::suspects(&gathered, &trace);
        let found = self.scan(&census, &suspects, &trace, &mut gathered);
        let findings = Teller { objects: self.repo.objects(), trace: &trace, suspects: &suspects }.tell(found);
        // What cannot be read is met by each of the walks.
        let mut coverage = gathered.coverage;
        coverage.gaps.sort_unstable();
        coverage.gaps.dedup();
        self.judge.judge_found(Scope::History, findings, coverage)
    }
}

/// What may be found, blob by blob and span by span, in the two ways of looking: for the test that holds them equal.
#[must_use]
pub fn spans(repo: &Repo, secrets: &Secrets, jobs: Jobs, way: Way) -> BTreeMap<(Oid, usize, usize), &'static str> {
    let gathered = gather::gather(repo, &repo.census().0, secrets, jobs, way);
    let objects = repo.objects();
    let mut spans = BTreeMap::new();
    for blob in &gathered.blobs {
        for path in [None, Some(RepoPath::new("a.env")), Some(RepoPath::new("a.py"))] {
            let mut findings = Vec::new();
            if let Ok(bytes) = objects.blob(blob.oid) {
                secrets.check(&scan::file(blob, bytes, path, way), &mut findings, &mut Vec::new());
            }
            spans.extend(findings.into_iter().map(|finding| {
                let region = finding.location.region;
                ((blob.oid, region.start, region.end), finding.rule.id)
            }));
        }
    }
    spans
}
