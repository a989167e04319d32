//! A fingerprint outlives what happens to commits and files.

use super::{allow, fingerprint, with_key, with_staged_key};
use crate::made_up::{AWS, Dice, aws_key, base64, file_with, password, private_key};
use crate::sandbox::Sandbox;

/// The fingerprint of what `content` holds as `path`.
#[track_caller]
fn print_of(sandbox: &Sandbox, path: &str, content: &str) -> String {
    sandbox.git(["rm", "-q", "-r", "--cached", "--ignore-unmatch", "."]);
    sandbox.stage(path, content);
    fingerprint(&sandbox.scan_staged())
}

#[test]
fn an_exception_holds_after_rebase_squash_rename_and_move() {
    let (sandbox, print) = with_staged_key();
    sandbox.git(["reset", "-q", "--hard"]);
    allow(&sandbox, &[&print, "--reason", "an example"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.accepts(["commit", "-q", "-m", "Allow it"]);
    sandbox.git(["checkout", "-q", "-b", "topic"]);
    sandbox.stage("app.conf", with_key());
    sandbox.accepts(["commit", "-q", "-m", "Add settings"]);
    // Another line, another file, other words around it.
    sandbox.git(["mv", "app.conf", "settings.conf"]);
    sandbox.stage("settings.conf", file_with(30, &[(17, &format!("    \"id\" : \"{}\",", aws_key(1)))]));
    sandbox.accepts(["commit", "-q", "-m", "Move it"]);
    let holds = |range: &str| {
        let run = sandbox.palisade(["scan", "--range", range, "--format", "json"]);
        let report = run.json();
        assert!(run.success() && report["suppressed"]["exceptions"] != 0, "{run}");
    };
    holds("main..topic");
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.stage("other", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "Other"]);
    sandbox.git(["rebase", "-q", "main", "topic"]);
    holds("main..topic");
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.git(["merge", "-q", "--squash", "topic"]);
    sandbox.accepts(["commit", "-q", "-m", "Squashed"]);
    holds("HEAD^..HEAD");
}

#[test]
fn a_password_has_one_name_in_each_syntax_and_in_base64() {
    let sandbox = Sandbox::guarded();
    let secret = password(3);
    let plain = print_of(&sandbox, "a.py", &format!("password = \"{secret}\"\n"));
    for (path, content) in [
        ("b.yaml", format!("db:\n  password: '{secret}'\n")),
        ("c.json", format!("{{\"password\":\"{secret}\"}}\n")),
        ("d.env", format!("\n\nDB_PASSWORD={secret}\n")),
        ("e.env", format!("DB_PASSWORD={}\n", base64(secret.as_bytes()))),
    ] {
        assert_eq!(print_of(&sandbox, path, &content), plain, "{path}");
    }
    assert_ne!(print_of(&sandbox, "a.py", &format!("password = \"{}\"\n", password(4))), plain);
}

#[test]
fn a_private_key_has_one_name_however_it_is_wrapped() {
    let sandbox = Sandbox::guarded();
    let key = private_key(5);
    let plain = print_of(&sandbox, "id_rsa", &key);
    let indented: String = key.lines().map(|line| format!("    {line}\n")).collect();
    for (path, content) in [
        ("a.json", format!("{{\"key\": \"{}\"}}\n", key.replace('\n', "\\n"))),
        ("b.yaml", format!("key: |\n{indented}")),
        ("c.txt", key.replace('\n', "\r\n")),
    ] {
        assert_eq!(print_of(&sandbox, path, &content), plain, "{path}");
    }
    assert_ne!(print_of(&sandbox, "id_rsa", &private_key(6)), plain);
}

#[test]
fn nobody_can_make_a_fingerprint_without_the_key() {
    let (one, two) = (Sandbox::guarded(), Sandbox::guarded());
    let secret = format!("id = {}\n", aws_key(1));
    assert_ne!(print_of(&one, "a", &secret), print_of(&two, "a", &secret), "each repository has a key of its own");
}

#[test]
fn a_key_that_is_none_stops_what_needs_it() {
    let (sandbox, _) = with_staged_key();
    sandbox.write(".palisade/key", Dice::new(1).text("0123456789abcdef", 63));
    let run = sandbox.scan_staged();
    assert!(run.code == Some(2) && run.text().contains(".palisade/key") && !run.text().contains(AWS), "{run}");
}
