//! An audit that tells of a part of the history only, or is stopped before its end.

use std::sync::atomic::Ordering;

use palisade::audit::{Audit, Means, Part, Watch};
use palisade::checks::secrets::Secrets;
use palisade::git::Repo;
use palisade::judge::{Judge, Pace, Verdict};
use palisade::policy::{Exceptions, Policy};

use super::commit;
use crate::made_up::{GITHUB, file_with, github_token};
use crate::sandbox::Sandbox;

/// One secret on main, one on a branch, one in a tag of each, one in a commit that was reset away, and one in a blob that nothing leads to.
fn everywhere() -> Sandbox {
    let sandbox = Sandbox::init(&[]);
    let place = |name: &str, number: u64| {
        sandbox.stage(name, file_with(5, &[(2, &github_token(number))]));
        commit(&sandbox, name);
    };
    sandbox.git(["commit", "-q", "--allow-empty", "-m", "a beginning"]);
    place("lost.conf", 1);
    sandbox.git(["reset", "-q", "--hard", "HEAD~1"]);
    place("main.conf", 2);
    sandbox.git(["tag", "-a", "-m", &format!("the token is {}", github_token(3)), "v1"]);
    sandbox.git(["tag", "-a", "-m", &format!("the token is {}", github_token(4)), "v1-again", "v1"]);
    sandbox.git(["checkout", "-q", "-b", "side"]);
    place("side.conf", 5);
    sandbox.git(["checkout", "-q", "-f", "main"]);
    sandbox.run("git", ["hash-object", "-w", "--stdin"], file_with(5, &[(2, &github_token(6))]).as_bytes());
    sandbox
}

/// Where an audit with these flags finds something.
#[track_caller]
fn places(sandbox: &Sandbox, flags: &[&str]) -> Vec<String> {
    let run = sandbox.palisade([&["audit", "--format", "json"], flags].concat());
    let report = run.json();
    let findings = report["findings"].as_array().unwrap_or_else(|| panic!("no findings: {run}")).clone();
    assert!(findings.iter().all(|finding| finding["rule"] == GITHUB), "{run}");
    let mut places: Vec<String> =
        findings.iter().map(|finding| finding["path"].as_str().unwrap_or("-").to_owned()).collect();
    places.sort();
    places
}

#[test]
fn what_refs_lead_to_can_be_told_apart_from_what_only_a_reflog_or_nothing_leads_to() {
    let sandbox = everywhere();
    assert_eq!(places(&sandbox, &[]), ["-", "-", "-", "lost.conf", "main.conf", "side.conf"]);
    assert_eq!(places(&sandbox, &["--reachable"]), ["-", "-", "main.conf", "side.conf"]);
}

#[test]
fn refs_are_chosen_by_their_names() {
    let sandbox = everywhere();
    assert_eq!(places(&sandbox, &["--refs", "main"]), ["main.conf"]);
    assert_eq!(places(&sandbox, &["--refs", "refs/tags/*"]), ["-", "-", "main.conf"], "a tag's tag is a tag");
    assert_eq!(places(&sandbox, &["--refs", "v1"]), ["-", "main.conf"]);
    assert_eq!(places(&sandbox, &["--refs", "s*", "--refs", "nothing"]), ["main.conf", "side.conf"]);
    assert!(places(&sandbox, &["--refs", "nothing"]).is_empty());
}

#[test]
fn the_time_of_a_commit_decides_what_was_brought_since_and_until() {
    let sandbox = Sandbox::init(&[]);
    for (number, day) in [(1, "2026-03-01"), (2, "2026-03-02"), (3, "2026-03-03")] {
        sandbox.stage(format!("{number}.conf"), file_with(5, &[(2, &github_token(number))]));
        let sandbox = sandbox.at(".").with_env("GIT_COMMITTER_DATE", format!("{day}T23:59:59Z"));
        commit(&sandbox, day);
    }
    assert_eq!(places(&sandbox, &["--since", "2026-03-02"]), ["2.conf", "3.conf"]);
    assert_eq!(places(&sandbox, &["--until", "2026-03-02"]), ["1.conf", "2.conf"]);
    assert_eq!(places(&sandbox, &["--since", "2026-03-02T23:59:59Z", "--until", "2026-03-02"]), ["2.conf"]);
    assert_eq!(places(&sandbox, &["--until", "2026-03-01T23:59:58Z"]), [""; 0]);
}

