//! Which files a scan looks at: those that git tracks, and those that it does not track and would not ignore.

use std::os::unix::fs::symlink;

use crate::made_up::{AWS, aws_key, file_with, password};
use crate::sandbox::{PALISADE, Run, Sandbox};

fn json(sandbox: &Sandbox, args: &[&str]) -> Run {
    sandbox.palisade(["scan", "--format", "json"].iter().chain(args))
}

/// The places of all findings.
fn places(run: &Run) -> Vec<String> {
    let mut places: Vec<_> = run.findings().into_iter().map(|(_, at)| at).collect();
    places.sort();
    places
}

#[test]
fn tracked_untracked_and_hidden_files_are_looked_at_and_ignored_ones_are_not() {
    let sandbox = Sandbox::guarded();
    sandbox.write(".gitignore", "*.log\nbuild/\n");
    for path in ["tracked.log", "build/tracked", "untracked", ".hidden/file", "ignored.log", "build/ignored"] {
        sandbox.write(path, aws_key(1));
    }
    sandbox.git(["add", "-f", "tracked.log", "build/tracked"]);
    let run = json(&sandbox, &[]);
    assert_eq!(places(&run), [".hidden/file:1", "build/tracked:1", "tracked.log:1", "untracked:1"], "{run}");
    let run = json(&sandbox, &["--no-ignore"]);
    assert_eq!(run.findings().len(), 6, "{run}");
    assert!(!run.text().contains(".git/"), "git's own folder is no content: {run}");
    let run = json(&sandbox, &["ignored.log", "build"]);
    assert_eq!(places(&run), ["build/tracked:1", "ignored.log:1"], "a file that is named is looked at: {run}");
}

#[test]
fn files_that_other_tools_ignore_are_looked_at() {
    let sandbox = Sandbox::guarded();
    sandbox.write(".ignore", "*\n");
    sandbox.write(".rgignore", "*\n");
    sandbox.write("a", aws_key(1));
    assert_eq!(places(&json(&sandbox, &[])), ["a:1"]);
}

#[test]
fn paths_are_told_from_the_root_of_the_work_tree() {
    let sandbox = Sandbox::guarded();
    sandbox.write("a/b/c", aws_key(1));
    let below = sandbox.at("a/b");
    for path in ["c", "./c", "../b/c", "../b"] {
        assert_eq!(places(&json(&below, &[path])), ["a/b/c:1"], "{path}");
    }
    assert_eq!(json(&below, &["c", "../b", "c"]).findings().len(), 1, "a file that is named twice is looked at once");
}

#[test]
fn outside_of_a_repository_paths_are_told_as_they_were_named() {
    let sandbox = Sandbox::bare_ground();
    sandbox.write("a/b", aws_key(1));
    sandbox.write("a/.gitignore", "b\n");
    assert_eq!(places(&json(&sandbox, &["a"])), ["a/b:1"], "without a repository nothing is ignored");
    assert_eq!(places(&json(&sandbox, &[])), ["a/b:1"]);
}

#[test]
fn what_the_folder_is_called_that_is_named_outside_of_a_repository_says_nothing_of_what_is_in_it() {
    let sandbox = Sandbox::bare_ground();
    sandbox.write("tests/case/app.env", format!("DB_PASSWORD={}\n", password(1)));
    sandbox.write("tests/case/tests/app.env", format!("DB_PASSWORD={}\n", password(2)));
    let whole = sandbox.path("tests/case").display().to_string();
    for root in ["tests/case", &whole] {
        let run = json(&sandbox, &[root, "tests/case/app.env"]);
        let report = run.json();
        let levels: Vec<_> = report["findings"].as_array().expect("findings").iter().map(|one| &one["level"]).collect();
        // One more where the same file has two names.
        assert_eq!(levels[..levels.len() - 1].iter().filter(|level| **level != "reject").count(), 0, "{run}");
        assert_eq!(levels[levels.len() - 1], "annotate", "{run}");
    }
    assert_eq!(places(&json(&sandbox, &["tests/case/app.env", "tests/case"])).len(), 2, "a file is looked at once");
}

#[test]
fn a_symlink_on_the_way_is_its_own_text_and_one_that_is_named_is_followed() {
    let sandbox = Sandbox::guarded();
    sandbox.write("../outside/a", aws_key(1));
    symlink("../outside", sandbox.path("link")).expect("a link");
    assert_eq!(json(&sandbox, &["."]).code, Some(0));
    assert_eq!(places(&json(&sandbox, &["link"])), ["link/a:1"]);
    symlink("nowhere", sandbox.path("dead")).expect("a link");
    assert_eq!(json(&sandbox, &["dead"]).code, Some(0));
}

#[test]
fn a_pipe_that_is_named_is_read() {
    let sandbox = Sandbox::bare_ground();
    let script = format!("mkfifo pipe && {{ echo '{}' > pipe & palisade scan --quiet pipe; }}", aws_key(1));
    let run = sandbox.run("sh", ["-c", &script], b"");
    assert_eq!(run.code, Some(1), "{run}");
    run.names(&[(AWS, "pipe:1")]);
}

#[test]
fn standard_input_is_looked_at() {
    let sandbox = Sandbox::bare_ground();
    let run = sandbox.run(PALISADE, ["scan", "-"], format!("a\n{}\n", aws_key(1)).as_bytes());
    assert_eq!(run.code, Some(1), "{run}");
    run.names(&[(AWS, "standard input:2")]);
    assert_eq!(sandbox.run(PALISADE, ["scan", "-"], b"nothing\n").code, Some(0));
}

#[test]
fn a_range_is_looked_at_commit_by_commit() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("a", file_with(3, &[(2, &aws_key(1))]));
    sandbox.commit_unwatched("a key");
    let first = sandbox.git(["rev-parse", "HEAD"]).line();
    sandbox.stage("a", file_with(3, &[]));
    sandbox.commit_unwatched(&format!("took it out\n\nit was {}", aws_key(2)));
    sandbox.git(["revert", "--no-edit", "HEAD"]);
    sandbox.git(["revert", "--no-edit", "HEAD"]);
    let run = json(&sandbox, &["--range", "HEAD~4..HEAD"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(places(&run), ["-:3", "a:2"], "{run}");
    let findings = run.json()["findings"].clone();
    assert_eq!(findings[0]["commit"], first, "of the commits that bring the same, the first is told");
    assert_eq!(run.json()["coverage"]["commits"], 4);
    assert_eq!(json(&sandbox, &["--range", "HEAD~1..HEAD"]).code, Some(0), "what is taken out again is not fresh");
}

#[test]
fn nothing_staged_is_accepted_without_a_word_from_the_hook() {
    let sandbox = Sandbox::guarded();
    let run = sandbox.palisade(["hook", "pre-commit"]);
    assert_eq!((run.code, run.text().as_str()), (Some(0), ""), "{run}");
    let run = sandbox.palisade(["scan", "--staged"]);
    assert_eq!((run.code, run.text().as_str()), (Some(0), "palisade: nothing found (0 files, 0 bytes)\n"), "{run}");
}

#[test]
fn one_thread_and_many_say_the_same() {
    let sandbox = Sandbox::guarded();
    for number in 0..100 {
        sandbox.write(format!("folder{}/file{number}", number % 7), format!("{number}\n{}\n", aws_key(number)));
    }
    let one = json(&sandbox, &["--jobs", "1"]);
    let many = json(&sandbox, &["--jobs", "8"]);
    assert_eq!(one.findings().len(), 100, "{one}");
    assert_eq!(one.stdout, many.stdout);
}
