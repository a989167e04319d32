//! All that git tells us, as plain types. Nothing else opens a repository or starts git.

mod align;
mod census;
mod command;
mod commit;
mod compare;
mod diff;
mod discover;
pub mod entries;
mod environment;
mod error;
mod fresh;
mod general;
mod history;
pub mod index;
mod loose;
mod map;
mod objects;
pub mod pack;
mod range;
mod rename;
mod repo;
mod staged;
mod tree;

pub use census::Census;
pub use commit::{Commit, Tag};
pub use diff::{Change, Version};
pub use environment::Environment;
pub use error::GitError;
pub use fresh::added;
pub use gix::objs::Kind;
pub use history::Ref;
pub use loose::Loose;
pub use objects::{Mode, Objects, Oid, RepoPath};
pub use repo::{ConfigScope, Repo};
