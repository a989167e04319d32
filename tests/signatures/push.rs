//! Signatures at the server: real pushes, judged by the keys and the policy that were accepted before.

use super::keys::{Commit, Signing};
use super::{accepts, push, refuses};
use crate::made_up::aws_key;
use crate::sandbox::{Run, Sandbox};

/// A clone and a server with the hook, on whose `main` the commit stands that says who may sign.
fn ready(policy: &str, names: &[&str]) -> Signing {
    let signing = Signing::new();
    let sandbox = &signing.sandbox;
    let server = sandbox.server(&[]);
    let line = |name: &&str| format!("{name}@example.org {}\n", signing.ssh(name, &["-t", "ed25519"]));
    let list: String = names.iter().map(line).collect();
    signing.accept(&[(".palisade/allowed_signers", list.as_bytes()), ("palisade.toml", policy.as_bytes())]);
    sandbox.git(["push", "-q", "origin", "main"]);
    server.guard_pushes();
    signing
}

/// Has the server take a commit past its hook.
fn accept_unwatched(sandbox: &Sandbox, commit: &str) {
    let client = sandbox.root().display().to_string();
    sandbox.git(["--git-dir=../server.git", "fetch", "-q", &client, &format!("+{commit}:refs/heads/main")]);
}

/// A commit on `parent`, signed by `name`, or by nobody.
fn commit(signing: &Signing, name: Option<&str>, subject: &str, parents: &[&str]) -> String {
    let mail = format!("{}@example.org", name.unwrap_or("nobody"));
    let sign = name.map(|name| signing.with_ssh(name)).unwrap_or_default();
    let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
    signing.commit(&Commit { committer: &mail, author: &mail, parents, ..Commit::new(subject, sign) })
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
    // It goes back to the old policy, which is told.
    let run = push(&signing, &format!("{early}:refs/heads/main"));
    assert!(run.success(), "{run}");
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

/// An approval of a commit for a ref, by `name`: a signed tag below `approve/`.
fn approve(signing: &Signing, name: &str, tag: &str, target: &str, line: &str) -> String {
    let mail = format!("{name}@example.org");
    let config = signing.with_ssh(name).into_iter().flat_map(|config| ["-c".to_owned(), config]);
    let args = config.chain(["tag", "-s", "-m", line, tag, target].map(str::to_owned)).collect::<Vec<_>>();
    let run = signing.as_of(&Commit { committer: &mail, ..Commit::new("", Vec::new()) }).try_git(args);
    assert!(run.success(), "{run}");
    format!("refs/tags/{tag}:refs/tags/{tag}")
}

fn push_all(signing: &Signing, refspecs: &[&str]) -> Run {
    signing.sandbox.try_git([&["push", "--atomic", "origin"], refspecs].concat())
}

#[test]
fn a_ref_that_takes_two_is_moved_by_two() {
    let policy = "[signatures.refs]\n\"refs/heads/main\" = { signers = [\"a@example.org\", \"b@example.org\"], threshold = 2 }\n";
    let signing = ready(&format!("[signatures]\n{policy}"), &["a", "b", "c"]);
    let base = signing.head();
    let first = commit(&signing, Some("a"), "first", &[&base]);
    let second = commit(&signing, Some("a"), "second", &[&first]);
    let main = format!("{second}:refs/heads/main");
    refuses(
        &signing,
        &main,
        &[
            "reject signature-not-allowed",
            "needs 2 of the signers",
            "and has 1",
            "git tag -s -m 'Approved-for: refs/heads/main'",
        ],
    );
    let line = "Approved-for: refs/heads/main";
    for (name, tag, target, line) in [
        ("a", "approve/own", &second, line),
        ("c", "approve/by-another", &second, line),
        ("b", "approve/too-early", &first, line),
        ("b", "approve/elsewhere", &second, "Approved-for: refs/heads/topic"),
        ("b", "plain", &second, line),
        ("b", "approve/says-nothing", &second, "a review"),
    ] {
        let tag = approve(&signing, name, tag, target, line);
        let run = push_all(&signing, &[&main, &tag]);
        assert!(!run.success() && run.text().contains("and has 1"), "{tag}: {run}");
    }
    // An approval that is not by who it says is none, and says so itself.
    let forged = approve(&signing, "b", "approve/forged", &second, line);
    let raw = signing.raw("tag", "approve/forged");
    let raw = String::from_utf8(raw).expect("UTF-8").replace("refs/heads/main", "refs/heads/mail");
    let oid = signing.store("tag", raw.replace("refs/heads/mail", "refs/heads/main\n").as_bytes());
    signing.sandbox.git(["update-ref", "refs/tags/approve/forged", &oid]);
    let run = push_all(&signing, &[&main, &forged]);
    assert!(!run.success() && run.text().contains("signature-tampered") && run.text().contains("and has 1"), "{run}");
    // One that is approved as a whole; the tag may come before or with it.
    let tag = approve(&signing, "b", "approve/1", &second, line);
    accepts(&signing, &tag);
    accepts(&signing, &main);
    let third = commit(&signing, Some("c"), "third", &[&second]);
    let [one, two] = ["a", "b"].map(|name| approve(&signing, name, &format!("approve/2{name}"), &third, line));
    let main = format!("{third}:refs/heads/main");
    let run = push_all(&signing, &[&main, &one]);
    assert!(!run.success() && run.text().contains("and has 1"), "{run}");
    let run = push_all(&signing, &[&main, &one, &two]);
    assert!(run.success(), "{run}");
}

#[test]
fn a_path_that_takes_two_is_changed_by_two() {
    let policy =
        "[signatures.paths]\n\".palisade/\" = { signers = [\"a@example.org\", \"b@example.org\"], threshold = 2 }\n";
    let signing = ready(&format!("[signatures]\n{policy}"), &["a", "b"]);
    let sandbox = &signing.sandbox;
    sandbox.write(".palisade/more", "more\n");
    sandbox.git(["add", "--all"]);
    let tree = sandbox.git(["write-tree"]).line();
    let change = Commit { tree: &tree, ..Commit::new("change", signing.with_ssh("a")) };
    let oid = signing.commit(&change);
    let main = format!("{oid}:refs/heads/main");
    refuses(&signing, &main, &["reject signature-not-allowed", "it changes .palisade/more: it needs 2"]);
    let tag = approve(&signing, "b", "approve/1", &oid, "Approved-for: refs/heads/main");
    let run = push_all(&signing, &[&main, &tag]);
    assert!(run.success(), "{run}");
    let base = signing.head();
    assert_eq!(signing.verify(&[&format!("{base}..{oid}")]).state(&oid), "good");
    sandbox.git(["tag", "-d", "approve/1"]);
    assert_eq!(signing.verify(&[&format!("{base}..{oid}")]).state(&oid), "not-allowed");
}

#[test]
fn a_push_needs_a_certificate_where_the_policy_asks_for_one() {
    let policy = "[signatures]\npush-certificate = true\n[signatures.refs]\n\"refs/heads/release\" = { signers = [\"b@example.org\"] }\n";
    let signing = ready(policy, &["a", "b"]);
    signing.ssh("stranger", &["-t", "ed25519"]);
    let sandbox = &signing.sandbox;
    let old = format!("old@example.org valid-before=\"20260601\" {}\n", signing.ssh("old", &["-t", "ed25519"]));
    let list = [std::fs::read(sandbox.path(".palisade/allowed_signers")).expect("a file"), old.into_bytes()].concat();
    let base = signing.accept(&[(".palisade/allowed_signers", &list)]);
    accept_unwatched(sandbox, &base);
    let good = commit(&signing, Some("a"), "good", &[&base]);
    let main = format!("{good}:refs/heads/main");
    let recorded = sandbox.base().join("recorded");
    let program =
        sandbox.write_script("../bin/recording", &format!("tee '{}' | git receive-pack \"$@\"", recorded.display()));
    let receive = format!("--receive-pack={}", program.display());
    let signed = |name: &str, refspec: &str| {
        let config = signing.with_ssh(name).into_iter().flat_map(|config| ["-c".to_owned(), config]);
        let args = ["push", "--signed", &receive, "origin", refspec].map(str::to_owned);
        sandbox.try_git(config.chain(args).collect::<Vec<_>>())
    };
    refuses(&signing, &main, &["reject unsigned-push", "refs/heads/main", "git push --signed"]);
    // Without a seed the server asks for nothing, and git does not sign.
    let run = signed("a", &main);
    assert!(!run.success() && run.text().contains("does not support --signed push"), "{run}");
    sandbox.git(["--git-dir=../server.git", "config", "receive.certNonceSeed", "a seed"]);
    let run = signed("stranger", &main);
    assert!(!run.success() && run.text().contains("reject signature-unknown-key"), "{run}");
    // A key that has expired signs no push, whatever time it says.
    let run = signed("old", &main);
    assert!(!run.success() && run.text().contains("reject signature-expired"), "{run}");
    let run = signed("a", &main);
    assert!(run.success(), "{run}");
    // The same bytes once more, after somebody has moved the ref back.
    let request = std::fs::read(&recorded).expect("what was sent");
    sandbox.git(["--git-dir=../server.git", "update-ref", "refs/heads/main", &base]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let replay = sandbox.run("git", ["receive-pack", "../server.git"], &request);
    assert!(replay.text().contains("pre-receive hook declined"), "{replay}");
    assert!(replay.to_string().contains("signature-replayed"), "{replay}");
    let main_is = || sandbox.git(["--git-dir=../server.git", "rev-parse", "refs/heads/main"]).line();
    assert_eq!(main_is(), base);
    // To take a branch away brings no commit, and needs a certificate as well; a reserved one needs its signers'.
    let release = commit(&signing, Some("b"), "release", &[&base]);
    let run = signed("b", &format!("{release}:refs/heads/release"));
    assert!(run.success(), "{run}");
    refuses(&signing, ":refs/heads/release", &["reject unsigned-push"]);
    let run = signed("a", ":refs/heads/release");
    assert!(!run.success() && run.text().contains("refs/heads/release is reserved for other signers"), "{run}");
    let run = signed("b", ":refs/heads/release");
    assert!(run.success(), "{run}");
}

#[test]
fn a_push_certificate_may_be_made_with_any_kind_of_key() {
    let signing = ready("[signatures]\npush-certificate = true\n", &["a"]);
    let sandbox = &signing.sandbox;
    sandbox.git(["--git-dir=../server.git", "config", "receive.certNonceSeed", "a seed"]);
    let key = signing.gpg("G <g@example.org>", "ed25519", &[], "never");
    let base = signing.accept(&[(".palisade/keys/g.asc", &signing.export(&key))]);
    let signed = |sign: Vec<String>, refspec: &str| {
        let config = sign.into_iter().flat_map(|config| ["-c".to_owned(), config]);
        sandbox.try_git(config.chain(["push", "--signed", "origin", refspec].map(str::to_owned)).collect::<Vec<_>>())
    };
    // The commit that brings the key is not signed; the server takes it from elsewhere.
    accept_unwatched(sandbox, &base);
    let run = signed(signing.with_gpg(&key), &format!("{base}:refs/heads/topic"));
    assert!(run.success(), "{run}");
    let run = signed(signing.with_ssh("a"), &format!("{base}:refs/heads/other"));
    assert!(run.success(), "{run}");
}
