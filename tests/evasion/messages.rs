//! The message of a commit is judged as git will store it.

use super::COMMIT;
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

/// A harmless change is staged.
fn staged() -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox
}

/// The same, and an editor that writes `message` and leaves in place what git put there.
fn with_editor(message: &str) -> Sandbox {
    let sandbox = staged();
    editing(&sandbox, message)
}

fn editing(sandbox: &Sandbox, message: &str) -> Sandbox {
    sandbox.write("../message", message);
    let editor = sandbox
        .write_script("../editor", "cat \"$(dirname \"$0\")/message\" \"$1\" > \"$1.new\" && mv \"$1.new\" \"$1\"");
    sandbox.with_env("GIT_EDITOR", editor)
}

#[track_caller]
fn refuses(sandbox: &Sandbox, args: &[&str], line: usize) {
    let run = sandbox.refuses(args, &[(AWS, &format!("commit message:{line}"))]);
    assert!(!run.text().contains(&aws_key(1)), "the secret is printed: {run}");
}

#[test]
fn a_secret_in_a_message_on_the_command_line_is_found() {
    let sandbox = staged();
    refuses(&sandbox, &["commit", "-q", "-m", &format!("use {}", aws_key(1))], 1);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_secret_in_a_later_paragraph_is_found() {
    refuses(&staged(), &["commit", "-q", "-m", "subject", "-m", "body", "-m", &aws_key(1)], 5);
}

#[test]
fn a_secret_in_a_trailer_is_found() {
    let trailer = format!("Key: {}", aws_key(1));
    refuses(&staged(), &["commit", "-q", "-m", "subject", "--trailer", &trailer], 3);
}

#[test]
fn a_secret_in_a_message_from_a_file_is_found() {
    let sandbox = staged();
    sandbox.write("../message", format!("subject\n\nuse {}\n", aws_key(1)));
    refuses(&sandbox, &["commit", "-q", "-F", "../message"], 3);
    sandbox.write("../message", "subject\n\nuse none\n");
    sandbox.accepts(["commit", "-q", "-F", "../message"]);
}

#[test]
fn a_secret_in_an_edited_message_is_found() {
    let sandbox = with_editor(&format!("subject\n\n{}\n", aws_key(1)));
    refuses(&sandbox, &["commit", "-q"], 3);
    editing(&sandbox, "subject\n").accepts(["commit", "-q"]);
}

#[test]
fn a_comment_in_an_edited_message_is_no_message() {
    with_editor(&format!("subject\n\n# {}\n", aws_key(1))).accepts(["commit", "-q"]);
}

#[test]
fn a_comment_begins_with_the_character_that_is_configured() {
    let sandbox = with_editor(&format!("subject\n\n; {}\n", aws_key(1)));
    sandbox.config("core.commentChar", ";");
    sandbox.accepts(["commit", "-q"]);
    let sandbox = with_editor(&format!("subject\n\n# {}\n", aws_key(1)));
    sandbox.config("core.commentChar", ";");
    refuses(&sandbox, &["commit", "-q"], 3);
}

#[test]
fn what_lies_below_the_scissors_is_no_message() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(2))]));
    sandbox.commit_unwatched("an old key");
    sandbox.stage("app.conf", file_with(6, &[]));
    // The patch below the scissors shows the key that is taken out.
    editing(&sandbox, "subject\n").accepts(["commit", "-q", "-v"]);
    sandbox.stage("app.conf", file_with(6, &[(2, "more")]));
    refuses(&editing(&sandbox, &format!("subject\n\n{}\n", aws_key(1))), &["commit", "-q", "-v"], 3);
}

#[test]
fn a_line_with_a_hash_is_a_message_where_no_editor_was_started() {
    refuses(&staged(), &["commit", "-q", "-m", "subject", "-m", &format!("# {}", aws_key(1))], 3);
}

