//! Decisions and marks: records, the baseline, notes, and what is said about them.

use super::{Watch, read};
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
