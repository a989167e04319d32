//! `palisade.toml`, as meant: which rules, which level, where.

use crate::git::RepoPath;
use crate::rule::{Confidence, Level};

/// What is in force.
#[derive(Clone, Debug)]
pub struct Policy {}

impl Policy {
    /// What the policy does with a finding of `rule`.
    #[must_use]
    pub fn level(&self, rule: &str, confidence: Confidence) -> Level { todo!() }
    /// Whether a path is left out.
    #[must_use]
    pub fn ignores(&self, path: &RepoPath) -> bool { todo!() }
}
