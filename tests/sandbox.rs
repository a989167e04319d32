//! A sealed place for tests: real git and the built program, with an environment of their own and nothing of the machine's.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use clap::ValueEnum as _;
use palisade::output::Format;
use tempfile::TempDir;

/// The program under test.
pub(crate) const PALISADE: &str = env!("CARGO_BIN_EXE_palisade");

/// What a finding has to say: the rule's id, and `path:line`.
pub(crate) type Expected<'a> = (&'a str, &'a str);

/// The formats that the program names itself, which have to be those that it has: a new one is in every test that asks here,
/// and none can hide from them.
pub(crate) fn formats() -> Vec<String> {
    let run = Sandbox::bare_ground().palisade(["scan", "--format", "no-such-format"]);
    let text = run.text();
    let (_, list) = text.split_once("possible values: ").unwrap_or_else(|| panic!("no list of formats: {run}"));
    let (list, _) = list.split_once(']').unwrap_or_else(|| panic!("no list of formats: {run}"));
    let named: Vec<String> = list.split(", ").map(str::to_owned).collect();
    let all = Format::value_variants().iter();
    let all: Vec<_> = all.map(|format| format.to_possible_value().map(|value| value.get_name().to_owned())).collect();
    assert_eq!(named.iter().cloned().map(Some).collect::<Vec<_>>(), all, "{run}");
    named
}

/// A folder with a HOME, a PATH that has the program on it, and a repository (or a place for one).
#[derive(Clone)]
pub(crate) struct Sandbox {
    dir: Arc<TempDir>,
    root: PathBuf,
    env: Vec<(OsString, OsString)>,
}

