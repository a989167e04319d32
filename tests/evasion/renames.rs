//! What moves is judged by what is new in it.

use std::os::unix::fs::symlink;

use super::{COMMIT, with_old_key};
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

/// The file of [`with_old_key`], with another line 20.
fn edited(line: &str) -> String {
    file_with(40, &[(5, &format!("id = {}", aws_key(5))), (20, line)])
}

#[test]
fn a_rename_with_an_edit_is_judged_by_the_edit() {
    let sandbox = with_old_key("old.conf");
    sandbox.git(["mv", "old.conf", "new.conf"]);
    sandbox.stage("new.conf", edited(&github_token(1)));
    sandbox.rejects(COMMIT, &[(GITHUB, "new.conf:20")]);
    sandbox.stage("new.conf", edited("nothing"));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_rename_with_an_edit_is_seen_though_renames_are_switched_off() {
    let sandbox = with_old_key("old.conf");
    sandbox.user_config("diff.renames", "false");
    sandbox.git(["mv", "old.conf", "new.conf"]);
    sandbox.stage("new.conf", edited(&github_token(2)));
    sandbox.rejects(COMMIT, &[(GITHUB, "new.conf:20")]);
    sandbox.stage("new.conf", edited("nothing"));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_rename_brings_nothing_new() {
    let sandbox = with_old_key("old.conf");
    std::fs::create_dir(sandbox.path("folder")).expect("a folder");
    sandbox.git(["mv", "old.conf", "folder/new.conf"]);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_copy_with_an_edit_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("first.conf", file_with(40, &[]));
    sandbox.accepts(COMMIT);
    sandbox.stage("second.conf", file_with(40, &[(20, &github_token(3))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "second.conf:20")]);
    sandbox.stage("second.conf", file_with(40, &[(20, "nothing")]));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_copy_and_a_rename_of_the_same_file_are_both_judged() {
    let sandbox = with_old_key("old.conf");
    sandbox.git(["mv", "old.conf", "new.conf"]);
    sandbox.stage("new.conf", edited(&github_token(4)));
    sandbox.stage("copy.conf", file_with(40, &[(7, &github_token(5))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "new.conf:20"), (GITHUB, "copy.conf:7")]);
}

#[test]
fn a_link_that_becomes_a_file_is_judged() {
    let sandbox = Sandbox::guarded();
    symlink("README", sandbox.path("link")).expect("a link");
    sandbox.git(["add", "link"]);
    sandbox.accepts(COMMIT);
    std::fs::remove_file(sandbox.path("link")).expect("the link");
    sandbox.stage("link", file_with(6, &[(2, &aws_key(1))]));
    sandbox.rejects(COMMIT, &[(AWS, "link:2")]);
    sandbox.stage("link", file_with(6, &[]));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_link_that_points_to_a_secret_is_judged() {
    let sandbox = Sandbox::guarded();
    symlink(format!("by/{}", aws_key(2)), sandbox.path("link")).expect("a link");
    sandbox.git(["add", "link"]);
    sandbox.rejects(COMMIT, &[(AWS, "link:1")]);
    std::fs::remove_file(sandbox.path("link")).expect("the link");
    symlink("nowhere", sandbox.path("link")).expect("a link");
    sandbox.git(["add", "link"]);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_file_in_the_place_of_a_folder_is_judged() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("place/inner", "nothing\n");
    sandbox.accepts(COMMIT);
    std::fs::remove_dir_all(sandbox.path("place")).expect("the folder");
    sandbox.stage("place", file_with(3, &[(2, &aws_key(3))]));
    sandbox.rejects(COMMIT, &[(AWS, "place:2")]);
}

#[test]
fn a_folder_in_the_place_of_a_file_is_judged() {
    let sandbox = Sandbox::guarded();
    std::fs::remove_file(sandbox.path("README")).expect("the file");
    sandbox.stage("README/inner", file_with(3, &[(2, &aws_key(4))]));
    sandbox.rejects(COMMIT, &[(AWS, "README/inner:2")]);
}

#[test]
fn a_mode_that_changes_brings_nothing_new() {
    let sandbox = with_old_key("run.sh");
    sandbox.git(["update-index", "--chmod=+x", "run.sh"]);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_file_that_becomes_executable_and_changes_is_judged_by_the_change() {
    let sandbox = with_old_key("run.sh");
    sandbox.stage("run.sh", edited(&github_token(6)));
    sandbox.git(["update-index", "--chmod=+x", "run.sh"]);
    sandbox.rejects(COMMIT, &[(GITHUB, "run.sh:20")]);
}

#[test]
fn an_edit_beside_an_old_secret_is_judged_by_the_edit() {
    let sandbox = with_old_key("app.conf");
    sandbox.stage("app.conf", edited(&github_token(7)));
    sandbox.rejects(COMMIT, &[(GITHUB, "app.conf:20")]);
    sandbox.stage("app.conf", edited("nothing"));
    sandbox.accepts(COMMIT);
}

#[test]
fn an_old_secret_that_moves_to_another_line_is_new_there() {
    let sandbox = with_old_key("app.conf");
    sandbox.stage("app.conf", file_with(40, &[(30, &format!("id = {}", aws_key(5)))]));
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:30")]);
}

#[test]
fn taking_a_secret_out_is_accepted() {
    let sandbox = with_old_key("app.conf");
    sandbox.stage("app.conf", file_with(40, &[]));
    sandbox.accepts(COMMIT);
}

#[test]
fn deleting_a_file_with_a_secret_is_accepted() {
    let sandbox = with_old_key("app.conf");
    sandbox.git(["rm", "-q", "app.conf"]);
    sandbox.accepts(COMMIT);
}
