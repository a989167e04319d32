//! Names that a reader of patches cannot take apart.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::COMMIT;
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;

/// A file of this name with a key on line 3 is refused under the name that reports show to people, and that programs are
/// told as it is; and accepted without the key.
#[track_caller]
fn named(name: impl AsRef<[u8]>, shown: &str) {
    let name = name.as_ref();
    for quoted in ["true", "false"] {
        let sandbox = Sandbox::guarded();
        sandbox.config("core.quotePath", quoted);
        sandbox.stage(name, file_with(6, &[(3, &aws_key(1))]));
        sandbox.refuses(COMMIT, &[(AWS, &format!("{shown}:3"))]);
        // JSON has no place for what is no text, so there it is shown as to people.
        let exact = std::str::from_utf8(name).unwrap_or(shown);
        let report = sandbox.scan_staged();
        assert_eq!(report.findings(), [(AWS.to_owned(), format!("{exact}:3"))], "{report}");
        sandbox.stage(name, file_with(6, &[]));
        sandbox.accepts(COMMIT);
        // And as a change of a file that is there.
        sandbox.stage(name, file_with(6, &[(5, &aws_key(2))]));
        sandbox.refuses(COMMIT, &[(AWS, &format!("{shown}:5"))]);
        let kept = sandbox.git([OsStr::new("ls-files"), "-z".as_ref()]).stdout;
        assert!(kept.split(|byte| *byte == 0).any(|path| path == OsStr::from_bytes(name).as_bytes()));
    }
}

#[test]
fn a_newline_in_a_name() {
    named("two\nlines", "two\\nlines");
}

#[test]
fn a_quote_in_a_name() {
    named("a\"quote'd", "a\"quote'd");
}

#[test]
fn bytes_that_are_no_utf_8_in_a_name() {
    named(b"caf\xE9/\xFF\xFE", "caf\\xE9/\\xFF\\xFE");
}

#[test]
fn a_name_beyond_ascii() {
    named("gr\u{FC}\u{DF}e/\u{1F511}", "gr\u{FC}\u{DF}e/\u{1F511}");
}

#[test]
fn spaces_and_tabs_in_a_name() {
    named(" a b\tc ", " a b\\tc ");
}

#[test]
fn a_name_that_looks_like_an_option() {
    named("--no-verify", "--no-verify");
}

#[test]
fn a_name_that_looks_like_a_pattern() {
    named("[a]*?", "[a]*?");
}

#[test]
fn a_name_that_looks_like_a_magic_pathspec() {
    named(":(exclude)x", ":(exclude)x");
}

#[test]
fn a_name_with_a_backslash() {
    named("a\\b\\n", "a\\b\\n");
}

#[test]
fn a_name_that_looks_like_a_line_of_a_patch() {
    named("b/+++ b/x\n@@ -0,0 +1 @@", "b/+++ b/x\\n@@ -0,0 +1 @@");
}

#[test]
fn a_name_that_turns_the_terminal_around() {
    named("a\u{1B}[2Jb\u{202E}c", "a\\u{1b}[2Jb\\u{202e}c");
}

#[test]
fn a_long_name_in_deep_folders() {
    let name = format!("{}file", "a-folder-with-a-long-name/".repeat(60));
    named(&name, &name);
}

#[test]
fn names_that_differ_in_case_only() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("App.conf", file_with(6, &[(3, &aws_key(3))]));
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.rejects(COMMIT, &[(AWS, "App.conf:3")]);
}