impl Sandbox {
    /// Without a repository.
    pub(crate) fn bare_ground() -> Self {
        let dir = TempDir::with_prefix("palisade-test-").expect("a temporary folder");
        // The real path, so that what git prints and what a test expects are the same on every machine.
        let base = dir.path().canonicalize().expect("the folder is there");
        for folder in ["home", "bin", "repo"] {
            fs::create_dir(base.join(folder)).expect("a folder");
        }
        symlink(PALISADE, base.join("bin/palisade")).expect("the program on the PATH");
        let root = base.join("repo");
        let mut path = base.join("bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").expect("a PATH"));
        let home = base.join("home");
        let mut env: Vec<(OsString, OsString)> = Vec::new();
        let mut set = |name: &str, value: &OsStr| env.push((name.into(), value.into()));
        set("PATH", &path);
        set("HOME", home.as_os_str());
        set("XDG_CONFIG_HOME", home.join("config").as_os_str());
        set("XDG_CACHE_HOME", home.join("cache").as_os_str());
        set("XDG_DATA_HOME", home.join("data").as_os_str());
        set("XDG_STATE_HOME", home.join("state").as_os_str());
        set("GIT_CONFIG_NOSYSTEM", "1".as_ref());
        set("GIT_CONFIG_GLOBAL", home.join("gitconfig").as_os_str());
        set("GIT_ATTR_NOSYSTEM", "1".as_ref());
        set("GIT_CEILING_DIRECTORIES", base.as_os_str());
        set("GIT_TERMINAL_PROMPT", "0".as_ref());
        set("GIT_EDITOR", "false".as_ref());
        set("GIT_AUTHOR_NAME", "A U Thor".as_ref());
        set("GIT_AUTHOR_EMAIL", "author@example.org".as_ref());
        set("GIT_AUTHOR_DATE", "2026-01-02T03:04:05+0000".as_ref());
        set("GIT_COMMITTER_NAME", "C O Mitter".as_ref());
        set("GIT_COMMITTER_EMAIL", "committer@example.org".as_ref());
        set("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+0000".as_ref());
        set("LC_ALL", "C".as_ref());
        set("TZ", "UTC".as_ref());
        set("RUST_BACKTRACE", "1".as_ref());
        let config = "[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n[protocol \"file\"]\n\tallow = always\n[advice]\n\tsparseIndexExpanded = false\n";
        fs::write(home.join("gitconfig"), config).expect("git's configuration");
        Self { dir: Arc::new(dir), root, env }
    }

    /// With an empty repository; `flags` go to `git init`.
    pub(crate) fn init(flags: &[&str]) -> Self {
        let sandbox = Self::bare_ground();
        sandbox.git([&["init", "--quiet"], flags].concat());
        sandbox
    }

    /// With a repository that has one commit and the hooks.
    pub(crate) fn guarded() -> Self {
        Self::guarded_with(&[])
    }

    /// The same, with flags for `git init`.
    pub(crate) fn guarded_with(flags: &[&str]) -> Self {
        let sandbox = Self::init(flags);
        sandbox.install();
        sandbox.write("README", "A repository.\n");
        sandbox.git(["add", "README"]);
        sandbox.accepts(["commit", "-q", "-m", "begin"]);
        sandbox
    }

    /// A bare repository beside this one, which is its `origin`; `flags` go to `git init`.
    #[track_caller]
    pub(crate) fn server(&self, flags: &[&str]) -> Self {
        self.git([&["init", "--quiet", "--bare", "../server.git"], flags].concat());
        let server = self.at("../server.git");
        self.git(["remote", "add", "origin", &format!("file://{}", server.root().display())]);
        server
    }

    /// Puts the hook into a repository that others push to, in which this sandbox stands.
    #[track_caller]
    pub(crate) fn guard_pushes(&self) {
        let run = self.palisade(["install", "--server", "."]);
        assert!(run.success(), "{run}");
    }

    /// The same sandbox, standing in another folder; `place` is relative to this one's.
    pub(crate) fn at(&self, place: impl AsRef<Path>) -> Self {
        Self { root: self.root.join(place), ..self.clone() }
    }

    /// The same sandbox with one more variable in the environment.
    pub(crate) fn with_env(&self, name: &str, value: impl AsRef<OsStr>) -> Self {
        let mut other = self.clone();
        other.env.push((name.into(), value.as_ref().into()));
        other
    }

    /// Where commands run: the root of the repository, unless `at` moved it.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder that holds everything of this sandbox.
    pub(crate) fn base(&self) -> PathBuf {
        self.dir.path().canonicalize().expect("the folder is there")
    }

    /// A path under the root, of any bytes.
    pub(crate) fn path(&self, path: impl AsRef<[u8]>) -> PathBuf {
        self.root.join(OsStr::from_bytes(path.as_ref()))
    }

    /// A file of the repository's own folder, where git says that it is.
    pub(crate) fn git_path(&self, name: &str) -> PathBuf {
        let run = self.git(["rev-parse", "--git-path", name]);
        self.root.join(run.line())
    }

    /// Writes a file, with the folders on the way to it.
    pub(crate) fn write(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders");
        fs::write(path, content).expect("a file");
    }

    /// Writes an executable script.
    #[track_caller]
    pub(crate) fn write_script(&self, path: impl AsRef<[u8]>, script: &str) -> PathBuf {
        let path = self.path(path);
        let draft = path.with_extension("draft");
        fs::write(&draft, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).expect("permissions");
        self.copy_program(&draft, &path);
        path
    }

    /// Copies what is to be run later. Another process does it: as long as a thread of this one, or a child that it has just
    /// forked, holds the copy open for writing, it cannot be run.
    #[track_caller]
    pub(crate) fn copy_program(&self, from: &Path, to: &Path) {
        let run = self.run("cp", [from, to], b"");
        assert!(run.success(), "{run}");
    }

    /// Writes a file and stages it.
    #[track_caller]
    pub(crate) fn stage(&self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) {
        let path = path.as_ref();
        self.write(path, content);
        // Not `add`, which would take the path for a pattern.
        let flags = ["update-index", "--add", "--replace", "--"].map(OsStr::new);
        self.git(flags.into_iter().chain([OsStr::from_bytes(path)]));
    }

    /// Commits what is staged past the hooks: how a secret got into history before anybody watched.
    #[track_caller]
    pub(crate) fn commit_unwatched(&self, message: &str) {
        self.git(["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
    }

    /// A value in the repository's configuration.
    #[track_caller]
    pub(crate) fn config(&self, key: &str, value: &str) {
        self.git(["config", key, value]);
    }

    /// A value in the user's configuration.
    #[track_caller]
    pub(crate) fn user_config(&self, key: &str, value: &str) {
        self.git(["config", "--global", key, value]);
    }

    /// A command in this sandbox, not started yet.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.env.iter().map(|(name, value)| (name, value))).current_dir(&self.root);
        command
    }

    /// Runs git, which has to succeed.
    #[track_caller]
    pub(crate) fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let run = self.try_git(args);
        assert!(run.success(), "git failed: {run}");
        run
    }

    /// Runs git.
    #[track_caller]
    pub(crate) fn try_git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.run("git", args, b"")
    }

    /// Runs the program.
    #[track_caller]
    pub(crate) fn palisade<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.run(PALISADE, args, b"")
    }

    /// Runs a program with something to read.
    #[track_caller]
    pub(crate) fn run<A: AsRef<OsStr>>(&self, program: &str, args: impl IntoIterator<Item = A>, input: &[u8]) -> Run {
        let mut command = self.command(program);
        command.args(args);
        Run::of(command, input)
    }

    /// What is staged, judged.
    #[track_caller]
    pub(crate) fn scan_staged(&self) -> Run {
        self.palisade(["scan", "--staged", "--format", "json"])
    }

    /// Installs the hooks.
    #[track_caller]
    pub(crate) fn install(&self) {
        let run = self.palisade(["install"]);
        assert_eq!(run.code, Some(0), "the hooks could not be installed: {run}");
    }

    /// Runs git with `args`, which makes a commit: it has to succeed, and the hooks have nothing to say.
    #[track_caller]
    pub(crate) fn accepts<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) {
        let before = self.heads();
        let run = self.try_git(args);
        assert!(run.success(), "what should have been accepted was not: {run}");
        assert!(run.stdout.is_empty() && run.stderr.is_empty(), "something was said: {run}");
        assert_ne!(before, self.heads(), "no commit was made");
    }

    /// Runs git with `args`, which tries to make a commit: it has to be refused, with exactly the `expected` findings, and
    /// every ref, the index and the work tree have to be what they were.
    #[track_caller]
    pub(crate) fn rejects<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, expected: &[Expected]) -> Run {
        let run = self.refuses(args, expected);
        // Git writes its index anew before it calls the hook, so what the hook does to it is seen by calling it alone.
        let index = self.git_path("index");
        let before = (fs::read(&index).expect("an index"), self.state());
        let hook = self.try_git(["hook", "run", "pre-commit"]);
        assert!(!hook.success(), "the hook alone lets it in: {hook}");
        assert!(before == (fs::read(&index).expect("an index"), self.state()), "the hook changed something: {hook}");
        let report = self.scan_staged();
        assert_eq!(report.code, Some(1), "the scan disagrees with the hook: {report}");
        let mut found = report.findings();
        let mut wanted: Vec<_> = expected.iter().map(|(rule, at)| ((*rule).to_owned(), (*at).to_owned())).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "not what is there: {report}");
        run
    }

    /// The same where the index that is judged is not the repository's own, as in `git commit PATH`.
    #[track_caller]
    pub(crate) fn refuses<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>, expected: &[Expected]) -> Run {
        let before = (self.heads(), self.state());
        let run = self.try_git(args);
        assert!(!run.success(), "what should have been rejected was accepted: {run}");
        run.names(expected);
        assert!(before.0 == self.heads(), "a ref moved: {run}");
        assert!(before.1 == self.state(), "the index or the work tree changed: {run}");
        run
    }

    /// Every ref with its object, and HEAD.
    fn heads(&self) -> String {
        let refs = self.try_git(["for-each-ref"]);
        let head = self.try_git(["rev-parse", "--symbolic-full-name", "HEAD"]);
        let tip = self.try_git(["rev-parse", "--verify", "-q", "HEAD"]);
        format!("{}{}{}", refs.text(), head.text(), tip.text())
    }

    /// The entries of the index, and every file below the root with its kind, permissions and bytes.
    fn state(&self) -> (Vec<u8>, Files) {
        let mut files = BTreeMap::new();
        collect(&self.root, &mut files);
        // Without what `stat` says of the files, which git refreshes whenever it likes.
        (self.git(["ls-files", "--stage", "-v", "-z"]).stdout, files)
    }
}

