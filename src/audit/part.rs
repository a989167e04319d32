//! Which part of a history is told of. All of it is looked at, because versions are made from one another, wherever they belong.

use globset::GlobSet;

use super::State;

/// Which part of a history is told of; all by default.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Only what refs lead to, or HEAD.
    pub reachable: bool,
    /// Only what refs with such names lead to; all refs where there is none.
    pub refs: Option<GlobSet>,
    /// Only what is not among these. What is, is not even looked at, unless something else is made from it.
    pub known: State,
    /// Only what was committed at this time or later, in seconds since 1970 UTC.
    pub since: Option<i64>,
    /// Only what was committed at this time or before.
    pub until: Option<i64>,
}

impl Part {
    /// Whether what no ref leads to is left out.
    pub(super) fn needs_refs(&self) -> bool {
        self.reachable || self.refs.is_some()
    }

    /// Whether what leads from a ref of this full name belongs to it.
    pub(super) fn has_ref(&self, name: &str) -> bool {
        let short = ["refs/heads/", "refs/tags/", "refs/remotes/"].iter().find_map(|prefix| name.strip_prefix(prefix));
        self.refs.as_ref().is_none_or(|refs| refs.is_match(name) || short.is_some_and(|short| refs.is_match(short)))
    }

    /// Whether it has bounds in time; what has no time is left out then.
    pub(super) fn is_bounded(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether something of that time belongs to it.
    pub(super) fn has_time(&self, time: i64) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time <= until)
    }
}
