//! Real keys, made at test time, and commits that real git signs with them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::sandbox::{Run, Sandbox};

/// When the commits of the tests are made, unless one says otherwise.
pub(super) const NOW: &str = "2026-01-02T03:04:05+0000";

/// A repository with a place for keys, and commits that branch off the one that says who may sign.
pub(super) struct Signing {
    pub(super) sandbox: Sandbox,
}

/// How a commit is made.
#[derive(Clone)]
pub(super) struct Commit<'a> {
    pub(super) subject: &'a str,
    /// What signs it: the arguments for `git -c`, without which it is not signed.
    pub(super) sign: Vec<String>,
    pub(super) committer: &'a str,
    pub(super) author: &'a str,
    pub(super) date: &'a str,
    /// Arguments for gpg beside those that git gives it.
    pub(super) gpg: &'a str,
    pub(super) parents: Vec<String>,
    pub(super) tree: &'a str,
}

impl<'a> Commit<'a> {
    pub(super) fn new(subject: &'a str, sign: Vec<String>) -> Self {
        let mail = "a@example.org";
        let parents = Vec::new();
        Self { subject, sign, committer: mail, author: mail, date: NOW, gpg: "", parents, tree: "HEAD^{tree}" }
    }
}

impl Signing {
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    /// With flags for `git init`.
    pub(super) fn with(flags: &[&str]) -> Self {
        let sandbox = Sandbox::init(flags);
        let gnupg = sandbox.base().join("gnupg");
        fs::create_dir(&gnupg).expect("a folder");
        fs::set_permissions(&gnupg, fs::Permissions::from_mode(0o700)).expect("permissions");
        fs::create_dir(sandbox.base().join("keys")).expect("a folder");
        // gpg takes user ids as the locale has them.
        let sandbox = sandbox.with_env("GNUPGHOME", &gnupg).with_env("LC_ALL", "C.UTF-8");
        let gpg = sandbox.write_script("../bin/gpg-with", "exec gpg --batch --quiet --no-tty $GPG_ARGS \"$@\"");
        sandbox.user_config("gpg.program", gpg.to_str().expect("UTF-8"));
        let allowed = sandbox.path(".palisade/allowed_signers");
        sandbox.user_config("gpg.ssh.allowedSignersFile", allowed.to_str().expect("UTF-8"));
        Self { sandbox }
    }

    fn key_file(&self, name: &str) -> PathBuf {
        self.sandbox.base().join("keys").join(name)
    }

    /// A new SSH key; its public half.
    pub(super) fn ssh(&self, name: &str, kind: &[&str]) -> String {
        let file = self.key_file(name);
        let args = [&["-q", "-N", "", "-C", name, "-f", file.to_str().expect("UTF-8")], kind].concat();
        self.run("ssh-keygen", &args, b"");
        self.public(name)
    }

    /// The public half of an SSH key, or its certificate where there is one.
    pub(super) fn public(&self, name: &str) -> String {
        fs::read_to_string(self.key_file(name).with_extension("pub")).expect("a key").trim().to_owned()
    }

    /// A certificate for the key `name` by the authority `by`; it is signed with by the name `name-cert`.
    pub(super) fn certify(&self, by: &str, name: &str, args: &[&str]) {
        let (by, key) = (self.key_file(by), self.key_file(&format!("{name}.pub")));
        let (by, key) = (by.to_str().expect("UTF-8"), key.to_str().expect("UTF-8"));
        self.run("ssh-keygen", &[&["-q", "-s", by, "-I", "id"], args, &[key]].concat(), b"");
    }

    /// The `git -c` arguments that sign with an SSH key.
    pub(super) fn with_ssh(&self, name: &str) -> Vec<String> {
        // Not the public half: `ssh-keygen` would find a certificate beside it.
        let file = self.key_file(name);
        vec!["gpg.format=ssh".to_owned(), format!("user.signingKey={}", file.display())]
    }

    /// The same with the certificate of the key.
    pub(super) fn with_certificate(&self, name: &str) -> Vec<String> {
        let file = self.key_file(&format!("{name}-cert.pub"));
        vec!["gpg.format=ssh".to_owned(), format!("user.signingKey={}", file.display())]
    }

    /// The `git -c` arguments that sign with an OpenPGP key.
    pub(super) fn with_gpg(&self, key: &str) -> Vec<String> {
        vec!["gpg.format=openpgp".to_owned(), format!("user.signingKey={key}!")]
    }

    /// A new OpenPGP key; its fingerprint.
    pub(super) fn gpg(&self, user: &str, kind: &str, args: &[&str], expires: &str) -> String {
        let before = self.gpg_keys(user);
        self.run_gpg(&[args, &["--quick-gen-key", user, kind, "sign", expires]].concat(), b"");
        let new = self.gpg_keys(user).into_iter().find(|key| !before.contains(key));
        new.unwrap_or_else(|| panic!("no key for {user}"))
    }

    fn gpg_keys(&self, user: &str) -> Vec<String> {
        let run = self.sandbox.run("gpg", ["--batch", "--with-colons", "--list-keys", user], b"");
        self.fingerprints(&String::from_utf8_lossy(&run.stdout), "pub")
    }

