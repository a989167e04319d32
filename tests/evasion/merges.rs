//! A merge is judged by what none of its sides has.

use super::COMMIT;
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

/// `main` and `side` have each their own line 10 of `app.conf` and a file of their own; `side` also brings a key of long ago:
/// line 2 of `side.conf`. `main` is checked out.
fn two_sides(line_of_main: &str, line_of_side: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(20, &[]));
    sandbox.accepts(COMMIT);
    sandbox.git(["checkout", "-q", "-b", "side"]);
    sandbox.stage("side.conf", file_with(4, &[(2, &aws_key(1))]));
    sandbox.stage("app.conf", file_with(20, &[(10, line_of_side)]));
    sandbox.commit_unwatched("side");
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.stage("main.conf", file_with(4, &[]));
    sandbox.stage("app.conf", file_with(20, &[(10, line_of_main)]));
    sandbox.accepts(COMMIT);
    sandbox
}

const PLAIN: &str = "line 10 says nothing of interest";

#[test]
fn a_secret_in_the_resolution_of_a_conflict_is_found() {
    let sandbox = two_sides("ours", "theirs");
    assert!(!sandbox.try_git(["merge", "side"]).success(), "there is a conflict");
    sandbox.stage("app.conf", file_with(20, &[(10, &github_token(1))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "app.conf:10")]);
    assert!(sandbox.git_path("MERGE_HEAD").exists(), "the merge still waits");
    sandbox.stage("app.conf", file_with(20, &[(10, "ours and theirs")]));
    sandbox.accepts(COMMIT);
}

#[test]
fn what_both_sides_have_on_a_line_with_a_conflict_is_not_new() {
    let sandbox = two_sides("ours", &github_token(2));
    assert!(!sandbox.try_git(["merge", "side"]).success(), "there is a conflict");
    sandbox.stage("app.conf", file_with(20, &[(10, &github_token(2))]));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_secret_that_is_added_before_a_merge_is_committed_is_found() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.git(["merge", "-q", "--no-commit", "--no-ff", "side"]);
    sandbox.stage("main.conf", file_with(4, &[(3, &github_token(3))]));
    sandbox.stage("side.conf", file_with(4, &[(2, &aws_key(1)), (4, &github_token(4))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "main.conf:3"), (GITHUB, "side.conf:4")]);
    sandbox.stage("main.conf", file_with(4, &[]));
    sandbox.stage("side.conf", file_with(4, &[(2, &aws_key(1)), (4, "nothing")]));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_file_that_is_born_in_a_merge_is_judged() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.git(["merge", "-q", "--no-commit", "--no-ff", "side"]);
    sandbox.stage("born.conf", file_with(4, &[(1, &github_token(5))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "born.conf:1")]);
}

#[test]
fn a_clean_merge_brings_nothing_new() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.accepts(["merge", "-q", "--no-edit", "side"]);
}

#[test]
fn a_merge_of_three_brings_nothing_new() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.git(["checkout", "-q", "-b", "third", "main~1"]);
    sandbox.stage("third.conf", file_with(4, &[(2, &aws_key(2))]));
    sandbox.commit_unwatched("third");
    sandbox.git(["checkout", "-q", "main"]);
    // An octopus tells what it does on standard output, whatever it is told.
    sandbox.git(["merge", "-q", "--no-edit", "side", "third"]);
    assert_eq!(sandbox.git(["rev-list", "--parents", "-n1", "HEAD"]).text().split_whitespace().count(), 4);
}

#[test]
fn what_a_merge_driver_makes_up_is_judged() {
    let sandbox = two_sides("ours", "theirs");
    std::fs::write(sandbox.git_path("info/attributes"), "*.conf merge=mine\n").expect("attributes");
    let driver = sandbox.write_script("../driver", &format!("echo {} >> \"$1\"", github_token(6)));
    sandbox.config("merge.mine.driver", &format!("{} %A", driver.display()));
    let run = sandbox.try_git(["merge", "-q", "--no-edit", "side"]);
    assert!(!run.success(), "the merge was made: {run}");
    run.names(&[(GITHUB, "app.conf:21")]);
    assert!(!run.text().contains("side.conf"), "what a side has is no news: {run}");
    assert_eq!(
        sandbox.git(["rev-list", "--parents", "-n1", "HEAD"]).text().split_whitespace().count(),
        2,
        "HEAD moved"
    );
}

#[test]
fn a_squashed_merge_brings_all_of_it_anew() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.git(["merge", "-q", "--squash", "side"]);
    sandbox.rejects(COMMIT, &[(AWS, "side.conf:2")]);
    sandbox.stage("side.conf", file_with(4, &[]));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_cherry_pick_that_waits_is_judged() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.git(["cherry-pick", "--no-commit", "side"]);
    sandbox.rejects(COMMIT, &[(AWS, "side.conf:2")]);
}

#[test]
fn a_revert_that_brings_a_secret_back_is_judged() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.git(["checkout", "-q", "side"]);
    sandbox.stage("side.conf", file_with(4, &[]));
    sandbox.accepts(COMMIT);
    sandbox.git(["revert", "--no-commit", "HEAD"]);
    sandbox.rejects(COMMIT, &[(AWS, "side.conf:2")]);
}

#[test]
fn a_merge_that_is_amended_is_judged() {
    let sandbox = two_sides("ours", PLAIN);
    sandbox.accepts(["merge", "-q", "--no-edit", "side"]);
    sandbox.stage("app.conf", file_with(20, &[(10, "ours"), (15, &github_token(7))]));
    sandbox.rejects(["commit", "-q", "--amend", "--no-edit"], &[(GITHUB, "app.conf:15")]);
    sandbox.stage("app.conf", file_with(20, &[(10, "ours"), (15, "nothing")]));
    sandbox.accepts(["commit", "-q", "--amend", "--no-edit"]);
}
