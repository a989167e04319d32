//! The marks that annotated findings leave: git notes, in clones and on servers.

use super::with_key;
use crate::made_up::{AWS, aws_key};
use crate::sandbox::{Run, Sandbox};

const POLICY: &str = "[secrets.rules]\naws-access-key-id = \"annotate\"\n";

/// A guarded repository whose policy only annotates keys.
fn annotating() -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("palisade.toml", POLICY);
    sandbox.accepts(["commit", "-q", "-m", "A policy"]);
    sandbox
}

#[track_caller]
fn note(sandbox: &Sandbox) -> String {
    sandbox.git(["notes", "--ref=palisade", "show", "HEAD"]).text()
}

#[track_caller]
fn tells_of_the_key(sandbox: &Sandbox, path: &str) {
    let text = note(sandbox);
    let begins = format!("annotate {AWS} certain ");
    assert!(text.contains(&begins) && text.contains(&format!(" {path}:3\n")), "{text}");
    assert!(!text.contains(&aws_key(1)[4..]), "{text}");
}

fn notes(sandbox: &Sandbox, args: &[&str]) -> Run {
    let run = sandbox.palisade([&["notes"][..], args].concat());
    assert!(run.success(), "{run}");
    run
}

#[test]
fn what_is_annotated_leaves_a_note_that_outlives_amend_and_rebase_and_goes_to_clones() {
    let sandbox = annotating();
    sandbox.git(["checkout", "-q", "-b", "topic"]);
    sandbox.stage("app.conf", with_key());
    sandbox.git(["commit", "-q", "-m", "Add settings"]);
    tells_of_the_key(&sandbox, "app.conf");
    let log = sandbox.git(["log", "-1", "--notes=palisade"]).text();
    assert!(log.contains("Notes (palisade):\n    annotate aws-access-key-id certain "), "{log}");
    sandbox.git(["commit", "-q", "--amend", "-m", "Add the settings"]);
    tells_of_the_key(&sandbox, "app.conf");
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.stage("other", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "Other"]);
    sandbox.git(["rebase", "-q", "main", "topic"]);
    tells_of_the_key(&sandbox, "app.conf");
    sandbox.git(["clone", "-q", ".", "../clone"]);
    let clone = sandbox.at("../clone");
    clone.git(["fetch", "-q", "origin", "refs/notes/palisade:refs/notes/palisade"]);
    tells_of_the_key(&clone, "app.conf");
    let tip = sandbox.git(["rev-parse", "HEAD"]).line();
    assert!(notes(&clone, &["HEAD^!"]).text().starts_with(&tip));
    assert!(notes(&sandbox, &["HEAD^!", "--rule", AWS]).text().starts_with(&tip));
    assert_eq!(notes(&sandbox, &["HEAD^!", "--rule", "generic-password"]).text(), "");
}

#[test]
fn a_clean_commit_and_one_that_was_never_made_leave_nothing() {
    let sandbox = annotating();
    sandbox.stage("a", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "Clean"]);
    assert!(!sandbox.try_git(["rev-parse", "-q", "--verify", "refs/notes/palisade"]).success());
    // Aborted behind pre-commit; the next one is clean.
    sandbox.stage("app.conf", with_key());
    assert!(!sandbox.try_git(["commit", "-q", "-m", ""]).success());
    sandbox.git(["rm", "-q", "--cached", "app.conf"]);
    sandbox.stage("b", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "Clean as well"]);
    assert!(!sandbox.try_git(["rev-parse", "-q", "--verify", "refs/notes/palisade"]).success());
    sandbox.stage("palisade.toml", format!("{POLICY}[annotate]\nas = \"none\"\n"));
    sandbox.stage("app.conf", with_key());
    sandbox.git(["commit", "-q", "-m", "Without a mark"]);
    assert!(!sandbox.try_git(["rev-parse", "-q", "--verify", "refs/notes/palisade"]).success());
}

#[test]
fn a_commit_in_a_linked_worktree_is_marked_as_well() {
    let sandbox = annotating();
    sandbox.git(["worktree", "add", "-q", "../other"]);
    let other = sandbox.at("../other");
    other.stage("app.conf", with_key());
    other.git(["commit", "-q", "-m", "Add settings"]);
    tells_of_the_key(&other, "app.conf");
}

#[test]
fn what_a_push_brings_is_marked_where_post_receive_is_installed() {
    let sandbox = annotating();
    sandbox.git(["init", "-q", "--bare", "../server.git"]);
    let server = sandbox.at("../server.git");
    for hook in ["pre-receive", "post-receive"] {
        let run = sandbox.palisade(["install", "--server", "../server.git", "--hook", hook]);
        assert!(run.success(), "{run}");
    }
    sandbox.git(["push", "-q", "../server.git", "main"]);
    assert!(!server.try_git(["rev-parse", "-q", "--verify", "refs/notes/palisade"]).success());
    sandbox.stage("app.conf", with_key());
    sandbox.commit_unwatched("Add settings");
    sandbox.stage("other.conf", with_key());
    sandbox.commit_unwatched("Again");
    sandbox.git(["push", "-q", "../server.git", "main"]);
    assert_eq!(notes(&server, &[]).text().lines().count(), 2);
    assert!(server.git(["notes", "--ref=palisade", "show", "main"]).text().contains(" other.conf:3"));
}

#[test]
fn uninstall_takes_back_what_was_configured_and_nothing_else() {
    let sandbox = Sandbox::init(&[]);
    sandbox.config("notes.rewriteRef", "refs/notes/commits");
    sandbox.install();
    let values = |sandbox: &Sandbox| sandbox.try_git(["config", "--get-regexp", "^notes"]).text();
    assert_eq!(values(&sandbox).lines().count(), 3, "{}", values(&sandbox));
    assert!(sandbox.palisade(["uninstall"]).success());
    assert_eq!(values(&sandbox), "notes.rewriteref refs/notes/commits\n");
}
