//! A scope, read: the sources that it consists of. They are loaded one by one, by [`Loader`], when their turn comes.

mod arrivals;
mod commits;
mod load;
mod message;
mod push;
mod walk;

use std::io;
use std::path::PathBuf;

pub use arrivals::base;
pub use commits::{Commits, Needs};
pub use load::Loader;
pub use message::says_something;
pub use push::Pushed;

use crate::git::{Change, GitError, Mode, Oid, Repo, RepoPath};
use crate::scope::{Arrivals, Coverage, Gap, Place, Scope, Source, named};
use crate::work::Jobs;

/// A scope, read.
#[derive(Clone, Debug, Default)]
pub struct Changeset {
    /// What there is to look at first.
    pub sources: Vec<Source>,
    /// What brings more of it, when its turn comes.
    pub commits: Commits,
    /// What is known before the first content is loaded: commits, submodules, and what could not be reached.
    pub coverage: Coverage,
    /// Whether what is staged would become the first commit.
    pub first_commit: bool,
    /// The commits and annotated tags that it brings, whose signatures are judged; of a push the commits below tell them.
    pub arrivals: Arrivals,
    /// The commits of a push.
    pub pushed: Option<Pushed>,
}

/// Why a scope could not be read. Nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The scope is one of git, and there is no repository.
    #[error("{0} needs a git repository: run this inside of one")]
    NoRepository(&'static str),
    /// Git's data cannot be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A path that was named is not there, or may not be looked at.
    #[error("{path}: {why}; name a file or folder that is there, and that you may read")]
    Path {
        /// As it was named.
        path: RepoPath,
        /// What the system says.
        why: io::Error,
    },
}

/// Reads scopes.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Where the scope lies; files and standard input need none.
    pub repo: Option<&'a Repo>,
    /// How many threads may work.
    pub jobs: Jobs,
    /// Whether a person edited the message: then its comment lines, and what lies below the scissors, are no message.
    pub edited: bool,
    /// Whether paths that are taken away are sources as well: only rules about paths ask for them.
    pub deletions: bool,
}

impl Reader<'_> {
    /// What the scope consists of.
    pub fn read(self, scope: &Scope) -> Result<Changeset, ReadError> {
        match scope {
            Scope::Staged { parents } => {
                let changes = self.repo(scope)?.staged(parents)?;
                let mut set = Changeset {
                    first_commit: !changes.is_empty() && changes.iter().all(|change| change.old.is_empty()),
                    ..Changeset::default()
                };
                for change in changes {
                    set.add(change, None);
                }
                if self.deletions {
                    let deleted = self.repo(scope)?.staged_deletions(parents)?;
                    set.sources.extend(deleted.into_iter().map(|path| Source::Deletion { path, commit: None }));
                }
                Ok(set)
            }
            Scope::Range(range) => self.range(self.repo(scope)?, range),
            Scope::Signatures(range) => arrivals::signatures(self.repo(scope)?, range.as_deref()),
            Scope::Push(push) => self.push(self.repo(scope)?, push),
            Scope::Files { roots, honour_ignores } => walk::files(self, roots, *honour_ignores),
            Scope::Message(path) => {
                let bytes = std::fs::read(path).map_err(|why| ReadError::Path { path: named(path), why })?;
                let bytes = if self.edited { message::without_comments(bytes, self.repo) } else { bytes };
                let source = Source::Bytes { place: Place::Message, bytes, commit: None };
                Ok(Changeset { sources: vec![source], ..Changeset::default() })
            }
            Scope::Stdin => Ok(Changeset { sources: vec![Source::Stdin], ..Changeset::default() }),
            Scope::History => {
                // It is no list of sources, but walked in the order of its packs; nothing looked at must not mean nothing found.
                let mut set = Changeset::default();
                let why = "`palisade audit` looks at it".to_owned();
                set.coverage.gaps.push(Gap { what: "the history".to_owned(), why });
                Ok(set)
            }
        }
    }

    fn repo(&self, scope: &Scope) -> Result<&Repo, ReadError> {
        self.repo.ok_or(ReadError::NoRepository(scope.as_str()))
    }

    /// Every commit of a range, the oldest first: what two commits bring is told of the first.
    fn range(self, repo: &Repo, range: &str) -> Result<Changeset, ReadError> {
        let mut commits = repo.commits(range)?;
        commits.reverse();
        let mut set = Changeset::default();
        set.coverage.commits = commits.len() as u64;
        if commits.is_empty() {
            let why = "no commit is in it; check the two ends, and that they are fetched".to_owned();
            set.coverage.gaps.push(Gap { what: named(range.as_ref()).to_string(), why });
        }
        set.arrivals = arrivals::of_range(repo, range, &commits)?;
        set.commits = Commits::of_range(commits, self.deletions);
        Ok(set)
    }
}

impl Changeset {
    fn add(&mut self, change: Change, commit: Option<Oid>) {
        // A submodule's commit lives in another repository, which has hooks of its own; its path can still tell something,
        // so the change stays a source.
        if change.new.mode == Mode::Submodule {
            self.coverage.submodules += 1;
        }
        self.sources.push(Source::Change { change, commit });
    }

    /// Without anything to look at, though something was expected: that is a gap, because "nothing found" would be a lie.
    fn expect_files(&mut self, roots: &[PathBuf]) {
        if self.sources.is_empty() && self.coverage.gaps.is_empty() {
            let what = roots.iter().map(|root| named(root).to_string()).collect::<Vec<_>>().join(" ");
            let why = "no file to look at; --no-ignore takes what .gitignore leaves out as well".to_owned();
            self.coverage.gaps.push(Gap { what, why });
        }
    }
}
