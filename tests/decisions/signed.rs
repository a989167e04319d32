//! On a server: what was accepted decides, and what a push brings only if an approver has signed it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{allow, fingerprint, with_key};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{Run, Sandbox};

const BOSS: &str = "boss@example.org";
const POLICY: &str = "[exceptions]\napprovers = [\"boss@example.org\"]\n";

/// A place where people work, and the server that they push to. `boss` has an SSH key that may sign, and so has `dev`, who is no approver.
struct Forge {
    client: Sandbox,
}

impl Forge {
    fn new() -> Self {
        Self::with(&[])
    }

    /// With flags for `git init` of both.
    fn with(flags: &[&str]) -> Self {
        let client = Sandbox::init(flags);
        client.server(flags).guard_pushes();
        let mut allowed = String::new();
        for name in ["boss", "dev"] {
            let file = client.base().join(name);
            let file = file.to_str().expect("UTF-8");
            let run = client.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file], b"");
            assert!(run.success(), "{run}");
            let key = fs::read_to_string(format!("{file}.pub")).expect("a key");
            allowed.push_str(&[name, "@example.org ", &key].concat());
        }
        client.write(".palisade/allowed_signers", allowed);
        client.write("palisade.toml", POLICY);
        // The key of the team, which the server has to know.
        allow(&client, &[&"0".repeat(32), "--reason", "the first", "--approver", BOSS]);
        let forge = Self { client };
        forge.commit("Begin");
        assert!(forge.push().success());
        forge
    }

    fn commit(&self, message: &str) {
        self.client.git(["add", "-A"]);
        self.client.commit_unwatched(message);
    }

    fn push(&self) -> Run {
        self.client.try_git(["push", "-q", "origin", "HEAD:main"])
    }

    /// A commit with a key, and its fingerprint.
    fn with_key(&self) -> String {
        self.client.write("app.conf", with_key());
        self.commit("Add settings");
        fingerprint(&self.client.palisade(["scan", "app.conf", "--format", "json"]))
    }

    /// The sandbox of somebody who commits and signs by an SSH key.
    fn signing(&self, who: &str) -> Sandbox {
        let key = self.client.base().join(who);
        self.client.config("gpg.format", "ssh");
        self.client.config("user.signingKey", key.to_str().expect("UTF-8"));
        self.client.config("user.email", &format!("{who}@example.org"));
        self.client.with_env("GIT_COMMITTER_EMAIL", format!("{who}@example.org"))
    }

    #[track_caller]
    fn refuses(&self, words: &str) {
        let run = self.push();
        assert!(!run.success() && run.text().contains(AWS), "it was let in: {run}");
        assert!(run.text().replace("\nremote: ", " ").contains(words), "{words:?} is not said: {run}");
        // A CI that looks at the same commits says the same.
        let run = self.client.palisade(["scan", "--range", "origin/main..HEAD"]);
        assert!(run.code == Some(1) && run.text().contains(words), "{words:?} is not said: {run}");
    }
}

#[test]
fn an_exception_counts_once_it_was_accepted() {
    let forge = Forge::new();
    let print = forge.with_key();
    allow(&forge.client, &[&print, "--reason", "an example", "--approver", BOSS]);
    forge.commit("Allow it");
    forge.refuses("or when boss@example.org has signed it (`palisade allow --sign`)");
    // First the decision, by whatever way it is accepted, then what it speaks of.
    forge.client.git(["checkout", "-q", "-b", "decision", "origin/main"]);
    forge.client.git(["cherry-pick", "main"]);
    assert!(forge.push().success());
    forge.client.git(["checkout", "-q", "main"]);
    forge.client.git(["rebase", "-q", "decision"]);
    assert!(forge.push().success());
}

#[test]
fn an_exception_that_an_approver_signed_counts_in_the_push_that_brings_it() {
    for flags in [&[][..], &["--object-format=sha256"]] {
        let forge = Forge::with(flags);
        let print = forge.with_key();
        allow(&forge.signing("boss"), &[&print, "--reason", "an example of the manual", "--sign"]);
        forge.commit("Allow it");
        let ranged = forge.client.palisade(["scan", "--range", "origin/main..HEAD"]);
        assert!(ranged.success(), "{ranged}");
        let run = forge.push();
        assert!(run.success(), "{run}");
        // What it does not speak of is kept out.
        forge.client.write("other.conf", file_with(3, &[(2, &aws_key(2))]));
        forge.commit("Another");
        assert!(!forge.push().success());
    }
}

