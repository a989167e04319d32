//! A secret that is only whole when old lines and new ones are read together.

use super::COMMIT;
use crate::made_up::private_key;
use crate::sandbox::Sandbox;

/// The lines of a private key between two harmless ones.
fn key_lines() -> Vec<String> {
    let key = private_key(1);
    ["before"].into_iter().chain(key.lines()).chain(["after"]).map(str::to_owned).collect()
}

fn joined(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// `broken` is in history, and the key is whole with what is staged now.
#[track_caller]
fn whole_now(broken: &[String]) {
    let sandbox = Sandbox::guarded();
    sandbox.stage("key.txt", joined(broken));
    sandbox.commit_unwatched("not a key yet");
    sandbox.stage("key.txt", joined(&key_lines()));
    let run = sandbox.refuses(COMMIT, &[("private-key", "key.txt:2")]);
    let body = &key_lines()[10];
    assert!(!run.text().contains(body.as_str()), "its lines are printed: {run}");
    // An edit beside the key, which is in history now, is no news of it.
    sandbox.commit_unwatched("a key");
    let mut beside = key_lines();
    beside.insert(0, "first".to_owned());
    sandbox.stage("key.txt", joined(&beside));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_private_key_of_many_lines_is_found() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("key.txt", joined(&key_lines()));
    sandbox.refuses(COMMIT, &[("private-key", "key.txt:2")]);
    sandbox.stage("key.txt", "no key\n");
    sandbox.accepts(COMMIT);
}

#[test]
fn a_line_that_is_replaced_makes_a_key_whole() {
    let mut broken = key_lines();
    broken[8] = "(one line is missing)".to_owned();
    whole_now(&broken);
}

#[test]
fn the_first_line_makes_a_key_whole() {
    let mut broken = key_lines();
    broken.remove(1);
    whole_now(&broken);
}

#[test]
fn a_line_that_is_taken_out_makes_a_key_whole() {
    let mut broken = key_lines();
    broken.insert(12, "!! this is not base64, and so this is no key !!".to_owned());
    whole_now(&broken);
}

#[test]
fn a_key_with_carriage_returns_is_found() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("key.txt", joined(&key_lines()).replace('\n', "\r\n"));
    sandbox.refuses(COMMIT, &[("private-key", "key.txt:2")]);
}

#[test]
fn a_key_in_one_line_with_escapes_is_found() {
    let sandbox = Sandbox::guarded();
    let text = format!("{{\n  \"key\": \"{}\"\n}}\n", private_key(2).replace('\n', "\\n"));
    sandbox.stage("key.json", text);
    sandbox.refuses(COMMIT, &[("private-key", "key.json:2")]);
}
