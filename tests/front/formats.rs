//! One report in every format: the verdict is the same, data goes to standard output, and a report that cannot be written is an
//! error.

use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{PALISADE, Sandbox, formats};

fn with_key() -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &format!("id = {}", aws_key(1)))]));
    sandbox
}

#[test]
fn the_report_tells_what_to_type_next_and_that_works() {
    let sandbox = with_key();
    let run = sandbox.palisade(["hook", "pre-commit"]);
    assert_eq!(run.code, Some(1), "{run}");
    let text = run.text();
    let command = text.lines().find_map(|line| line.strip_prefix("    git restore")).expect("the command");
    let done = sandbox.run("sh", ["-c", &format!("git restore{command}")], b"");
    assert!(done.success(), "{done}");
    assert!(sandbox.git(["diff", "--cached", "--name-only"]).stdout.is_empty());
    assert_eq!(sandbox.palisade(["hook", "pre-commit"]).code, Some(0));
    // And the line that allows it.
    sandbox.git(["add", "app.conf"]);
    let marker =
        text.lines().find_map(|line| line.strip_prefix("    # ")).expect("the marker").replace("REASON", "made up");
    sandbox.stage("app.conf", file_with(6, &[(2, &format!("# {marker}")), (3, &format!("id = {}", aws_key(1)))]));
    sandbox.accepts(["commit", "-q", "-m", "change"]);
}

#[test]
fn the_command_is_right_for_the_first_commit_and_for_odd_names_and_from_below() {
    let sandbox = Sandbox::init(&[]);
    sandbox.install();
    let name = "it's [1] $HOME\t\u{202E}x";
    sandbox.stage(name, aws_key(1));
    sandbox.stage("it's 1 other", "nothing\n");
    let text = sandbox.try_git(["commit", "-q", "-m", "begin"]).text();
    let command = text.lines().find_map(|line| line.strip_prefix("    git rm")).unwrap_or_else(|| panic!("{text}"));
    let done = sandbox.run("bash", ["-c", &format!("git rm{command}")], b"");
    assert!(done.success(), "{done}");
    assert_eq!(sandbox.git(["ls-files"]).line(), "it's 1 other");
    sandbox.accepts(["commit", "-q", "-m", "begin"]);

    sandbox.stage("below/a/file", aws_key(1));
    let below = sandbox.at("below");
    for text in [below.try_git(["commit", "-q", "-m", "x"]).text(), below.palisade(["scan", "--staged"]).text()] {
        let command =
            text.lines().find_map(|line| line.strip_prefix("    git restore")).unwrap_or_else(|| panic!("{text}"));
        below.git(["add", "a/file"]);
        let done = below.run("sh", ["-c", &format!("git restore{command}")], b"");
        assert!(done.success(), "{done}");
        assert!(sandbox.git(["diff", "--cached", "--name-only"]).stdout.is_empty());
    }
}

#[test]
fn every_format_gives_the_same_exit_code_and_its_data_on_standard_output() {
    let sandbox = with_key();
    for format in &formats() {
        let run = sandbox.palisade(["scan", "--staged", "--format", format]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.stderr.is_empty() && String::from_utf8_lossy(&run.stdout).contains(AWS), "{run}");
        let file = sandbox.palisade(["scan", "--staged", "--format", format, "--output", "../report"]);
        assert_eq!(file.code, Some(1), "{file}");
        assert!(file.stdout.is_empty() && file.stderr.is_empty(), "{file}");
        assert_eq!(std::fs::read(sandbox.path("../report")).expect("the report"), run.stdout);
    }
}

#[test]
fn the_readme_names_every_format() {
    let readme = include_str!("../../README.md");
    let all = formats();
    assert!(readme.contains(&format!("`--format {}`", all.join("|"))), "{all:?}");
    let (_, chapter) = readme.split_once("## Formats").expect("a chapter");
    for format in all {
        assert!(chapter.contains(&format!("`{format}`")), "the README says nothing of {format}");
    }
}

#[test]
fn csv_and_json_lines_and_the_page_tell_the_finding() {
    let sandbox = with_key();
    let told = |format| sandbox.palisade(["scan", "--staged", "--format", format]).stdout;
    let csv = String::from_utf8(told("csv")).expect("UTF-8");
    let lines: Vec<_> = csv.split_terminator("\r\n").collect();
    assert!(lines.len() == 2 && lines[0].starts_with("\"level\",\"rule\","), "{csv}");
    assert!(
        lines[1].starts_with(&format!("\"reject\",\"{AWS}\",\"AWS\",\"certain\",\"app.conf\",\"3\",\"6\",")),
        "{csv}"
    );
    let jsonl = String::from_utf8(told("jsonl")).expect("UTF-8");
    let lines: Vec<serde_json::Value> = jsonl.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((lines.len(), &lines[0]["rule"], &lines[1]["verdict"]), (2, &AWS.into(), &"reject".into()));
    let page = String::from_utf8(told("html")).expect("UTF-8");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{page}");
    assert!(page.contains("<span class=\"path\">app.conf:3:6</span>"), "{page}");
}

#[test]
fn a_sarif_report_of_the_program_is_a_log() {
    let run = with_key().palisade(["scan", "--staged", "--format", "sarif"]);
    let log = run.json();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], AWS);
    assert!(result["partialFingerprints"]["palisade/v1"].is_string(), "an installed repository has a key: {run}");
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let sandbox = with_key();
    let plain = sandbox.palisade(["scan", "--staged"]);
    assert!(!plain.stdout.contains(&0x1B), "{plain}");
    let colored = sandbox.palisade(["scan", "--staged", "--color", "always"]);
    assert!(colored.stdout.contains(&0x1B), "{colored}");
    let never = sandbox.palisade(["scan", "--staged", "--color", "never"]);
    assert_eq!(never.stdout, plain.stdout);
}

#[test]
fn a_reader_that_goes_away_changes_no_verdict() {
    let sandbox = with_key();
    for format in formats() {
        let script = format!("{{ palisade scan --staged --format {format}; echo $? > ../code; }} | true");
        let run = sandbox.run("sh", ["-c", &script], b"");
        assert!(run.stderr.is_empty(), "{run}");
        assert_eq!(std::fs::read_to_string(sandbox.path("../code")).expect("the code"), "1\n");
    }
    let run = sandbox.run("sh", ["-c", "palisade rules list | head -1"], b"");
    assert!(run.success() && run.stderr.is_empty(), "{run}");
}

#[test]
fn quiet_says_one_line_a_finding_and_nothing_of_nothing() {
    let sandbox = with_key();
    let run = sandbox.palisade(["scan", "--staged", "--quiet"]);
    assert_eq!((run.code, String::from_utf8_lossy(&run.stdout).lines().count()), (Some(1), 1), "{run}");
    let run = sandbox.run(PALISADE, ["scan", "--quiet", "-"], b"nothing");
    assert_eq!((run.code, run.text().as_str()), (Some(0), ""), "{run}");
}

#[test]
fn help_and_version_are_no_errors() {
    let sandbox = Sandbox::bare_ground();
    for args in [&["--help"][..], &["--version"], &["scan", "--help"], &["hook", "commit-msg", "--help"]] {
        let run = sandbox.palisade(args);
        assert_eq!(run.code, Some(0), "{run}");
        assert!(!run.stdout.is_empty() && run.stderr.is_empty(), "{run}");
    }
    let run = sandbox.palisade::<&str>([]);
    assert_eq!(run.code, Some(2), "{run}");
}
