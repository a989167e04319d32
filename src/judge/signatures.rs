//! The check for signatures, put to what a scope brings.

use std::collections::{HashMap, HashSet};

use super::{Found, Judge};
use crate::changeset::Pushed;
use crate::checks::signatures::{Settings, Signatures, Signers};
use crate::finding::Attestation;
use crate::git::{Kind, Oid, RefName, Repo};
use crate::redact::redacted;
use crate::scope::{Arrival, Arrivals, Coverage, Push, Scope, now};

impl Judge<'_> {
    /// What a scope brings: of a push its new commits and annotated tags, else what is known already.
    pub(super) fn arrivals(self, known: Arrivals, scope: &Scope, pushed: Option<&Pushed>) -> Arrivals {
        match (scope, pushed, self.repo, self.policy.signatures()) {
            (Scope::Push(push), Some(pushed), Some(repo), Some(settings)) => {
                Arrivals { items: of_push(push, pushed, repo, settings), ..known }
            }
            _ => known,
        }
    }

    /// Judges who signed what the scope brings. Names that strangers gave are told without the secrets in them.
    pub(super) fn signatures(
        self,
        scope: &Scope,
        arrivals: &Arrivals,
        number: usize,
        found: &mut Vec<Found>,
        coverage: &mut Coverage,
    ) -> (Vec<Attestation>, Vec<String>) {
        let (Some(settings), Some(repo)) = (self.policy.signatures(), self.repo) else { return Default::default() };
        let certified = match scope {
            Scope::Push(push) if settings.push_certificate => Some(push),
            _ => None,
        };
        if arrivals.items.is_empty() && certified.is_none() {
            return Default::default();
        }
        let until = self.pace.deadline.map(|(until, _)| until);
        let check = Signatures { settings, now: now(), jobs: self.jobs, until };
        let mut signers = if arrivals.items.is_empty() { Signers::default() } else { check.check(arrivals, repo) };
        if let Some(push) = certified {
            let Signers { findings, attestations, gaps, .. } = check.check_push(push, arrivals.accepted, repo);
            signers.findings.extend(findings);
            signers.attestations.extend(attestations);
            signers.gaps.extend(gaps);
        }
        let findings = std::mem::take(&mut signers.findings);
        found.extend(findings.into_iter().enumerate().map(|(at, (finding, level))| Found {
            number: number + at,
            finding,
            shown: None,
            level: Some(level),
        }));
        coverage.gaps.extend(signers.gaps);
        coverage.gaps.extend(self.late_ones(signers.late, arrivals.items.len(), "signatures"));
        for attestation in &mut signers.attestations {
            let Attestation { tag, subject, author, signer, why, .. } = attestation;
            for text in [subject, author, why].into_iter().chain(tag).chain(signer) {
                *text = redacted(text, self.checks);
            }
        }
        signers.notes.iter_mut().for_each(|note| *note = redacted(note, self.checks));
        (signers.attestations, signers.notes)
    }
}

/// The new commits of a push with the reserved refs that lead to them, what a reserved ref is moved to, and annotated tags. Commits of
/// notes are made by git, which does not sign them.
fn of_push(push: &Push, pushed: &Pushed, repo: &Repo, settings: &Settings) -> Vec<Arrival> {
    let objects = repo.objects();
    let mut items: HashMap<Oid, Vec<RefName>> = HashMap::new();
    for (commit, _) in pushed.commits.iter().filter(|(commit, _)| !pushed.notes.contains(commit)) {
        items.entry(commit).or_default();
    }
    for update in &push.updates {
        // What cannot be read is told by who reads the push.
        let Some(Ok(peeled)) = update.new.map(|new| objects.peel(new)) else { continue };
        for (depth, tag) in peeled.tags.iter().enumerate() {
            let refs = items.entry(*tag).or_default();
            // A tag within a tag has a name of its own.
            if depth == 0 {
                refs.push(update.name.clone());
            }
        }
        if !settings.reserves(&update.name) {
            continue;
        }
        // Nobody can sign what is neither commit nor tag.
        if peeled.kind != Kind::Commit && peeled.tags.is_empty() {
            items.entry(peeled.target).or_default().push(update.name.clone());
        }
        if peeled.kind == Kind::Commit {
            let (inside, _) = pushed.commits.behind(peeled.target, &mut HashSet::new());
            for commit in inside.into_iter().chain([peeled.target]) {
                let refs = items.entry(commit).or_default();
                if !refs.contains(&update.name) {
                    refs.push(update.name.clone());
                }
            }
        }
    }
    items.into_iter().map(|(oid, refs)| Arrival { oid, refs }).collect()
}
