//! What depends on others: a merge by a forge on its parents, a reserved ref or path on who approved, and who may sign on what the parent says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::approvals::Approvals;
use super::judge::{Judged, judge};
use super::trust::{Store, Trust};
use super::{One, Reserved, Signatures, Signers, State};
use crate::git::{Objects, Oid, RepoPath};
use crate::scope::Gap;

impl Signatures<'_> {
    /// Judges what depends on others: each object after its parents. What a forge signed stands only where it merges what was accepted;
    /// and where the history speaks for itself, each commit is judged by what its first parent says of who may sign. The word of a
    /// commit that was not accepted does not count: those behind it are judged by what counted before.
    pub(super) fn settle(
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
