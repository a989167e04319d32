//! Signatures at the server: real pushes, judged by the keys and the policy that were accepted before.

use super::keys::{Commit, Signing};
use crate::made_up::aws_key;
use crate::sandbox::Run;

/// A clone and a server with the hook, on whose `main` the commit stands that says who may sign.
fn ready(policy: &str, names: &[&str]) -> Signing {
    let signing = Signing::new();
    let sandbox = &signing.sandbox;
    sandbox.git(["init", "--quiet", "--bare", "../server.git"]);
    sandbox.git(["remote", "add", "origin", "../server.git"]);
    let line = |name: &&str| format!("{name}@example.org {}\n", signing.ssh(name, &["-t", "ed25519"]));
    let list: String = names.iter().map(line).collect();
    signing.accept(&[(".palisade/allowed_signers", list.as_bytes()), ("palisade.toml", policy.as_bytes())]);
    sandbox.git(["push", "-q", "origin", "main"]);
    let run = sandbox.palisade(["install", "--server", "../server.git"]);
    assert!(run.success(), "{run}");
    signing
}

/// A commit on `parent`, signed by `name`, or by nobody.
fn commit(signing: &Signing, name: Option<&str>, subject: &str, parents: &[&str]) -> String {
    let mail = format!("{}@example.org", name.unwrap_or("nobody"));
    let sign = name.map(|name| signing.with_ssh(name)).unwrap_or_default();
    let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
    signing.commit(&Commit { committer: &mail, author: &mail, parents, ..Commit::new(subject, sign) })
}

fn push(signing: &Signing, refspec: &str) -> Run {
    signing.sandbox.try_git(["push", "origin", refspec])
}

#[track_caller]
fn accepts(signing: &Signing, refspec: &str) {
    let run = push(signing, refspec);
    assert!(run.success() && !run.text().contains("remote: "), "{run}");
}

#[track_caller]
fn refuses(signing: &Signing, refspec: &str, words: &[&str]) {
    let run = push(signing, refspec);
    assert!(!run.success(), "what should have been kept out was let in: {run}");
    for word in words {
        assert!(run.text().contains(word), "{word:?} is not said: {run}");
    }
}

#[test]
fn only_what_is_signed_by_those_who_may_is_let_in() {
    let signing = ready("[signatures]\n", &["a"]);
    signing.ssh("stranger", &["-t", "ed25519"]);
    let base = signing.head();
    let good = commit(&signing, Some("a"), "good", &[&base]);
    accepts(&signing, &format!("{good}:refs/heads/main"));
    let unsigned = commit(&signing, None, "not signed", &[&good]);
    let on_top = commit(&signing, Some("a"), "on top", &[&unsigned]);
    refuses(
        &signing,
        &format!("{on_top}:refs/heads/main"),
        &["reject unsigned", &unsigned[..12], "(not signed)", "git rebase"],
    );
    refuses(&signing, &format!("{on_top}:refs/heads/topic"), &["reject unsigned"]);
    let stranger = commit(&signing, Some("stranger"), "by a stranger", &[&good]);
    refuses(&signing, &format!("{stranger}:refs/heads/main"), &["reject signature-unknown-key", "SHA256:"]);
    let wrong = Commit {
        committer: "b@example.org",
        parents: vec![good.clone()],
        ..Commit::new("by another", signing.with_ssh("a"))
    };
    let wrong = signing.commit(&wrong);
    refuses(&signing, &format!("{wrong}:refs/heads/main"), &["reject signature-wrong-identity"]);
    let tampered = signing.rewrite(&good, |raw| [raw.as_slice(), b"more\n"].concat());
    refuses(&signing, &format!("{tampered}:refs/heads/topic"), &["reject signature-tampered"]);
}

#[test]
fn a_push_that_changes_the_list_is_judged_by_the_old_one() {
    let signing = ready("[signatures]\n", &["a"]);
    let stranger = signing.ssh("stranger", &["-t", "ed25519"]);
    let base = signing.head();
    let sandbox = &signing.sandbox;
    sandbox.write(".palisade/allowed_signers", format!("stranger@example.org {stranger}\n"));
    sandbox.write("palisade.toml", "[signatures]\nlevel = \"ignore\"\n");
    sandbox.git(["add", "--all"]);
    let tree = sandbox.git(["write-tree"]).line();
    let made = |name: &str| {
        let mail = format!("{name}@example.org");
        let parents = vec![base.clone()];
        signing.commit(&Commit {
            committer: &mail,
            tree: &tree,
            parents,
            ..Commit::new("a new list", signing.with_ssh(name))
        })
    };
    let (evil, honest) = (made("stranger"), made("a"));
    refuses(
        &signing,
        &format!("{evil}:refs/heads/main"),
        &["reject signature-unknown-key", "this push changes palisade.toml"],
    );
    let early = commit(&signing, Some("stranger"), "too early", &[&honest]);
    refuses(&signing, &format!("{early}:refs/heads/main"), &["reject signature-unknown-key"]);
    let run = push(&signing, &format!("{honest}:refs/heads/main"));
    assert!(run.success(), "{run}");
    accepts(&signing, &format!("{early}:refs/heads/main"));
}

