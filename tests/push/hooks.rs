//! The hooks beside `pre-receive`, where hooks are put on servers, and what was there before.

use std::fs;

use super::{Forge, on_main};
use crate::made_up::{AWS, aws_key, file_with};

#[test]
fn what_would_be_pushed_is_judged_before_it_leaves() {
    let forge = Forge::new();
    let client = &forge.client;
    let run = client.palisade(["install", "--hook", "pre-push"]);
    assert!(run.success(), "{run}");
    forge.commit("README", "A repository.\n", "Begin");
    forge.accepts_silently(["main"]);
    forge.commit_key("app.conf");
    // Client and server both refuse; the client is asked first.
    let refused = |args: &[&str], words: &[&str]| {
        let before = forge.refs();
        let run = client.try_git([&["push", "origin"], args].concat());
        assert!(!run.success() && !run.text().contains("remote: "), "{run}");
        assert!(words.iter().all(|word| run.text().contains(word)), "{run}");
        assert_eq!(before, forge.refs(), "{run}");
    };
    refused(&["main"], &[AWS, "app.conf:3:", "git commit --amend", "refs/heads/main"]);
    refused(&["HEAD:refs/heads/new"], &[AWS, "refs/heads/new"]);
    refused(&["HEAD~0:refs/tags/v1"], &[AWS]);
    client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("app.conf", file_with(6, &[]), "Add settings");
    forge.accepts_silently(["main"]);
    assert!(forge.push(["main"]).success(), "nothing to push");
    forge.accepts_silently(["main:refs/heads/x"]);
    forge.accepts_silently([":refs/heads/x"]);
    // The rules of the client's own policy hold as well.
    client.write("palisade.toml", on_main("forbid = [\"force-push\"]"));
    client.git(["reset", "-q", "--hard", "HEAD~1"]);
    refused(&["--force", "HEAD:main"], &["force-push"]);
}

#[test]
fn only_what_that_remote_does_not_have_is_looked_at() {
    let forge = Forge::new();
    let client = &forge.client;
    forge.commit("README", "A repository.\n", "Begin");
    forge.commit("app.conf", file_with(6, &[(3, &aws_key(1))]), "Add settings");
    let hook = forge.server.path("hooks/pre-receive");
    fs::remove_file(hook).expect("the hook");
    forge.accepts(["main"]);
    client.palisade(["install", "--hook", "pre-push"]);
    forge.commit("b", "b\n", "Two");
    forge.accepts_silently(["main"]);
    // Another remote has none of it.
    client.git(["init", "-q", "--bare", "../other.git"]);
    client.git(["remote", "add", "other", "../other.git"]);
    let run = client.try_git(["push", "other", "main"]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
    let run = client.try_git(["push", "../other.git", "main"]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
}

#[test]
fn refs_are_judged_one_by_one_where_update_is_the_hook() {
    let forge = Forge::begun();
    fs::remove_file(forge.server.path("hooks/pre-receive")).expect("the hook");
    let run = forge.client.palisade(["install", "--server", "../server.git", "--hook", "update"]);
    assert!(run.success(), "{run}");
    forge.commit("a", "a\n", "One");
    forge.client.git(["branch", "good"]);
    forge.commit_key("app.conf");
    let run = forge.push(["main", "good"]);
    assert!(!run.success() && run.text().contains(AWS) && run.text().contains("hook declined"), "{run}");
    assert!(forge.refs().contains("refs/heads/good"), "{run}");
    assert!(!forge.refs().contains(&forge.client.git(["rev-parse", "main"]).line()), "{run}");
    assert!(!forge.client.palisade(["hook", "update", "refs/heads/x", "1", "2"]).success());
}

#[test]
fn what_was_let_in_is_told_afterwards() {
    let forge = Forge::ruled("[secrets]\nlevel = \"annotate\"\n");
    fs::remove_file(forge.server.path("hooks/pre-receive")).expect("the hook");
    forge.client.palisade(["install", "--server", "../server.git", "--hook", "post-receive"]);
    forge.commit_key("app.conf");
    let run = forge.accepts(["main", "HEAD~1:refs/heads/x"]);
    assert!(run.text().contains("annotate aws-access-key-id") && run.text().contains("app.conf:3:"), "{run}");
    forge.commit("b", "b\n", "Two");
    forge.accepts_silently(["main"]);
    forge.accepts_silently([":refs/heads/x"]);
}

#[test]
fn a_transaction_is_judged_whoever_asks_for_it() {
    let forge = Forge::begun();
    fs::remove_file(forge.server.path("hooks/pre-receive")).expect("the hook");
    forge.client.palisade(["install", "--server", "../server.git", "--hook", "reference-transaction"]);
    forge.commit_key("app.conf");
    let run = forge.push(["main"]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
    let key = forge.client.git(["rev-parse", "HEAD"]).line();
    // Not only pushes.
    forge.server.git(["fetch", "-q", "../repo", "main"]);
    let run = forge.server.try_git(["update-ref", "refs/heads/main", &key]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("b", "b\n", "Two");
    forge.accepts_silently(["main", "main:refs/heads/x"]);
    forge.server.git(["symbolic-ref", "HEAD", "refs/heads/x"]);
    forge.accepts_silently([":main"]);
}

#[test]
fn what_was_a_hook_before_reads_the_same_updates_and_runs_first() {
    let forge = Forge::begun();
    forge.client.palisade(["uninstall", "--server", "../server.git"]);
    forge.server.write_script("hooks/pre-receive", "cat >> log; [ ! -e refuse ]");
    let run = forge.client.palisade(["install", "--server", "../server.git"]);
    assert!(run.success() && run.text().contains("kept"), "{run}");
    forge.commit_key("app.conf");
    forge.refuses(["main", "main:x"], &[AWS]);
    let log = || fs::read_to_string(forge.server.path("log")).expect("the log");
    assert_eq!(log().lines().count(), 2, "{}", log());
    assert!(log().contains("refs/heads/main") && log().contains("refs/heads/x"));
    forge.server.write("refuse", "");
    let run = forge.push(["main"]);
    assert!(!run.success() && !run.text().contains(AWS), "{run}");
    fs::remove_file(forge.server.path("refuse")).expect("a file");
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.accepts(["main:refs/heads/y"]);
    // One that reads nothing is no obstacle.
    let earlier = forge.server.path("hooks/pre-receive.before-palisade");
    fs::remove_file(&earlier).expect("a hook");
    forge.server.write_script("hooks/pre-receive.before-palisade", "exit 0");
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS]);
    let run = forge.client.palisade(["uninstall", "--server", "../server.git"]);
    assert!(run.success() && run.text().contains("is back"), "{run}");
    forge.accepts(["main"]);
}

#[test]
fn a_folder_of_many_hooks_gets_one_more() {
    // Gitea and Forgejo.
    let forge = Forge::begun();
    forge.client.palisade(["uninstall", "--server", "../server.git"]);
    let many = "for hook in hooks/pre-receive.d/*; do cat in | \"$hook\" || exit 1; done";
    forge.server.write_script("hooks/pre-receive", &format!("cat > in; {many}"));
    fs::create_dir(forge.server.path("hooks/pre-receive.d")).expect("a folder");
    forge.client.palisade(["install", "--server", "../server.git"]);
    assert!(forge.server.path("hooks/pre-receive.d/palisade").is_file());
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS]);
    // Each hook has a folder of its own.
    fs::create_dir(forge.server.path("hooks/post-receive.d")).expect("a folder");
    forge.client.palisade(["install", "--server", "../server.git", "--hook", "post-receive"]);
    let script = fs::read_to_string(forge.server.path("hooks/post-receive.d/palisade")).expect("a hook");
    assert!(script.contains(" hook post-receive "), "{script}");
    forge.refuses(["main"], &[AWS]);
    forge.client.palisade(["uninstall", "--server", "../server.git"]);
    assert!(!forge.server.path("hooks/pre-receive.d/palisade").exists());
    assert!(!forge.server.path("hooks/post-receive.d/palisade").exists());
    // GitLab, for all repositories.
    fs::create_dir_all(forge.client.path("../hooks/pre-receive.d")).expect("a folder");
    let run = forge.client.palisade(["install", "--server", "../hooks/pre-receive.d"]);
    assert!(run.success() && forge.client.path("../hooks/pre-receive.d/palisade").is_file(), "{run}");
    let run = forge.client.palisade(["install", "--server", "../hooks", "--hook", "pre-receive"]);
    assert!(run.success() && !forge.client.path("../hooks/pre-receive").exists(), "{run}");
    let run = forge.client.palisade(["install", "--server", "../hooks/pre-receive.d", "--hook", "update"]);
    assert!(!run.success() && run.text().contains("is called as `pre-receive`, not as `update`"), "{run}");
    // gitolite, and core.hooksPath.
    fs::create_dir_all(forge.client.path("../local/hooks/common")).expect("a folder");
    let run = forge.client.palisade(["install", "--server", "../local/hooks/common"]);
    assert!(run.success() && forge.client.path("../local/hooks/common/pre-receive").is_file(), "{run}");
    forge.server.config("core.hooksPath", forge.client.path("../local/hooks/common").to_str().expect("UTF-8"));
    forge.refuses(["main"], &[AWS]);
}