    /// The fingerprints of the primary key, or of the subkeys.
    pub(super) fn fingerprints(&self, colons: &str, kind: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut is_next = false;
        for line in colons.lines() {
            let fields: Vec<_> = line.split(':').collect();
            if fields[0] == "fpr" && is_next {
                found.push(fields[9].to_owned());
            }
            is_next = fields[0] == kind;
        }
        found
    }

    /// A new subkey that signs; its fingerprint.
    pub(super) fn subkey(&self, key: &str, args: &[&str], expires: &str) -> String {
        self.run_gpg(&[args, &["--quick-add-key", key, "ed25519", "sign", expires]].concat(), b"");
        let run = self.run_gpg(&["--with-colons", "--list-keys", key], b"");
        self.fingerprints(&String::from_utf8_lossy(&run.stdout), "sub").pop().expect("a subkey")
    }

    /// The certificate of a key as it is now, armoured.
    pub(super) fn export(&self, key: &str) -> Vec<u8> {
        self.run_gpg(&["--armor", "--export", key], b"").stdout
    }

    /// Revokes a key for the reason that gpg has by this number: 1 compromised, 2 superseded, 3 no longer used.
    pub(super) fn revoke(&self, key: &str, reason: u8, date: &str) {
        let answers = format!("y\n{reason}\n\ny\n");
        let time = format!("--faked-system-time={date}!");
        let args = [time.as_str(), "--command-fd", "0", "--no-tty", "--gen-revoke", key];
        let revocation = self.run("gpg", &args, answers.as_bytes()).stdout;
        self.run_gpg(&[&time, "--import"], &revocation);
    }

    #[track_caller]
    pub(super) fn run_gpg(&self, args: &[&str], input: &[u8]) -> Run {
        self.run("gpg", &[&["--batch", "--quiet", "--no-tty", "--yes", "--passphrase", ""], args].concat(), input)
    }

    #[track_caller]
    pub(super) fn run(&self, program: &str, args: &[&str], input: &[u8]) -> Run {
        let run = self.sandbox.run(program, args, input);
        assert!(run.success(), "{run}");
        run
    }

    /// The commit that says who may sign, with the files that say it. Nobody has signed it.
    pub(super) fn accept(&self, files: &[(&str, &[u8])]) -> String {
        for (path, content) in files {
            self.sandbox.write(path, content);
            self.sandbox.git(["add", "--force", path]);
        }
        self.sandbox.commit_unwatched("who may sign");
        self.head()
    }

    pub(super) fn head(&self) -> String {
        self.sandbox.git(["rev-parse", "HEAD"]).line()
    }

    /// Makes a commit on its own branch, which stands on HEAD; its name.
    #[track_caller]
    pub(super) fn commit(&self, commit: &Commit<'_>) -> String {
        let run = self.try_commit(commit);
        assert!(run.success(), "{run}");
        let oid = run.line();
        self.branch(&oid);
        oid
    }

    /// A branch that leads to it.
    pub(super) fn branch(&self, oid: &str) {
        self.sandbox.git(["update-ref", &format!("refs/heads/case-{oid}"), oid]);
    }

    pub(super) fn try_commit(&self, commit: &Commit<'_>) -> Run {
        let mut args = Vec::new();
        for config in &commit.sign {
            args.extend(["-c".to_owned(), config.clone()]);
        }
        args.extend(["commit-tree".to_owned(), commit.tree.to_owned(), format!("-m{}", commit.subject)]);
        let parents = if commit.parents.is_empty() { &[self.head()][..] } else { &commit.parents[..] };
        args.extend(parents.iter().flat_map(|parent| ["-p".to_owned(), parent.clone()]));
        if !commit.sign.is_empty() {
            args.push("-S".to_owned());
        }
        self.as_of(commit).try_git(args)
    }

    /// The sandbox with the people and the time of a commit.
    pub(super) fn as_of(&self, commit: &Commit<'_>) -> Sandbox {
        self.sandbox
            .with_env("GIT_COMMITTER_EMAIL", commit.committer)
            .with_env("GIT_AUTHOR_EMAIL", commit.author)
            .with_env("GIT_COMMITTER_DATE", commit.date)
            .with_env("GIT_AUTHOR_DATE", commit.date)
            .with_env("GPG_ARGS", commit.gpg)
    }

    /// The raw bytes of an object.
    pub(super) fn raw(&self, kind: &str, oid: &str) -> Vec<u8> {
        self.sandbox.git(["cat-file", kind, oid]).stdout
    }

    /// Stores a raw object as it is; its name.
    pub(super) fn store(&self, kind: &str, raw: &[u8]) -> String {
        let run = self.sandbox.run("git", ["hash-object", "-t", kind, "-w", "--stdin", "--literally"], raw);
        assert!(run.success(), "{run}");
        run.line()
    }

