//! `palisade audit`: what a repository has ever held is found, wherever it lies, and told with where it came from.

mod damage;
mod many;
mod part;
mod planted;
mod stores;
mod thin;
mod ways;

use std::fs;
use std::path::PathBuf;

use crate::sandbox::{Run, Sandbox};

/// Commits what is staged, without a hook's word.
fn commit(sandbox: &Sandbox, message: &str) -> String {
    sandbox.git(["commit", "-q", "--no-verify", "--allow-empty", "-m", message]);
    head(sandbox)
}

fn head(sandbox: &Sandbox) -> String {
    sandbox.git(["rev-parse", "HEAD"]).line()
}

/// The audit's report as JSON, which has to agree with that of the witness.
#[track_caller]
fn audit(sandbox: &Sandbox) -> Run {
    // A key of its own would name every secret anew in each run.
    if !sandbox.git_path("palisade/key").exists() {
        sandbox.palisade(["install"]);
    }
    let run = sandbox.palisade(["audit", "--format", "json"]);
    let witness = sandbox.palisade(["audit", "--format", "json", "--every-blob"]);
    assert_eq!(run.json(), witness.json(), "the two ways differ: {run}");
    run
}

/// Rule, `path:line` and first commit of each finding, in ascending order.
#[track_caller]
fn told(run: &Run) -> Vec<(String, String, String)> {
    let report = run.json();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    let findings = report["findings"].as_array().unwrap_or_else(|| panic!("no findings: {run}"));
    let mut told: Vec<_> = findings
        .iter()
        .map(|finding| {
            let at = format!("{}:{}", text(&finding["path"]), finding["line"]);
            (text(&finding["rule"]), at, text(&finding["commit"]))
        })
        .collect();
    told.sort();
    told
}

/// Asserts that the audit tells of exactly these, and rejects.
#[track_caller]
fn tells(sandbox: &Sandbox, expected: &[(&str, &str, &str)]) {
    let run = audit(sandbox);
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(rule, at, commit)| ((*rule).to_owned(), (*at).to_owned(), (*commit).to_owned()))
        .collect();
    expected.sort();
    assert_eq!(told(&run), expected, "{run}");
    assert_eq!(run.code, Some(1), "{run}");
}

/// The files of packs with an extension.
fn packs(sandbox: &Sandbox, extension: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(sandbox.root().join(".git/objects/pack")).expect("a folder of packs");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    files
}