#[test]
fn what_is_no_day_or_name_is_told_with_what_to_write() {
    let sandbox = everywhere();
    let run = sandbox.palisade(["audit", "--since", "yesterday"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("write a day as 2026-05-17"), "{run}");
    let run = sandbox.palisade(["audit", "--refs", "[a"]);
    assert_eq!(run.code, Some(2), "{run}");
}

#[test]
fn an_audit_that_is_stopped_says_what_it_has_not_looked_at() {
    let sandbox = everywhere();
    let repo = Repo::discover(sandbox.root()).expect("a repository");
    let secrets = Secrets::new(Some(vec![7; 32]), None);
    let policy = Policy::default();
    let exceptions = Exceptions::default();
    let judge = Judge {
        checks: &[],
        policy: &policy,
        exceptions: &exceptions,
        repo: Some(&repo),
        jobs: None,
        pace: Pace::default(),
    };
    let (part, watch) = (Part::default(), Watch::default());
    watch.stop().store(true, Ordering::Relaxed);
    let (report, _) =
        Audit { repo: &repo, secrets: &secrets, judge, means: Means::default(), part: &part, watch: &watch }.run();
    assert_eq!(report.verdict, Verdict::Incomplete);
    let objects = sandbox.git(["cat-file", "--batch-all-objects", "--batch-check"]).text().lines().count();
    let gaps: Vec<_> = report.coverage.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)).collect();
    assert_eq!(gaps, [format!("{objects} of {objects} objects: the audit was stopped")]);
}

#[test]
fn a_nightly_audit_looks_only_at_what_is_new() {
    let sandbox = everywhere();
    let nightly = ["--save", ".git/state", "--new-since", ".git/state"];
    assert_eq!(places(&sandbox, &nightly).len(), 6, "the first night has no state");
    assert_eq!(places(&sandbox, &nightly), [""; 0]);
    sandbox.git(["repack", "-q", "-a", "-d"]);
    assert_eq!(places(&sandbox, &nightly), [""; 0], "objects keep their names");
    sandbox.stage("main.conf", file_with(5, &[(2, &github_token(2)), (3, &github_token(7))]));
    let new = commit(&sandbox, "one more");
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    let run = sandbox.palisade([&["audit", "--format", "json"], &nightly[2..]].concat());
    let report = run.json();
    // The file is new as a whole, so the secret that it keeps is told with it, by the commit that brought it.
    assert_eq!(report["coverage"]["contents"], 2, "{run}");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(2), "{run}");
    assert!(report["findings"].as_array().expect("findings").iter().any(|finding| finding["commit"] == new), "{run}");
    let run = sandbox.palisade(["audit", "--save", ".git/state", "--since", "2026-01-01"]);
    assert_eq!(run.code, Some(2), "what was not told must not be taken for known: {run}");
    let run = sandbox.palisade(["audit", "--new-since", "main.conf"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("it is no state"), "{run}");
    let run = sandbox.palisade(["audit", "--new-since", "nowhere"]);
    assert_eq!(run.code, Some(2), "a state that is not there is not taken for an empty one: {run}");
}

#[test]
fn an_audit_without_room_for_versions_tells_the_same() {
    let sandbox = Sandbox::init(&[]);
    for version in 1..=12 {
        let lines = [(9 * version, format!("changed {version}")), (150 + version, github_token(version as u64 % 3))];
        sandbox.stage("app.conf", file_with(200, &lines.each_ref().map(|(line, text)| (*line, text.as_str()))));
        commit(&sandbox, "changed");
    }
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    let told = |flags: &[&str]| {
        let run = sandbox.palisade([&["audit", "--format", "json"], flags].concat());
        let mut findings = run.json()["findings"].as_array().expect("findings").clone();
        findings.sort_by_key(ToString::to_string);
        findings
    };
    let all = told(&[]);
    assert_eq!(all.len(), 3);
    for memory in ["0", "3kB", "1MiB"] {
        assert_eq!(told(&["--memory", memory]), all, "{memory}");
    }
    let run = sandbox.palisade(["audit", "--memory", "much"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("write a number of bytes, or a size as 512MiB"), "{run}");
}
