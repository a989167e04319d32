//! Error messages: what they quote of the input must not be a secret.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Watch, asked_in_every_way};
use crate::made_up::{aws_key, file_with, github_token, password};
use crate::sandbox::{Run, Sandbox, formats};

/// The program ends with 2 or 3, and shows nothing.
#[track_caller]
fn says_nothing_of(watch: &Watch, run: &Run) {
    assert!(matches!(run.code, Some(2 | 3)), "{run}");
    watch.saw(run);
}

#[test]
fn a_policy_that_holds_a_secret() {
    let (key, token, word) = (aws_key(1), github_token(1), password(1));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4), (&*word, 0)]);
    for policy in [
        format!("[secrets]\nlevel = \"{key}\" \"{token}\"\n"),
        format!("[secrets]\npassword = \"{word}\" # {token}\nlevel = {key}\n"),
        format!("[secrets]\n{token} = true\n"),
        format!("{key} = \"{word}\"\n"),
        format!("[{token}]\n"),
        format!("[secrets]\nlevel = \"{word}\"\n"),
        format!("[secrets]\nlevel = \"{token}\"\n"),
        format!("[secrets.rules]\n{token} = \"ignore\"\n"),
        format!("[secrets.rules]\naws-access-key-id = \"{key}\"\n"),
        format!("[secrets]\nignore-paths = [\"{token}[\"]\n"),
        format!("[secrets]\nignore-paths = \"{token}\"\n"),
        format!("password = \"{word}\n"),
        format!("[secrets]\nscan = \"{word}\"\n"),
    ] {
        let sandbox = Sandbox::guarded();
        sandbox.stage("app.conf", "nothing\n");
        sandbox.write("palisade.toml", policy);
        asked_in_every_way_without_report(&sandbox, &watch, &["scan", "--staged"]);
        says_nothing_of(&watch, &sandbox.palisade(["hook", "pre-commit"]));
        watch.saw(&sandbox.try_git(["commit", "-m", "change"]));
    }
}

/// Where nothing is judged there is no report to look at, in any format.
#[track_caller]
fn asked_in_every_way_without_report(sandbox: &Sandbox, watch: &Watch, args: &[&str]) {
    for format in formats() {
        let all: Vec<&str> = args.iter().copied().chain(["--format", &format]).collect();
        says_nothing_of(watch, &sandbox.palisade(&all));
    }
}

#[test]
fn a_file_that_cannot_be_read_and_whose_name_is_a_secret() {
    let (key, token) = (aws_key(2), github_token(2));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4)]);
    let sandbox = Sandbox::guarded();
    let path = format!("{key}/{token}");
    sandbox.stage(&path, "nothing\n");
    let blob = sandbox.git(["rev-parse", &format!(":{path}")]).line();
    fs::remove_file(sandbox.git_path(&format!("objects/{}/{}", &blob[..2], &blob[2..]))).expect("the object");
    // The name is found, so there is a verdict; what could not be read is told beside it.
    asked_in_every_way(&sandbox, &watch, &["scan", "--staged"], b"", 1);
    // Git itself says the name when it is asked to commit, so only the hook is asked here.
    asked_in_every_way(&sandbox, &watch, &["hook", "pre-commit"], b"", 1);
}

#[test]
fn a_link_in_a_circle_whose_name_is_a_secret() {
    let key = aws_key(3);
    let watch = Watch::for_all([(&*key, 4)]);
    let sandbox = Sandbox::guarded();
    symlink(&key, sandbox.path(&key)).expect("a link");
    for format in formats() {
        watch.saw(&sandbox.palisade(["scan", ".", "--format", &format]));
        watch.saw(&sandbox.palisade(["scan", &key, "--format", &format]));
    }
}

#[test]
fn an_index_that_is_broken_beside_a_secret() {
    let (key, token) = (aws_key(4), github_token(4));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4)]);
    let sandbox = Sandbox::guarded();
    sandbox.stage(format!("a/{key}"), &token);
    let index = sandbox.git_path("index");
    let whole = fs::read(&index).expect("an index");
    for cut in (0..whole.len()).step_by(7) {
        fs::write(&index, &whole[..cut]).expect("an index");
        says_nothing_of(&watch, &sandbox.palisade(["hook", "pre-commit"]));
    }
    for text in
        [key.clone(), format!("DIRC{token}"), format!("DIRC\0\0\0\x02\0\0\0\x01{token}{token}{token}{key}{key}")]
    {
        fs::write(&index, text).expect("an index");
        says_nothing_of(&watch, &sandbox.palisade(["hook", "pre-commit"]));
    }
}

#[test]
fn a_configuration_that_is_broken_beside_a_secret() {
    let token = github_token(5);
    let watch = Watch::for_all([(&*token, 4)]);
    let sandbox = Sandbox::guarded();
    let good = fs::read_to_string(sandbox.git_path("config")).expect("a configuration");
    let place = sandbox.git_path("config");
    for bad in [
        format!("[remote \"o\"]\n\turl = https://x:{token}@example.org/ \\q\n"),
        format!("[{token}\n"),
        format!("[a \"{token}\n"),
        format!("[core]\n\trepositoryFormatVersion = {token}\n"),
        format!("[core]\n\t{token}_ = = =\n"),
        format!("[core]\n\tbare = {token}\n"),
    ] {
        fs::write(&place, format!("{good}{bad}")).expect("a configuration");
        watch.saw(&sandbox.palisade(["hook", "pre-commit"]));
        watch.saw(&sandbox.palisade(["scan", "README"]));
        watch.saw(&sandbox.palisade(["scan", "--range", "HEAD"]));
        watch.saw(&sandbox.palisade(["install"]));
    }
}

#[test]
fn refs_that_are_broken_beside_a_secret() {
    let token = github_token(6);
    let watch = Watch::for_all([(&*token, 4)]);
    for (file, text) in [
        ("HEAD", token.clone()),
        ("HEAD", format!("ref: {token}/..\n")),
        ("HEAD", format!("ref: refs/heads/{token}\nx\n")),
        ("refs/heads/main", token.clone()),
        ("MERGE_HEAD", format!("{token}\n")),
        ("packed-refs", format!("# pack-refs with: {token}\n{token} {token}\n")),
    ] {
        let sandbox = Sandbox::guarded();
        sandbox.stage("app.conf", "nothing\n");
        fs::write(sandbox.git_path(file), text).expect("a file");
        watch.saw(&sandbox.palisade(["hook", "pre-commit"]));
        watch.saw(&sandbox.palisade(["scan", "--range", "HEAD"]));
    }
}

#[test]
fn a_fingerprint_key_that_is_broken() {
    let token = github_token(7);
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &token)]));
    let report = sandbox.scan_staged();
    let first = &report.json()["findings"][0]["fingerprint"];
    assert!(first.is_string(), "an installed repository has a key: {report}");
    // The key is all that keeps a report from being used to guess, so it is as secret as what it stands for.
    for file in walk(&sandbox.path(".git")) {
        let content = fs::read(&file).expect("a file");
        let digits = content.trim_ascii();
        if digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit) {
            let key = String::from_utf8(digits.to_vec()).expect("digits");
            Watch::for_all([(&*key, 0)]).saw(&report);
            fs::write(&file, format!("{}\n", &key[..50])).expect("a broken key");
            let run = sandbox.palisade(["hook", "pre-commit"]);
            assert_ne!(run.code, Some(0), "{run}");
            Watch::for_all([(&*key, 0), (&*token, 4)]).saw(&run);
            return;
        }
    }
    panic!("the fingerprint's key was not found");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
