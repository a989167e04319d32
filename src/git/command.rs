//! Starts git: the one place that does. Only for what is asked rarely, or what only git knows (revision syntax,
//! configuration, reftables).

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Environment, GitError};

/// How git is started for one repository.
pub(super) struct Git {
    dir: PathBuf,
    environment: Environment,
}

impl Git {
    /// Git, to be started in `dir`, with `environment` and no other.
    pub(super) fn new(dir: PathBuf, mut environment: Environment) -> Self {
        // What `refs/replace` names must not stand for what is really there.
        environment.set("GIT_NO_REPLACE_OBJECTS", "1");
        // Reading must neither write nor ask the network.
        environment.set("GIT_OPTIONAL_LOCKS", "0");
        environment.set("GIT_NO_LAZY_FETCH", "1");
        environment.set("GIT_TERMINAL_PROMPT", "0");
        // Messages are read by people, and by the one test for an unknown revision.
        environment.set("LC_ALL", "C");
        Self { dir, environment }
    }

    /// The folder that git is started in; relative paths that it prints begin there.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs git with `args` to its end.
    ///
    /// `args` are ours; what comes from outside stands behind `--end-of-options`.
    ///
    /// # Errors
    /// When git cannot be started. Its exit code is the caller's to judge.
    pub(super) fn run(&self, args: &[&str]) -> Result<Output, GitError> {
        Command::new("git")
            .arg("--no-pager")
            .args(args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(self.environment.iter())
            .stdin(Stdio::null())
            .output()
            .map_err(GitError::NoGit)
    }

    /// Runs git and takes its standard output.
    ///
    /// # Errors
    /// When git cannot be started, or fails.
    pub(super) fn read(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.run(args)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output)) }
    }

    /// Runs git and takes its standard output; exit code 1 is its way to say "there is none".
    ///
    /// # Errors
    /// When git cannot be started, or fails otherwise.
    pub(super) fn ask(&self, args: &[&str]) -> Result<Option<Vec<u8>>, GitError> {
        let output = self.run(args)?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(1) => Ok(None),
            _ => Err(failed(args, &output)),
        }
    }
}

/// What git said when it failed.
pub(super) fn failed(args: &[&str], output: &Output) -> GitError {
    GitError::Git { command: args.join(" "), said: said(output) }
}

/// Standard error, on one line and without control characters.
pub(super) fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let said = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    let said: String = said.chars().filter(|character| !character.is_control()).collect();
    if said.is_empty() { output.status.to_string() } else { said }
}
