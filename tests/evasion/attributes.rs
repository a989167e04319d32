//! What `.gitattributes` says of a file hides nothing of it, and what it names is not run.

use super::{COMMIT, refused_with_key_accepted_without};
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token, utf16};
use crate::sandbox::Sandbox;

fn with_attributes(attributes: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage(".gitattributes", attributes);
    sandbox.accepts(COMMIT);
    sandbox
}

#[test]
fn a_file_without_diff_is_read() {
    refused_with_key_accepted_without(&with_attributes("*.conf -diff\n"), "app.conf");
}

#[test]
fn a_file_that_is_called_binary_is_read() {
    refused_with_key_accepted_without(&with_attributes("* binary\n"), "app.conf");
}

#[test]
fn attributes_that_come_with_the_secret_hide_nothing() {
    let sandbox = Sandbox::guarded();
    sandbox.stage(".gitattributes", "* binary -diff\n");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn attributes_of_the_repository_and_of_the_user_hide_nothing() {
    let sandbox = Sandbox::guarded();
    std::fs::write(sandbox.git_path("info/attributes"), "* -diff\n").expect("attributes");
    std::fs::write(sandbox.base().join("home/attributes"), "* binary\n").expect("attributes");
    sandbox.user_config("core.attributesFile", "~/attributes");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn what_a_textconv_driver_shows_is_not_what_is_judged() {
    let sandbox = with_attributes("*.conf diff=hide\n");
    sandbox.config("diff.hide.textconv", "true");
    sandbox.config("diff.hide.binary", "true");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn what_a_diff_driver_shows_is_not_what_is_judged() {
    let sandbox = with_attributes("*.conf diff=hide\n");
    sandbox.config("diff.hide.command", "true");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn a_secret_that_a_clean_filter_puts_in_is_found() {
    let sandbox = with_attributes("*.conf filter=mine\n");
    let key = aws_key(2);
    sandbox.config("filter.mine.clean", &format!("sed s/PLACE/{key}/"));
    sandbox.stage("app.conf", file_with(6, &[(4, "id = PLACE")]));
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:4")]);
    sandbox.config("filter.mine.clean", "cat");
    sandbox.write("app.conf", file_with(6, &[(4, "id = place")]));
    sandbox.git(["add", "app.conf"]);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_secret_that_a_clean_filter_takes_out_is_not_there() {
    let sandbox = with_attributes("*.conf filter=mine\n");
    let key = aws_key(3);
    sandbox.config("filter.mine.clean", &format!("sed s/{key}/PLACE/"));
    sandbox.config("filter.mine.smudge", &format!("sed s/PLACE/{key}/"));
    sandbox.stage("app.conf", file_with(6, &[(4, &format!("id = {key}"))]));
    sandbox.accepts(COMMIT);
    sandbox.stage("other.txt", file_with(6, &[(2, &format!("id = {key}"))]));
    sandbox.rejects(COMMIT, &[(AWS, "other.txt:2")]);
}

#[test]
fn a_file_with_ident_is_read_as_stored() {
    refused_with_key_accepted_without(&with_attributes("*.c ident\n"), "main.c");
}

#[test]
fn a_file_that_git_stores_in_another_encoding_is_read_as_stored() {
    let sandbox = with_attributes("*.txt working-tree-encoding=UTF-16LE eol=crlf\n");
    let text = |line: &str| utf16(&file_with(6, &[(3, line)]).replace('\n', "\r\n"), false);
    sandbox.stage("app.txt", text(&format!("id = {}", aws_key(4))));
    sandbox.rejects(COMMIT, &[(AWS, "app.txt:3")]);
    sandbox.stage("app.txt", text("id = none"));
    sandbox.accepts(COMMIT);
}

#[test]
fn a_hostile_attributes_file_hides_nothing_and_is_read_itself() {
    let sandbox = Sandbox::guarded();
    let mut hostile: Vec<u8> = b"[attr]evil -diff -text evil worse\n[attr]worse evil binary\n".to_vec();
    hostile.extend(
        b"* evil -diff !text filter=lfs diff=lfs merge=binary export-ignore linguist-generated whitespace=-all\n",
    );
    hostile.extend([&b"\"\\"[..], &[b'*'; 5000], b" -diff\n\0\xFF\xFE * binary\n"].concat());
    hostile.extend("a".repeat(100_000).into_bytes().into_iter().chain(*b" binary\n"));
    let clean = hostile.clone();
    hostile.extend(format!("# {}\n", github_token(1)).as_bytes());
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(6))]));
    sandbox.stage(".gitattributes", hostile);
    sandbox.rejects(["commit", "-q", "-m", "change"], &[(AWS, "app.conf:3"), (GITHUB, ".gitattributes:7")]);
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.stage(".gitattributes", clean);
    // Git itself warns of such a file, so only its verdict counts.
    sandbox.git(COMMIT);
}

#[test]
fn the_hook_runs_no_program_that_the_repository_names() {
    let sandbox = with_attributes("* diff=mine filter=mine merge=mine\n");
    let program = sandbox.write_script("../run-me", "echo \"$0 $*\" >> \"$(dirname \"$0\")/was-run\"; cat");
    let program = program.to_str().expect("UTF-8");
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(7))]));
    for key in [
        "diff.mine.textconv",
        "diff.mine.command",
        "filter.mine.clean",
        "filter.mine.smudge",
        "filter.mine.process",
        "merge.mine.driver",
        "diff.external",
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "gpg.program",
        "gpg.ssh.program",
        "credential.helper",
        "interactive.diffFilter",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
        "alias.diff",
        "alias.cat-file",
    ] {
        sandbox.config(key, &(if key.starts_with("alias") { format!("!{program}") } else { program.to_owned() }));
    }
    let hook = sandbox.try_git(["hook", "run", "pre-commit"]);
    assert!(!hook.success(), "{hook}");
    hook.names(&[(AWS, "app.conf:3")]);
    let scan = sandbox.palisade(["scan", "--staged"]);
    assert_eq!(scan.code, Some(1), "{scan}");
    let witness = sandbox.base().join("was-run");
    assert!(!witness.exists(), "{}", std::fs::read_to_string(witness).unwrap_or_default());
}
