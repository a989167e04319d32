//! Secrets in every corner of a history, each with the commit that brought it.

use super::{audit, commit, head, tells};
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

/// A repository with some history, and nothing in it.
fn history() -> Sandbox {
    let sandbox = Sandbox::init(&[]);
    for version in 1..=5 {
        sandbox.stage("app.conf", file_with(200, &[(10 * version, "changed")]));
        commit(&sandbox, &format!("version {version}"));
    }
    sandbox
}

#[test]
fn a_file_that_was_deleted_is_found_by_the_commit_that_brought_the_secret() {
    let sandbox = history();
    sandbox.stage("old.conf", file_with(20, &[]));
    commit(&sandbox, "a file");
    sandbox.stage("old.conf", file_with(20, &[(7, &github_token(1))]));
    let culprit = commit(&sandbox, "a secret");
    sandbox.stage("old.conf", file_with(20, &[(7, &github_token(1)), (9, "and more")]));
    let last = commit(&sandbox, "more");
    sandbox.git(["rm", "-q", "-f", "old.conf"]);
    commit(&sandbox, "deleted");
    tells(&sandbox, &[(GITHUB, "old.conf:7", &culprit)]);
    let origin = audit(&sandbox).json()["findings"][0]["origin"].clone();
    let seen = |origin: &serde_json::Value| (origin["commit"].clone(), origin["path"].clone(), origin["line"].clone());
    assert_eq!(seen(&origin["first"]), (culprit.into(), "old.conf".into(), 7.into()), "{origin}");
    assert_eq!(seen(&origin["last"]), (last.into(), "old.conf".into(), 7.into()), "{origin}");
    assert_eq!(origin["at_head"], false, "{origin}");
    assert_eq!(origin["refs"], serde_json::json!(["refs/heads/main"]), "{origin}");
    assert_eq!((&origin["objects"], &origin["paths"]), (&2.into(), &1.into()), "{origin}");
}

#[test]
fn the_refs_of_a_secret_are_those_from_which_it_can_be_reached() {
    let sandbox = history();
    sandbox.git(["branch", "before"]);
    sandbox.stage("a.conf", file_with(5, &[(3, &github_token(16))]));
    commit(&sandbox, "a secret");
    sandbox.git(["tag", "light"]);
    sandbox.git(["tag", "-a", "-m", "annotated", "heavy"]);
    sandbox.git(["tag", "-a", "-m", &format!("the token is {}", aws_key(16)), "told", "before"]);
    let report = audit(&sandbox).json();
    let refs = |rule: &str| {
        let finding = report["findings"].as_array().and_then(|all| all.iter().find(|finding| finding["rule"] == rule));
        finding.map(|finding| finding["origin"]["refs"].clone())
    };
    let expected = serde_json::json!(["refs/heads/main", "refs/tags/heavy", "refs/tags/light"]);
    assert_eq!(refs(GITHUB), Some(expected), "{report}");
    assert_eq!(refs(AWS), Some(serde_json::json!(["refs/tags/told"])), "{report}");
}

#[test]
fn a_marker_counts_where_the_secret_still_stands() {
    let sandbox = history();
    let token = github_token(17);
    sandbox.stage("a.conf", file_with(5, &[(3, &token)]));
    commit(&sandbox, "a secret");
    assert_eq!(audit(&sandbox).code, Some(1));
    sandbox.stage("a.conf", file_with(5, &[(3, &format!("{token} # palisade:allow {GITHUB} made up"))]));
    commit(&sandbox, "it is meant to be there");
    let run = audit(&sandbox);
    assert_eq!(run.code, Some(0), "what stands at HEAD decides: {run}");
    sandbox.git(["checkout", "-q", "-f", "-b", "other"]);
    sandbox.git(["rm", "-q", "-f", "a.conf"]);
    commit(&sandbox, "taken out");
    assert_eq!(audit(&sandbox).code, Some(1), "it is gone, and stood without a marker once");
}

#[test]
fn a_file_that_was_renamed_is_told_by_its_first_name() {
    let sandbox = history();
    sandbox.stage("a.conf", file_with(20, &[(3, &aws_key(1))]));
    let culprit = commit(&sandbox, "a secret");
    sandbox.git(["mv", "-f", "a.conf", "b.conf"]);
    commit(&sandbox, "renamed");
    tells(&sandbox, &[(AWS, "a.conf:3", &culprit)]);
}

#[test]
fn what_only_a_merge_has_is_found() {
    let sandbox = history();
    sandbox.git(["checkout", "-q", "-b", "side", "HEAD~2"]);
    sandbox.stage("side.conf", file_with(5, &[]));
    commit(&sandbox, "side");
    sandbox.git(["checkout", "-q", "-f", "main"]);
    sandbox.git(["merge", "-q", "--no-commit", "--no-ff", "side"]);
    sandbox.stage("side.conf", file_with(5, &[(2, &github_token(2))]));
    let culprit = commit(&sandbox, "merged");
    tells(&sandbox, &[(GITHUB, "side.conf:2", &culprit)]);
}

#[test]
fn what_only_an_octopus_merge_has_is_found() {
    let sandbox = history();
    for side in ["one", "two"] {
        sandbox.git(["checkout", "-q", "-f", "-b", side, "main"]);
        sandbox.stage(format!("{side}.conf"), file_with(5, &[]));
        commit(&sandbox, side);
    }
    sandbox.git(["checkout", "-q", "-f", "main"]);
    sandbox.git(["merge", "-q", "--no-commit", "--no-ff", "one", "two"]);
    sandbox.stage("new.conf", file_with(5, &[(4, &github_token(3))]));
    let culprit = commit(&sandbox, "three heads");
    tells(&sandbox, &[(GITHUB, "new.conf:4", &culprit)]);
}