#[test]
fn gitlab_gets_lines_for_its_web_interface() {
    let mut forge = Forge::begun();
    forge.client = forge.client.with_env("GL_USERNAME", "somebody").with_env("GL_REPOSITORY", "project-1");
    forge.commit_key("app.conf");
    let commit = forge.client.git(["rev-parse", "--short=12", "HEAD"]).line();
    let line = format!(
        "remote: GL-HOOK-ERR: reject aws-access-key-id: app.conf:3 in {commit}: AWS access key id: it begins with `AKIA`"
    );
    forge.refuses(["main"], &[&line]);
    let mut forge = Forge::begun();
    forge.client = forge.client.with_env("GL_USER", "gitolite").with_env("GL_REPO", "x");
    forge.commit_key("app.conf");
    assert!(!forge.refuses(["main"], &[AWS]).text().contains("GL-HOOK-ERR"));
}

#[test]
fn a_hook_on_a_server_whose_program_has_gone_refuses() {
    let forge = Forge::begun();
    let hook = forge.server.path("hooks/pre-receive");
    let script = fs::read_to_string(&hook).expect("a hook");
    let line = script.lines().find(|line| line.starts_with("palisade=")).expect("the program");
    fs::write(&hook, script.replace(line, "palisade=/no/such/palisade")).expect("a hook");
    forge.commit("a", "a\n", "One");
    forge.refuses(["main"], &["/no/such/palisade has gone, so nothing was judged"]);
}

#[test]
fn hooks_that_are_called_by_hand_say_so() {
    let forge = Forge::begun();
    for input in ["", "nonsense\n", "a b c\n"] {
        let run = forge.server.run("palisade", ["hook", "pre-receive"], input.as_bytes());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.text().contains("let git call this hook"), "{run}");
    }
    let run = forge.client.palisade(["install", "--server", "no-such-folder"]);
    assert!(run.code == Some(2) && run.text().contains("no such folder"), "{run}");
    let run = forge.client.palisade(["install", "--hook", "pre-recieve"]);
    assert!(run.code == Some(2) && run.text().contains("did you mean `pre-receive`?"), "{run}");
}
