//! Repositories that are broken, or that have no index.

use std::fs;

use super::{is_an_error, is_not_judged};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;

/// With a key that is staged.
fn with_key() -> Sandbox {
    let sandbox = Sandbox::guarded();
    for number in 0..20 {
        sandbox.write(format!("folder/file{number}"), file_with(3, &[]));
    }
    sandbox.git(["add", "folder"]);
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    sandbox
}

#[track_caller]
fn refused_everywhere(sandbox: &Sandbox, what: &[&str]) {
    for args in [["scan", "--staged"], ["hook", "pre-commit"], ["hook", "pre-merge-commit"]] {
        is_not_judged(&sandbox.palisade(args), what);
    }
}

#[test]
fn a_bare_repository_has_nothing_staged() {
    let sandbox = Sandbox::init(&["--bare"]);
    is_an_error(&sandbox.palisade(["scan", "--staged"]), &["bare"]);
    is_an_error(&sandbox.palisade(["hook", "pre-commit"]), &["bare"]);
}

#[test]
fn a_bare_repository_has_commits() {
    let sandbox = with_key();
    sandbox.commit_unwatched("a key");
    sandbox.git(["clone", "-q", "--bare", ".", "../bare"]);
    let run = sandbox.at("../bare").palisade(["scan", "--range", "HEAD~1..HEAD", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.findings(), [(AWS.to_owned(), "app.conf:3".to_owned())]);
}

/// The index after `change`.
#[track_caller]
fn with_index(change: impl Fn(&mut Vec<u8>)) {
    let sandbox = with_key();
    let path = sandbox.git_path("index");
    let mut bytes = fs::read(&path).expect("an index");
    change(&mut bytes);
    fs::write(&path, &bytes).expect("an index");
    refused_everywhere(&sandbox, &["index"]);
    assert_eq!(fs::read(&path).expect("an index"), bytes, "it is left as it is");
}

#[test]
fn an_index_that_was_cut_off() {
    for part in [1, 2, 3, 5, 9] {
        with_index(|bytes| bytes.truncate(bytes.len() * part / 10));
    }
}

#[test]
fn an_index_of_a_few_bytes() {
    with_index(|bytes| bytes.truncate(11));
    with_index(Vec::clear);
}

#[test]
fn an_index_that_is_none() {
    with_index(|bytes| bytes[..4].copy_from_slice(b"NOPE"));
    with_index(|bytes| *bytes = b"this is no index at all\n".repeat(50));
}

#[test]
fn an_index_of_a_version_of_the_future() {
    with_index(|bytes| bytes[7] = 9);
}

#[test]
fn an_index_that_promises_more_than_it_has() {
    with_index(|bytes| bytes[8..12].copy_from_slice(&u32::MAX.to_be_bytes()));
    with_index(|bytes| bytes[8..12].copy_from_slice(&1000_u32.to_be_bytes()));
}

#[test]
fn an_index_with_an_extension_that_must_be_understood() {
    let sandbox = with_key();
    let path = sandbox.git_path("index");
    let mut bytes = fs::read(&path).expect("an index");
    // Lower case says: whoever does not know this must not go on.
    let checksum = bytes.split_off(bytes.len() - 20);
    bytes.extend(b"newx\0\0\0\x04abcd");
    bytes.extend(checksum);
    fs::write(&path, &bytes).expect("an index");
    refused_everywhere(&sandbox, &["index"]);
}

#[test]
fn an_index_that_is_a_folder() {
    let sandbox = with_key();
    let path = sandbox.git_path("index");
    fs::remove_file(&path).expect("the index");
    fs::create_dir(&path).expect("a folder");
    refused_everywhere(&sandbox, &["index"]);
}

#[test]
fn a_head_that_is_no_head() {
    for head in ["", "garbage\n", "ref: \n", "0123456789\n"] {
        let sandbox = with_key();
        fs::write(sandbox.git_path("HEAD"), head).expect("HEAD");
        refused_everywhere(&sandbox, &[]);
    }
}

#[test]
fn a_head_that_names_a_commit_that_is_not_there() {
    let sandbox = with_key();
    fs::write(sandbox.git_path("refs/heads/main"), format!("{}\n", "12".repeat(20))).expect("a ref");
    let run = sandbox.palisade(["scan", "--staged"]);
    assert_ne!(run.code, Some(0), "{run}");
    assert!(!run.text().contains("panicked"), "{run}");
}

#[test]
fn a_merge_head_that_is_none() {
    for text in ["garbage\n".to_owned(), format!("{}\n", "12".repeat(20))] {
        let sandbox = with_key();
        sandbox.stage("app.conf", file_with(6, &[]));
        fs::write(sandbox.git_path("MERGE_HEAD"), text).expect("MERGE_HEAD");
        is_not_judged(&sandbox.palisade(["scan", "--staged"]), &[]);
    }
}

#[test]
fn a_configuration_that_cannot_be_parsed() {
    let sandbox = with_key();
    fs::write(sandbox.git_path("config"), "[core\n\tbare = = =\n").expect("a configuration");
    refused_everywhere(&sandbox, &["config"]);
}

#[test]
fn a_repository_of_the_future() {
    let sandbox = with_key();
    sandbox.config("core.repositoryFormatVersion", "99");
    refused_everywhere(&sandbox, &[]);
}

#[test]
fn a_repository_with_an_extension_that_nobody_knows() {
    let sandbox = with_key();
    sandbox.config("core.repositoryFormatVersion", "1");
    sandbox.config("extensions.fromTomorrow", "true");
    refused_everywhere(&sandbox, &[]);
}

#[test]
fn a_git_file_that_leads_nowhere() {
    let sandbox = Sandbox::bare_ground();
    sandbox.write(".git", "gitdir: /no/such/repository\n");
    is_not_judged(&sandbox.palisade(["scan", "--staged"]), &[]);
    sandbox.write(".git", "nonsense\n");
    is_not_judged(&sandbox.palisade(["scan", "--staged"]), &[]);
}
