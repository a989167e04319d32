//! The marks that annotated findings leave: git notes, in clones and on servers.

use super::{fingerprint, with_key};
use crate::made_up::{AWS, aws_key, file_with};
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
fn notes_are_filtered_and_told_as_json() {
    let sandbox = annotating();
    sandbox.stage("a b.conf", with_key());
    sandbox.git(["commit", "-q", "-m", "Add settings"]);
    let print = fingerprint(&sandbox.palisade(["scan", "a b.conf", "--format", "json"]));
    // Anybody can write notes.
    sandbox.git(["notes", "--ref=palisade", "append", "-m", "odd", "HEAD"]);
    assert_eq!(notes(&sandbox, &[]).text().lines().count(), 2);
    let tip = sandbox.git(["rev-parse", "HEAD"]).line();
    let wanted = serde_json::json!([
        { "commit": tip, "rule": AWS, "confidence": "certain", "fingerprint": print, "place": "a b.conf:3" }
    ]);
    assert_eq!(notes(&sandbox, &["--format", "json"]).json(), wanted);
    for (flag, fits, other) in [
        ("--rule", AWS, "aws"),
        ("--fingerprint", &*print, "0"),
        ("--confidence", "certain", "likely"),
        ("--place", "b.conf", "c.conf"),
    ] {
        assert_eq!(notes(&sandbox, &["--format", "json", flag, fits]).json(), wanted, "{flag}");
        assert_eq!(notes(&sandbox, &[flag, other]).text(), "", "{flag}");
    }
    assert_eq!(notes(&sandbox, &["HEAD~1"]).text(), "");
}

#[test]
fn an_audit_counts_what_is_annotated() {
    let sandbox = annotating();
    let counted = |sandbox: &Sandbox| sandbox.palisade(["audit", "--format", "json"]).json()["notes"].to_string();
    assert_eq!(counted(&sandbox), "null");
    sandbox.stage("a.conf", with_key());
    sandbox.stage("b.conf", file_with(6, &[(3, &aws_key(2))]));
    sandbox.git(["commit", "-q", "-m", "Add settings"]);
    assert!(counted(&sandbox).contains("2 findings are annotated, on 1 commit"), "{}", counted(&sandbox));
    let said = sandbox.palisade(["audit"]);
    assert!(said.text().contains("note: 2 findings are annotated, on 1 commit"), "{said}");
}

#[test]
fn a_trailer_of_the_message_says_it_where_the_policy_asks_for_that() {
    let sandbox = Sandbox::init(&[]);
    let other = "git interpret-trailers --in-place --if-exists doNothing --trailer 'Change-Id: I1' \"$1\"";
    sandbox.write_script(".git/hooks/commit-msg", other);
    sandbox.install();
    sandbox.stage("palisade.toml", format!("{POLICY}[annotate]\nas = \"trailer\"\n[commits]\nmax-line = 50\n"));
    sandbox.accepts(["commit", "-q", "-m", "A policy"]);
    let trailers = |sandbox: &Sandbox| {
        let format = "--format=%(trailers:key=Palisade-Annotated,valueonly)";
        sandbox.git(["log", "-1", format]).text().trim_end().to_owned()
    };
    assert_eq!(trailers(&sandbox), "", "nothing is written for a clean commit");
    sandbox.stage("app.conf", with_key());
    let print = fingerprint(&sandbox.scan_staged());
    sandbox.git(["commit", "-q", "-m", "Add settings\n\nSigned-off-by: A U Thor <author@example.org>"]);
    let wanted = format!("{AWS} certain {print} app.conf:3");
    assert_eq!(trailers(&sandbox), wanted);
    assert!(!sandbox.try_git(["rev-parse", "-q", "--verify", "refs/notes/palisade"]).success());
    sandbox.git(["commit", "-q", "--amend", "--no-edit"]);
    assert_eq!(trailers(&sandbox), wanted);
    // Nothing in it is taken for a secret, or for a line that is too long.
    let found = sandbox.palisade(["scan", "--range", "HEAD^!", "--format", "json"]).findings();
    assert_eq!(found, [(AWS.to_owned(), "app.conf:3".to_owned())]);
    assert_eq!(notes(&sandbox, &["--format", "json"]).json()[0]["fingerprint"], print.as_str());
    // Below the scissors nothing is of the message, and a commit that was never made leaves nothing.
    let editor = sandbox.write_script("../editor", "sed -i '1s/^/With an editor/' \"$1\"");
    let edited = sandbox.with_env("GIT_EDITOR", &editor);
    edited.stage("b.conf", with_key());
    edited.git(["commit", "-q", "-v"]);
    assert_eq!(trailers(&sandbox), wanted.replace("app.conf", "b.conf"));
    edited.stage("c.conf", with_key());
    std::fs::remove_file(sandbox.git_path("hooks/commit-msg.before-palisade")).expect("the other hook");
    assert!(!sandbox.with_env("GIT_EDITOR", "true").try_git(["commit", "-q"]).success());
    edited.git(["rm", "-q", "--cached", "c.conf"]);
    edited.stage("clean", "nothing\n");
    edited.git(["commit", "-q", "-m", "Clean"]);
    assert_eq!(trailers(&sandbox), "");
}

#[test]
fn notes_are_pushed_and_fetched_where_the_policy_says_so() {
    let sandbox = Sandbox::init(&[]);
    let server = sandbox.server(&[]);
    sandbox.stage("palisade.toml", format!("{POLICY}[annotate]\nshare = true\n"));
    sandbox.commit_unwatched("A policy");
    sandbox.git(["push", "-q", "origin", "main"]);
    sandbox.install();
    sandbox.git(["clone", "-q", "../server.git", "../other"]);
    let other = sandbox.at("../other");
    other.install();
    // Fetching does not fail where there is none yet.
    other.git(["fetch", "-q"]);
    for (clone, path) in [(&sandbox, "a.conf"), (&other, "b.conf")] {
        clone.stage(path, with_key());
        clone.git(["commit", "-q", "-m", path]);
        let pushed = clone.git(["push", "-q", "origin", &format!("HEAD:refs/heads/{path}")]);
        assert!(!pushed.text().contains("could not be shared"), "{pushed}");
    }
    // The second has brought both together.
    assert_eq!(notes(&server, &[]).text().lines().count(), 2);
    assert_eq!(notes(&other, &[]).text().lines().count(), 2);
    assert_eq!(notes(&sandbox, &[]).text().lines().count(), 1);
    sandbox.git(["fetch", "-q"]);
    assert_eq!(notes(&sandbox, &[]).text().lines().count(), 2);
    // A server that takes no notes keeps nobody from pushing.
    server.config("receive.hideRefs", "refs/notes");
    let pushed = sandbox.git(["push", "-q", "origin", "HEAD:refs/heads/again"]);
    assert!(pushed.success() && pushed.text().contains("palisade: the notes could not be shared"), "{pushed}");
    let run = sandbox.palisade(["uninstall"]);
    assert!(run.success(), "{run}");
    let fetched = sandbox.git(["config", "--get-all", "remote.origin.fetch"]).text();
    assert_eq!(fetched, "+refs/heads/*:refs/remotes/origin/*\n");
    assert!(!sandbox.git_path("hooks/pre-push").exists());
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
    let server = sandbox.server(&[]);
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
