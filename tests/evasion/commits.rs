//! Every way to make a commit is judged by what it commits: not by the work tree, and not by what else is staged.

use super::{COMMIT, refused_with_key_accepted_without};
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

#[test]
fn the_first_commit_is_judged() {
    let sandbox = Sandbox::init(&[]);
    sandbox.install();
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn a_commit_of_all_that_changed_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.write("README", file_with(6, &[(3, &aws_key(1))]));
    sandbox.refuses(["commit", "-q", "-am", "change"], &[(AWS, "README:3")]);
    sandbox.write("README", file_with(6, &[]));
    sandbox.accepts(["commit", "-q", "-am", "change"]);
}

#[test]
fn a_commit_of_a_path_is_judged_by_that_path() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("a.conf", file_with(6, &[]));
    sandbox.stage("b.conf", file_with(6, &[]));
    sandbox.accepts(COMMIT);
    sandbox.stage("a.conf", file_with(6, &[(2, &aws_key(2))]));
    sandbox.write("b.conf", file_with(6, &[(4, &github_token(2))]));
    let run = sandbox.refuses(["commit", "-q", "-m", "change", "b.conf"], &[(GITHUB, "b.conf:4")]);
    assert!(!run.text().contains("a.conf"), "what is not committed was judged: {run}");
    sandbox.write("b.conf", file_with(6, &[(4, "nothing")]));
    sandbox.accepts(["commit", "-q", "-m", "change", "b.conf"]);
    sandbox.rejects(COMMIT, &[(AWS, "a.conf:2")]);
}

#[test]
fn a_commit_of_a_path_beside_what_is_staged_is_judged_by_both() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("a.conf", file_with(6, &[(2, &aws_key(3))]));
    sandbox.write("README", file_with(6, &[(4, &github_token(3))]));
    let args = ["commit", "-q", "-m", "change", "-i", "README"];
    sandbox.refuses(args, &[(AWS, "a.conf:2"), (GITHUB, "README:4")]);
}

#[test]
fn an_amended_commit_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(4))]));
    let amend = ["commit", "-q", "--amend", "--no-edit"];
    sandbox.rejects(amend, &[(AWS, "app.conf:3")]);
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.accepts(amend);
}

#[test]
fn an_amended_commit_may_take_a_secret_out() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(5))]));
    sandbox.commit_unwatched("with a key");
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.accepts(["commit", "-q", "--amend", "--no-edit"]);
}

/// A file of 40 lines is committed; in the work tree lines 3 and 38 are others, and only one of them is staged by hand.
fn partly_staged(third: &str, thirty_eighth: &str, answers: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(40, &[]));
    sandbox.accepts(COMMIT);
    sandbox.write("app.conf", file_with(40, &[(3, third), (38, thirty_eighth)]));
    let run = sandbox.run("git", ["add", "-p"], answers.as_bytes());
    assert!(run.success(), "{run}");
    sandbox
}

#[test]
fn a_secret_that_is_only_in_the_index_is_found() {
    let sandbox = partly_staged(&aws_key(6), "nothing", "y\nn\n");
    sandbox.write("app.conf", file_with(40, &[(38, "nothing")]));
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
    assert_eq!(std::fs::read_to_string(sandbox.path("app.conf")).expect("a file"), file_with(40, &[(38, "nothing")]));
}

#[test]
fn a_secret_that_is_only_in_the_work_tree_is_none() {
    let sandbox = partly_staged("nothing", &aws_key(7), "y\nn\n");
    sandbox.accepts(COMMIT);
    assert!(std::fs::read_to_string(sandbox.path("app.conf")).expect("a file").contains(&aws_key(7)));
    sandbox.git(["add", "app.conf"]);
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:38")]);
}

#[test]
fn a_secret_in_a_staged_file_that_is_gone_from_the_work_tree_is_found() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(8))]));
    std::fs::remove_file(sandbox.path("app.conf")).expect("the file");
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
}

#[test]
fn a_file_that_is_only_meant_to_be_added_is_not_judged_yet() {
    let sandbox = Sandbox::guarded();
    sandbox.write("later.conf", file_with(6, &[(3, &aws_key(9))]));
    sandbox.git(["add", "-N", "later.conf"]);
    sandbox.stage("now.conf", file_with(6, &[]));
    sandbox.accepts(COMMIT);
    sandbox.stage("now.conf", file_with(6, &[(2, &github_token(9))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "now.conf:2")]);
    sandbox.git(["add", "later.conf"]);
    sandbox.rejects(COMMIT, &[(GITHUB, "now.conf:2"), (AWS, "later.conf:3")]);
}

