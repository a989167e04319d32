//! Reports: each format over each kind of place.

use super::{Watch, asked_in_every_way};
use crate::made_up::{AWS, Dice, GITHUB, aws_key, file_with, github_token, password, private_key, utf16};
use crate::sandbox::{Sandbox, formats};

/// A file with these lines is judged in every scope and every format. `findings` is the least number that has to be found
/// in it: a secret that is not found proves nothing.
#[track_caller]
fn nothing_is_shown(path: &str, content: &[u8], watch: &Watch, findings: usize) {
    let sandbox = Sandbox::guarded();
    sandbox.stage(path, content);
    let report = sandbox.scan_staged();
    assert!(report.findings().len() >= findings, "too little was found: {report}");
    asked_in_every_way(&sandbox, watch, &["scan", "--staged"], b"", 1);
    asked_in_every_way(&sandbox, watch, &["hook", "pre-commit"], b"", 1);
    asked_in_every_way(&sandbox, watch, &["scan", "."], b"", 1);
    asked_in_every_way(&sandbox, watch, &["scan", "-"], content, 1);
    let commit = sandbox.try_git(["commit", "-m", "change"]);
    assert!(!commit.success(), "{commit}");
    watch.saw(&commit);
    sandbox.commit_unwatched("change");
    asked_in_every_way(&sandbox, watch, &["scan", "--range", "HEAD~1..HEAD"], b"", 1);
    asked_in_every_way(&sandbox, watch, &["audit"], b"", 1);
}

#[test]
fn a_history_whose_names_are_secrets() {
    let secrets: Vec<String> = (40..45).map(github_token).collect();
    let watch = Watch::for_all(secrets.iter().map(|secret| (secret.as_str(), 4)));
    let sandbox = Sandbox::guarded().with_env("GIT_AUTHOR_NAME", &secrets[0]);
    sandbox.stage(format!("{}/app.conf", secrets[1]), file_with(5, &[(2, &aws_key(40))]));
    sandbox.commit_unwatched(&secrets[2]);
    sandbox.git(["branch", &secrets[3]]);
    sandbox.git(["tag", "-a", "-m", &aws_key(41), &secrets[4]]);
    asked_in_every_way(&sandbox, &watch, &["audit"], b"", 1);
}

#[test]
fn one_secret_on_a_line() {
    let (key, token) = (aws_key(1), github_token(1));
    let content = file_with(9, &[(3, &format!("id = \"{key}\"")), (7, &format!("export TOKEN={token}"))]);
    nothing_is_shown("app.conf", content.as_bytes(), &Watch::for_all([(&*key, 4), (&*token, 4)]), 2);
}

#[test]
fn two_secrets_on_a_line() {
    let secrets = [aws_key(2), aws_key(3), github_token(2), github_token(3)];
    let watch = Watch::for_all(secrets.iter().map(|secret| (secret.as_str(), 4)));
    let [a, b, c, d] = &secrets;
    let content =
        file_with(9, &[(3, &format!("{a} {b}")), (5, &format!("[\"{c}\",\"{a}\"]")), (7, &format!("x={d}&y={c}"))]);
    nothing_is_shown("app.conf", content.as_bytes(), &watch, 6);
}

#[test]
fn the_same_secret_twice_on_a_line() {
    let key = aws_key(4);
    let content = format!("{key} {key}\n{key}:{key}\n");
    nothing_is_shown("app.conf", content.as_bytes(), &Watch::for_all([(&*key, 4)]), 4);
}

#[test]
fn a_password_beside_a_name() {
    let passwords: Vec<String> = (1..5).map(password).collect();
    let [a, b, c, d] = passwords.as_slice() else { unreachable!("four") };
    let content = format!(
        "password = \"{a}\"\ndb_password: '{b}'\nurl = \"postgres://admin:{c}@db.internal.corp/app\"\nDB_PASSWORD={d}\n"
    );
    let watch = Watch::for_all(passwords.iter().map(|secret| (secret.as_str(), 0)));
    nothing_is_shown("settings.py", content.as_bytes(), &watch, 3);
}

#[test]
fn a_secret_in_a_long_line() {
    let (key, token) = (aws_key(5), github_token(5));
    let half = "var a=function(b){return b};".repeat(4000);
    let content = format!("{half}\"{key}\",\"{token}\"{half}\n");
    nothing_is_shown("bundle.js", content.as_bytes(), &Watch::for_all([(&*key, 4), (&*token, 4)]), 2);
}

