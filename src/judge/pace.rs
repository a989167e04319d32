//! How long a judge may look, and whom it tells how far it is.

use std::time::{Duration, Instant};

use super::Judge;
use crate::scope::Gap;

/// How long a judge may look, and whom it tells how far it is.
#[derive(Clone, Copy, Default)]
pub struct Pace<'a> {
    /// When to stop, and how long that is from the beginning.
    pub deadline: Option<(Instant, Duration)>,
    /// Is called now and then with how many are done, of how many, of what.
    pub progress: Option<&'a (dyn Fn(u64, u64, Unit) + Sync)>,
}

/// What is counted for those who wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Objects of a pack that were sifted.
    Objects,
    /// Commits that were judged.
    Commits,
}

impl Pace<'_> {
    pub(super) fn is_over(self) -> bool {
        self.deadline.is_some_and(|(deadline, _)| Instant::now() >= deadline)
    }

    pub(super) fn tell(self, done: u64, all: u64, unit: Unit) {
        if let Some(progress) = self.progress {
            progress(done, all, unit);
        }
    }
}

impl Judge<'_> {
    /// What was left when time was up.
    pub(super) fn late(self, what: &str) -> Gap {
        let span = self.pace.deadline.map_or(Duration::ZERO, |(_, span)| span);
        let why = format!(
            "the deadline of {} s in [server] of the policy had passed; push smaller parts",
            span.as_secs_f64()
        );
        Gap { what: what.to_owned(), why }
    }
}
