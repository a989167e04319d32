//! `palisade:allow RULE-ID reason` lets in what it names, where it stands, and nothing else.

use super::COMMIT;
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

/// The sign itself, in two parts, so that this file allows nothing.
fn marker(rest: &str) -> String {
    format!("# palisade{} {rest}", ":allow")
}

fn guarded_with(lines: &[(usize, &str)]) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(9, lines));
    sandbox
}

#[test]
fn a_marker_on_the_line_lets_it_in() {
    let line = format!("{} {}", aws_key(1), marker(&format!("{AWS} a key of the documentation")));
    guarded_with(&[(3, &line)]).accepts(COMMIT);
}

#[test]
fn a_marker_on_the_line_above_lets_it_in() {
    let above = marker(&format!("{AWS} a key of the documentation"));
    guarded_with(&[(3, &above), (4, &aws_key(1))]).accepts(COMMIT);
}

#[test]
fn a_marker_two_lines_above_does_not_count() {
    let above = marker(&format!("{AWS} a key of the documentation"));
    guarded_with(&[(3, &above), (5, &aws_key(1))]).rejects(COMMIT, &[(AWS, "app.conf:5")]);
}

#[test]
fn a_marker_below_does_not_count() {
    let below = marker(&format!("{AWS} a key of the documentation"));
    guarded_with(&[(3, &aws_key(1)), (4, &below)]).rejects(COMMIT, &[(AWS, "app.conf:3")]);
}

#[test]
fn a_marker_of_another_file_does_not_count() {
    let sandbox = guarded_with(&[(3, &aws_key(1))]);
    sandbox.stage("app.co", file_with(9, &[(3, &marker(&format!("{AWS} a key of the documentation")))]));
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
}

#[test]
fn a_marker_in_the_work_tree_does_not_count() {
    let sandbox = guarded_with(&[(3, &aws_key(1))]);
    let line = format!("{} {}", aws_key(1), marker(&format!("{AWS} a key of the documentation")));
    sandbox.write("app.conf", file_with(9, &[(3, &line)]));
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
}

#[test]
fn a_marker_without_a_rule_does_not_count_and_the_report_says_so() {
    let line = format!("{} {}", aws_key(1), marker(""));
    let run = guarded_with(&[(3, line.trim_end())]).rejects(COMMIT, &[(AWS, "app.conf:3")]);
    let says = run.text().to_lowercase();
    assert!(says.contains("does not count") || says.contains("rule"), "{run}");
    let silent = guarded_with(&[(3, &aws_key(1))]).rejects(COMMIT, &[(AWS, "app.conf:3")]);
    assert_ne!(run.text(), silent.text(), "the report does not speak of the marker");
}

#[test]
fn a_marker_without_a_reason_does_not_count_and_the_report_says_so() {
    let line = format!("{} {}", aws_key(1), marker(AWS));
    let run = guarded_with(&[(3, &line)]).rejects(COMMIT, &[(AWS, "app.conf:3")]);
    assert!(run.text().to_lowercase().contains("reason"), "{run}");
}

#[test]
fn a_marker_that_names_another_rule_does_not_count() {
    let line = format!("{} {}", aws_key(1), marker(&format!("{GITHUB} a key of the documentation")));
    guarded_with(&[(3, &line)]).rejects(COMMIT, &[(AWS, "app.conf:3")]);
}

#[test]
fn a_marker_lets_in_only_the_rule_that_it_names() {
    let line = format!("{} {} {}", aws_key(1), github_token(1), marker(&format!("{AWS} a key of the documentation")));
    guarded_with(&[(3, &line)]).rejects(COMMIT, &[(GITHUB, "app.conf:3")]);
}

#[test]
fn two_markers_let_in_two_rules() {
    let above = marker(&format!("{AWS} a key of the documentation"));
    let line = format!("{} {} {}", aws_key(1), github_token(1), marker(&format!("{GITHUB} revoked in June")));
    guarded_with(&[(3, &above), (4, &line)]).accepts(COMMIT);
}

#[test]
fn a_marker_lets_in_nothing_beside_it() {
    let line = format!("{} {}", aws_key(1), marker(&format!("{AWS} a key of the documentation")));
    guarded_with(&[(3, &line), (5, &aws_key(2))]).rejects(COMMIT, &[(AWS, "app.conf:5")]);
}

#[test]
fn an_old_marker_counts_for_a_new_secret_on_its_line() {
    let marked = |key: &str| format!("{key} {}", marker(&format!("{AWS} a key of the documentation")));
    let sandbox = guarded_with(&[(3, &marked(&aws_key(1)))]);
    sandbox.accepts(COMMIT);
    sandbox.stage("app.conf", file_with(9, &[(3, &marked(&aws_key(2)))]));
    sandbox.accepts(COMMIT);
}

#[test]
fn what_a_marker_lets_in_is_counted() {
    let line = format!("{} {}", aws_key(1), marker(&format!("{AWS} a key of the documentation")));
    let sandbox = guarded_with(&[(3, &line)]);
    let run = sandbox.scan_staged();
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.findings().is_empty(), "{run}");
    assert_eq!(run.json()["suppressed"]["markers"], 1, "{run}");
}

#[test]
fn a_thousand_that_are_let_in_do_not_hide_the_next() {
    let mark = marker(&format!("{AWS} a key of the documentation"));
    let content: String = (0..1500).map(|seed| format!("{} {mark}\n", aws_key(seed))).collect();
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", format!("{content}{}\n", github_token(1)));
    let run = sandbox.try_git(COMMIT);
    assert!(!run.success(), "what was not looked at got in: {run}");
}
