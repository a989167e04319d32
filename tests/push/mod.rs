//! Real pushes to a real repository with the hook: what is let in, what is not, and that nothing of it stays.

mod bypass;
mod commits;
mod deadline;
mod faults;
mod files;
mod hooks;
mod load;
mod patterns;
mod policy;
mod refs;
mod seeing;
mod stores;
mod transports;
mod traps;
mod words;

use crate::made_up::{aws_key, file_with};
use crate::sandbox::{Run, Sandbox};

/// A place where people work, and the server that they push to.
struct Forge {
    client: Sandbox,
    server: Sandbox,
}

impl Forge {
    fn new() -> Self {
        Self::with(&[])
    }

    /// With flags for `git init` of both.
    fn with(flags: &[&str]) -> Self {
        let client = Sandbox::init(flags);
        let server = client.server(flags);
        server.config("receive.advertisePushOptions", "true");
        server.guard_pushes();
        Self { client, server }
    }

    /// With one commit on `main`, pushed.
    fn begun() -> Self {
        let forge = Self::new();
        forge.commit("README", "A repository.\n", "Begin");
        forge.accepts(["main"]);
        forge
    }

    /// The same, and a policy that the server's configuration names.
    fn ruled(policy: &str) -> Self {
        let forge = Self::begun();
        forge.rule(policy);
        forge
    }

    fn rule(&self, policy: &str) {
        self.server.write("policy.toml", policy);
        self.server.config("palisade.policy", "policy.toml");
    }

    /// Commits a file past all client hooks.
    #[track_caller]
    fn commit(&self, path: &str, content: impl AsRef<[u8]>, message: &str) {
        self.client.stage(path, content);
        self.client.commit_unwatched(message);
    }

    /// A commit that adds a key on line 3 of `path`.
    #[track_caller]
    fn commit_key(&self, path: &str) {
        self.commit(path, with_key(), "Add settings");
    }

    #[track_caller]
    fn push<const N: usize>(&self, args: [&str; N]) -> Run {
        self.client.try_git([&["push", "origin"][..], &args].concat())
    }

    /// A push that is let in, and moves the server's refs.
    #[track_caller]
    fn accepts<const N: usize>(&self, args: [&str; N]) -> Run {
        let before = self.refs();
        let run = self.push(args);
        assert!(run.success(), "what should have been let in was not: {run}");
        assert_ne!(before, self.refs(), "no ref moved: {run}");
        run
    }

    /// The same without a word of Palisade's.
    #[track_caller]
    fn accepts_silently<const N: usize>(&self, args: [&str; N]) {
        let run = self.accepts(args);
        assert!(!run.text().contains("remote: "), "something was said: {run}");
    }

    /// A push that is kept out: each of `words` is said, no ref has moved, and no object has stayed.
    #[track_caller]
    fn refuses<const N: usize>(&self, args: [&str; N], words: &[&str]) -> Run {
        let before = (self.refs(), self.objects());
        let run = self.push(args);
        assert!(!run.success(), "what should have been kept out was let in: {run}");
        assert_eq!(before, (self.refs(), self.objects()), "something of it stayed: {run}");
        let text = run.text();
        assert!(text.contains("pre-receive hook declined"), "it was not the hook that refused: {run}");
        for word in words {
            assert!(text.contains(word), "{word:?} is not said: {run}");
        }
        assert!(!text.contains("panicked") && !text.contains("a fault in Palisade"), "{run}");
        run
    }

    fn refs(&self) -> String {
        self.server.git(["for-each-ref"]).text()
    }

    /// What the server's store holds, and what of it nothing leads to.
    fn objects(&self) -> String {
        let count = self.server.git(["count-objects", "-v"]).text();
        let fsck = self.server.git(["fsck", "--unreachable", "--no-progress"]).text();
        format!("{count}{fsck}")
    }
}

/// A file with a key on line 3.
fn with_key() -> String {
    file_with(6, &[(3, &format!("id = {}", aws_key(1)))])
}

/// The rules that a policy of `[[refs]]` with this inside puts on `main`.
fn on_main(rules: &str) -> String {
    format!("[[refs]]\nmatch = \"refs/heads/main\"\n{rules}\n")
}

#[test]
fn a_push_without_a_secret_goes_through_without_a_word() {
    let forge = Forge::begun();
    forge.commit("app.conf", file_with(6, &[]), "Add settings");
    forge.accepts_silently(["main"]);
    forge.commit("app.conf", file_with(7, &[]), "Add a line");
    forge.accepts_silently(["main", "main:topic"]);
}
