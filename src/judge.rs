//! Findings and policy to a report and its verdict: the one place where a verdict is made.

mod hurry;
mod look;
mod many;
mod owners;
mod pace;
mod report;
mod rounds;
mod rules;
mod sieve;
mod signatures;
mod signed;
mod told;
mod weigh;

use crate::changeset::Changeset;
use crate::checks::Check;
use crate::finding::Finding;
use crate::git::{Repo, RepoPath};
use crate::policy::{Exceptions, Policy};
use crate::redact::redacted;
use crate::rule::Level;
use crate::scope::{Coverage, Scope};
use crate::work::Jobs;
use look::Look;
pub use many::Repository;
pub use pace::{Pace, Unit};
pub use report::{Judged, LetIn, Permit, Report, Suppressed, Verdict};
pub use signed::{Share, Signed};
pub use told::{Rewrite, Told};
use weigh::Weighed;

/// Runs checks under a policy.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The checks.
    pub checks: &'a [Box<dyn Check>],
    /// What is in force.
    pub policy: &'a Policy,
    /// What was decided.
    pub exceptions: &'a Exceptions<'a>,
    /// Where the contents come from; files need none.
    pub repo: Option<&'a Repo>,
    /// How many threads may work.
    pub jobs: Jobs,
    /// What a push may take, and who is told how far it is.
    pub pace: Pace<'a>,
}

impl Judge<'_> {
    /// Looks at all of a changeset, and makes the verdict.
    #[must_use]
    pub fn judge(self, scope: Scope, changeset: Changeset) -> Report {
        let Changeset { sources, commits, mut coverage, first_commit, arrivals, pushed } = changeset;
        let around = rules::Around::new(&scope, pushed.as_ref());
        let mut found = around.look(self, &sources, &mut coverage);
        let number = self.look_at_all(&scope, around, (sources, commits), &mut found, &mut coverage);
        let arrivals = self.arrivals(arrivals, &scope, pushed.as_ref());
        let (attestations, mut notes) = self.signatures(&scope, &arrivals, number, &mut found, &mut coverage);
        notes.extend(self.owners(&scope, arrivals.accepted, number, &mut found, &mut coverage));
        let mut report = self.report(scope, found, coverage, first_commit);
        report.attestations = attestations;
        report.notes.splice(0..0, notes);
        if let (Scope::Push(push), Some(pushed), Some(repo)) = (&report.scope, &pushed, self.repo) {
            report.commits = told::tell(push, pushed, &report.findings, &repo.objects(), self.checks);
        }
        report
    }

    /// Makes the verdict on what an audit has found.
    #[must_use]
    pub fn judge_found(self, scope: Scope, findings: Vec<Finding>, coverage: Coverage) -> Report {
        let mut look = Look::new(self, rules::Around::default(), None);
        let found = findings.into_iter().enumerate().map(|(number, mut finding)| {
            let shown = finding.location.place.path().and_then(|path| look.clean(path));
            if let Some(origin) = &mut finding.origin {
                look.rename(origin);
            }
            Found { number, finding, shown, level: None }
        });
        let found: Vec<_> = found.collect();
        self.report(scope, found, coverage, false)
    }

    fn report(self, scope: Scope, found: Vec<Found>, mut coverage: Coverage, first_commit: bool) -> Report {
        for gap in &mut coverage.gaps {
            gap.what = redacted(&gap.what, self.checks);
            gap.why = redacted(&gap.why, self.checks);
        }
        coverage.gaps.sort_unstable();
        coverage.gaps.dedup();
        let Weighed { findings, suppressed, let_in, notes } = self.weigh(found);
        let verdict = Verdict::of(&findings, &coverage);
        Report { verdict, findings, suppressed, let_in, coverage, first_commit, notes, ..Report::nothing(scope) }
    }
}

/// A finding, with what is needed to weigh it.
struct Found {
    /// The source's number, so that the order does not depend on threads.
    number: usize,
    finding: Finding,
    /// What its path or ref may be called; its own name where there is no secret in that.
    shown: Option<RepoPath>,
    /// What is done about it, where the check knows that by itself.
    level: Option<Level>,
}
