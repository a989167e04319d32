//! All that git tells us, as plain types. Nothing else opens a repository or starts git.

mod diff;
mod objects;
mod repo;

pub use diff::{Change, Version};
pub use objects::{Mode, Objects, Oid, RepoPath};
pub use repo::{GitError, Repo};
