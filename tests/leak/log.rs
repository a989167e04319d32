//! The decision log, its exports and statistics, and the plan for rewriting: nothing in them is a secret, wherever strangers have put one.

use std::fs;

use super::{Watch, read};
use crate::made_up::{aws_key, file_with, github_token, private_key, utf16};
use crate::sandbox::Sandbox;

#[test]
fn a_push_whose_names_are_secrets_and_that_brings_some() {
    let secrets: Vec<String> = (70..76).map(github_token).collect();
    let key = aws_key(70);
    let watch = Watch::for_all(secrets.iter().map(|secret| (secret.as_str(), 4)).chain([(key.as_str(), 4)]));
    let client = Sandbox::init(&[]);
    client.git(["init", "--quiet", "--bare", &format!("../{}.git", secrets[5])]);
    let server = client.at(format!("../{}.git", secrets[5]));
    server.config("receive.advertisePushOptions", "true");
    assert!(server.palisade(["install", "--server", "."]).success());
    client.git(["remote", "add", "origin", &format!("file://{}", server.root().display())]);
    let client = client.with_env("PALISADE_PUSHER", &secrets[0]);
    client.stage(format!("{}/app.conf", secrets[1]), file_with(5, &[(2, &key)]));
    client.commit_unwatched(&format!("use {}", secrets[2]));
    let option = format!("palisade.bypass={}", secrets[3]);
    let push = client.try_git(["push", "-o", &option, "origin", &format!("HEAD:refs/heads/{}", secrets[4])]);
    assert!(!push.success(), "{push}");
    let folder = server.path("palisade/log");
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("a log") {
        let file = entry.expect("an entry").path();
        watch.looks_at(&file.display(), &read(&file));
        files += 1;
    }
    assert!(files >= 3, "a segment, a head and a lock");
    let asked = |args: &[&str]| {
        let run = server.palisade([&["log"], args].concat());
        // The folder's own name is what the user has typed.
        let shown = run.text().replace(&*server.root().to_string_lossy(), "");
        assert!(matches!(run.code, Some(0..=2)), "{run}");
        watch.looks_at(&run.code.unwrap_or_default(), shown.as_bytes());
    };
    asked(&["show"]);
    for format in ["ocsf", "ecs", "cef", "syslog", "jsonl"] {
        asked(&["export", "--format", format]);
    }
    for format in ["table", "json", "prometheus", "html"] {
        asked(&["stats", "--format", format]);
    }
    // What is broken is not quoted.
    let segment = folder.join("0000000001.jsonl");
    fs::write(&segment, format!("{{\"seq\": \"{}\"\n{}\n", secrets[0], key)).expect("a log");
    fs::write(folder.join("head"), format!("{}\n", secrets[0])).expect("a head");
    fs::write(folder.join("seals.jsonl"), format!("{{\"key\": \"{}\"}}\n", secrets[0])).expect("seals");
    asked(&["verify"]);
    asked(&["show"]);
    let push = client.try_git(["push", "origin", "HEAD:refs/heads/other"]);
    assert!(!push.success(), "{push}");
    // And neither is a file that is no key.
    server.write("key", format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}\n", secrets[0]));
    asked(&["seal", "--key", "key"]);
    asked(&["verify", "--key", "key"]);
}

#[test]
fn a_plan_for_rewriting_prints_none_and_writes_them_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let (key, token) = (aws_key(77), github_token(77));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4)]);
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &format!("id = {key}"))]));
    sandbox.commit_unwatched(&format!("use {token}"));
    sandbox.stage("app.conf", "nothing\n");
    sandbox.commit_unwatched("take it away");
    let run = sandbox.palisade(["rewrite-plan"]);
    assert!(run.success() && run.text().contains("2 secrets in the history"), "{run}");
    watch.saw(&run);
    let run = sandbox.palisade(["rewrite-plan", "--output", "../secrets.txt"]);
    assert!(run.success(), "{run}");
    watch.saw(&run);
    let file = sandbox.path("../secrets.txt");
    assert_eq!(file.metadata().expect("a file").permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).expect("expressions");
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    let mut wanted = [format!("literal:{key}==>***REMOVED***"), format!("literal:{token}==>***REMOVED***")];
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
    // Not over another file, and not where it could be committed.
    let run = sandbox.palisade(["rewrite-plan", "--output", "../secrets.txt"]);
    assert!(run.code == Some(2) && run.text().contains("it must be a new file"), "{run}");
    let run = sandbox.palisade(["rewrite-plan", "--output", "secrets.txt"]);
    assert!(run.code == Some(2) && run.text().contains("it lies in the work tree"), "{run}");
    assert!(!sandbox.path("secrets.txt").exists());
    watch.saw(&run);
}

/// The plan, followed to the letter with a real git-filter-repo.
#[test]
fn what_a_plan_takes_out_is_in_no_object_of_the_new_history() {
    let sandbox = Sandbox::guarded();
    if !sandbox.try_git(["filter-repo", "--version"]).success() {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"\nSKIPPED: no git-filter-repo, so no plan for rewriting was followed (install git-filter-repo)\n\n",
        );
        return;
    }
    let (key, token, named, wide) = (aws_key(80), github_token(80), github_token(81), github_token(82));
    let watch = Watch::for_all([(&*key, 4), (&*token, 4), (&*named, 4), (&*wide, 4)]).and(Watch::for_key(80));
    sandbox.stage("app.conf", file_with(6, &[(3, &format!("id = {key} # {key}"))]));
    sandbox.commit_unwatched(&format!("use {token}\n\nand {token}\n"));
    sandbox.stage("id_rsa", private_key(80));
    sandbox.stage(format!("{named}.txt"), "nothing\n");
    sandbox.stage("wide.txt", utf16(&format!("a = {wide}\n"), false));
    sandbox.commit_unwatched("More");
    sandbox.git(["checkout", "-q", "-b", "side", "HEAD~1"]);
    sandbox.stage("app.conf", format!("moved = '{key}'\n"));
    sandbox.commit_unwatched("Move it");
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.git(["rm", "-q", "-r", "--", "app.conf", "id_rsa"]);
    sandbox.commit_unwatched("Take them away");
    sandbox.git(["clone", "-q", "--no-local", ".", "../fresh"]);
    let fresh = sandbox.at("../fresh");
    let run = fresh.palisade(["rewrite-plan", "--output", "../secrets.txt"]);
    assert!(run.success(), "{run}");
    watch.saw(&run);
    let text = run.text();
    assert!(text.contains("(the name itself):1: it is in the name itself"), "{run}");
    assert!(text.contains("wide.txt:1: git filter-repo takes the file for binary"), "{run}");
    let command = text.lines().map(str::trim).find(|line| line.starts_with("git filter-repo")).expect("a command");
    let run = fresh.run("sh", ["-c", command], b"");
    assert!(run.success(), "{run}");
    watch.saw(&run);
    let objects = fresh.git(["cat-file", "--batch-all-objects", "--batch"]);
    let gone = Watch::for_all([(&*key, 4), (&*token, 4)]).and(Watch::for_key(80));
    gone.looks_at(&"the new history", &objects.stdout);
    assert!(objects.text().contains("use ***REMOVED***") && objects.text().contains("moved = '***REMOVED***'"));
    // What it could not take out is told again.
    let run = fresh.palisade(["audit", "--reachable", "--format", "json"]);
    assert_eq!((run.code, run.findings().len()), (Some(1), 2), "{run}");
}
