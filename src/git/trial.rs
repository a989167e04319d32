//! What the user's next commit would be signed like: a commit that git makes and signs, and that no repository keeps.

use std::fs;

use super::command::Git;
use super::{GitError, Oid, Repo};

impl Repo {
    /// Makes an empty commit as the user would, signed as git is configured to sign, in a folder of its own that is removed again: its name
    /// and its raw bytes. Whatever signs may ask the user for a passphrase or a touch.
    ///
    /// # Errors
    /// When git cannot make or sign it.
    pub fn trial_commit(&self) -> Result<(Oid, Vec<u8>), GitError> {
        let folder = self.common_dir().join("palisade").join(format!("trial-{}", std::process::id()));
        let io = |source| GitError::Io { path: folder.clone(), source };
        fs::create_dir_all(&folder).map_err(io)?;
        let made = self.make_in(&folder);
        fs::remove_dir_all(&folder).map_err(io)?;
        made
    }

    fn make_in(&self, folder: &std::path::Path) -> Result<(Oid, Vec<u8>), GitError> {
        let mut environment = self.git.environment().clone();
        environment.set("GIT_OBJECT_DIRECTORY", fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()));
        let git = Git::new(self.git.dir().to_owned(), environment);
        let tree = git.read(&["hash-object", "-t", "tree", "-w", "--stdin"])?;
        let tree = String::from_utf8_lossy(&tree).trim().to_owned();
        let made = git.read(&["commit-tree", "-S", "-m", "Would this be accepted?", &tree])?;
        let oid = Oid::from_hex(made.trim_ascii())?;
        Ok((oid, git.read(&["cat-file", "commit", &oid.to_string()])?))
    }
}
