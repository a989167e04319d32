//! A rule of the policy that is broken, and who may break it.

use crate::finding::{Excerpt, Finding, Location, Marker};
use crate::git::Oid;
use crate::rule::{Confidence, Level, Rule};
use crate::scope::{Place, Push};
use crate::text::{Position, Region};

/// A rule of the policy that is broken, with what the policy does about it.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which.
    pub rule: &'static Rule,
    /// What the policy does about it.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// The line there, from 1.
    pub line: usize,
    /// The commit that breaks it.
    pub commit: Option<Oid>,
    /// In what way, in a sentence; names from outside are cleaned.
    pub reason: String,
    /// Whether somebody may break it who else may not.
    pub bypassed: bool,
}

impl Broken {
    /// The finding, and its level.
    #[must_use]
    pub fn into_finding(self) -> (Finding, Level) {
        let start = Position { line: self.line, column: 1 };
        let location = Location {
            place: self.place,
            inside: None,
            start,
            end: start,
            region: Region::new(0, 0),
            blob: None,
            commit: self.commit,
        };
        let finding = Finding {
            rule: self.rule,
            confidence: Confidence::Certain,
            reason: self.reason,
            location,
            preview: String::new(),
            excerpt: Excerpt { text: String::new(), mark: 0 },
            fingerprint: None,
            marker: Marker::None,
            bypassed: self.bypassed,
            pair: None,
            origin: None,
        };
        (finding, self.level)
    }
}

/// So many of those who may break a rule are named to those who may not.
const NAMES: usize = 3;

/// Who may break rules. A rule that is let be broken is told all the same, and annotated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bypass {
    /// Pushers who may, always.
    pub always: Vec<String>,
    /// Pushers who may when they give a reason: `git push -o palisade.bypass=REASON`.
    pub with_reason: Vec<String>,
}

impl Bypass {
    /// Lets a push break what it may break. Only what would keep it out is changed: the reason says who let it in, and why; or who could.
    pub fn apply(&self, push: &Push, broken: &mut [Broken]) {
        let is_in = |list: &[String]| push.pusher.as_ref().is_some_and(|pusher| list.contains(pusher));
        let pusher = push.pusher.as_deref().unwrap_or_default();
        let (level, words) = match &push.bypass {
            _ if is_in(&self.always) => (Level::Annotate, format!("; let in for {pusher}")),
            Some(reason) if is_in(&self.with_reason) => (Level::Annotate, format!("; let in for {pusher}: {reason}")),
            None if is_in(&self.with_reason) => {
                (Level::Reject, format!("; {pusher} may with a reason: git push -o palisade.bypass=\"TICKET reason\""))
            }
            Some(_) | None => (Level::Reject, self.whom_to_ask()),
        };
        for broken in broken.iter_mut().filter(|broken| broken.level == Level::Reject) {
            broken.level = level;
            broken.bypassed = level == Level::Annotate;
            broken.reason.push_str(&words);
        }
    }

    /// Who may, as far as there is somebody.
    fn whom_to_ask(&self) -> String {
        let mut names: Vec<&str> = self.always.iter().chain(&self.with_reason).map(String::as_str).collect();
        names.dedup();
        let more = if names.len() > NAMES { format!(" and {} more", names.len() - NAMES) } else { String::new() };
        names.truncate(NAMES);
        if names.is_empty() { String::new() } else { format!("; who may: {}{more}", names.join(", ")) }
    }
}
