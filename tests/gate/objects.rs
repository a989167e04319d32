//! Objects that are not there, or not what they should be.

use std::fs;
use std::path::PathBuf;

use super::is_not_judged;
use crate::made_up::{aws_key, file_with};
use crate::sandbox::Sandbox;

/// The file of a loose object, which can be changed.
fn loose(sandbox: &Sandbox, object: &str) -> PathBuf {
    let id = sandbox.git(["rev-parse", object]).line();
    let path = sandbox.git_path(&format!("objects/{}/{}", &id[..2], &id[2..]));
    let mut permissions = fs::metadata(&path).expect("a loose object").permissions();
    #[expect(clippy::permissions_set_readonly_false, reason = "it goes with the sandbox")]
    permissions.set_readonly(false);
    fs::set_permissions(&path, permissions).expect("permissions");
    path
}

fn staged(line: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("folder/app.conf", file_with(6, &[(3, line)]));
    sandbox
}

#[track_caller]
fn commit_is_refused(sandbox: &Sandbox) {
    let before = sandbox.git(["rev-parse", "HEAD"]).line();
    let run = sandbox.try_git(["commit", "-q", "-m", "change"]);
    assert!(!run.success(), "{run}");
    assert_eq!(sandbox.git(["rev-parse", "HEAD"]).line(), before);
}

#[test]
fn a_staged_file_whose_object_is_missing() {
    let sandbox = staged("nothing");
    fs::remove_file(loose(&sandbox, ":folder/app.conf")).expect("the object");
    is_not_judged(&sandbox.palisade(["scan", "--staged"]), &["folder/app.conf"]);
    is_not_judged(&sandbox.palisade(["hook", "pre-commit"]), &["folder/app.conf"]);
    commit_is_refused(&sandbox);
}

#[test]
fn a_staged_file_whose_object_is_broken() {
    for bytes in [&b""[..], b"garbage", b"\x78\x9C"] {
        let sandbox = staged("nothing");
        fs::write(loose(&sandbox, ":folder/app.conf"), bytes).expect("the object");
        is_not_judged(&sandbox.palisade(["hook", "pre-commit"]), &["folder/app.conf"]);
        commit_is_refused(&sandbox);
    }
}

#[test]
fn a_staged_file_whose_object_was_cut_off() {
    let sandbox = Sandbox::guarded();
    let noise: String = (0..4000).map(|seed| crate::made_up::password(seed) + "\n").collect();
    sandbox.stage("folder/app.conf", noise);
    let path = loose(&sandbox, ":folder/app.conf");
    let bytes = fs::read(&path).expect("an object");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("an object");
    let run = sandbox.palisade(["hook", "pre-commit"]);
    assert!(run.text().contains("folder/app.conf"), "{run}");
    assert_ne!(run.code, Some(0), "{run}");
}

#[test]
fn a_staged_file_whose_object_is_no_blob() {
    let sandbox = Sandbox::guarded();
    let tree = sandbox.git(["rev-parse", "HEAD^{tree}"]).line();
    sandbox.git(["update-index", "--add", "--cacheinfo", &format!("100644,{tree},app.conf")]);
    is_not_judged(&sandbox.palisade(["hook", "pre-commit"]), &["app.conf"]);
}

#[test]
fn an_old_version_that_is_missing_makes_nothing_old() {
    let sandbox = staged(&aws_key(1));
    sandbox.commit_unwatched("an old key");
    let old = loose(&sandbox, "HEAD:folder/app.conf");
    sandbox.stage("folder/app.conf", file_with(6, &[(3, &aws_key(1)), (5, "more")]));
    fs::remove_file(old).expect("the object");
    let run = sandbox.palisade(["hook", "pre-commit"]);
    assert_ne!(run.code, Some(0), "{run}");
    assert!(run.text().contains("folder/app.conf") && !run.text().contains("panicked"), "{run}");
}

#[test]
fn a_tree_that_is_missing() {
    for tree in ["HEAD^{tree}", "HEAD:folder"] {
        let sandbox = staged("nothing");
        sandbox.commit_unwatched("a folder");
        sandbox.stage("folder/app.conf", file_with(6, &[(4, "more")]));
        let path = loose(&sandbox, tree);
        fs::remove_file(path).expect("the object");
        is_not_judged(&sandbox.palisade(["hook", "pre-commit"]), &[]);
    }
}

#[test]
fn a_commit_of_a_range_that_is_broken() {
    let sandbox = staged("nothing");
    sandbox.commit_unwatched("one");
    sandbox.stage("folder/app.conf", file_with(6, &[(4, "more")]));
    sandbox.commit_unwatched("two");
    fs::remove_file(loose(&sandbox, "HEAD~1")).expect("the object");
    is_not_judged(&sandbox.palisade(["scan", "--range", "HEAD~1..HEAD"]), &[]);
    let sandbox = staged("nothing");
    sandbox.commit_unwatched("one");
    fs::remove_file(loose(&sandbox, "HEAD:folder/app.conf")).expect("the object");
    is_not_judged(&sandbox.palisade(["scan", "--range", "HEAD~1..HEAD"]), &["folder/app.conf"]);
}

#[test]
fn a_blob_that_a_partial_clone_does_not_have() {
    let sandbox = staged("nothing");
    sandbox.commit_unwatched("one");
    sandbox.config("uploadpack.allowFilter", "true");
    let url = format!("file://{}", sandbox.root().display());
    sandbox.git(["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "../partial"]);
    let partial = sandbox.at("../partial");
    // Nobody can be asked any more.
    fs::remove_dir_all(sandbox.path(".git")).expect("the repository");
    is_not_judged(&partial.palisade(["scan", "--range", "HEAD~1..HEAD"]), &["folder/app.conf"]);
}
