//! Starts git: the one place that does. Only for what is asked rarely, or what only git knows (revision syntax,
//! configuration, reftables).

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Output, Stdio};

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

    /// What it is started with.
    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Runs git with `args` to its end.
    ///
    /// `args` are ours; what comes from outside stands behind `--end-of-options`.
    ///
    /// # Errors
    /// When git cannot be started. Its exit code is the caller's to judge.
    pub(super) fn run(&self, args: &[&str]) -> Result<Output, GitError> {
        self.command(args).stdin(Stdio::null()).output().map_err(GitError::NoGit)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("--no-pager").args(args).current_dir(&self.dir).env_clear().envs(self.environment.iter());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs git and takes its standard output.
    ///
    /// # Errors
    /// When git cannot be started, or fails.
    pub(super) fn read(&self, args: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.run(args)?;
        if output.status.success() { Ok(output.stdout) } else { Err(failed(args, &output)) }
    }

    /// Runs git with `input` on its standard input, and gives its standard output to `read` as it comes.
    ///
    /// # Errors
    /// When git cannot be started, or fails; else what `read` says.
    pub(super) fn stream<T>(
        &self,
        args: &[&str],
        input: &[u8],
        read: impl FnOnce(BufReader<ChildStdout>) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let mut git = self.command(args).stdin(Stdio::piped()).spawn().map_err(GitError::NoGit)?;
        let (stdin, stdout, stderr) = (git.stdin.take(), git.stdout.take(), git.stderr.take());
        // Git may print before it has read all, and complain while it prints, and nobody must wait for another.
        let (result, complaint) = std::thread::scope(|scope| {
            // When git stops reading, its exit code says why.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            let complaint = scope.spawn(move || {
                let mut complaint = Vec::new();
                stderr.map(|mut stderr| stderr.read_to_end(&mut complaint));
                complaint
            });
            let result = stdout.map(|stdout| read(BufReader::new(stdout)));
            (result, complaint.join().unwrap_or_default())
        });
        let status = git.wait().map_err(GitError::NoGit)?;
        match result {
            // Git's own word comes first: what it did not finish cannot be read well.
            Some(result) if status.success() => result,
            _ => Err(failed(args, &Output { status, stdout: Vec::new(), stderr: complaint })),
        }
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

/// A path of the user's own configuration; none where it is not set. No repository is asked.
///
/// # Errors
/// When git cannot be asked.
pub fn user_config(key: &str) -> Result<Option<PathBuf>, GitError> {
    use std::os::unix::ffi::OsStringExt as _;
    let git = Git::new(PathBuf::from("/"), Environment::of_process());
    let value = git.ask(&["config", "--global", "--null", "--path", "--get", key])?;
    Ok(value.map(|mut value| {
        value.pop_if(|byte| *byte == 0);
        std::ffi::OsString::from_vec(value).into()
    }))
}

/// Sets it, or takes it away.
///
/// # Errors
/// When git cannot write it.
pub fn set_user_config(key: &str, value: Option<&Path>) -> Result<(), GitError> {
    let git = Git::new(PathBuf::from("/"), Environment::of_process());
    let text = value.map(|value| {
        value.to_str().ok_or_else(|| GitError::Malformed {
            path: value.to_owned(),
            reason: "git's configuration can only name a path that is UTF-8".to_owned(),
        })
    });
    match text.transpose()? {
        Some(value) => git.read(&["config", "--global", key, value]).map(|_| ()),
        None => git.read(&["config", "--global", "--unset-all", key]).map(|_| ()),
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