    /// Rewrites a raw object, and makes a branch of a commit.
    pub(super) fn rewrite(&self, oid: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> String {
        let oid = self.store("commit", &change(self.raw("commit", oid)));
        self.branch(&oid);
        oid
    }

    /// What `palisade verify` says of every object.
    #[track_caller]
    pub(super) fn verify(&self, args: &[&str]) -> Verified {
        let run = self.sandbox.palisade([&["verify", "--format", "json"], args].concat());
        assert!(matches!(run.code, Some(0 | 1 | 3)), "{run}");
        let report = run.json();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let list = report["signatures"].as_array().cloned().unwrap_or_default();
        let all = list
            .iter()
            .map(|one| Said {
                object: text(&one["object"]),
                state: text(&one["state"]),
                why: format!("{}: {}", text(&one["subject"]), text(&one["why"])),
                key: text(&one["key"]),
            })
            .collect();
        Verified { run, all }
    }

    /// What git says of a commit: `%G?`.
    pub(super) fn gits(&self, oid: &str) -> String {
        self.gits_with_key(oid).0
    }

    /// What git says of a commit, and the key that it names: `%G?` and `%GK`. The latter is empty where it names none.
    fn gits_with_key(&self, oid: &str) -> (String, String) {
        let line = self.sandbox.git(["log", "-1", "--format=%G? %GK", oid]).line();
        let (letter, key) = line.split_once(' ').expect("two words");
        (letter.to_owned(), key.to_owned())
    }

    /// Whether git's name of a key is one of ours. SSH has one name for it. gpg says the last digits of a fingerprint, which is ours as a
    /// whole; and gpgsm the SHA-1 of a certificate of which ours is the SHA-256, which it knows as well.
    fn is_same_key(&self, gits: &str, ours: &str) -> bool {
        match ours.len() {
            64 => {
                let run = self.sandbox.run("gpgsm", ["--batch", "--with-colons", "--list-keys", gits], b"");
                String::from_utf8_lossy(&run.stdout).lines().any(|line| line == format!("fp2:::::::::{ours}::::"))
            }
            40 => gits.len() == 16 && ours.ends_with(gits),
            _ => gits == ours,
        }
    }
}

impl Drop for Signing {
    /// The agent would outlive the folder that its socket lies in.
    fn drop(&mut self) {
        self.sandbox.run("gpgconf", ["--kill", "all"], b"");
    }
}

/// What was said of all objects.
pub(super) struct Verified {
    pub(super) run: Run,
    pub(super) all: Vec<Said>,
}

/// What was said of one object.
pub(super) struct Said {
    object: String,
    state: String,
    why: String,
    key: String,
}

impl Verified {
    #[track_caller]
    fn of(&self, oid: &str) -> &Said {
        let found = self.all.iter().find(|said| said.object == oid);
        found.unwrap_or_else(|| panic!("nothing is said of {oid}: {}", self.run))
    }

    /// The state of one object.
    #[track_caller]
    pub(super) fn state(&self, oid: &str) -> &str {
        &self.of(oid).state
    }

    /// Why.
    #[track_caller]
    pub(super) fn why(&self, oid: &str) -> &str {
        &self.of(oid).why
    }
}

/// A table of cases. Each is held against git's letter, and against the key that git names.
pub(super) struct Table<'a> {
    pub(super) signing: &'a Signing,
    rows: Vec<Row>,
}

/// A commit, the state that is expected, and git's letter.
struct Row {
    what: String,
    oid: String,
    state: &'static str,
    git: &'static str,
    /// Whether git alone names its key.
    is_unnamed: bool,
}

impl<'a> Table<'a> {
    pub(super) fn new(signing: &'a Signing) -> Self {
        Self { signing, rows: Vec::new() }
    }

    /// Makes a commit that is expected to be in this state, while git says that letter.
    #[track_caller]
    pub(super) fn commit(&mut self, commit: &Commit<'_>, state: &'static str, git: &'static str) -> String {
        let oid = self.signing.commit(commit);
        self.row(commit.subject, &oid, state, git);
        oid
    }

    /// Expects it of a commit that is there.
    pub(super) fn row(&mut self, what: &str, oid: &str, state: &'static str, git: &'static str) {
        self.rows.push(Row { what: what.to_owned(), oid: oid.to_owned(), state, git, is_unnamed: false });
    }

    /// Expects of the last row that git alone names its key.
    pub(super) fn unnamed(&mut self) {
        self.rows.last_mut().expect("a row").is_unnamed = true;
    }

    /// Holds every row against what both say.
    #[track_caller]
    pub(super) fn hold(self, args: &[&str]) {
        let verified = self.signing.verify(args);
        let mut wrong = Vec::new();
        for Row { what, oid, state, git, is_unnamed } in &self.rows {
            let Said { state: found, key, why, .. } = verified.of(oid);
            let (gits, gits_key) = self.signing.gits_with_key(oid);
            if found != state || gits != *git {
                wrong.push(format!("{what}: {found}, expected {state}; git {gits}, expected {git} ({why})"));
            }
            let holds = match gits_key.as_str() {
                // What git says is good is by somebody.
                "" => gits != "G" && !is_unnamed,
                _ if *is_unnamed => key.is_empty(),
                _ => self.signing.is_same_key(&gits_key, key),
            };
            if !holds {
                wrong.push(format!("{what}: by {key:?}, while git says {gits_key:?}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
