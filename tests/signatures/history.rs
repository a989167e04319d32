//! `follow-history`: a key list that changes by commits that the old list accepts.

use super::keys::{Commit, Signing};

/// Commits on HEAD, signed by `name`, with the files as they are; its name.
fn commit(signing: &Signing, name: Option<&str>, subject: &str) -> String {
    let mail = format!("{}@example.org", name.unwrap_or("nobody"));
    let sign = name.map(|name| signing.with_ssh(name)).unwrap_or_default();
    let how = Commit { committer: &mail, author: &mail, ..Commit::new(subject, sign.clone()) };
    let mut args: Vec<String> = sign.iter().flat_map(|config| ["-c".to_owned(), config.clone()]).collect();
    args.extend(["commit", "-q", "--allow-empty", "--no-verify", "-m", subject].map(str::to_owned));
    args.extend(name.map(|_| "-S".to_owned()));
    signing.sandbox.git(["add", "--all"]);
    let run = signing.as_of(&how).try_git(args);
    assert!(run.success(), "{run}");
    signing.head()
}

fn allow(signing: &Signing, names: &[&str]) {
    let line = |name: &&str| format!("{name}@example.org {}\n", signing.public(name));
    signing.sandbox.write(".palisade/allowed_signers", names.iter().map(line).collect::<String>());
}

#[test]
fn who_may_sign_changes_by_commits_that_were_accepted() {
    let signing = Signing::new();
    for name in ["a", "b", "stranger"] {
        signing.ssh(name, &["-t", "ed25519"]);
    }
    allow(&signing, &["a"]);
    signing.sandbox.write("palisade.toml", "[signatures]\nfollow-history = true\n");
    let root = commit(&signing, None, "the root, which the verifier names");
    let early = commit(&signing, Some("b"), "b is not named yet");
    allow(&signing, &["a", "b"]);
    let adds = commit(&signing, Some("a"), "a names b");
    let later = commit(&signing, Some("b"), "b is named now");
    allow(&signing, &["b"]);
    let removes = commit(&signing, Some("b"), "b takes a away");
    let gone = commit(&signing, Some("a"), "a is not named any more");
    allow(&signing, &["b", "stranger"]);
    let evil = commit(&signing, Some("stranger"), "a stranger names itself");
    let behind = commit(&signing, Some("stranger"), "and goes on");
    let still = commit(&signing, Some("b"), "b is still named");
    let verified = signing.verify(&[&format!("{root}..HEAD")]);
    let states = [&early, &adds, &later, &removes, &gone, &evil, &behind].map(|oid| verified.state(oid));
    assert_eq!(states, ["unknown-key", "good", "good", "good", "unknown-key", "unknown-key", "unknown-key"]);
    assert_eq!(verified.state(&still), "good");
    // From where on is for the verifier to say, and what comes before needs no signature.
    let from_root = signing.verify(&["HEAD", "--trust", &root]);
    assert!(from_root.all.len() == 8 && from_root.state(&removes) == "good", "{}", from_root.run);
    let open = signing.verify(&["HEAD"]);
    assert!(open.run.code == Some(3) && open.run.text().contains("follow-history"), "{}", open.run);
    // Without it the word of the root counts for all.
    signing.sandbox.write("../plain.toml", "[signatures]\n");
    let plain = signing.verify(&[&format!("{root}..HEAD"), "--policy", "../plain.toml"]);
    assert_eq!([&later, &removes, &gone].map(|oid| plain.state(oid)), ["unknown-key", "unknown-key", "good"]);
}

#[test]
fn an_old_branch_is_no_way_back_to_an_old_list() {
    let signing = Signing::new();
    for name in ["a", "b"] {
        signing.ssh(name, &["-t", "ed25519"]);
    }
    allow(&signing, &["a", "b"]);
    signing.sandbox.write("palisade.toml", "[signatures]\nfollow-history = true\n");
    let root = commit(&signing, None, "both may sign");
    allow(&signing, &["a"]);
    let tip = commit(&signing, Some("a"), "b may not any more");
    signing.sandbox.git(["checkout", "-q", "-b", "old", &root]);
    let sneaked = commit(&signing, Some("b"), "from before");
    assert_eq!(signing.verify(&[&format!("{tip}..{sneaked}")]).state(&sneaked), "unknown-key");
}

#[test]
fn what_a_forge_signs_adds_nobody_to_the_list() {
    let signing = Signing::new();
    for name in ["a", "forge", "stranger"] {
        signing.ssh(name, &["-t", "ed25519"]);
    }
    allow(&signing, &["a", "forge"]);
    signing.sandbox.write("palisade.toml", "[signatures]\nfollow-history = true\nforges = [\"forge@example.org\"]\n");
    let root = commit(&signing, None, "the root");
    signing.sandbox.git(["checkout", "-q", "-b", "topic"]);
    commit(&signing, Some("a"), "on a topic");
    signing.sandbox.git(["checkout", "-q", "main"]);
    commit(&signing, Some("a"), "meanwhile");
    // Whoever may merge in a browser resolves a conflict, and writes a key into the list.
    signing.sandbox.git(["merge", "-q", "--no-commit", "--no-ff", "topic"]);
    allow(&signing, &["a", "forge", "stranger"]);
    let merge = commit(&signing, Some("forge"), "merge");
    let after_merge = commit(&signing, Some("stranger"), "let in by a merge");
    let edit = {
        allow(&signing, &["stranger"]);
        commit(&signing, Some("forge"), "an edit in a browser")
    };
    let after_edit = commit(&signing, Some("stranger"), "let in by an edit");
    let still = commit(&signing, Some("a"), "a may still");
    let verified = signing.verify(&[&format!("{root}..HEAD")]);
    let states = [&merge, &after_merge, &edit, &after_edit, &still].map(|oid| verified.state(oid));
    assert_eq!(states, ["good", "unknown-key", "not-allowed", "unknown-key", "good"]);
}
