//! Who signed, does it hold, and may they: the signatures of commits and annotated tags, verified in this process.
//!
//! `signed` takes an object apart, `ssh`, `openpgp` and `x509` say what its signature is worth and whose key it is, and `judge` asks whether
//! the owner may sign this. Who may, `trust` reads from the tree of a commit that was accepted.

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
pub mod signed;
mod ssh;
mod state;
mod trust;
mod vouch;
mod wire;
mod x509;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

pub use settings::{Identity, Require, Reserved, Settings};
pub use state::{STATES, State};
pub use trust::Trust;
pub use vouch::Vouchers;

use crate::finding::{Attestation, Excerpt, Finding, Location, Marker};
use crate::git::{Kind, Objects, Oid, Repo, RepoPath};
use crate::rule::{Confidence, Level, Rule};
use crate::scope::{Arrival, Arrivals, Gap, Place, Push};
use crate::text::{Position, Region};
use crate::work::{Jobs, spread};
use approvals::Approvals;
use judge::{Judged, judge};
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

    /// Judges what depends on others: each object after its parents. What a forge signed stands only where it merges what was accepted;
    /// and where the history speaks for itself, each commit is judged by what its first parent says of who may sign. The word of a
    /// commit that was not accepted does not count: those behind it are judged by what counted before.
    fn settle(
        &self,
        ones: &mut [One],
        (anchor, approvals): (&Arc<Trust>, &Approvals),
        store: &mut Store<'_>,
        objects: &Objects,
        found: &mut Signers,
    ) {
        let mut refused: HashSet<Oid> = HashSet::new();
        let mut words: HashMap<Oid, Arc<Trust>> = HashMap::new();
        for one in ones {
            let parent = one.judged.parents.first().copied();
            let trust = parent.and_then(|parent| words.get(&parent)).unwrap_or(anchor).clone();
            if !Arc::ptr_eq(&trust, anchor)
                && let Ok((kind, raw)) = objects.object(one.oid)
            {
                one.judged = judge(self, &one.judged.arrival, kind, &raw, &trust);
            }
            hold_forge(one, &refused);
            if let Err(gap) = hold_reserved(self, one, (approvals, &trust), objects) {
                found.gaps.push(gap);
            }
            if !one.judged.state.stands() {
                refused.insert(one.oid);
            }
            if self.settings.follow_history {
                let word = word(one, trust, &words, store).unwrap_or_else(|(gap, trust)| {
                    found.gaps.push(gap);
                    trust
                });
                words.insert(one.oid, word);
            }
        }
    }
}

/// What a forge signed stands only where it merges what was accepted.
fn hold_forge(one: &mut One, refused: &HashSet<Oid>) {
    let Judged { parents, by_forge, state, .. } = &one.judged;
    if !by_forge || !state.stands() {
        return;
    }
    let why = if parents.len() < 2 {
        "a forge signs merges only, and this is none"
    } else if parents.iter().any(|parent| refused.contains(parent)) {
        "a forge signs merges of accepted commits only, and a parent of this one is not"
    } else {
        return;
    };
    one.judged.state = State::NotAllowed;
    why.clone_into(&mut one.judged.why);
}

/// Whether the refs that an object goes to, and the paths that a commit changes, are open to those who signed or approved it.
fn hold_reserved(
    check: &Signatures<'_>,
    one: &mut One,
    (approvals, trust): (&Approvals, &Arc<Trust>),
    objects: &Objects,
) -> Result<(), Gap> {
    if !one.judged.state.stands() {
        return Ok(());
    }
    let mut why = None;
    for name in &one.judged.arrival.refs {
        for block in check.settings.refs.iter().filter(|block| block.fits(name.as_bytes())) {
            if let Err(number) = approvals.hold(check, &one.judged, (block, Some(name)), trust) {
                why = Some(missing(&name.to_string(), block, number, &name.to_string()));
            }
        }
    }
    let closed = |block: &&Reserved| approvals.hold(check, &one.judged, (block, None), trust).is_err();
    let closed: Vec<&Reserved> = check.settings.paths.iter().filter(closed).collect();
    if !closed.is_empty() && one.judged.is_commit {
        let changed = objects
            .changed_paths(one.oid, &one.judged.parents)
            .map_err(|error| Gap::of(format_args!("what commit {} changes", one.oid), &error))?;
        let is_closed = |path: &RepoPath| closed.iter().copied().find(|block| block.fits(path.as_bytes()));
        if let Some((path, block)) = changed.iter().find_map(|path| Some((path, is_closed(path)?))) {
            let number = approvals.hold(check, &one.judged, (block, None), trust).err().unwrap_or_default();
            why = Some(format!("it changes {path}: {}", missing("it", block, number, "REF")));
        }
    }
    if let Some(why) = why {
        one.judged.state = State::NotAllowed;
        one.judged.why = why;
    }
    Ok(())
}

