//! Whose policy is in force: that of the accepted side, never that of the push.

use super::{Forge, with_key};
use crate::made_up::AWS;

const LAX: &str = "[secrets]\nlevel = \"ignore\"\n";
const STRICT: &str = "[secrets]\nlevel = \"reject\"\n[commits]\nmax-subject = 20\n";

#[test]
fn a_policy_that_is_weakened_in_the_same_push_is_not_in_force_yet() {
    let forge = Forge::begun();
    forge.commit("palisade.toml", STRICT, "Be strict");
    forge.accepts(["main"]);
    forge.commit("palisade.toml", LAX, "Be lax");
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS, "this push changes palisade.toml, which counts from the next push on"]);
    forge.refuses(["HEAD~1:main", "main:topic"], &[AWS, "this push changes palisade.toml"]);
    // One after the other is somebody's decision, and every push tells of it.
    forge.accepts(["HEAD~1:main"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn a_policy_that_comes_with_the_first_push_is_not_in_force() {
    let forge = Forge::new();
    forge.commit("palisade.toml", LAX, "Be lax");
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS, "this push brings palisade.toml", "in force is none"]);
}

#[test]
fn a_policy_on_another_branch_is_never_in_force() {
    let forge = Forge::begun();
    forge.commit("palisade.toml", LAX, "Be lax");
    forge.accepts_silently(["main:topic"]);
    forge.client.git(["checkout", "-q", "-b", "topic"]);
    forge.commit_key("app.conf");
    forge.refuses(["topic"], &[AWS]);
}

#[test]
fn the_policy_of_the_default_branch_is_in_force_everywhere() {
    let forge = Forge::begun();
    forge.commit("palisade.toml", STRICT, "Be strict");
    forge.accepts(["main"]);
    forge.client.git(["checkout", "-q", "-b", "topic", "HEAD~1"]);
    forge.commit("a", "a\n", "A subject that is far too long");
    forge.refuses(["topic"], &["reject subject-length"]);
    forge.client.git(["rm", "-q", "--ignore-unmatch", "palisade.toml"]);
    forge.client.git(["checkout", "-q", "main"]);
    forge.client.git(["rm", "-q", "palisade.toml"]);
    forge.client.commit_unwatched("A subject that is far too long");
    forge.refuses(["main"], &["reject subject-length", "this push takes away palisade.toml"]);
}

#[test]
fn the_servers_configuration_is_stronger_than_the_default_branch() {
    let forge = Forge::ruled("[secrets]\nlevel = \"annotate\"\n");
    forge.commit("palisade.toml", STRICT, "Be strict");
    forge.accepts_silently(["main"]);
    forge.commit_key("app.conf");
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("annotate aws-access-key-id"), "{run}");
}

#[test]
fn a_policy_that_cannot_be_read_lets_nothing_in() {
    let forge = Forge::begun();
    forge.commit("a", "a\n", "One");
    forge.server.config("palisade.policy", "no-such.toml");
    forge.refuses(["main"], &["no-such.toml"]);
    forge.rule("[secret]\n");
    forge.refuses(["main"], &["policy.toml:1:2", "did you mean `secrets`?"]);
    forge
        .server
        .write("config", [std::fs::read(forge.server.path("config")).expect("a file"), b"[broken\n".to_vec()].concat());
    assert!(!forge.push(["main"]).success());
}

#[test]
fn a_policy_that_could_not_be_used_is_not_accepted() {
    let forge = Forge::begun();
    forge.commit("palisade.toml", "[secret]\n", "Break it");
    forge.refuses(["main"], &["the palisade.toml that this push brings cannot be used", "did you mean `secrets`?"]);
    forge.accepts_silently(["main:topic"]);
    // One that was accepted before anybody looked says how it is mended.
    forge.server.git(["update-ref", "refs/heads/main", "refs/heads/topic"]);
    forge.commit("palisade.toml", STRICT, "Mend it");
    forge.refuses(["main"], &["the policy that was accepted cannot be used", "git config palisade.policy FILE"]);
    forge.rule("");
    forge.accepts_silently(["main"]);
}

#[test]
fn a_policy_that_is_no_plain_file_lets_nothing_in() {
    let forge = Forge::begun();
    forge.commit("lax.toml", LAX, "Add");
    std::os::unix::fs::symlink("lax.toml", forge.client.path("palisade.toml")).expect("a link");
    forge.client.git(["add", "palisade.toml"]);
    forge.client.commit_unwatched("Link");
    forge.refuses(["main"], &["palisade.toml", "no plain file"]);
}

#[test]
fn a_work_tree_on_the_server_has_no_say() {
    let forge = Forge::begun();
    forge.client.git(["clone", "-q", "--no-checkout", forge.server.root().to_str().expect("UTF-8"), "../tree"]);
    let tree = forge.client.at("../tree");
    tree.config("receive.denyCurrentBranch", "ignore");
    tree.write("palisade.toml", LAX);
    let run = forge.client.palisade(["install", "--server", "../tree"]);
    assert!(run.success(), "{run}");
    forge.client.stage("app.conf", with_key());
    forge.client.commit_unwatched("Add settings");
    let run = forge.client.try_git(["push", "../tree", "main"]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
}

#[test]
fn a_policy_that_the_hook_is_called_with_is_the_strongest() {
    let forge = Forge::ruled(STRICT);
    forge.server.write("lax.toml", LAX);
    let hook = "exec palisade hook pre-receive --policy lax.toml \"$@\"";
    forge.server.write_script("hooks/pre-receive", hook);
    forge.commit_key("app.conf");
    forge.accepts_silently(["main"]);
}

#[test]
fn a_policy_that_goes_in_does_not_go_in_unseen() {
    let forge = Forge::begun();
    let note = |run: crate::sandbox::Run, what: &str| {
        let text = run.text();
        assert!(text.contains(&format!("this push {what} palisade.toml, which counts from the next push on")), "{run}");
    };
    forge.commit("palisade.toml", "[commits]\nmax-subject = 40\n", "Rule");
    note(forge.accepts(["main"]), "brings");
    forge.commit("a", "a\n", "One");
    forge.accepts_silently(["main", "main:topic"]);
    forge.commit("palisade.toml", "[commits]\nmax-subject = 50\n", "Rule otherwise");
    forge.accepts_silently(["main:topic"]);
    note(forge.accepts(["main"]), "changes");
    forge.client.git(["rm", "-q", "palisade.toml"]);
    forge.commit("a", "b\n", "Rule no more");
    note(forge.accepts(["main"]), "takes away");
}
