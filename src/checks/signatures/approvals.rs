//! Who stands behind an object beside its own signer: signed tags below `refs/tags/approve/` that say `Approved-for: REF` in a line of
//! their message. Such a tag approves what it names and, of a commit, all that this leads to, as a review does; so it says which ref it
//! is for, and a tag of another one does not count there.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::git::{GitError, Kind, Objects, Oid, RefName, Repo};
use crate::scope::{Arrival, Arrivals};

use super::judge::{Judged, Voice, judge};
use super::settings::Reserved;
use super::signed;
use super::trust::Trust;
use super::{One, Signatures};

/// Where approvals stand.
const BELOW: &[u8] = b"refs/tags/approve/";
/// How the line begins that says for which ref.
const LINE: &[u8] = b"Approved-for: ";

/// The approvals of what is judged.
#[derive(Default)]
pub(super) struct Approvals {
    tags: Vec<Approval>,
    /// Which of them speak of an object.
    of: HashMap<Oid, Rc<BTreeSet<usize>>>,
    /// What each of them is worth by the word of a commit.
    judged: RefCell<HashMap<(usize, *const Trust), Option<Voice>>>,
}

struct Approval {
    arrival: Arrival,
    raw: Vec<u8>,
    /// The refs that it is for.
    refs: Vec<Vec<u8>>,
}

impl Approvals {
    /// Those that a scope brings, and those that the repository has; `ones` stand behind their parents.
    pub(super) fn read(arrivals: &Arrivals, ones: &[One], repo: &Repo, objects: &Objects) -> Result<Self, GitError> {
        let mut found: HashMap<RefName, Oid> = HashMap::new();
        for reference in repo.refs()? {
            let name = RefName::new(reference.name.as_bytes());
            if name.as_bytes().starts_with(BELOW) {
                found.insert(name, reference.named);
            }
        }
        for arrival in &arrivals.items {
            let names = arrival.refs.iter().filter(|name| name.as_bytes().starts_with(BELOW));
            found.extend(names.map(|name| (name.clone(), arrival.oid)));
        }
        let mut approvals = Self::default();
        let mut own: HashMap<Oid, BTreeSet<usize>> = HashMap::new();
        for (name, oid) in found {
            let (kind, raw) = objects.object(oid)?;
            let target = signed::header(&raw, "object").and_then(|hex| Oid::from_hex(hex).ok());
            let refs: Vec<_> = raw.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(LINE)).collect();
            let (Kind::Tag, Some(target), false) = (kind, target, refs.is_empty()) else { continue };
            let refs = refs.into_iter().map(|name| name.trim_ascii().to_vec()).collect();
            own.entry(target).or_default().insert(approvals.tags.len());
            approvals.tags.push(Approval { arrival: Arrival { oid, refs: vec![name] }, raw, refs });
        }
        approvals.hand_down(own, ones);
        Ok(approvals)
    }

    /// What approves a commit approves its parents: each commit is reached before them.
    fn hand_down(&mut self, own: HashMap<Oid, BTreeSet<usize>>, ones: &[One]) {
        self.of = own.into_iter().map(|(oid, tags)| (oid, Rc::new(tags))).collect();
        for one in ones.iter().rev() {
            let Some(tags) = self.of.get(&one.oid).cloned() else { continue };
            for parent in &one.judged.parents {
                let known = self.of.entry(*parent).or_insert_with(|| Rc::clone(&tags));
                if !tags.is_subset(known) {
                    Rc::make_mut(known).extend(tags.iter().copied());
                }
            }
        }
    }

    /// Whether a block is kept to by whoever signed an object, or approved it for `name`; of a path any ref will do. `trust` is what
    /// counts of who may sign. Where it is not, how many of how many that is.
    pub(super) fn hold(
        &self,
        check: &Signatures<'_>,
        judged: &Judged,
        (block, name): (&Reserved, Option<&RefName>),
        trust: &Arc<Trust>,
    ) -> Result<(), usize> {
        let mut voices: Vec<Voice> = judged.voice.iter().cloned().collect();
        for at in self.of.get(&judged.arrival.oid).iter().flat_map(|tags| tags.iter().copied()) {
            let approval = &self.tags[at];
            if name.is_none_or(|name| approval.refs.iter().any(|other| other == name.as_bytes())) {
                let mut judged = self.judged.borrow_mut();
                let voice = judged.entry((at, Arc::as_ptr(trust))).or_insert_with(|| {
                    let said = judge(check, &approval.arrival, Kind::Tag, &approval.raw, trust);
                    said.voice.filter(|_| said.state.stands())
                });
                voices.extend(voice.clone());
            }
        }
        let number = number(block, &voices);
        if number >= block.threshold { Ok(()) } else { Err(number) }
    }
}

/// How many of those whom a block names have spoken. Nobody counts twice: each needs a key and a name of their own, so it is the
/// largest number of pairs of both.
fn number(block: &Reserved, voices: &[Voice]) -> usize {
    let mut keys = BTreeSet::new();
    let voices = voices.iter().filter(|voice| keys.insert(voice.key()));
    let names: Vec<Vec<usize>> = voices
        .map(|voice| (0..block.signers.len()).filter(|name| voice.is_named(&block.signers[*name])).collect())
        .collect();
    let mut taken = vec![None; block.signers.len()];
    (0..names.len()).filter(|voice| takes(*voice, &names, &mut taken, &mut BTreeSet::new())).count()
}

/// Whether a voice finds a name that is free, or that another one can leave for a free one.
fn takes(voice: usize, names: &[Vec<usize>], taken: &mut [Option<usize>], tried: &mut BTreeSet<usize>) -> bool {
    for name in names[voice].iter().copied() {
        if tried.insert(name) && taken[name].is_none_or(|other| takes(other, names, taken, tried)) {
            taken[name] = Some(voice);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use globset::Glob;

    use super::super::globs::Patterns;
    use super::super::outcome::Owner;
    use super::*;

    fn voice(key: &str, addresses: &str) -> Voice {
        let owner = Owner::Principals { patterns: Patterns::new(addresses), certified: None };
        Voice { keys: vec![key.to_owned()], owner }
    }

    #[test]
    fn nobody_counts_twice() {
        let signers = ["a", "b", "c"].map(|name| format!("{name}@x")).to_vec();
        let block = Reserved { glob: Glob::new("*").unwrap().compile_matcher(), signers, threshold: 2 };
        let of = |voices: &[Voice]| number(&block, voices);
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&[voice("1", "a@x"), voice("2", "b@x")]), 2);
        assert_eq!(of(&[voice("1", "a@x"), voice("1", "a@x")]), 1, "one key");
        assert_eq!(of(&[voice("1", "a@x,b@x"), voice("1", "b@x")]), 1, "one key under two names");
        assert_eq!(of(&[voice("1", "a@x"), voice("2", "a@x")]), 1, "two keys of one");
        assert_eq!(of(&[voice("1", "a@x,b@x"), voice("2", "a@x")]), 2, "the first leaves its name to the second");
        assert_eq!(of(&[voice("1", "d@x"), voice("2", "*@x")]), 0, "nobody is named by a pattern");
    }
}
