//! Who signed, does it hold, and may they: the signatures of commits and annotated tags, verified in this process.
//!
//! `signed` takes an object apart, `ssh`, `openpgp` and `x509` say what its signature is worth and whose key it is, `judge` asks whether the
//! owner may sign this, and `settle` what depends on other commits. Who may, `trust` reads from the tree of a commit that was accepted.

mod allowed_signers;
mod approvals;
mod armour;
mod ber;
mod certificate;
mod globs;
mod judge;
mod keyring;
mod numbers;
mod openpgp;
mod outcome;
mod public;
mod push;
mod rekor;
mod revoked;
mod roots;
mod settings;
mod settle;
pub mod signed;
mod ssh;
mod state;
mod tell;
mod trust;
mod vouch;
mod wire;
mod x509;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

pub use settings::{Identity, Require, Reserved, Settings};
pub use state::{STATES, State};
pub use trust::Trust;
pub use vouch::Vouchers;

use crate::finding::{Attestation, Finding};
use crate::git::{Kind, Oid, Repo};
use crate::rule::{Level, Rule};
use crate::scope::{Arrival, Arrivals, Gap, Push};
use crate::work::{Jobs, spread};
use approvals::Approvals;
use judge::{Judged, judge};
use tell::{attestation, day, finding};
use trust::Store;

/// Seconds by which clocks may differ before a signature is from the future.
const SKEW: i64 = 24 * 60 * 60;

/// The check for signatures.
pub struct Signatures<'a> {
    /// What is in force.
    pub settings: &'a Settings,
    /// Seconds since 1970 UTC.
    pub now: i64,
    /// How many threads may work.
    pub jobs: Jobs,
    /// When to stop; what is left then is counted as late.
    pub until: Option<Instant>,
}

/// What was found.
#[derive(Default)]
pub struct Signers {
    /// The rules that are broken, and what the policy does about each.
    pub findings: Vec<(Finding, Level)>,
    /// Every commit and tag, the parents' side first.
    pub attestations: Vec<Attestation>,
    /// What is worth a word: from where it was read who may sign, and what of that could not be used.
    pub notes: Vec<String>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// How many came when time was up.
    pub late: usize,
}

/// All rules about signatures.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    STATES.iter().filter_map(|state| state.rule()).chain([&push::UNSIGNED]).collect()
}

/// An object of the scope, read and judged.
struct One {
    oid: Oid,
    judged: Judged,
}

