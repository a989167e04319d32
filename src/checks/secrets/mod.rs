//! Secrets in contents.

use super::Check;
use crate::finding::Finding;
use crate::rule::Rule;
use crate::scope::{Content, Gap};

/// The check for secrets.
pub struct Secrets {}

impl Secrets {
    /// With the built-in patterns. `key` makes fingerprints; without one, findings have none.
    #[must_use]
    pub fn new(key: Option<Vec<u8>>) -> Self { todo!() }
}

impl Check for Secrets {
    fn rules(&self) -> Vec<&'static Rule> { todo!() }
    fn check(&self, content: &Content, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) { todo!() }
}

/// All rules for secrets, for `palisade rules` and the validation of a policy.
#[must_use]
pub fn patterns() -> &'static [Pattern] { todo!() }

/// A rule for secrets, as data from `patterns/*.toml`; see `patterns/README.md` for its fields.
#[derive(Debug)]
pub struct Pattern {
    /// The rule that a match breaks.
    pub rule: Rule,
    /// What kind of secret.
    pub kind: &'static str,
    /// How sure a match is by itself.
    pub confidence: crate::rule::Confidence,
    /// Where the format is documented.
    pub source: &'static str,
}