/// Files by their paths: permissions and bytes.
type Files = BTreeMap<PathBuf, (u32, Vec<u8>)>;

fn collect(folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let meta = fs::symlink_metadata(&path).expect("metadata");
        if path.file_name() == Some(OsStr::new(".git")) {
            continue;
        }
        let content = if meta.is_symlink() {
            fs::read_link(&path).expect("a link").into_os_string().as_bytes().to_vec()
        } else if meta.is_dir() {
            collect(&path, files);
            Vec::new()
        } else {
            fs::read(&path).expect("a file")
        };
        files.insert(path, (meta.mode(), content));
    }
}

/// What a program said, and how it ended.
pub(crate) struct Run {
    what: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

impl Run {
    /// Runs `command` to its end.
    #[track_caller]
    pub(crate) fn of(mut command: Command, input: &[u8]) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let what = format!("{} {:?}", command.get_program().display(), command.get_args().collect::<Vec<_>>());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{what}: {error}"));
        let mut stdin = child.stdin.take().expect("a pipe");
        let output = std::thread::scope(|scope| {
            // Whoever does not read to the end may close early.
            scope.spawn(move || stdin.write_all(input).ok());
            child.wait_with_output().expect("the program ends")
        });
        Self { what, code: output.status.code(), stdout: output.stdout, stderr: output.stderr }
    }

    /// Whether it ended with 0.
    pub(crate) fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// Standard output and standard error.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.stdout), String::from_utf8_lossy(&self.stderr))
    }

    /// The first line of standard output.
    pub(crate) fn line(&self) -> String {
        String::from_utf8_lossy(&self.stdout).lines().next().unwrap_or_default().to_owned()
    }

    /// Asserts that the output names each of `expected`: the rule, and the place with a column behind it.
    #[track_caller]
    pub(crate) fn names(&self, expected: &[Expected]) {
        let text = self.text();
        for (rule, at) in expected {
            assert!(text.contains(rule), "{rule} is not named: {self}");
            assert!(text.contains(&format!("{at}:")), "{at} is not named: {self}");
        }
        assert!(!text.contains("panicked"), "it panicked: {self}");
    }

    /// The report on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// Rule and `path:line` of each finding of the report on standard output.
    #[track_caller]
    pub(crate) fn findings(&self) -> Vec<(String, String)> {
        let report = self.json();
        let findings = report["findings"].as_array().unwrap_or_else(|| panic!("no findings: {self}"));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        findings
            .iter()
            .map(|finding| (text(&finding["rule"]), format!("{}:{}", text(&finding["path"]), finding["line"])))
            .collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stdout, stderr) = (String::from_utf8_lossy(&self.stdout), String::from_utf8_lossy(&self.stderr));
        write!(f, "{} ended with {:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}", self.what, self.code)
    }
}
