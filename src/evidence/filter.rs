//! Which lines of a log are meant.

use super::Record;

/// What a line must be like; what is not set is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Not before this second.
    pub since: Option<i64>,
    /// Not after this second.
    pub until: Option<i64>,
    /// A finding of this rule was told, or let in.
    pub rule: Option<String>,
    /// This one pushed.
    pub pusher: Option<String>,
    /// The verdict: `accept`, `reject`, `incomplete`.
    pub verdict: Option<String>,
    /// A ref of this name moves.
    pub reference: Option<String>,
}

impl Filter {
    /// Whether a line is meant.
    #[must_use]
    pub fn takes(&self, record: &Record) -> bool {
        let second = record.time.div_euclid(1000);
        let rules = record.findings.iter().chain(record.suppressed.iter().map(|let_in| &let_in.found));
        let mut rules = rules.map(|found| &found.rule);
        self.since.is_none_or(|since| second >= since)
            && self.until.is_none_or(|until| second <= until)
            && self.rule.as_ref().is_none_or(|rule| rules.any(|known| known == rule))
            && self.pusher.as_ref().is_none_or(|pusher| record.pusher.as_ref() == Some(pusher))
            && self.verdict.as_ref().is_none_or(|verdict| record.verdict == *verdict)
            && self.reference.as_ref().is_none_or(|name| record.refs.iter().any(|moved| moved.name == *name))
    }
}