#[test]
fn a_secret_where_the_excerpt_is_cut() {
    // Whatever the width of an excerpt, one of these distances puts its end into the middle of the second secret.
    let mut secrets = Vec::new();
    let mut content = String::new();
    for distance in 1..220 {
        let (first, second, third) = (github_token(1000 + distance), aws_key(distance), github_token(2000 + distance));
        let gap = usize::try_from(distance).expect("small");
        let filler: String = "lorem ipsum dolor ".chars().cycle().take(gap - 1).collect();
        let (before, after) = ("- ".repeat(200), " -".repeat(200));
        content += &[&before, &first, " ", &filler, " ", &second, " ", &filler, " ", &third, &after, "\n"].concat();
        secrets.extend([first, second, third]);
    }
    let watch = Watch::for_all(secrets.iter().map(|secret| (secret.as_str(), 4)));
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", &content);
    let report = sandbox.scan_staged();
    assert!(report.findings().len() >= 3 * 219, "{} findings", report.findings().len());
    for format in formats() {
        watch.saw(&sandbox.palisade(["scan", "--staged", "--format", &format]));
        watch.saw(&sandbox.palisade(["scan", "--quiet", "app.conf", "--format", &format]));
    }
}

#[test]
fn a_secret_in_utf_16() {
    let (key, token) = (aws_key(6), github_token(6));
    let text = file_with(9, &[(3, &format!("id = {key} {token}"))]);
    let watch = Watch::for_all([(&*key, 4), (&*token, 4)]);
    for (mark, big_endian) in [(&b"\xFF\xFE"[..], false), (b"\xFE\xFF", true), (b"", false), (b"", true)] {
        nothing_is_shown("app.txt", &[mark, &utf16(&text, big_endian)].concat(), &watch, 2);
    }
}

#[test]
fn a_secret_beside_control_characters_and_bytes_that_are_no_text() {
    let (key, token) = (aws_key(7), github_token(7));
    let content = [b"\x1B[2J\0 ", key.as_bytes(), b" \xFF\x1B]0;", token.as_bytes(), b"\x07\xE2\x80\xAE\n"].concat();
    nothing_is_shown("app.bin", &content, &Watch::for_all([(&*key, 4), (&*token, 4)]), 2);
}

#[test]
fn a_private_key_of_many_lines() {
    let content = format!("before\n{}after\n", private_key(1));
    nothing_is_shown("id_rsa", content.as_bytes(), &Watch::for_key(1), 1);
    let content = format!("{{\"private_key\": \"{}\"}}\n", private_key(2).replace('\n', "\\n"));
    nothing_is_shown("account.json", content.as_bytes(), &Watch::for_key(2), 1);
}

#[test]
fn a_private_key_between_other_secrets() {
    let (key, token) = (aws_key(8), github_token(8));
    let content = format!("{key} {}{token} after\n", private_key(3));
    nothing_is_shown(
        "key.txt",
        content.as_bytes(),
        &Watch::for_key(3).and(Watch::for_all([(&*key, 4), (&*token, 4)])),
        3,
    );
}

#[test]
fn a_secret_in_a_path() {
    let (key, token, inner) = (aws_key(9), github_token(9), aws_key(10));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4), (&*inner, 4)]);
    // The name alone, and the name of a file in which something is found as well.
    nothing_is_shown(&format!("backup/{key}/{token}.txt"), file_with(3, &[(2, &inner)]).as_bytes(), &watch, 3);
}

#[test]
fn a_secret_in_a_path_with_nothing_in_the_file() {
    let key = aws_key(11);
    let sandbox = Sandbox::guarded();
    sandbox.stage(format!("backup/{key}.txt"), "nothing\n");
    let watch = Watch::for_all([(&*key, 4)]);
    asked_in_every_way(&sandbox, &watch, &["scan", "--staged"], b"", 1);
    asked_in_every_way(&sandbox, &watch, &["scan", "."], b"", 1);
    let commit = sandbox.try_git(["commit", "-m", "change"]);
    assert!(!commit.success(), "{commit}");
    watch.saw(&commit);
}

#[test]
fn a_secret_in_the_target_of_a_link() {
    let key = aws_key(12);
    let sandbox = Sandbox::guarded();
    std::os::unix::fs::symlink(format!("to/{key}"), sandbox.path("link")).expect("a link");
    sandbox.git(["add", "link"]);
    let watch = Watch::for_all([(&*key, 4)]);
    asked_in_every_way(&sandbox, &watch, &["scan", "--staged"], b"", 1);
    asked_in_every_way(&sandbox, &watch, &["scan", "."], b"", 1);
}

