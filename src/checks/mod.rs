//! Contents in, findings out: the one list of checks.

pub mod secrets;

use crate::finding::Finding;
use crate::rule::Rule;
use crate::scope::{Content, Gap};
use crate::work::Jobs;

/// Looks at contents.
pub trait Check: Sync {
    /// All rules that it can find broken.
    fn rules(&self) -> Vec<&'static Rule>;
    /// Looks at one content, and adds what it finds in ascending order of place. A part that it could not look at is a gap.
    fn check(&self, content: &Content, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>);
}

/// The one list of checks. `key` makes the fingerprints of their findings; without one there are none. Up to `jobs` threads work
/// on one content.
#[must_use]
pub fn all(key: Option<Vec<u8>>, jobs: Jobs) -> Vec<Box<dyn Check>> {
    vec![Box::new(secrets::Secrets::new(key, jobs))]
}
