//! CODEOWNERS at the server: real pushes, and whose word lets what through.

use super::keys::{Commit, Signing};
use crate::sandbox::Run;

const POLICY: &str = "[signatures]\nforges = [\"forge@example.org\"]\n[owners]\nrefs = \"HEAD\"\nbypass = [\"admin\"]\n[owners.people]\n\
                      \"@alice\" = [\"alice@example.org\"]\n\"@org/team\" = [\"@alice\", \"bob@example.org\"]\n";
const OWNERS: &str = "* @alice\n/docs/\n/src/ @org/team\n/src/secret/ @stranger\nCODEOWNERS @alice # nobody else\n";

/// A clone and a server with the hook, where the keys of `alice`, `bob`, `carol` and a forge count.
fn ready(owners: &str, policy: &str) -> Signing {
    let signing = Signing::new();
    let sandbox = &signing.sandbox;
    let server = sandbox.server(&[]);
    let names = ["alice", "bob", "carol", "forge"];
    let line = |name: &str| format!("{name}@example.org {}\n", signing.ssh(name, &["-t", "ed25519"]));
    let list: String = names.into_iter().map(line).collect();
    let files = [(".palisade/allowed_signers", list.as_str()), ("palisade.toml", policy), ("CODEOWNERS", owners)];
    signing.accept(&files.map(|(path, content)| (path, content.as_bytes())));
    sandbox.git(["push", "-q", "origin", "main"]);
    server.guard_pushes();
    signing
}

