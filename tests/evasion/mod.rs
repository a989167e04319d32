//! Ways past a gate that reads patches, one test a case: each is a real `git commit` through the installed hook, which has to
//! refuse it, name the place, and leave index and work tree as they were; and to let the same commit in without the secret.

mod attributes;
mod commits;
mod config;
mod encodings;
mod large;
mod markers;
mod merges;
mod messages;
mod paths;
mod renames;
mod repositories;
mod spanning;

use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;

const COMMIT: [&str; 4] = ["commit", "-q", "-m", "change"];

/// Stages a key on line 3 of `path`, which is refused; then the same file without it, which is not.
#[track_caller]
fn refused_with_key_accepted_without(sandbox: &Sandbox, path: &str) {
    sandbox.stage(path, file_with(6, &[(3, &format!("id = {}", aws_key(1)))]));
    sandbox.rejects(COMMIT, &[(AWS, &format!("{path}:3"))]);
    sandbox.stage(path, file_with(6, &[(3, "id = none")]));
    sandbox.accepts(COMMIT);
}

/// A repository whose history already holds a key: line 5 of `path`, of 40 lines.
fn with_old_key(path: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage(path, file_with(40, &[(5, &format!("id = {}", aws_key(5)))]));
    sandbox.commit_unwatched("an old key");
    sandbox
}
