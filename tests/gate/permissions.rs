//! What may not be read. Where the tests run as root, the program runs without root's right to read everything.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use super::{is_an_error, is_incomplete, is_not_judged};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{PALISADE, Run, Sandbox};

/// Runs a program that may read only what the permissions say.
#[track_caller]
fn without_privileges(sandbox: &Sandbox, program: &str, args: &[&str]) -> Run {
    if fs::metadata(sandbox.root()).expect("a folder").uid() != 0 {
        return sandbox.run(program, args, b"");
    }
    let drop = ["--bounding-set=-dac_override,-dac_read_search", program];
    sandbox.run("setpriv", drop.iter().chain(args), b"")
}

/// Runs the program where nobody may read `path`.
#[track_caller]
fn without(sandbox: &Sandbox, path: &Path, args: &[&str]) -> Run {
    let before = fs::metadata(path).expect("it is there").permissions();
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("permissions");
    let probe = without_privileges(sandbox, "ls", &["-R", "--", path.to_str().expect("UTF-8")]);
    let probe =
        if path.is_dir() { probe } else { without_privileges(sandbox, "cat", &[path.to_str().expect("UTF-8")]) };
    assert!(!probe.success(), "the test needs something that it may not read: {probe}");
    let run = without_privileges(sandbox, PALISADE, args);
    fs::set_permissions(path, before).expect("permissions");
    run
}

fn staged() -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("folder/app.conf", file_with(6, &[]));
    sandbox
}

#[test]
fn a_file_that_may_not_be_read() {
    let sandbox = staged();
    sandbox.write("other.conf", "nothing\n");
    let run = without(&sandbox, &sandbox.path("folder/app.conf"), &["scan", "."]);
    is_incomplete(&run, &["folder/app.conf", "ermission denied"]);
}

#[test]
fn a_file_that_may_not_be_read_beside_one_with_a_key() {
    let sandbox = staged();
    sandbox.write("other.conf", aws_key(1));
    let run = without(&sandbox, &sandbox.path("folder/app.conf"), &["scan", "."]);
    assert_eq!(run.code, Some(1), "{run}");
    run.names(&[(AWS, "other.conf:1")]);
    assert!(run.text().contains("folder/app.conf"), "what was not looked at is told as well: {run}");
}

#[test]
fn a_folder_that_may_not_be_read() {
    let sandbox = staged();
    let run = without(&sandbox, &sandbox.path("folder"), &["scan", "."]);
    is_incomplete(&run, &["folder"]);
}

#[test]
fn an_index_that_may_not_be_read() {
    let sandbox = staged();
    let run = without(&sandbox, &sandbox.git_path("index"), &["hook", "pre-commit"]);
    is_not_judged(&run, &["index"]);
}

#[test]
fn an_object_that_may_not_be_read() {
    let sandbox = staged();
    let id = sandbox.git(["rev-parse", ":folder/app.conf"]).line();
    let object = sandbox.git_path(&format!("objects/{}/{}", &id[..2], &id[2..]));
    is_not_judged(&without(&sandbox, &object, &["hook", "pre-commit"]), &["folder/app.conf"]);
}

#[test]
fn a_repository_that_may_not_be_read() {
    let sandbox = staged();
    let run = without(&sandbox, &sandbox.path(".git"), &["hook", "pre-commit"]);
    is_not_judged(&run, &[".git"]);
    let run = without(&sandbox, &sandbox.git_path("objects"), &["hook", "pre-commit"]);
    is_not_judged(&run, &[]);
}

#[test]
fn a_policy_that_may_not_be_read() {
    let sandbox = staged();
    sandbox.write("palisade.toml", "[secrets]\n");
    let run = without(&sandbox, &sandbox.path("palisade.toml"), &["hook", "pre-commit"]);
    is_an_error(&run, &["palisade.toml", "ermission denied"]);
}

#[test]
fn hooks_that_may_not_be_written() {
    let sandbox = Sandbox::init(&[]);
    let hooks = sandbox.git_path("hooks");
    fs::create_dir_all(&hooks).expect("a folder");
    let run = without(&sandbox, &hooks, &["install"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.text().contains("hooks") && !run.text().contains("panicked"), "{run}");
}
