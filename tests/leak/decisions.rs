//! Decisions and marks: records, the baseline, notes, and what is said about them.

use super::{Watch, asked_in_every_way, read};
use crate::made_up::{aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

#[test]
fn what_is_decided_and_annotated_shows_no_secret() {
    let (key, token, name) = (aws_key(60), github_token(60), github_token(61));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4), (&*name, 4)]);
    let sandbox = Sandbox::guarded();
    sandbox.write("palisade.toml", "[secrets]\nlevel = \"annotate\"\n");
    let path = format!("{name}/app.conf");
    sandbox.stage(&path, file_with(5, &[(2, &key), (4, &token)]));
    let commit = sandbox.try_git(["commit", "-m", "change"]);
    assert!(commit.success(), "{commit}");
    // Git itself names the file on standard output.
    watch.looks_at(&commit, &commit.stderr);
    let notes = sandbox.git(["log", "-p", "--notes=palisade", "refs/notes/palisade"]);
    assert_eq!(notes.text().matches("+annotate ").count(), 3, "{notes}");
    watch.saw(&notes);
    watch.saw(&sandbox.palisade(["notes"]));
    let run = sandbox.palisade(["baseline"]);
    assert!(run.success(), "{run}");
    watch.saw(&run);
    watch.looks_at(&"the baseline", &read(&sandbox.path(".palisade/baseline")));
    // What strangers wrote into records and notes.
    sandbox
        .write(".palisade/exceptions/a.toml", format!("fingerprint = \"{}\"\nreason = \"{token}\"\n", "0".repeat(32)));
    sandbox.write(".palisade/exceptions/b.toml", format!("{token} = 1\n"));
    sandbox.write(format!(".palisade/exceptions/{name}.toml"), "x");
    sandbox.git(["notes", "--ref=palisade", "append", "-m", &format!("annotate x certain - {key}"), "HEAD"]);
    for args in
        [&["allow", "--list"][..], &["notes"], &["baseline", "--prune"], &["scan"], &["allow", &token, "--reason", "x"]]
    {
        watch.saw(&sandbox.palisade(args));
    }
}

#[test]
fn trailers_shared_notes_and_a_count_of_them_show_no_secret() {
    let (key, token, name) = (aws_key(62), github_token(62), github_token(63));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4), (&*name, 4)]);
    let sandbox = Sandbox::guarded();
    sandbox.server(&[]);
    sandbox.write("palisade.toml", "[secrets]\nlevel = \"annotate\"\n[annotate]\nas = \"trailer\"\nshare = true\n");
    sandbox.install();
    sandbox.stage(format!("{name}/app.conf"), file_with(5, &[(2, &key), (4, &token)]));
    let commit = sandbox.try_git(["commit", "-m", &format!("change {key}")]);
    assert!(commit.success(), "{commit}");
    watch.looks_at(&commit, &commit.stderr);
    let trailers = sandbox.git(["log", "-1", "--format=%(trailers:key=Palisade-Annotated)"]);
    assert_eq!(trailers.text().matches("Palisade-Annotated: ").count(), 4, "{trailers}");
    watch.saw(&trailers);
    // What strangers wrote, in a note and in a trailer, and what they called their remote.
    sandbox.git(["notes", "--ref=palisade", "append", "-m", &format!("annotate {key} certain {token} {name}"), "HEAD"]);
    sandbox.commit_unwatched(&format!("odd\n\nPalisade-Annotated: {key} certain {token} {name}"));
    for args in
        [&["notes"][..], &["notes", "--format", "json"], &["notes", &token], &["audit"], &["audit", "--format", "json"]]
    {
        watch.saw(&sandbox.palisade(args));
    }
    let push = sandbox.try_git(["push", "-q", "origin", "main"]);
    watch.saw(&push);
    sandbox.git(["remote", "add", &token, &format!("../{name}.git")]);
    watch.saw(&sandbox.palisade(["hook", "pre-push", &token, &name]));
    watch.saw(&sandbox.palisade(["install"]));
    watch.saw(&sandbox.palisade(["uninstall"]));
}

#[test]
fn a_range_with_a_policy_of_its_own_shows_no_secret() {
    let (key, token) = (aws_key(64), github_token(64));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4)]);
    let sandbox = Sandbox::guarded();
    sandbox.stage("palisade.toml", format!("[secrets]\nlevel = \"{token}\"\n"));
    sandbox.stage(".palisade/exceptions/a.toml", format!("fingerprint = \"{key}\"\nreason = \"{token}\"\n"));
    sandbox.stage("app.conf", file_with(5, &[(2, &key)]));
    sandbox.commit_unwatched("Let myself in");
    asked_in_every_way(&sandbox, &watch, &["scan", "--range", "HEAD^.."], b"", 1);
    sandbox.stage("app.conf", file_with(5, &[(3, &token)]));
    sandbox.commit_unwatched("More");
    let run = sandbox.palisade(["scan", "--range", "HEAD^.."]);
    assert_eq!(run.code, Some(2), "what was accepted cannot be used: {run}");
    watch.saw(&run);
}
