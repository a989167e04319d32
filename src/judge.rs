//! Findings and policy to a report and its verdict: the one place where a verdict is made.

use crate::finding::Finding;
use crate::rule::Level;
use crate::scope::{Coverage, Scope};

/// Whether a change may enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing speaks against it.
    Accept,
    /// At least one finding at level `reject`.
    Reject,
    /// Something could not be looked at.
    Incomplete,
}

/// A finding, and what the policy does with it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// `reject` or `annotate`; what is ignored is counted only.
    pub level: Level,
}

/// How many findings are not in the report, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suppressed {
    /// A `palisade:allow` marker lets them in.
    pub markers: u64,
    /// The policy's level for them is `ignore`.
    pub ignored: u64,
}

/// The finished report.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was judged.
    pub scope: Scope,
    /// The verdict: it is the exit code.
    pub verdict: Verdict,
    /// Most severe first, then by place.
    pub findings: Vec<Judged>,
    /// What is not among them.
    pub suppressed: Suppressed,
    /// What was looked at.
    pub coverage: Coverage,
}