#[test]
fn scissors_cut_nothing_where_no_editor_was_started() {
    let scissors = format!("# {} >8 {}", "-".repeat(24), "-".repeat(24));
    let message = format!("subject\n\n{scissors}\n{}\n", aws_key(1));
    refuses(&staged(), &["commit", "-q", "-m", &message], 4);
}

#[test]
fn nothing_is_a_comment_where_messages_are_kept_verbatim() {
    let sandbox = with_editor(&format!("subject\n\n# {}\n", aws_key(1)));
    sandbox.config("commit.cleanup", "verbatim");
    refuses(&sandbox, &["commit", "-q"], 3);
}

#[test]
fn a_secret_in_the_message_of_a_merge_is_found() {
    let sandbox = Sandbox::guarded();
    sandbox.git(["checkout", "-q", "-b", "side"]);
    sandbox.stage("side.conf", file_with(4, &[]));
    sandbox.accepts(COMMIT);
    sandbox.git(["checkout", "-q", "main"]);
    let before = sandbox.git(["rev-parse", "HEAD"]).line();
    // Git keeps the merge waiting in the index, so only HEAD stays where it was.
    let run = sandbox.try_git(["merge", "-q", "--no-ff", "-m", &format!("merge {}", aws_key(1)), "side"]);
    assert!(!run.success(), "{run}");
    run.names(&[(AWS, "commit message:1")]);
    assert_eq!(sandbox.git(["rev-parse", "HEAD"]).line(), before, "{run}");
}

#[test]
fn a_secret_in_an_amended_message_is_found() {
    let sandbox = Sandbox::guarded();
    refuses(&sandbox, &["commit", "-q", "--amend", "-m", &aws_key(1)], 1);
    sandbox.accepts(["commit", "-q", "--amend", "-m", "another"]);
}

#[test]
fn a_marker_in_a_message_lets_in_what_it_names() {
    let sandbox = staged();
    let marker = format!("palisade{} {AWS} revoked in June", ":allow");
    let message = format!("subject\n\n{marker}\n{}\n", aws_key(1));
    sandbox.accepts(["commit", "-q", "-m", &message]);
}

#[test]
fn a_secret_in_both_the_files_and_the_message_is_told_of_the_files_first() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &github_token(1))]));
    sandbox.refuses(["commit", "-q", "-m", &aws_key(1)], &[(GITHUB, "app.conf:3")]);
    sandbox.stage("app.conf", file_with(6, &[]));
    refuses(&sandbox, &["commit", "-q", "-m", &aws_key(1)], 1);
}

#[test]
fn comments_stay_in_messages_that_are_cleaned_otherwise() {
    for cleanup in ["whitespace", "scissors"] {
        let sandbox = with_editor(&format!("subject\n\n# {}\n", aws_key(1)));
        sandbox.config("commit.cleanup", cleanup);
        refuses(&sandbox, &["commit", "-q"], 3);
    }
}

#[test]
fn a_comment_may_begin_with_more_than_one_character() {
    let sandbox = with_editor(&format!("subject\n\n// {}\n", aws_key(1)));
    sandbox.config("core.commentString", "//");
    sandbox.accepts(["commit", "-q"]);
    let sandbox = with_editor(&format!("subject\n\n/ {}\n", aws_key(1)));
    sandbox.config("core.commentString", "//");
    refuses(&sandbox, &["commit", "-q"], 3);
}

#[test]
fn a_line_with_a_hash_stays_where_git_chose_another_character() {
    let sandbox = with_editor("");
    sandbox.config("core.commentChar", "auto");
    refuses(&sandbox, &["commit", "-q", "-e", "-m", "subject", "-m", &format!("# {}", aws_key(1))], 3);
}

#[test]
fn a_message_that_was_kept_is_judged() {
    let sandbox = staged();
    sandbox.commit_unwatched(&format!("use {}", aws_key(1)));
    sandbox.stage("app.conf", file_with(6, &[(1, "another")]));
    refuses(&sandbox, &["commit", "-q", "-C", "HEAD"], 1);
    refuses(&sandbox, &["commit", "-q", "--amend", "--no-edit"], 1);
}
