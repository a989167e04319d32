//! Real git in a sealed environment: no configuration of this machine, fixed names and dates, a folder that goes away.

use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use palisade::git::{Change, Environment, Oid, Repo, RepoPath};

/// A repository in a folder that goes away with it.
pub(super) struct Fixture {
    _folder: tempfile::TempDir,
    home: PathBuf,
    /// Where git is started.
    pub dir: PathBuf,
    extra: Vec<(String, String)>,
}

impl Fixture {
    /// A new repository.
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    /// A new repository; `options` go to `git init`.
    pub(super) fn with(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let (home, dir) = (root.join("home"), root.join("repo"));
        std::fs::create_dir_all(&home).unwrap();
        std::fs::create_dir_all(&dir).unwrap();
        let fixture = Self { _folder: folder, home, dir, extra: Vec::new() };
        fixture.git(&[&["init", "--quiet", "--initial-branch=main"], options].concat());
        fixture
    }

    /// The folder beside the repository, for further ones.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    /// The variables of the sealed environment.
    fn variables(&self) -> Vec<(String, String)> {
        let home = self.home.to_str().unwrap();
        let fixed = [
            ("PATH", std::env::var("PATH").unwrap().as_str()),
            ("HOME", home),
            ("XDG_CONFIG_HOME", home),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CEILING_DIRECTORIES", self.dir.parent().unwrap().to_str().unwrap()),
            ("GIT_AUTHOR_NAME", "A U Thor"),
            ("GIT_AUTHOR_EMAIL", "author@example.org"),
            ("GIT_AUTHOR_DATE", "1112911993 +0200"),
            ("GIT_COMMITTER_NAME", "C O Mitter"),
            ("GIT_COMMITTER_EMAIL", "committer@example.org"),
            ("GIT_COMMITTER_DATE", "1112911993 +0200"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        fixed.into_iter().chain(self.extra.iter().cloned()).collect()
    }

    /// Sets a variable for git and for what is opened.
    pub(super) fn set(&mut self, name: &str, value: impl AsRef<Path>) {
        self.extra.push((name.into(), value.as_ref().to_str().unwrap().into()));
    }

    /// Runs git in `dir`, whatever comes of it.
    pub(super) fn try_git_in(&self, dir: &Path, args: &[impl AsRef<OsStr>], input: &[u8]) -> Output {
        let mut command = Command::new("git");
        command.args(args).current_dir(dir).env_clear().envs(self.variables());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feed = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        feed.join().unwrap();
        output
    }

    /// Runs git in `dir` and takes what it prints.
    pub(super) fn git_in(&self, dir: &Path, args: &[impl AsRef<OsStr>]) -> Vec<u8> {
        self.feed_in(dir, args, b"")
    }

    /// Runs git with something on its standard input.
    pub(super) fn feed(&self, args: &[impl AsRef<OsStr>], input: &[u8]) -> Vec<u8> {
        self.feed_in(&self.dir, args, input)
    }

    fn feed_in(&self, dir: &Path, args: &[impl AsRef<OsStr>], input: &[u8]) -> Vec<u8> {
        let output = self.try_git_in(dir, args, input);
        let shown: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy().into_owned()).collect();
        assert!(output.status.success(), "git {shown:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Runs git and takes what it prints.
    pub(super) fn git(&self, args: &[impl AsRef<OsStr>]) -> Vec<u8> {
        self.git_in(&self.dir, args)
    }

    /// Runs git and takes the object name that it prints.
    pub(super) fn oid(&self, args: &[&str]) -> Oid {
        Oid::from_hex(self.git(args).trim_ascii()).unwrap()
    }

    /// Writes a file and the folders that it lies in.
    pub(super) fn write(&self, path: impl AsRef<OsStr>, content: impl AsRef<[u8]>) {
        let path = self.dir.join(path.as_ref());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes a file and adds it to the index.
    pub(super) fn add(&self, path: impl AsRef<OsStr>, content: impl AsRef<[u8]>) {
        self.write(&path, content);
        self.git(&[OsStr::new("add"), OsStr::new("--"), path.as_ref()]);
    }

    /// Commits what is in the index.
    pub(super) fn commit(&self, message: &str) -> Oid {
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.oid(&["rev-parse", "HEAD"])
    }

    /// The environment as a value.
    pub(super) fn environment(&self) -> Environment {
        self.variables().into_iter().collect()
    }

    /// Opens the repository.
    pub(super) fn repo(&self) -> Repo {
        self.repo_in(&self.dir)
    }

    /// Opens the repository that `dir` lies in.
    pub(super) fn repo_in(&self, dir: &Path) -> Repo {
        Repo::discover_in(dir, self.environment()).unwrap()
    }

    /// What is staged, which both ways must tell alike.
    pub(super) fn staged(&self) -> Vec<Change> {
        let repo = self.repo();
        let staged = repo.staged(&[]).unwrap();
        assert_eq!(staged, repo.staged_generally(&[]).unwrap(), "the fast way and the general way differ");
        staged
    }

    /// The paths of what is staged.
    pub(super) fn staged_paths(&self) -> Vec<String> {
        self.staged().iter().map(|change| change.path.to_string()).collect()
    }
}

/// A path of any bytes.
pub(super) fn path(bytes: &[u8]) -> &OsStr {
    OsStr::from_bytes(bytes)
}

/// The change of that path.
pub(super) fn of<'c>(changes: &'c [Change], path: &str) -> &'c Change {
    let path = RepoPath::new(path.as_bytes());
    changes.iter().find(|change| change.path == path).unwrap_or_else(|| panic!("no change of {path}: {changes:#?}"))
}
