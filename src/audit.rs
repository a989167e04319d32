//! All that a repository has ever held: which secrets, who brought each in, when, where, and whether it is still there.
//!
//! First every object is sifted once, in the order of the packs' deltas, for what may hold a secret under any path (`gather`). Then every folder
//! is read in the same order, as far as it leads to one of those (`graph`), and the commits tell under which paths each came, and which of them had
//! it last (`trace`). Only those are scanned as every other content is, and what is found is told once a secret.

mod gather;
mod graph;
mod part;
mod scan;
mod state;
mod tell;
mod trace;
mod watch;

use std::collections::BTreeMap;

use crate::checks::Check;
use crate::checks::secrets::Secrets;
use crate::git::pack::Walker;
use crate::git::{Oid, Repo, RepoPath};
use crate::judge::{Judge, Pace, Report};
use crate::policy::{Exceptions, Policy};
use crate::scope::{Gap, Scope, named};
use crate::work::{Jobs, threads};
use tell::Teller;
use trace::Trace;

pub use gather::Way;
pub use part::Part;
pub use state::State;
pub use watch::Watch;

/// How many bytes of bases an audit holds, where nobody says otherwise.
pub const MEMORY: usize = 32 << 20;

/// How an audit goes about it.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    /// How the objects are looked at.
    pub way: Way,
    /// How many bytes of objects are held for those that are made from them, by all threads together. What has no room is made again.
    pub memory: usize,
    /// Whether it is noted which objects were looked at.
    pub keeps_state: bool,
    /// Whether it is told who signed.
    pub signatures: bool,
}

impl Default for Means {
    fn default() -> Self {
        Self { way: Way::default(), memory: MEMORY, keeps_state: false, signatures: false }
    }
}

/// An audit of one repository.
pub struct Audit<'a> {
    /// Which.
    pub repo: &'a Repo,
    /// What is looked for. It needs a key: findings are put together by their fingerprints.
    pub secrets: &'a Secrets,
    /// Who makes the verdict.
    pub judge: Judge<'a>,
    /// How it goes about it.
    pub means: Means,
    /// What of it is told.
    pub part: &'a Part,
    /// Told of what was done so far, and asked whether to stop.
    pub watch: &'a Watch,
}

impl Audit<'_> {
    /// Looks at everything, and makes the report; and tells which objects it has looked at, if it was to note that.
    #[must_use]
    pub fn run(self) -> (Report, State) {
        let (census, failed) = self.repo.census();
        let (before, done) = (self.watch.total(), self.watch.objects());
        self.watch.expect(census.len().into());
        let mut gathered = self.gather(&census);
        let gaps = &mut gathered.coverage.gaps;
        gaps.extend(failed.iter().map(|(what, error)| Gap::of(named(what.as_ref()), error)));
        let looked_at = State::of(gathered.looked_at.iter().filter_map(|number| census.oid(*number)).collect());
        let numbers = (0..).zip(&gathered.blobs).map(|(at, blob)| (blob.number, at)).collect();
        let graph = self.graph(&census, &numbers, &mut gathered.coverage.gaps);
        let trace = Trace::read(self.repo, self.part, &census, &graph, &mut gathered, self.judge.jobs);
        drop(graph);
        let suspects = scan::suspects(self.part, &gathered, &trace);
        let found = self.scan(&census, &suspects, &trace, &mut gathered);
        let findings = Teller { objects: self.repo.objects(), trace: &trace, suspects: &suspects }.tell(found);
        // What cannot be read is met by each of the walks.
        let mut coverage = gathered.coverage;
        if self.watch.is_stopped() {
            // One watch may see several audits.
            let all = self.watch.total().saturating_sub(before);
            let left = all.saturating_sub(self.watch.objects().saturating_sub(done));
            let what = format!("{left} of {all} objects");
            coverage.gaps.push(Gap { what, why: "the audit was stopped".to_owned() });
        }
        coverage.gaps.sort_unstable();
        coverage.gaps.dedup();
        (self.judge.judge_found(Scope::History, findings, coverage), looked_at)
    }

    /// What one of the threads that share out `items` walks a pack with.
    fn walker(&self, items: usize) -> Walker {
        Walker::with_room(self.repo.objects(), self.means.memory / threads(self.judge.jobs, items))
    }
}

/// What may be found, blob by blob and span by span, in the two ways of looking: for the test that holds them equal.
#[must_use]
pub fn spans(repo: &Repo, secrets: &Secrets, jobs: Jobs, means: Means) -> BTreeMap<(Oid, usize, usize), &'static str> {
    let policy = Policy::default();
    let exceptions = Exceptions::default();
    let judge =
        Judge { checks: &[], policy: &policy, exceptions: &exceptions, repo: Some(repo), jobs, pace: Pace::default() };
    let (part, watch) = (Part::default(), Watch::default());
    let audit = Audit { repo, secrets, judge, means, part: &part, watch: &watch };
    let gathered = audit.gather(&repo.census().0);
    let objects = repo.objects();
    let mut spans = BTreeMap::new();
    for blob in &gathered.blobs {
        for path in [None, Some(RepoPath::new("a.env")), Some(RepoPath::new("a.py"))] {
            let mut findings = Vec::new();
            if let Ok(bytes) = objects.blob(blob.oid) {
                secrets.check(&scan::file(blob, bytes, path, means.way), &mut findings, &mut Vec::new());
            }
            spans.extend(findings.into_iter().map(|finding| {
                let region = finding.location.region;
                ((blob.oid, region.start, region.end), finding.rule.id)
            }));
        }
    }
    spans
}