/// A commit by `name` that writes `paths` on top of `parents`.
fn change(signing: &Signing, name: &str, message: &str, paths: &[&str], parents: &[&str]) -> String {
    let sandbox = &signing.sandbox;
    sandbox.git(["read-tree", "--reset", parents[0]]);
    for path in paths {
        let content = format!("{message}\n");
        let blob = sandbox.run("git", ["hash-object", "-w", "--stdin"], content.as_bytes()).line();
        sandbox.git(["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
    }
    let tree = sandbox.git(["write-tree"]).line();
    let mail = format!("{name}@example.org");
    let sign = signing.with_ssh(name);
    let parents = parents.iter().map(|parent| (*parent).to_owned()).collect();
    signing.commit(&Commit { committer: &mail, author: &mail, parents, tree: &tree, ..Commit::new(message, sign) })
}

fn push(signing: &Signing, commit: &str) -> Run {
    super::push(signing, &format!("{commit}:refs/heads/main"))
}

#[track_caller]
fn accepts(signing: &Signing, commit: &str) {
    super::accepts(signing, &format!("{commit}:refs/heads/main"));
}

#[track_caller]
fn refuses(signing: &Signing, commit: &str, words: &[&str]) {
    super::refuses(signing, &format!("{commit}:refs/heads/main"), &[&["reject owner-approval"], words].concat());
}

#[test]
fn a_change_needs_the_signature_or_the_review_of_an_owner() {
    let signing = ready(OWNERS, POLICY);
    let base = signing.head();
    let own = change(&signing, "alice", "mine", &["README", "src/a"], &[&base]);
    accepts(&signing, &own);
    let team = change(&signing, "bob", "the team's", &["src/b", "docs/of-nobody"], &[&own]);
    accepts(&signing, &team);
    let stranger = change(&signing, "carol", "not mine", &["src/c", "src/d"], &[&team]);
    refuses(
        &signing,
        &stranger,
        &["src/c", "`/src/` belongs to @org/team (CODEOWNERS:3)", "1 more path", "carol@example.org"],
    );
    let reviewed = change(&signing, "carol", "reviewed\n\nReviewed-by: Bob <BOB@example.org>", &["src/c"], &[&team]);
    accepts(&signing, &reviewed);
    let other =
        change(&signing, "carol", "by the wrong one\n\nApproved-by: Bob <bob@example.org>", &["README"], &[&reviewed]);
    refuses(&signing, &other, &["README", "`*` belongs to @alice (CODEOWNERS:1)"]);
    let on_topic = signing.sandbox.try_git(["push", "origin", &format!("{other}:refs/heads/topic")]);
    assert!(on_topic.success(), "no owner is asked there: {on_topic}");
    refuses(&signing, &other, &["README"]);
}

#[test]
fn a_review_that_nobody_signed_and_an_owner_of_whom_nobody_knows_count_for_nothing() {
    let policy = POLICY.replace("[signatures]", "[signatures]\nlevel = \"ignore\"");
    let signing = ready(OWNERS, &policy);
    let base = signing.head();
    let sandbox = &signing.sandbox;
    let tree = sandbox
        .git(["rev-parse", &format!("{}^{{tree}}", change(&signing, "alice", "x", &["src/x"], &[&base]))])
        .line();
    let message = "unsigned\n\nReviewed-by: Alice <alice@example.org>";
    let mail = "alice@example.org";
    let unsigned = Commit {
        committer: mail,
        author: mail,
        tree: &tree,
        parents: vec![base.clone()],
        ..Commit::new(message, Vec::new())
    };
    let unsigned = signing.commit(&unsigned);
    refuses(&signing, &unsigned, &["no signature that stands says who approves"]);
    let nobody = change(&signing, "alice", "whose", &["src/secret/x"], &[&base]);
    refuses(&signing, &nobody, &["src/secret/x", "who @stranger is, [owners.people] of the policy does not say"]);
}

#[test]
fn a_merge_gives_its_word_on_what_it_brings_and_not_on_what_came_before_it() {
    let signing = ready(OWNERS, POLICY);
    let base = signing.head();
    let topic = change(&signing, "carol", "work", &["src/c"], &[&base]);
    let main = change(&signing, "alice", "main", &["README"], &[&base]);
    accepts(&signing, &main);
    let silent = change(&signing, "forge", "merge", &["src/c"], &[&main, &topic]);
    refuses(&signing, &silent, &["src/c"]);
    let merge = change(&signing, "forge", "merge\n\nReviewed-by: Bob <bob@example.org>", &[], &[&main, &topic]);
    accepts(&signing, &merge);
    // A later merge says nothing of what its own line had.
    let early = change(&signing, "carol", "early", &["src/early"], &[&merge]);
    let side = change(&signing, "alice", "side", &["src/side"], &[&merge]);
    let late = change(&signing, "forge", "late\n\nReviewed-by: Bob <bob@example.org>", &[], &[&early, &side]);
    refuses(&signing, &late, &["src/early"]);
}

#[test]
fn a_push_that_makes_itself_owner_is_judged_by_those_who_were() {
    let signing = ready(OWNERS, POLICY);
    let base = signing.head();
    let sandbox = &signing.sandbox;
    sandbox.git(["read-tree", "--reset", &base]);
    let blob = sandbox.run("git", ["hash-object", "-w", "--stdin"], b"* carol@example.org\n").line();
    for path in ["CODEOWNERS", ".github/CODEOWNERS"] {
        sandbox.git(["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
    }
    let tree = sandbox.git(["write-tree"]).line();
    let mail = "carol@example.org";
    let coup = Commit {
        committer: mail,
        author: mail,
        tree: &tree,
        parents: vec![base],
        ..Commit::new("coup", signing.with_ssh("carol"))
    };
    let coup = signing.commit(&coup);
    refuses(&signing, &coup, &["CODEOWNERS"]);
    let then = change(&signing, "carol", "then", &["src/c"], &[&coup]);
    refuses(&signing, &then, &["src/c"]);
    // A deletion is a change as any other.
    sandbox.git(["read-tree", "--empty"]);
    let tree = sandbox.git(["write-tree"]).line();
    let gone = Commit { committer: mail, author: mail, tree: &tree, ..Commit::new("gone", signing.with_ssh("carol")) };
    let gone = signing.commit(&gone);
    refuses(&signing, &gone, &["CODEOWNERS:5"]);
}

#[test]
fn sections_are_asked_each_as_often_as_they_say() {
    let owners =
        "[Two][2]\n/src/ alice@example.org bob@example.org carol@example.org\n^[Optional]\n/src/ nobody@example.org\n";
    let signing = ready(owners, POLICY);
    let base = signing.head();
    let one = change(&signing, "carol", "one", &["src/a"], &[&base]);
    refuses(&signing, &one, &["1 of 2 that are needed"]);
    let twice = change(&signing, "carol", "twice\n\nReviewed-by: C <carol@example.org>", &["src/a"], &[&base]);
    refuses(&signing, &twice, &["1 of 2 that are needed"]);
    let two = change(&signing, "carol", "two\n\nReviewed-by: B <bob@example.org>", &["src/a"], &[&base]);
    accepts(&signing, &two);
}

#[test]
fn who_may_bypass_is_let_in_and_the_level_can_be_to_annotate() {
    let signing = ready(OWNERS, POLICY);
    let base = signing.head();
    let stranger = change(&signing, "carol", "not mine", &["src/c"], &[&base]);
    let admin = signing.sandbox.with_env("PALISADE_PUSHER", "admin");
    let run = admin.try_git(["push", "origin", &format!("{stranger}:refs/heads/main")]);
    assert!(
        run.success() && run.text().contains("annotate owner-approval") && run.text().contains("let in for admin"),
        "{run}"
    );
    let signing = ready(OWNERS, &POLICY.replace("refs = \"HEAD\"", "refs = \"refs/heads/main\"\nlevel = \"annotate\""));
    let base = signing.head();
    let stranger = change(&signing, "carol", "not mine", &["src/c"], &[&base]);
    let run = push(&signing, &stranger);
    assert!(run.success() && run.text().contains("annotate owner-approval"), "{run}");
}
