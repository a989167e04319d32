//! A policy that cannot be understood is not in force, so nothing can be judged by it.

use std::fs;
use std::os::unix::fs::symlink;

use super::is_an_error;
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;

/// The policy stops the hook with a message that names it and `what`; and a real commit with it.
#[track_caller]
fn is_refused(policy: impl AsRef<[u8]>, what: &[&str]) {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.write("palisade.toml", policy.as_ref());
    for args in [&["hook", "pre-commit"][..], &["scan", "."], &["scan", "--range", "HEAD"], &["scan", "--staged"]] {
        let run = sandbox.palisade(args);
        is_an_error(&run, &["palisade.toml"]);
        is_an_error(&run, what);
    }
    let run = sandbox.try_git(["commit", "-q", "-m", "change"]);
    assert!(!run.success() && run.text().contains("palisade.toml"), "{run}");
}

#[test]
fn a_policy_that_is_no_toml() {
    is_refused("[secrets\n", &["1"]);
    is_refused("[secrets]\nlevel = reject\n", &["2"]);
    is_refused("[secrets]\n[secrets]\n", &["2"]);
}

#[test]
fn a_policy_that_is_no_text() {
    is_refused(b"[secrets]\nlevel = \"\xFF\xFE\"\n", &[]);
    is_refused(b"\x00\x01\x02", &[]);
}

#[test]
fn a_key_that_nobody_knows_is_told_with_the_nearest() {
    is_refused("[secrets]\nlevle = \"reject\"\n", &["levle", "level"]);
    is_refused("[secret]\nlevel = \"reject\"\n", &["secret", "secrets"]);
    is_refused("[secrets]\nignore-path = [\"a\"]\n", &["ignore-path", "ignore-paths"]);
}

#[test]
fn a_rule_that_nobody_knows_is_told_with_the_nearest() {
    is_refused("[secrets.rules]\naws-acess-key-id = \"ignore\"\n", &["aws-acess-key-id", AWS]);
}

#[test]
fn a_level_that_nobody_knows_is_told_with_the_nearest() {
    is_refused("[secrets]\nlevel = \"rejct\"\n", &["rejct", "reject"]);
}

#[test]
fn a_value_of_the_wrong_type() {
    is_refused("[secrets]\nlevel = 1\n", &["level"]);
    is_refused("[secrets]\nignore-paths = \"a\"\n", &["ignore-paths"]);
    is_refused("secrets = true\n", &["secrets"]);
}

#[test]
fn a_glob_that_is_none() {
    is_refused("[secrets]\nignore-paths = [\"a[\"]\n", &["2:", "glob"]);
}

#[test]
fn a_policy_that_is_no_file() {
    let sandbox = Sandbox::guarded();
    fs::create_dir(sandbox.path("palisade.toml")).expect("a folder");
    is_an_error(&sandbox.palisade(["hook", "pre-commit"]), &["palisade.toml"]);
    fs::remove_dir(sandbox.path("palisade.toml")).expect("the folder");
    symlink("nowhere", sandbox.path("palisade.toml")).expect("a link");
    is_an_error(&sandbox.palisade(["hook", "pre-commit"]), &["palisade.toml"]);
}

#[test]
fn a_policy_that_was_named_and_is_not_there() {
    let sandbox = Sandbox::guarded();
    is_an_error(&sandbox.palisade(["scan", ".", "--policy", "no-such.toml"]), &["no-such.toml"]);
}

#[test]
fn an_empty_policy_changes_nothing() {
    let sandbox = Sandbox::guarded();
    sandbox.write("palisade.toml", "");
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    sandbox.rejects(["commit", "-q", "-m", "change"], &[(AWS, "app.conf:3")]);
}

#[test]
fn a_policy_that_looks_away_is_obeyed_and_says_so() {
    let sandbox = Sandbox::guarded();
    sandbox.write("palisade.toml", "[secrets]\nignore-paths = [\"third_party/**\"]\n");
    sandbox.stage("third_party/app.conf", file_with(6, &[(3, &aws_key(1))]));
    let run = sandbox.scan_staged();
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.json()["coverage"]["ignored"], 1, "{run}");
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    sandbox.rejects(["commit", "-q", "-m", "change"], &[(AWS, "app.conf:3")]);
}

#[test]
fn a_finding_that_is_only_annotated_is_shown_and_let_in() {
    let sandbox = Sandbox::guarded();
    sandbox.write("palisade.toml", format!("[secrets.rules]\n{AWS} = \"annotate\"\n"));
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    let run = sandbox.try_git(["commit", "-q", "-m", "change"]);
    assert!(run.success(), "{run}");
    run.names(&[(AWS, "app.conf:3")]);
}