#[test]
fn a_secret_in_a_message() {
    let (key, token) = (aws_key(13), github_token(13));
    let sandbox = Sandbox::guarded();
    let message = format!("use {key} and {token}\n\nand {key}\n");
    sandbox.write("../message", &message);
    let watch = Watch::for_all([(&*key, 4), (&*token, 4)]);
    asked_in_every_way(&sandbox, &watch, &["hook", "commit-msg", "../message"], b"", 1);
    let commit = sandbox.try_git(["commit", "--allow-empty", "-m", &message]);
    assert!(!commit.success(), "{commit}");
    watch.saw(&commit);
    sandbox.commit_unwatched(&message);
    asked_in_every_way(&sandbox, &watch, &["scan", "--range", "HEAD~1..HEAD"], b"", 1);
}

#[test]
fn a_secret_beside_one_that_a_marker_lets_in() {
    let (key, token) = (aws_key(14), github_token(14));
    let allow = format!("# palisade{} {AWS} a key of the documentation", ":allow");
    let content = file_with(9, &[(3, &format!("{key} {token} {allow}")), (5, &allow), (6, &format!("{token} {key}"))]);
    nothing_is_shown("app.conf", content.as_bytes(), &Watch::for_all([(&*key, 4), (&*token, 4)]), 2);
}

#[test]
fn a_secret_beside_one_that_the_policy_ignores() {
    let (key, token) = (aws_key(15), github_token(15));
    let sandbox = Sandbox::guarded();
    sandbox.write("palisade.toml", format!("[secrets.rules]\n{AWS} = \"ignore\"\n{GITHUB} = \"annotate\"\n"));
    let secret = github_token(16);
    sandbox.stage("app.conf", file_with(9, &[(3, &format!("{key} {token} {secret}"))]));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4), (&*secret, 4)]);
    asked_in_every_way(&sandbox, &watch, &["scan", "--staged"], b"", 0);
    watch.saw(&sandbox.palisade(["scan", "--staged"]));
}

#[test]
fn a_secret_in_the_place_of_a_rule_or_a_reason_in_a_marker() {
    let (key, token, other) = (aws_key(17), github_token(17), github_token(18));
    let marker = |rest: &str| format!("palisade{} {rest}", ":allow");
    let content = file_with(
        9,
        &[
            (2, &format!("{key} # {}", marker(&token))),
            (4, &format!("{key} # {}", marker(&format!("{other} {token}")))),
            (6, &format!("{other} # {}", marker(&format!("{AWS} {key}")))),
        ],
    );
    nothing_is_shown("app.conf", content.as_bytes(), &Watch::for_all([(&*key, 4), (&*token, 4), (&*other, 4)]), 6);
}

#[test]
fn an_old_secret_on_the_line_of_a_new_one() {
    let (old, new) = (aws_key(19), github_token(19));
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(9, &[(3, &old)]));
    sandbox.commit_unwatched("an old key");
    sandbox.stage("app.conf", file_with(9, &[(3, &format!("{old} {new}"))]));
    let watch = Watch::for_all([(&*old, 4), (&*new, 4)]);
    asked_in_every_way(&sandbox, &watch, &["scan", "--staged"], b"", 1);
}

#[test]
fn many_secrets_that_stand_close() {
    let mut dice = Dice::new(20);
    let secrets: Vec<String> =
        (0..400).map(|at| if dice.below(2) == 0 { aws_key(3000 + at) } else { github_token(3000 + at) }).collect();
    let mut content = String::new();
    for secret in &secrets {
        content += secret;
        content += dice.pick(&[" ", "\n", ",", "\";\"", "=", " # ", "\t", "'\n'"]);
    }
    let watch = Watch::for_all(secrets.iter().map(|secret| (secret.as_str(), 4)));
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", &content);
    let report = sandbox.scan_staged();
    assert_eq!(report.findings().len(), 400, "all are found");
    watch.saw(&report);
    watch.saw(&sandbox.palisade(["scan", "--staged"]));
    watch.saw(&sandbox.palisade(["scan", "--staged", "--format", "sarif"]));
    watch.saw(&sandbox.palisade(["hook", "pre-commit"]));
}
