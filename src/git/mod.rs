//! All that git tells us, as plain types. Nothing else opens a repository or starts git.

mod align;
mod command;
mod commit;
mod compare;
mod diff;
mod discover;
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
mod refs;
mod rename;
mod repo;
mod revisions;
mod staged;
mod tree;

pub use commit::{Commit, Tag};
pub use diff::{Change, Version};
pub use environment::Environment;
pub use error::GitError;
pub use fresh::added;
pub use gix::objs::Kind;
pub use history::{Logged, LoggedChange, Ref};
pub use loose::Loose;
pub use objects::{Mode, Objects, Oid, RepoPath};
pub use refs::RefName;
pub use repo::{ConfigScope, Repo};
pub use revisions::{Ends, Entry};
