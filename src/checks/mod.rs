//! Contents in, findings out: the one list of checks.

mod broken;
pub mod commits;
mod conventional;
pub mod files;
pub mod owners;
pub mod refs;
pub mod secrets;
pub mod signatures;
mod text_pattern;

pub use broken::{Broken, Bypass};
pub use secrets::Sifted;
pub use text_pattern::TextPattern;

use crate::finding::Finding;
use crate::git::RepoPath;
use crate::rule::Rule;
use crate::scope::{Content, Gap};
use crate::text::{Copied, Piece};
use crate::work::Jobs;

/// Looks at contents.
pub trait Check: Sync {
    /// Looks at one content, and adds what it finds in ascending order of place. A part that it could not look at is a gap.
    fn check(&self, content: &Content, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>);

    /// Whether a blob of a pack may break a rule of this check under any path, and what to tell those that are made from it; none where they have
    /// to be looked at from end to end. `base` is what was told of the blob that this one was made from, what was copied from there, and how
    /// long that is.
    fn sift(&self, _content: &[u8], _base: Option<(&Sifted, &[Copied], usize)>) -> (bool, Option<Sifted>) {
        (true, None)
    }

    /// How much of a text on each side of a place decides what is found there; `None` where all of it may.
    fn reach(&self) -> Option<usize> {
        None
    }

    /// Whether [`Check::check`] would find nothing in a content that is fresh all over, as far as a piece of it tells that has [`Check::reach`]
    /// around its part. Where all pieces of a content say so, there is nothing in it.
    fn passes(&self, _piece: &Piece, _path: Option<&RepoPath>) -> bool {
        false
    }
}

/// All rules of the policy that are about no secret: of refs, commits, files, owners and signatures.
#[must_use]
pub fn policy_rules() -> Vec<&'static Rule> {
    [refs::rules(), commits::rules(), files::rules(), owners::rules(), signatures::rules()].concat()
}

/// The one list of checks. `key` makes the fingerprints of their findings; without one there are none. Up to `jobs` threads work
/// on one content.
#[must_use]
pub fn all(key: Option<Vec<u8>>, jobs: Jobs) -> Vec<Box<dyn Check>> {
    with_own(key, &[], jobs)
}

/// The same with patterns of a repository's own.
#[must_use]
pub fn with_own(key: Option<Vec<u8>>, own: &'static [secrets::Pattern], jobs: Jobs) -> Vec<Box<dyn Check>> {
    vec![Box::new(secrets::Secrets::with_own(key, own, jobs))]
}