#[test]
fn a_file_that_was_meant_to_be_added_is_judged_when_all_is_committed() {
    let sandbox = Sandbox::guarded();
    sandbox.write("later.conf", file_with(6, &[(3, &aws_key(9))]));
    sandbox.git(["add", "-N", "later.conf"]);
    sandbox.refuses(["commit", "-q", "-am", "change"], &[(AWS, "later.conf:3")]);
}

#[test]
fn a_commit_of_nothing_is_accepted() {
    Sandbox::guarded().accepts(["commit", "-q", "--allow-empty", "-m", "nothing"]);
}

#[test]
fn an_ignored_file_that_is_added_by_force_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.stage(".gitignore", "*.secret\n");
    sandbox.accepts(COMMIT);
    sandbox.write("my.secret", file_with(6, &[(3, &aws_key(10))]));
    sandbox.git(["add", "-f", "my.secret"]);
    sandbox.rejects(COMMIT, &[(AWS, "my.secret:3")]);
}

#[test]
fn another_index_in_the_environment_is_the_one_that_is_judged() {
    let sandbox = Sandbox::guarded();
    let other = sandbox.with_env("GIT_INDEX_FILE", sandbox.git_path("other-index"));
    other.git(["read-tree", "HEAD"]);
    other.stage("app.conf", file_with(6, &[(3, &aws_key(11))]));
    other.refuses(COMMIT, &[(AWS, "app.conf:3")]);
    // The repository's own index knows nothing of it.
    sandbox.accepts(["commit", "-q", "--allow-empty", "-m", "nothing"]);
    other.stage("app.conf", file_with(6, &[]));
    other.accepts(COMMIT);
}

#[test]
fn a_commit_from_a_folder_below_the_root_is_judged_as_a_whole() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(12))]));
    sandbox.stage("deep/down/other.conf", file_with(6, &[(4, &github_token(12))]));
    let below = sandbox.at("deep/down");
    below.refuses(COMMIT, &[(AWS, "app.conf:3"), (GITHUB, "deep/down/other.conf:4")]);
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3"), (GITHUB, "deep/down/other.conf:4")]);
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.stage("deep/down/other.conf", file_with(6, &[]));
    below.accepts(COMMIT);
}

#[test]
fn a_commit_that_is_made_from_outside_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(13))]));
    let outside = sandbox.at("..");
    let places = ["--git-dir=repo/.git", "--work-tree=repo"];
    let run = outside.try_git(places.iter().chain(&COMMIT));
    assert!(!run.success(), "{run}");
    run.names(&[(AWS, "app.conf:3")]);
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
    sandbox.stage("app.conf", file_with(6, &[]));
    outside.git(places.iter().chain(&COMMIT));
}

#[test]
fn many_staged_files_are_all_judged() {
    let sandbox = Sandbox::guarded();
    for number in 0..300 {
        sandbox.write(format!("folder{}/file{number}.txt", number % 7), file_with(4, &[]));
    }
    sandbox.write("folder3/file94.txt", file_with(4, &[(2, &aws_key(14))]));
    sandbox.write("folder6/file300.txt", file_with(4, &[(4, &aws_key(15))]));
    sandbox.git(["add", "."]);
    sandbox.rejects(COMMIT, &[(AWS, "folder3/file94.txt:2"), (AWS, "folder6/file300.txt:4")]);
    sandbox.write("folder3/file94.txt", file_with(4, &[]));
    sandbox.write("folder6/file300.txt", file_with(4, &[]));
    sandbox.git(["add", "."]);
    sandbox.accepts(COMMIT);
}

#[test]
fn files_that_git_is_told_not_to_look_at_are_judged() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let sandbox = Sandbox::guarded();
        sandbox.stage("README", file_with(6, &[(3, &aws_key(16))]));
        sandbox.git(["update-index", flag, "README"]);
        sandbox.rejects(COMMIT, &[(AWS, "README:3")]);
    }
}

#[test]
fn what_a_soft_reset_leaves_staged_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("deep/down/app.conf", file_with(6, &[(3, &aws_key(17))]));
    sandbox.commit_unwatched("a key");
    sandbox.git(["reset", "-q", "--soft", "HEAD~1"]);
    sandbox.rejects(COMMIT, &[(AWS, "deep/down/app.conf:3")]);
}

#[test]
fn a_branch_without_parents_brings_all_anew() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(18))]));
    sandbox.commit_unwatched("a key");
    sandbox.git(["checkout", "-q", "--orphan", "fresh"]);
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_commit_without_a_branch_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.git(["checkout", "-q", "--detach"]);
    refused_with_key_accepted_without(&sandbox, "app.conf");
}