#[test]
fn tags_and_notes_and_reserved_refs_are_held_to_what_is_theirs() {
    let policy = "[signatures.refs]\n\"refs/heads/release/*\" = { signers = [\"release@example.org\"] }\n";
    let signing = ready(&format!("[signatures]\n{policy}"), &["a", "release"]);
    let sandbox = &signing.sandbox;
    let base = signing.head();
    let good = commit(&signing, Some("a"), "good", &[&base]);
    accepts(&signing, &format!("{good}:refs/heads/main"));
    refuses(
        &signing,
        &format!("{good}:refs/heads/release/1"),
        &["reject signature-not-allowed", "reserved for other signers"],
    );
    let release = commit(&signing, Some("release"), "release", &[&good]);
    accepts(&signing, &format!("{release}:refs/heads/release/1"));
    let next = commit(&signing, Some("a"), "next", &[&release]);
    refuses(&signing, &format!("{next}:refs/heads/release/1"), &["reject signature-not-allowed"]);
    accepts(&signing, &format!("{next}:refs/heads/topic"));
    // A tag is signed by its own name, and one without a signature is none.
    let config = signing.with_ssh("a").into_iter().flat_map(|config| ["-c".to_owned(), config]);
    let args = config.chain(["tag", "-s", "-m", "m", "v1", &good].map(str::to_owned)).collect::<Vec<_>>();
    let run = signing.as_of(&Commit::new("", Vec::new())).try_git(args);
    assert!(run.success(), "{run}");
    refuses(&signing, "refs/tags/v1:refs/tags/v2", &["reject signature-not-allowed", "it was signed as the tag v1"]);
    accepts(&signing, "refs/tags/v1");
    sandbox.git(["tag", "-a", "-m", "m", "plain", &good]);
    refuses(&signing, "refs/tags/plain", &["reject unsigned"]);
    // Git makes the commits of notes, and signs none of them.
    sandbox.git(["notes", "add", "-m", "a note", &good]);
    accepts(&signing, "refs/notes/commits");
}

#[test]
fn a_forges_merge_is_let_in_only_where_the_policy_names_the_forge() {
    for (policy, is_let_in) in [("[signatures]\nforges = [\"forge@example.org\"]\n", true), ("[signatures]\n", false)] {
        let signing = ready(policy, if is_let_in { &["a", "forge"] } else { &["a"] });
        if !is_let_in {
            signing.ssh("forge", &["-t", "ed25519"]);
        }
        let base = signing.head();
        let topic = commit(&signing, Some("a"), "topic", &[&base]);
        let main = commit(&signing, Some("a"), "main", &[&base]);
        accepts(&signing, &format!("{main}:refs/heads/main"));
        let merge = commit(&signing, Some("forge"), "merge", &[&main, &topic]);
        let edit = commit(&signing, Some("forge"), "edit", &[&main]);
        if is_let_in {
            accepts(&signing, &format!("{merge}:refs/heads/main"));
            refuses(&signing, &format!("{edit}:refs/heads/topic"), &["reject signature-not-allowed", "merges only"]);
        } else {
            refuses(&signing, &format!("{merge}:refs/heads/main"), &["reject signature-unknown-key"]);
        }
    }
}

#[test]
fn a_reserved_ref_takes_nothing_that_nobody_can_sign() {
    let policy = "[signatures.refs]\n\"refs/tags/v*\" = { signers = [\"release@example.org\"] }\n";
    let signing = ready(&format!("[signatures]\n{policy}"), &["a", "release"]);
    let sandbox = &signing.sandbox;
    let blob = sandbox.run("git", ["hash-object", "-w", "--stdin"], b"a blob\n").line();
    let tree = sandbox.git(["rev-parse", "HEAD^{tree}"]).line();
    for object in [blob, tree] {
        refuses(&signing, &format!("{object}:refs/tags/v1"), &["reject signature-malformed", "refs/tags/v1"]);
    }
}

#[test]
fn a_tag_without_a_signature_shows_no_secret_that_its_name_holds_and_no_advice_that_mends_nothing() {
    let signing = ready("[signatures]\n", &["a"]);
    let sandbox = &signing.sandbox;
    let (shown, hidden) = (format!("t-{}", aws_key(1)), format!("t-{}", aws_key(2)));
    sandbox.git(["tag", "-a", "-m", "m", &shown]);
    sandbox.git(["tag", "-a", "-m", "m", &hidden]);
    for (refspec, secret) in
        [(format!("refs/tags/{shown}"), aws_key(1)), (format!("refs/tags/{hidden}:refs/tags/plain"), aws_key(2))]
    {
        let run = push(&signing, &refspec);
        let said: String = run.to_string().lines().filter(|line| line.trim_start().starts_with("remote:")).collect();
        assert!(
            !run.success() && said.contains("reject unsigned") && said.contains("reject aws-access-key-id"),
            "{run}"
        );
        assert!(!said.contains(&secret), "the secret is shown: {run}");
    }
    let unsigned = commit(&signing, None, "unsigned", &[&signing.head()]);
    let run = push(&signing, &format!("{unsigned}:refs/heads/main"));
    assert!(!run.to_string().contains("git add"), "no other content mends it: {run}");
}
