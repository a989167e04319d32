//! The baseline: what was there is let in, it shrinks, and never grows by itself.

use super::{allow, in_days, with_key};
use crate::made_up::{AWS, aws_key, file_with, github_token};
use crate::sandbox::{Run, Sandbox};

const FILE: &str = ".palisade/baseline";

/// A repository with an old key and an old token.
fn old() -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", with_key());
    sandbox.stage("b/old.txt", file_with(3, &[(2, &github_token(7))]));
    sandbox.commit_unwatched("Before anybody watched");
    sandbox
}

#[track_caller]
fn baseline(sandbox: &Sandbox, args: &[&str]) -> Run {
    let run = sandbox.palisade([&["baseline"][..], args].concat());
    assert!(run.success(), "{run}");
    run
}

fn lines(sandbox: &Sandbox) -> usize {
    std::fs::read_to_string(sandbox.path(FILE))
        .expect("a baseline")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .count()
}

#[test]
fn what_was_there_is_let_in_and_counted_and_what_is_new_is_not() {
    let sandbox = old();
    assert_eq!(sandbox.palisade(["scan"]).code, Some(1));
    assert!(baseline(&sandbox, &[]).text().contains("2 added, 0 taken out, 2 in it"));
    let run = sandbox.palisade(["scan", "--format", "json"]);
    let report = run.json();
    assert!(run.success() && report["suppressed"]["baseline"] == 2, "{run}");
    assert!(
        report["suppressed"]["let_in"][0]["reason"].as_str().is_some_and(|reason| reason.starts_with("baseline of 2")),
        "{run}"
    );
    // It moves, and is still the same.
    sandbox.git(["add", ".palisade"]);
    sandbox.accepts(["commit", "-q", "-m", "Begin with what is there"]);
    sandbox.stage("moved.conf", with_key());
    sandbox.accepts(["commit", "-q", "-m", "Copy it"]);
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(2))]));
    sandbox.rejects(["commit", "-q", "-m", "A new one"], &[(AWS, "app.conf:3")]);
}

#[test]
fn it_does_not_grow_by_itself() {
    let sandbox = old();
    baseline(&sandbox, &[]);
    let before = std::fs::read(sandbox.path(FILE)).expect("a baseline");
    baseline(&sandbox, &[]);
    sandbox.write("new.conf", aws_key(3));
    let run = sandbox.palisade(["baseline"]);
    assert!(
        run.code == Some(2)
            && run.text().contains("1 finding is not in .palisade/baseline")
            && run.text().contains("--grow"),
        "{run}"
    );
    assert_eq!(std::fs::read(sandbox.path(FILE)).expect("a baseline"), before);
    baseline(&sandbox, &["--grow"]);
    assert_eq!(lines(&sandbox), 3);
}

#[test]
fn it_shrinks_when_a_finding_goes_away() {
    let sandbox = old();
    baseline(&sandbox, &[]);
    sandbox.write("app.conf", "nothing\n");
    sandbox.write("new.conf", aws_key(3));
    assert!(baseline(&sandbox, &["--prune"]).text().contains("0 added, 1 taken out, 1 in it"));
    assert_eq!(lines(&sandbox), 1);
    // What came back is new.
    sandbox.write("app.conf", with_key());
    assert_eq!(sandbox.palisade(["scan", "app.conf"]).code, Some(1));
    let run = Sandbox::guarded().palisade(["baseline", "--prune"]);
    assert!(run.code == Some(2) && run.text().contains("`palisade baseline` records one"), "{run}");
}

#[test]
fn that_of_all_history_has_what_the_files_have_no_more() {
    let sandbox = old();
    sandbox.stage("app.conf", "nothing\n");
    sandbox.commit_unwatched("Take it out");
    assert_eq!(sandbox.palisade(["audit"]).code, Some(1));
    baseline(&sandbox, &["--history"]);
    assert_eq!(lines(&sandbox), 2);
    assert_eq!(sandbox.palisade(["audit"]).code, Some(0));
    // Pruning looks at as much.
    baseline(&sandbox, &["--prune"]);
    assert_eq!(lines(&sandbox), 2);
}

#[test]
fn it_does_not_take_over_what_an_exception_lets_in_until_a_day() {
    let sandbox = old();
    let report = sandbox.palisade(["scan", "app.conf", "--format", "json"]).json();
    let print = report["findings"][0]["fingerprint"].as_str().expect("a fingerprint").to_owned();
    allow(&sandbox, &[&print, "--reason", "until then", "--until", &in_days(3)]);
    assert!(baseline(&sandbox, &[]).text().contains("1 added, 0 taken out, 1 in it"));
    assert!(!std::fs::read_to_string(sandbox.path(FILE)).expect("a baseline").contains(&print));
    // And it is not told as new because of that.
    assert!(baseline(&sandbox, &[]).text().contains("0 added"));
}
