//! Commands that make no sense, and places where there is nothing to judge.

use super::{is_an_error, is_incomplete, is_not_judged};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{PALISADE, Sandbox};

#[test]
fn what_needs_a_repository_says_that_there_is_none() {
    let sandbox = Sandbox::bare_ground();
    sandbox.write("message", "subject\n");
    for args in [
        &["scan", "--staged"][..],
        &["scan", "--range", "HEAD"],
        &["hook", "pre-commit"],
        &["hook", "pre-merge-commit"],
        &["hook", "commit-msg", "message"],
        &["install"],
        &["uninstall"],
    ] {
        is_an_error(&sandbox.palisade(args), &["repository"]);
    }
}

#[test]
fn a_repository_that_the_environment_names_and_that_is_not_there() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    is_an_error(&sandbox.with_env("GIT_DIR", "nowhere").palisade(["scan", "--staged"]), &["nowhere"]);
}

#[test]
fn flags_and_names_that_do_not_exist() {
    let sandbox = Sandbox::guarded();
    is_an_error(&sandbox.palisade(["scan", "--stagd"]), &["--stagd", "--staged"]);
    is_an_error(&sandbox.palisade(["scan", "--format", "yamll"]), &["yamll", "json"]);
    is_an_error(&sandbox.palisade(["scna"]), &["scna", "scan"]);
    is_an_error(&sandbox.palisade(["hook", "pre-comit"]), &["pre-comit", "pre-commit"]);
    is_an_error(&sandbox.palisade(["hook", "commit-msg"]), &["FILE"]);
    is_an_error(&sandbox.palisade(["scan", "--staged", "--range", "HEAD"]), &["--staged", "--range"]);
    is_an_error(&sandbox.palisade(["scan", "--range"]), &["--range"]);
    is_an_error(&sandbox.palisade(["rules", "explain", "aws-acess-key-id"]), &["aws-acess-key-id", AWS]);
    assert_eq!(sandbox.palisade::<&str>([]).code, Some(2), "nothing was asked");
}

#[test]
fn a_path_that_does_not_exist() {
    let sandbox = Sandbox::guarded();
    is_an_error(&sandbox.palisade(["scan", "README", "no/such/file"]), &["no/such/file"]);
    is_an_error(&sandbox.palisade(["hook", "commit-msg", "no-such-message"]), &["no-such-message"]);
}

#[test]
fn a_range_that_does_not_exist_or_is_empty() {
    let sandbox = Sandbox::guarded();
    is_an_error(&sandbox.palisade(["scan", "--range", "no-such-branch..HEAD"]), &["no-such-branch"]);
    is_incomplete(&sandbox.palisade(["scan", "--range", "HEAD..HEAD"]), &["HEAD..HEAD"]);
    is_not_judged(&sandbox.palisade(["scan", "--range", ""]), &[]);
    is_not_judged(&sandbox.palisade(["scan", "--range", "--all"]), &["--all"]);
}

#[test]
fn a_folder_without_files_is_not_clean_but_unseen() {
    let sandbox = Sandbox::guarded();
    std::fs::create_dir(sandbox.path("empty")).expect("a folder");
    is_incomplete(&sandbox.palisade(["scan", "empty"]), &["empty"]);
    sandbox.write(".gitignore", "*.log\n");
    sandbox.write("logs/a.log", aws_key(2));
    is_incomplete(&sandbox.palisade(["scan", "logs"]), &["logs"]);
    let run = sandbox.palisade(["scan", "--no-ignore", "logs"]);
    assert_eq!(run.code, Some(1), "{run}");
    run.names(&[(AWS, "logs/a.log:1")]);
}

#[test]
fn a_report_that_cannot_be_written_is_no_acceptance() {
    let sandbox = Sandbox::guarded();
    is_an_error(&sandbox.palisade(["scan", "README", "--output", "no/such/folder"]), &["no/such/folder"]);
    is_an_error(&sandbox.palisade(["scan", "README", "--output", "."]), &["."]);
    for format in ["json", "sarif"] {
        let full = sandbox.run("sh", ["-c", &format!("palisade scan README --format {format} > /dev/full")], b"");
        is_an_error(&full, &["standard output"]);
    }
}

#[test]
fn standard_input_that_cannot_be_read() {
    let sandbox = Sandbox::guarded();
    is_not_judged(&sandbox.run("sh", ["-c", "palisade scan - < ."], b""), &["standard input"]);
}

#[test]
fn what_is_no_file_does_not_stop_a_scan() {
    let sandbox = Sandbox::guarded();
    let made = sandbox.run("mkfifo", ["pipe"], b"");
    assert!(made.success(), "{made}");
    sandbox.write("app.conf", aws_key(3));
    let run = sandbox.run("timeout", ["60", PALISADE, "scan", "."], b"");
    assert_eq!(run.code, Some(1), "{run}");
    run.names(&[(AWS, "app.conf:1")]);
}

#[test]
fn a_hook_whose_program_has_gone_refuses() {
    let sandbox = Sandbox::init(&[]);
    let copy = sandbox.base().join("elsewhere");
    sandbox.copy_program(PALISADE.as_ref(), &copy);
    let installed = sandbox.run(copy.to_str().expect("UTF-8"), ["install"], b"");
    assert!(installed.success(), "{installed}");
    std::fs::remove_file(&copy).expect("the copy");
    std::fs::remove_file(sandbox.base().join("bin/palisade")).expect("the link");
    sandbox.stage("app.conf", file_with(6, &[]));
    let run = sandbox.try_git(["commit", "-q", "-m", "change"]);
    assert!(!run.success(), "{run}");
    assert!(run.text().contains("palisade"), "{run}");
    assert!(!sandbox.try_git(["rev-parse", "-q", "--verify", "HEAD"]).success(), "a commit was made");
}
