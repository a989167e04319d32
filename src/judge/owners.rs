//! The check for owners, put to a push.

use super::{Found, Judge, Look, rules};
use crate::checks::owners::Witnesses;
use crate::checks::signatures::Settings;
use crate::git::Oid;
use crate::redact::redacted;
use crate::scope::{Coverage, Scope, now};

impl Judge<'_> {
    /// Judges whether what a push changes has the word of its owners, and tells what is worth a word.
    pub(super) fn owners(
        self,
        scope: &Scope,
        accepted: Option<Oid>,
        number: usize,
        found: &mut Vec<Found>,
        coverage: &mut Coverage,
    ) -> Vec<String> {
        let (Scope::Push(push), Some(repo)) = (scope, self.repo) else { return Vec::new() };
        // Who signs is asked here even where the policy asks for no signatures.
        let usual = Settings::default();
        let witnesses = Witnesses {
            settings: self.policy.signatures().unwrap_or(&usual),
            now: now(),
            jobs: self.jobs,
            accepted,
            until: self.pace.deadline.map(|(until, _)| until),
        };
        let owned = self.policy.owners().check(push, repo, &witnesses);
        let mut look = Look::new(self, rules::Around::default(), None);
        found.extend(owned.broken.into_iter().map(|broken| look.found(number, broken)));
        coverage.gaps.extend(owned.gaps);
        coverage.gaps.extend(owned.late.iter().map(|name| self.late(&format!("the owners of what comes to {name}"))));
        owned.notes.iter().map(|note| redacted(note, self.checks)).collect()
    }
}