#[test]
fn an_exception_that_an_approver_signed_with_open_pgp_counts_as_well() {
    let forge = Forge::new();
    let gnupg = forge.client.base().join("gnupg");
    fs::create_dir(&gnupg).expect("a folder");
    fs::set_permissions(&gnupg, fs::Permissions::from_mode(0o700)).expect("permissions");
    let client = forge.client.with_env("GNUPGHOME", &gnupg).with_env("GIT_COMMITTER_EMAIL", BOSS);
    let args = ["--batch", "--quiet", "--passphrase", "", "--faked-system-time", "20251101T000000!"];
    let run = client.run(
        "gpg",
        [&args[..], &["--quick-gen-key", "The Boss <boss@example.org>", "ed25519", "sign", "never"]].concat(),
        b"",
    );
    assert!(run.success(), "{run}");
    let public = client.run("gpg", ["--batch", "--armor", "--export", BOSS], b"");
    client.write(".palisade/keys/boss.asc", &public.stdout);
    forge.commit("Who may sign");
    assert!(forge.push().success());
    let print = forge.with_key();
    client.config("user.signingKey", BOSS);
    allow(&client, &[&print, "--reason", "an example", "--approver", BOSS, "--sign"]);
    forge.commit("Allow it");
    let run = forge.push();
    assert!(run.success(), "{run}");
}

#[test]
fn an_exception_that_somebody_else_signed_does_not_count() {
    let forge = Forge::new();
    let print = forge.with_key();
    // In the approver's name, with a key that may sign other things; and in their own.
    allow(&forge.signing("dev"), &[&print, "--reason", "an example", "--approver", BOSS, "--sign"]);
    forge.commit("Allow it");
    forge.refuses("does not count: its signature is not one of boss@example.org");
    let who = forge.signing("dev").with_env("GIT_COMMITTER_EMAIL", BOSS);
    allow(&who, &[&print, "--reason", "an example", "--approver", BOSS, "--sign"]);
    forge.commit("Again");
    forge.refuses("does not count: its signature does not stand: wrong-identity");
    allow(&forge.signing("dev"), &[&print, "--reason", "an example", "--sign"]);
    forge.commit("Again");
    forge.refuses("names dev@example.org as its approver, who may not decide");
}

#[test]
fn an_exception_that_was_altered_after_it_was_signed_does_not_count() {
    let forge = Forge::new();
    let print = forge.with_key();
    let until = super::in_days(3);
    allow(&forge.signing("boss"), &[&print, "--reason", "an example", "--path", "docs/", "--until", &until, "--sign"]);
    let file = format!(
        ".palisade/exceptions/{}",
        fs::read_dir(forge.client.path(".palisade/exceptions"))
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
            .find(|name| name.starts_with(&print))
            .expect("the record")
    );
    let record = fs::read_to_string(forge.client.path(&file)).expect("a record");
    for (from, to) in
        [("docs/", "app.conf"), ("path = \"docs/\"\n", ""), ("an example", "whatever"), (until.as_str(), "2999-12-31")]
    {
        let mut altered = record.replace(from, to);
        if from != "docs/" {
            altered = altered.replace("path = \"docs/\"\n", "");
        }
        forge.client.write(&file, altered);
        forge.commit("Alter it");
        forge.refuses("does not count: its signature does not belong to what it says");
    }
}

#[test]
fn a_commit_that_was_signed_for_another_purpose_is_no_statement() {
    let forge = Forge::new();
    let print = forge.with_key();
    let client = forge.signing("boss");
    allow(&client, &[&print, "--reason", "an example", "--approver", BOSS]);
    let file = format!(".palisade/exceptions/{print}.toml");
    let record = fs::read_to_string(client.path(&file)).expect("a record");
    // Somebody has the approver commit with a message that happens to be the statement.
    let message = format!("palisade exception\n\n{record}");
    let run = client.run("git", ["commit-tree", "-S", "-p", "HEAD", "HEAD^{tree}"], message.as_bytes());
    let raw = client.git(["cat-file", "commit", &run.line()]).text();
    let headers = raw.split("\n\n").next().expect("headers");
    client.write(&file, format!("{record}signature = '''\n{headers}\n'''\n"));
    forge.commit("Allow it");
    forge.refuses("its signature is none of a statement");
}

#[test]
fn without_approvers_nobody_can_let_anything_in_at_once() {
    let forge = Forge::new();
    forge.client.write("palisade.toml", "");
    forge.commit("No approvers");
    assert!(forge.push().success());
    let print = forge.with_key();
    allow(&forge.signing("boss"), &[&print, "--reason", "an example", "--sign"]);
    forge.commit("Allow it");
    forge.refuses("the policy names no `approvers`");
}

#[test]
fn a_baseline_in_a_push_does_not_count_in_it() {
    let forge = Forge::new();
    forge.with_key();
    assert!(forge.client.palisade(["baseline"]).success());
    forge.commit("A baseline");
    assert!(!forge.push().success());
}

#[test]
fn markers_count_on_a_server_unless_the_policy_says_otherwise() {
    let forge = Forge::new();
    let marked =
        |seed| file_with(6, &[(3, &format!("id = {} # palisade{} {AWS} an example", aws_key(seed), ":allow"))]);
    forge.client.write("a.conf", marked(1));
    forge.commit("An example");
    assert!(forge.push().success());
    forge.client.write("palisade.toml", "[exceptions]\ninline-markers = false\n");
    forge.commit("No markers");
    assert!(forge.push().success());
    forge.client.write("b.conf", marked(2));
    forge.commit("Another example");
    forge.refuses("the policy lets no marker count");
    assert!(forge.client.palisade(["scan", "b.conf"]).success(), "in a clone it counts");
}