impl Signatures<'_> {
    /// Judges all that a scope brings. Whether a commit may enter can depend on another: a merge by a forge on its parents, and every
    /// commit on what its parent says of who may sign.
    #[must_use]
    pub fn check(&self, arrivals: &Arrivals, repo: &Repo) -> Signers {
        let mut found = Signers::default();
        let Some(anchor) = self.anchor(arrivals, repo, &mut found) else { return found };
        let mut store = Store::new(self.settings, repo.objects());
        let trust = match store.at(anchor) {
            Ok(trust) => trust,
            Err(gap) => {
                found.gaps.push(gap);
                return found;
            }
        };
        self.tell_trust(anchor, &trust, &mut found);
        let Some(exempt) = self.exempt(arrivals, anchor, repo, &mut found) else { return found };
        let mut ones = self.read(arrivals, &exempt, &trust, repo, &mut found);
        let objects = repo.objects();
        // Only where some are asked for their word is anybody else's looked for.
        let are_asked = !self.settings.refs.is_empty() || !self.settings.paths.is_empty();
        let approvals =
            if are_asked { Approvals::read(arrivals, &ones, repo, &objects) } else { Ok(Approvals::default()) };
        let approvals = approvals.unwrap_or_else(|error| {
            found.gaps.push(Gap::of("approvals below refs/tags/approve/", &error));
            Approvals::default()
        });
        self.settle(&mut ones, (&trust, &approvals), &mut store, &objects, &mut found);
        for one in ones {
            let level = self.settings.level(one.judged.state);
            if let Some(rule) = one.judged.state.rule()
                && (level != Level::Ignore || !one.judged.state.stands())
            {
                found.findings.push((finding(rule, &one), level));
            }
            found.attestations.push(attestation(one));
        }
        found
    }

    /// Judges the certificate of a push by what the commit `accepted` says of who may sign.
    #[must_use]
    pub fn check_push(&self, push: &Push, accepted: Option<Oid>, repo: &Repo) -> Signers {
        let mut found = Signers::default();
        let arrivals = Arrivals { items: Vec::new(), accepted };
        let Some(anchor) = self.anchor(&arrivals, repo, &mut found) else { return found };
        let said = Store::new(self.settings, repo.objects())
            .at(anchor)
            .and_then(|trust| push::check(self, push, &trust, &repo.objects()));
        match said {
            Ok((broken, made)) => {
                found.findings.extend(broken);
                found.attestations.extend(made);
            }
            Err(gap) => found.gaps.push(gap),
        }
        found
    }

    /// Judges a commit that belongs to no history as the next one on HEAD would be: what it turned out to be, and what is said of it.
    ///
    /// # Errors
    /// Where it cannot be told who may sign.
    pub fn try_key(&self, oid: Oid, raw: &[u8], repo: &Repo) -> Result<(State, Attestation), Gap> {
        let mut found = Signers::default();
        let unknown = || Gap { what: "who may sign".to_owned(), why: "nothing says it yet".to_owned() };
        let anchor = self.settings.trust.or(repo.head().ok().flatten());
        let anchor = anchor.or_else(|| self.anchor(&Arrivals::default(), repo, &mut found)).ok_or_else(unknown)?;
        let trust = Store::new(self.settings, repo.objects()).at(anchor)?;
        let judged = judge(self, &Arrival { oid, refs: Vec::new() }, Kind::Commit, raw, &trust);
        Ok((judged.state, attestation(One { oid, judged })))
    }

    /// Judges one object by itself, whose bytes are at hand.
    #[must_use]
    pub fn look(&self, arrival: &Arrival, kind: Kind, raw: &[u8], trust: &Trust) -> Attestation {
        attestation(One { oid: arrival.oid, judged: judge(self, arrival, kind, raw, trust) })
    }

    /// The commit whose word counts.
    fn anchor(&self, arrivals: &Arrivals, repo: &Repo, found: &mut Signers) -> Option<Oid> {
        if let Some(commit) = self.settings.trust.or(arrivals.accepted) {
            return Some(commit);
        }
        let why = if self.settings.follow_history {
            "the history says it by itself (`follow-history`), but not from where on: verify a range A..B, or name the \
             first commit that is trusted with --trust"
                .to_owned()
        } else {
            match repo.head() {
                Ok(Some(head)) => return Some(head),
                Ok(None) => "there is no commit yet that says it; name one with --trust".to_owned(),
                Err(error) => Gap::of("", &error).why,
            }
        };
        found.gaps.push(Gap { what: "who may sign".to_owned(), why });
        None
    }

    fn tell_trust(&self, anchor: Oid, trust: &Trust, found: &mut Signers) {
        let Settings { allowed_signers, keyring, .. } = self.settings;
        found.notes.push(if trust.is_empty() {
            format!("nobody may sign: commit {anchor} has neither {allowed_signers} nor {keyring}")
        } else {
            format!("who may sign is what commit {anchor} says")
        });
        found.notes.extend(trust.notes.iter().cloned());
    }

    /// What needs no signature: what is not newer than the beginning, or than the commit from which the history speaks for itself. None
    /// where that cannot be told.
    fn exempt(&self, arrivals: &Arrivals, anchor: Oid, repo: &Repo, found: &mut Signers) -> Option<HashSet<Oid>> {
        let mut old = HashSet::new();
        for since in self.settings.since.into_iter().chain(self.settings.follow_history.then_some(anchor)) {
            let objects = repo.objects();
            // A tag is no commit, so nothing is said of its age.
            let is_commit = |oid: &Oid| matches!(objects.object(*oid), Ok((Kind::Commit, _)));
            let all: Vec<Oid> = arrivals.items.iter().map(|arrival| arrival.oid).filter(is_commit).collect();
            match repo.beyond(&all, since) {
                Ok(beyond) => {
                    let not_newer: Vec<_> = all.into_iter().filter(|oid| !beyond.contains(oid)).collect();
                    if !not_newer.is_empty() {
                        let number = not_newer.len();
                        found
                            .notes
                            .push(format!("needing no signature, because not newer than commit {since}: {number}"));
                    }
                    old.extend(not_newer);
                }
                Err(error) => {
                    let what = format!("what is not newer than commit {since} (`since` of [signatures], or --trust)");
                    found.gaps.push(Gap::of(what, &error));
                    return None;
                }
            }
        }
        Some(old)
    }

    /// Reads and judges every object by itself, the parents' side first.
    fn read(
        &self,
        arrivals: &Arrivals,
        exempt: &HashSet<Oid>,
        trust: &Trust,
        repo: &Repo,
        found: &mut Signers,
    ) -> Vec<One> {
        let begin = || (repo.objects(), Vec::new(), Vec::new(), 0);
        let parts = spread(self.jobs, &arrivals.items, begin, |(objects, ones, gaps, late), _, arrival| {
            if exempt.contains(&arrival.oid) {
                return;
            }
            if self.until.is_some_and(|until| Instant::now() >= until) {
                *late += 1;
                return;
            }
            match objects.object(arrival.oid) {
                Ok((kind, raw)) => {
                    let judged = judge(self, arrival, kind, &raw, trust);
                    ones.push(One { oid: arrival.oid, judged });
                }
                Err(error) => gaps.push(Gap::of(format_args!("the signature of {}", arrival.oid), &error)),
            }
        });
        let mut all: HashMap<Oid, One> = HashMap::new();
        for (_, ones, missed, late) in parts {
            all.extend(ones.into_iter().map(|one| (one.oid, one)));
            found.gaps.extend(missed);
            found.late += late;
        }
        let order: Vec<Oid> = arrivals.items.iter().map(|arrival| arrival.oid).collect();
        parents_first(&order, &mut all)
    }
}

/// Every object behind its parents, otherwise in the order of `order`.
fn parents_first(order: &[Oid], all: &mut HashMap<Oid, One>) -> Vec<One> {
    let mut sorted = Vec::with_capacity(all.len());
    let mut opened = HashSet::new();
    for oid in order {
        let mut stack = vec![*oid];
        while let Some(oid) = stack.last().copied() {
            let Some(one) = all.get(&oid) else {
                stack.pop();
                continue;
            };
            let before = stack.len();
            if opened.insert(oid) {
                let is_waiting = |parent: &&Oid| all.contains_key(parent) && !opened.contains(*parent);
                stack.extend(one.judged.parents.iter().filter(is_waiting));
            }
            if stack.len() == before {
                stack.pop();
                sorted.extend(all.remove(&oid));
            }
        }
    }
    sorted
}