/// Who has to sign beside those who have.
fn missing(what: &str, block: &Reserved, number: usize, name: &str) -> String {
    match block.threshold {
        0 | 1 => format!("{what} is reserved for other signers"),
        threshold => format!(
            "{what} needs {threshold} of the signers that the policy names for it, and has {number}; another of them approves \
             it with `git tag -s -m 'Approved-for: {name}' approve/NAME COMMIT`, and that tag is pushed with it"
        ),
    }
}

/// What a commit says of who may sign after it, where it was judged by `trust`.
fn word(
    one: &One,
    trust: Arc<Trust>,
    words: &HashMap<Oid, Arc<Trust>>,
    store: &mut Store<'_>,
) -> Result<Arc<Trust>, (Gap, Arc<Trust>)> {
    let Judged { parents, by_forge, is_commit, state, .. } = &one.judged;
    let is_as = |parent: Oid| matches!((store.files(parent), store.files(one.oid)), (Ok(a), Ok(b)) if a == b);
    if !is_commit || !state.stands() || parents.first().is_some_and(|parent| is_as(*parent)) {
        return Ok(trust);
    }
    if *by_forge {
        // Whoever resolves a conflict in a browser writes what they like, and the forge signs it: only what a parent said counts.
        let said = parents.iter().filter(|parent| is_as(**parent)).find_map(|parent| words.get(parent));
        return Ok(said.cloned().unwrap_or(trust));
    }
    store.at(one.oid).map_err(|gap| (gap, trust))
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

fn finding(rule: &'static Rule, one: &One) -> Finding {
    let start = Position { line: 1, column: 1 };
    let Judged { tag, why, key, signer, arrival, .. } = &one.judged;
    let (place, commit) = match tag {
        // What is neither tag nor commit has no name but that of the ref.
        Some(name) if name.is_empty() && !arrival.refs.is_empty() => (Place::Ref(arrival.refs[0].clone()), None),
        Some(name) => (Place::Tag(RepoPath::new(name.as_slice())), None),
        None => (Place::Commit, Some(one.oid)),
    };
    let by = match (key, signer) {
        (Some(key), Some(signer)) => format!(" (key {key} of {signer})"),
        (Some(key), None) => format!(" (key {key})"),
        (None, _) => String::new(),
    };
    Finding {
        rule,
        confidence: Confidence::Certain,
        reason: clean(format!("{why}{by}").as_bytes()),
        location: Location { place, inside: None, start, end: start, region: Region::new(0, 0), blob: None, commit },
        preview: String::new(),
        excerpt: Excerpt { text: String::new(), mark: 0 },
        fingerprint: None,
        marker: Marker::None,
        bypassed: false,
        pair: None,
        origin: None,
    }
}

fn attestation(one: One) -> Attestation {
    let Judged { state, why, key, signer, format, tag, subject, author, time, .. } = one.judged;
    Attestation {
        object: one.oid,
        tag: tag.as_deref().map(clean),
        subject: clean(&subject),
        author: clean(&author),
        time,
        state: state.as_str(),
        stands: state.stands(),
        format,
        key,
        signer: signer.map(|signer| clean(signer.as_bytes())),
        why: clean(why.as_bytes()),
    }
}

/// What strangers wrote, for a terminal.
fn clean(bytes: &[u8]) -> String {
    RepoPath::new(bytes).to_string()
}

/// A day for people: `2026-01-02`.
fn day(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(time) => time.strftime("%F").to_string(),
        Err(_) => format!("second {seconds}"),
    }
}
