//! What the report of a push tells of the commits that have to be mended.

use std::collections::HashMap;

use super::Judged;
use crate::changeset::Pushed;
use crate::checks::Check;
use crate::git::{Objects, Oid, RepoPath};
use crate::redact::redacted_bytes;
use crate::scope::Push;

/// The most characters of a subject.
const SUBJECT: usize = 72;

/// A commit of a push, as a report tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The first line of its message, cleaned, and without secrets.
    pub subject: String,
    /// The ref of the push that leads to it, cleaned, and without secrets.
    pub reference: String,
    /// How far it is from the tip of that ref.
    pub rewrite: Rewrite,
}

/// How a commit is changed that was not accepted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// It is the tip.
    Amend,
    /// Others stand on it, all in a line; `place` is how many.
    Rebase {
        /// How many stand on it: the more, the older.
        above: usize,
    },
    /// The same with merges among them.
    RebaseMerges {
        /// How many stand on it.
        above: usize,
    },
    /// It has no parent to go back to.
    RebaseRoot {
        /// How many stand on it.
        above: usize,
    },
}

impl Rewrite {
    /// How many commits stand on it.
    #[must_use]
    pub fn above(self) -> usize {
        match self {
            Self::Amend => 0,
            Self::Rebase { above } | Self::RebaseMerges { above } | Self::RebaseRoot { above } => above,
        }
    }
}

/// Tells of the commits that findings name.
pub(super) fn tell(
    push: &Push,
    pushed: &Pushed,
    findings: &[Judged],
    objects: &Objects,
    checks: &[Box<dyn Check>],
) -> HashMap<Oid, Told> {
    let commits = &pushed.commits;
    let named = findings.iter().filter_map(|judged| judged.finding.location.commit);
    let named: HashMap<usize, Oid> = named.filter_map(|commit| Some((commits.place(commit)?, commit))).collect();
    let mut told = HashMap::new();
    if named.is_empty() {
        return told;
    }
    for (name, places) in pushed.by_ref(push, objects) {
        if !places.iter().any(|place| named.contains_key(place)) {
            continue;
        }
        let parents = |place: usize| commits.parents_at(place);
        let has_merges = places.iter().any(|place| parents(*place).len() > 1);
        let reference = shown(name.as_bytes(), checks);
        for (above, place) in places.iter().rev().enumerate() {
            let Some(commit) = named.get(place) else { continue };
            let rewrite = match (above, parents(*place).is_empty(), has_merges) {
                (0, ..) => Rewrite::Amend,
                (_, true, _) => Rewrite::RebaseRoot { above },
                (_, false, true) => Rewrite::RebaseMerges { above },
                (_, false, false) => Rewrite::Rebase { above },
            };
            let subject = objects.message(*commit).map(|message| shown(subject(&message), checks)).unwrap_or_default();
            told.insert(*commit, Told { subject, reference: reference.clone(), rewrite });
        }
    }
    told
}

/// What strangers wrote, without secrets, and cleaned.
fn shown(text: &[u8], checks: &[Box<dyn Check>]) -> String {
    RepoPath::new(redacted_bytes(text, checks)).to_string()
}

fn subject(message: &[u8]) -> &[u8] {
    let lines = message.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.into_iter().find(|line| !line.is_empty()).unwrap_or_default()
}

impl Told {
    /// The subject, cut to what fits on a line.
    #[must_use]
    pub fn short_subject(&self) -> String {
        if self.subject.chars().count() <= SUBJECT {
            return self.subject.clone();
        }
        let start: String = self.subject.chars().take(SUBJECT - 1).collect();
        format!("{start}\u{2026}")
    }
}
