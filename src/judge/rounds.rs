//! Goes through the contents of a changeset, a batch of commits a round, and shows each to all checks.

use super::sieve::Sieve;
use super::{Found, Judge, Look, Unit, hurry, rules};
use crate::changeset::{Commits, Needs};
use crate::git::Repo;
use crate::scope::{Coverage, Scope, Source};
use crate::work::spread;

impl Judge<'_> {
    /// Looks at the sources that are there already, then at those of `commits`; gives the number that the next source would have.
    pub(super) fn look_at_all(
        self,
        scope: &Scope,
        around: rules::Around<'_>,
        (mut batch, mut commits): (Vec<Source>, Commits),
        found: &mut Vec<Found>,
        coverage: &mut Coverage,
    ) -> usize {
        let mut number = found.len();
        let is_hurried = self.pace.deadline.is_some();
        let mut sieve = Sieve::default();
        if let (true, Scope::Push(push), Some(repo)) = (is_hurried, scope, self.repo) {
            // What stands at the tips comes before the pack as a whole.
            commits.hurry(&hurry::tips(push, repo));
        } else if matches!(scope, Scope::Push(_)) {
            sieve = Sieve::new(self, coverage);
        }
        let all = commits.len();
        for round in 0_u64.. {
            self.pace.tell((all - commits.len()) as u64, all as u64, Unit::Commits);
            if self.pace.is_over() {
                coverage.gaps.extend(commits.left_out(all).iter().map(|what| self.late(what)));
                commits = Commits::default();
            }
            if is_hurried && round == 1 && !commits.is_empty() {
                sieve = Sieve::new(self, coverage);
            }
            let needs = |commit| Needs {
                changes: !sieve.is_idle(commit),
                message: !sieve.passes(commit) || self.policy.commits().asks_of_commits(),
            };
            batch.extend(commits.next_batch(self.repo, self.jobs, &needs, coverage));
            if batch.is_empty() {
                break;
            }
            if is_hurried {
                let objects = self.repo.map(Repo::objects);
                let size = |oid| objects.as_ref().and_then(|objects| objects.size(oid).ok());
                hurry::sort(&mut batch, |oid| size(oid).unwrap_or(u64::MAX));
            }
            self.look_at(&batch, number, (around, &sieve), found, coverage);
            number += batch.len();
            batch.clear();
        }
        number
    }

    /// Looks at a batch, whose first source has `number`.
    fn look_at(
        self,
        batch: &[Source],
        number: usize,
        (around, sieve): (rules::Around<'_>, &Sieve),
        found: &mut Vec<Found>,
        coverage: &mut Coverage,
    ) {
        let begin = || Look::new(self, around, Some(sieve));
        let looks = spread(self.jobs, batch, begin, |look: &mut Look<'_>, at, source| look.at(number + at, source));
        let mut late = Vec::new();
        for look in looks {
            late.extend(look.late.into_iter().map(|late| &batch[late - number]));
            found.extend(look.found);
            coverage.add(look.coverage);
        }
        if !late.is_empty() {
            coverage.gaps.push(self.late(&hurry::names(&late, batch.len())));
        }
    }
}
