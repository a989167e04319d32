//! The policy through the program: what it changes, and where it comes from.

use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;

/// A key is staged on line 3, and this policy lies at the root.
fn with_policy(policy: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    sandbox.write("palisade.toml", policy);
    sandbox
}

#[test]
fn a_rule_can_be_annotated_or_ignored() {
    let run = with_policy(&format!("[secrets.rules]\n{AWS} = \"annotate\"\n")).scan_staged();
    assert_eq!((run.code, &run.json()["findings"][0]["level"]), (Some(0), &"annotate".into()), "{run}");
    let run = with_policy(&format!("[secrets.rules]\n{AWS} = \"ignore\"\n")).scan_staged();
    assert_eq!((run.code, &run.json()["suppressed"]["ignored"]), (Some(0), &1.into()), "{run}");
    assert!(run.findings().is_empty(), "{run}");
}

#[test]
fn the_level_holds_for_all_rules() {
    let run = with_policy("[secrets]\nlevel = \"annotate\"\n").scan_staged();
    assert_eq!((run.code, run.findings().len()), (Some(0), 1), "{run}");
}

#[test]
fn ignored_paths_are_counted() {
    let run = with_policy("[secrets]\nignore-paths = [\"*.conf\"]\n").scan_staged();
    assert_eq!((run.code, &run.json()["coverage"]["ignored"]), (Some(0), &1.into()), "{run}");
    let run = with_policy("[secrets]\nignore-paths = [\"other/\"]\n").scan_staged();
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn the_whole_file_can_be_asked_for() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    sandbox.commit_unwatched("an old key");
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1)), (5, "more")]));
    assert_eq!(sandbox.scan_staged().code, Some(0));
    sandbox.write("palisade.toml", "[secrets]\nscan = \"file\"\n");
    assert_eq!(sandbox.scan_staged().findings(), [(AWS.to_owned(), "app.conf:3".to_owned())]);
}

#[test]
fn another_policy_can_be_named() {
    let sandbox = with_policy("this is no policy");
    sandbox.write("../mine.toml", "[secrets]\nlevel = \"ignore\"\n");
    let run = sandbox.palisade(["scan", "--staged", "--policy", "../mine.toml"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn the_policy_of_the_root_holds_below() {
    let sandbox = with_policy("[secrets]\nlevel = \"ignore\"\n");
    sandbox.write("below/a", aws_key(2));
    assert_eq!(sandbox.at("below").palisade(["scan", "a"]).code, Some(0));
    assert_eq!(sandbox.at("below").palisade(["scan", "--staged"]).code, Some(0));
}
