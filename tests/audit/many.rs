//! One audit of several repositories.

use std::fs;

use super::commit;
use crate::made_up::{GITHUB, file_with, github_token};
use crate::sandbox::Sandbox;

/// A folder with a clean repository, one with a secret in a bare clone of it, one whose packs are gone, and a folder without any.
fn folder() -> Sandbox {
    let ground = Sandbox::bare_ground();
    for name in ["clean", "group/leaky", "group/broken"] {
        ground.run("git", ["init", "-q", name], b"");
        let sandbox = ground.at(name);
        sandbox.stage("a.conf", file_with(5, &[]));
        commit(&sandbox, "a beginning");
        if name != "clean" {
            sandbox.stage("a.conf", file_with(5, &[(3, &github_token(1))]));
            commit(&sandbox, "a secret");
        }
    }
    ground.run("git", ["clone", "-q", "--bare", "group/leaky", "mirror.git"], b"");
    ground.run("git", ["-C", "clean", "worktree", "add", "-q", "../linked"], b"");
    fs::write(ground.path("group/broken/.git/HEAD"), "nonsense").expect("written");
    fs::remove_dir_all(ground.path("group/broken/.git/objects")).expect("removed");
    fs::write(ground.path("group/broken/.git/objects"), "a file").expect("written");
    fs::create_dir(ground.path("empty")).expect("a folder");
    ground
}

/// Name, verdict and number of findings of each repository.
fn repositories(report: &serde_json::Value) -> Vec<(String, String, u64)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let of = |repository: &serde_json::Value| {
        (text(&repository["name"]), text(&repository["verdict"]), repository["findings"].as_u64().unwrap_or(99))
    };
    report["repositories"].as_array().map(|all| all.iter().map(of).collect()).unwrap_or_default()
}

#[test]
fn several_repositories_make_one_report_with_totals_of_each() {
    let ground = folder();
    let run = ground.palisade(["audit", "--format", "json", "clean", "group/leaky", "mirror.git"]);
    assert_eq!(run.code, Some(1), "{run}");
    let report = run.json();
    let told = |name: &str, verdict: &str, findings| (name.to_owned(), verdict.to_owned(), findings);
    let expected = [told("clean", "accept", 0), told("group/leaky", "reject", 1), told("mirror.git", "reject", 1)];
    assert_eq!(repositories(&report), expected, "{run}");
    let origins: Vec<_> =
        report["findings"].as_array().expect("findings").iter().map(|f| f["origin"]["repository"].clone()).collect();
    assert_eq!(origins, ["group/leaky", "mirror.git"], "{run}");
    assert_eq!(report["coverage"]["commits"], 5, "{run}");
    let run = ground.palisade(["audit", "clean", "group/leaky", "mirror.git"]);
    for line in
        ["  clean: accepted: 0 secrets", "  group/leaky: rejected: 1 secret, 1 at HEAD", "= repository: mirror.git"]
    {
        assert!(run.text().contains(line), "{line} is not told: {run}");
    }
}

#[test]
fn a_broken_repository_is_named_and_does_not_stop_the_others() {
    let ground = folder();
    let run = ground.palisade(["audit", "--format", "json", "group/broken", "no/such", "clean"]);
    assert_eq!(run.code, Some(3), "{run}");
    let report = run.json();
    let verdicts: Vec<_> = repositories(&report).into_iter().map(|(name, verdict, _)| (name, verdict)).collect();
    let told = |name: &str, verdict: &str| (name.to_owned(), verdict.to_owned());
    assert_eq!(verdicts, [told("group/broken", "incomplete"), told("no/such", "incomplete"), told("clean", "accept")]);
    let gaps: Vec<_> =
        report["coverage"]["gaps"].as_array().expect("gaps").iter().map(|gap| gap["what"].clone()).collect();
    assert_eq!(gaps, ["group/broken", "no/such"], "{run}");
}

#[test]
fn a_folder_is_searched_for_repositories_and_each_history_is_looked_at_once() {
    let ground = folder();
    let run = ground.palisade(["audit", "--format", "json", "--recursive", "."]);
    let names: Vec<_> = repositories(&run.json()).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(
        names,
        ["./clean", "./group/broken", "./group/leaky", "./mirror.git"],
        "a linked work tree has no history of its own: {run}"
    );
    let run = ground.palisade(["audit", "--recursive", "empty"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("no repository lies in this folder"), "{run}");
}

#[test]
fn standard_input_can_name_the_repositories() {
    let ground = folder();
    let run = ground.run(crate::sandbox::PALISADE, ["audit", "--format", "json", "-"], b"clean\nmirror.git\n");
    let names: Vec<_> = repositories(&run.json()).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["clean", "mirror.git"], "{run}");
    assert_eq!(run.findings().into_iter().map(|(rule, _)| rule).collect::<Vec<_>>(), [GITHUB]);
    let run = ground.run(crate::sandbox::PALISADE, ["audit", "-"], b"\n");
    assert!(run.to_string().contains("standard input names no repository"), "{run}");
}

#[test]
fn the_name_of_a_repository_shows_no_secret() {
    let ground = folder();
    let name = format!("by-{}", github_token(2));
    fs::rename(ground.path("group/leaky"), ground.path(&name)).expect("renamed");
    fs::create_dir_all(ground.path(format!("{name}-broken/.git"))).expect("a folder");
    for format in ["human", "json", "jsonl", "sarif", "csv", "html"] {
        let run = ground.palisade(["audit", "--recursive", ".", "--format", format]);
        let said = [&run.stdout[..], &run.stderr[..]].concat();
        assert!(!String::from_utf8_lossy(&said).contains(&github_token(2)), "{format} shows it");
        assert_eq!(run.code, Some(1), "{format}");
    }
}

#[test]
fn json_lines_come_repository_by_repository_as_each_was_looked_at() {
    let ground = Sandbox::bare_ground();
    for (seed, name) in (1..).zip(["first", "second", "third"]) {
        ground.run("git", ["init", "-q", name], b"");
        let sandbox = ground.at(name);
        sandbox.stage("a.conf", file_with(5, &[(3, &github_token(seed))]));
        commit(&sandbox, "a beginning");
    }
    ground.write("first/palisade.toml", format!("[secrets.rules]\n{GITHUB} = \"annotate\"\n"));
    let run = ground.palisade(["audit", "--format", "jsonl", "first", "second", "third"]);
    let lines: Vec<serde_json::Value> = String::from_utf8_lossy(&run.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {run}")))
        .collect();
    let (summary, findings) = lines.split_last().expect("lines");
    let told: Vec<_> = findings.iter().map(|line| (&line["origin"]["repository"], &line["level"])).collect();
    // In a report that is made at the end, what is worst comes first.
    assert_eq!(
        told,
        [
            (&"first".into(), &"annotate".into()),
            (&"second".into(), &"reject".into()),
            (&"third".into(), &"reject".into())
        ],
        "{run}"
    );
    assert_eq!((&summary["kind"], &summary["findings"]), (&"summary".into(), &3.into()), "{run}");
    assert_eq!(summary["repositories"].as_array().map(Vec::len), Some(3), "{run}");
    assert_eq!(run.code, Some(1), "{run}");
}
