//! What was looked at and what was not, and why.

use std::fmt;

use super::named;

/// What was looked at and what was not, and why; part of every report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Contents looked at.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Commits that they came from.
    pub commits: u64,
    /// Contents that the policy's `ignore-paths` left out.
    pub ignored: u64,
    /// Submodules met: their commits have hooks of their own.
    pub submodules: u64,
    /// What should have been looked at and was not. One is enough to make a verdict incomplete.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// Adds what another one has looked at.
    pub fn add(&mut self, other: Self) {
        let Self { contents, bytes, commits, ignored, submodules, gaps } = other;
        self.contents += contents;
        self.bytes += bytes;
        self.commits += commits;
        self.ignored += ignored;
        self.submodules += submodules;
        self.gaps.extend(gaps);
    }
}

/// Something that was not looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What: a path, an object; cleaned for a terminal.
    pub what: String,
    /// Why, and what to do next.
    pub why: String,
}

impl Gap {
    /// From an error, with the errors that it came from.
    #[must_use]
    pub fn of(what: impl fmt::Display, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut why = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            why = format!("{why}: {error}");
            source = error.source();
        }
        Self { what: what.to_string(), why: named(why.as_ref()).to_string() }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}