#[test]
fn what_a_stash_holds_and_was_never_staged_is_found() {
    let sandbox = history();
    sandbox.git(["checkout", "-q", "-f", "main"]);
    sandbox.write("app.conf", file_with(200, &[(50, "changed"), (60, &github_token(4))]));
    sandbox.git(["stash", "-q"]);
    let stash = sandbox.git(["rev-parse", "stash"]).line();
    tells(&sandbox, &[(GITHUB, "app.conf:60", &stash)]);
}

#[test]
fn a_commit_that_was_reset_away_is_found_with_and_without_a_reflog() {
    let sandbox = history();
    sandbox.stage("gone.conf", file_with(5, &[(1, &github_token(5))]));
    let culprit = commit(&sandbox, "soon gone");
    sandbox.git(["reset", "-q", "--hard", "HEAD~1"]);
    tells(&sandbox, &[(GITHUB, "gone.conf:1", &culprit)]);
    sandbox.git(["reflog", "expire", "--expire=now", "--all"]);
    tells(&sandbox, &[(GITHUB, "gone.conf:1", &culprit)]);
}

#[test]
fn a_blob_that_nothing_leads_to_is_found() {
    let sandbox = history();
    sandbox.run("git", ["hash-object", "-w", "--stdin"], file_with(5, &[(2, &github_token(6))]).as_bytes());
    tells(&sandbox, &[(GITHUB, "-:2", "-")]);
}

#[test]
fn messages_of_commits_tags_and_notes_are_looked_at() {
    let sandbox = history();
    let message = commit(&sandbox, &format!("the token is {}", github_token(7)));
    sandbox.git(["tag", "-a", "-m", &format!("the token is {}", github_token(8)), "v1"]);
    sandbox.git(["notes", "add", "-m", &format!("the token is {}", github_token(9))]);
    let note = sandbox.git(["rev-parse", "refs/notes/commits"]).line();
    let noted = head(&sandbox);
    tells(&sandbox, &[(GITHUB, "-:1", &message), (GITHUB, "-:6", "-"), (GITHUB, &format!("{noted}:1"), &note)]);
}

#[test]
fn a_file_of_utf16_is_found() {
    let sandbox = history();
    let text: Vec<u8> = format!("one\ntwo {}\n", github_token(10)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    sandbox.stage("wide.txt", text);
    let culprit = commit(&sandbox, "wide");
    tells(&sandbox, &[(GITHUB, "wide.txt:2", &culprit)]);
}

#[test]
fn the_root_of_a_second_history_is_looked_at() {
    let sandbox = history();
    sandbox.git(["checkout", "-q", "-f", "--orphan", "other"]);
    sandbox.stage("first.conf", file_with(5, &[(3, &github_token(11))]));
    let culprit = commit(&sandbox, "another beginning");
    sandbox.git(["checkout", "-q", "-f", "main"]);
    tells(&sandbox, &[(GITHUB, "first.conf:3", &culprit)]);
}

#[test]
fn packs_loose_objects_and_alternates_are_one_history() {
    let sandbox = history();
    sandbox.stage("app.conf", file_with(200, &[(50, "changed"), (100, &github_token(12))]));
    let packed = commit(&sandbox, "packed");
    sandbox.stage("app.conf", file_with(200, &[(50, "changed"), (100, "nothing")]));
    commit(&sandbox, "taken out");
    sandbox.git(["repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50"]);
    sandbox.git(["clone", "-q", "--shared", ".", "../clone"]);
    let clone = sandbox.at("../clone");
    clone.stage("loose.conf", file_with(5, &[(5, &github_token(13))]));
    let loose = commit(&clone, "loose");
    tells(&clone, &[(GITHUB, "app.conf:100", &packed), (GITHUB, "loose.conf:5", &loose)]);
}

#[test]
fn a_secret_is_told_once_however_often_it_occurs_and_whether_it_is_still_there() {
    let sandbox = history();
    let token = github_token(14);
    sandbox.stage("a.conf", file_with(30, &[(3, &token)]));
    let culprit = commit(&sandbox, "a secret");
    for version in 10..20 {
        sandbox.stage("a.conf", file_with(30, &[(3, &token), (version, "changed")]));
        sandbox.stage(format!("copy{version}.conf"), file_with(5, &[(1, &token)]));
        commit(&sandbox, "copied");
    }
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    tells(&sandbox, &[(GITHUB, "a.conf:3", &culprit)]);
}

#[test]
fn a_history_without_secrets_is_accepted_and_one_without_commits_too() {
    let sandbox = history();
    let run = audit(&sandbox);
    assert_eq!((run.code, run.json()["verdict"].as_str()), (Some(0), Some("accept")), "{run}");
    let empty = Sandbox::init(&[]);
    let run = empty.palisade(["audit"]);
    assert_eq!(run.code, Some(0), "{run}");
}

#[test]
fn the_formats_of_repositories_make_no_difference() {
    for flags in [&["--object-format=sha256"][..], &["--bare"], &["--ref-format=reftable"]] {
        let source = Sandbox::init(if flags.contains(&"--bare") { &[] } else { flags });
        source.stage("a.conf", file_with(5, &[(2, &github_token(15))]));
        let culprit = commit(&source, "a secret");
        if flags.contains(&"--bare") {
            source.git(["clone", "-q", "--bare", ".", "../bare.git"]);
            tells(&source.at("../bare.git"), &[(GITHUB, "a.conf:2", &culprit)]);
        } else {
            tells(&source, &[(GITHUB, "a.conf:2", &culprit)]);
        }
    }
}
