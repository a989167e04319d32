//! Bytes that a patch calls binary, or that a reader of lines stumbles over, are read.

use super::COMMIT;
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token, utf16};
use crate::sandbox::Sandbox;

/// The same text twice: with a key on line 3, which is refused, and without, which is not.
#[track_caller]
fn refused_and_accepted(encode: impl Fn(&str) -> Vec<u8>) {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.txt", encode(&format!("id = {}", aws_key(1))));
    sandbox.rejects(COMMIT, &[(AWS, "app.txt:3")]);
    sandbox.stage("app.txt", encode("id = none"));
    sandbox.accepts(COMMIT);
    // And once more beside an old one: a change of one line, not of a whole file.
    sandbox.stage("app.txt", encode(&format!("id = {}", aws_key(2))));
    sandbox.commit_unwatched("an old key");
    let twice = [encode(&format!("id = {}", aws_key(2))), encode(&format!("token = {}", github_token(2)))].concat();
    sandbox.stage("app.txt", &twice);
    let run = sandbox.try_git(COMMIT);
    assert!(!run.success() && run.text().contains(GITHUB), "the new one: {run}");
    assert!(!run.text().contains(AWS), "the old one is no news: {run}");
}

/// Characters whose UTF-16 has a byte that is a newline stand on line 1.
fn text(line: &str) -> String {
    file_with(6, &[(1, "\u{10A}\u{A0D}: h\u{E4}rmlos \u{1F600}"), (3, line)])
}

#[test]
fn utf_16_little_endian_with_a_mark() {
    refused_and_accepted(|line| [&[0xFF, 0xFE][..], &utf16(&text(line), false)].concat());
}

#[test]
fn utf_16_big_endian_with_a_mark() {
    refused_and_accepted(|line| [&[0xFE, 0xFF][..], &utf16(&text(line), true)].concat());
}

#[test]
fn utf_16_little_endian_without_a_mark() {
    refused_and_accepted(|line| utf16(&file_with(6, &[(3, line)]), false));
}

#[test]
fn utf_16_big_endian_without_a_mark() {
    refused_and_accepted(|line| utf16(&file_with(6, &[(3, line)]), true));
}

#[test]
fn utf_16_with_carriage_returns() {
    refused_and_accepted(|line| [&[0xFF, 0xFE][..], &utf16(&text(line).replace('\n', "\r\n"), false)].concat());
}

#[test]
fn one_nul_before_the_secret() {
    refused_and_accepted(|line| format!("\0{}", file_with(6, &[(3, line)])).into_bytes());
}

#[test]
fn one_nul_behind_the_secret() {
    refused_and_accepted(|line| format!("{}\0", file_with(6, &[(3, line)])).into_bytes());
}

#[test]
fn a_nul_right_beside_the_secret() {
    refused_and_accepted(|line| file_with(6, &[(3, &format!("\0{}\0", line.replace(" = ", "\0")))]).into_bytes());
}

#[test]
fn random_bytes_around_the_secret() {
    refused_and_accepted(|line| {
        let noise: Vec<u8> =
            crate::made_up::Dice::new(7).bytes(4000).into_iter().filter(|byte| *byte != b'\n').collect();
        [&noise[..], b"\n\n ", line.as_bytes(), b" \n", &noise, b"\n"].concat()
    });
}

#[test]
fn no_newline_at_the_end() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.txt", format!("one\ntwo\n{}", aws_key(3)));
    sandbox.rejects(COMMIT, &[(AWS, "app.txt:3")]);
    sandbox.stage("app.txt", "one\ntwo\nthree");
    sandbox.accepts(COMMIT);
}

#[test]
fn a_secret_that_follows_a_line_without_newline() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.txt", "one\ntwo");
    sandbox.accepts(COMMIT);
    sandbox.stage("app.txt", format!("one\ntwo {}", aws_key(4)));
    sandbox.rejects(COMMIT, &[(AWS, "app.txt:2")]);
}

#[test]
fn carriage_returns_and_newlines() {
    refused_and_accepted(|line| file_with(6, &[(3, line)]).replace('\n', "\r\n").into_bytes());
}

#[test]
fn a_mark_of_utf_8_and_bytes_that_are_none() {
    refused_and_accepted(|line| {
        [&b"\xEF\xBB\xBFone\n\xE9\xC3\xF0\x90\n\xE9 "[..], line.as_bytes(), b" \xFF\n"].concat()
    });
}

#[test]
fn a_file_that_is_nothing_but_a_secret() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("key", aws_key(5));
    sandbox.rejects(COMMIT, &[(AWS, "key:1")]);
}

#[test]
fn a_line_of_some_megabytes() {
    let sandbox = Sandbox::guarded();
    let half = "function(a,b){return a+b};".repeat(80_000);
    sandbox.stage("bundle.js", format!("{half}\"{}\"{half}", aws_key(6)));
    let run = sandbox.rejects(COMMIT, &[(AWS, "bundle.js:1")]);
    assert!(run.text().len() < 20_000, "the line is cut around the finding, not printed: {} bytes", run.text().len());
    sandbox.stage("bundle.js", format!("{half}\"\"{half}"));
    sandbox.accepts(COMMIT);
    // The line was there before, and changes as a whole.
    sandbox.stage("bundle.js", format!("{half}\"{}\"{half}", github_token(6)));
    sandbox.rejects(COMMIT, &[(GITHUB, "bundle.js:1")]);
}

#[test]
fn a_file_of_many_lines_with_the_secret_at_its_end() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("long.txt", file_with(60_000, &[(60_000, &aws_key(7))]));
    sandbox.rejects(COMMIT, &[(AWS, "long.txt:60000")]);
    sandbox.stage("long.txt", file_with(60_000, &[]));
    sandbox.accepts(COMMIT);
    sandbox.stage("long.txt", file_with(60_000, &[(7, "first"), (30_000, &github_token(7)), (59_990, "last")]));
    sandbox.rejects(COMMIT, &[(GITHUB, "long.txt:30000")]);
}
