//! The log as users meet it: written by real hooks, on a server by itself and in a clone when asked, shown, sealed, verified and exported.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{Run, Sandbox};

/// A clone, and a server with the hook.
fn forge() -> (Sandbox, Sandbox) {
    let client = Sandbox::init(&[]);
    let server = client.server(&[]);
    server.guard_pushes();
    (client.with_env("PALISADE_PUSHER", "alice"), server)
}

fn push(client: &Sandbox, path: &str, content: &str) -> Run {
    client.stage(path, content);
    client.commit_unwatched("change");
    client.try_git(["push", "origin", "HEAD:refs/heads/main"])
}

fn exported(server: &Sandbox) -> Vec<serde_json::Value> {
    let run = server.palisade(["log", "export", "--format", "jsonl"]);
    assert!(run.success(), "{run}");
    run.text().lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_server_writes_every_push_down() {
    let (client, server) = forge();
    assert!(push(&client, "README", "A repository.\n").success());
    let tip = client.git(["rev-parse", "HEAD"]).line();
    assert!(!push(&client, "app.conf", &file_with(6, &[(3, &aws_key(1))])).success());
    let records = exported(&server);
    assert_eq!(records.len(), 2);
    let (first, second) = (&records[0], &records[1]);
    assert_eq!(
        (&first["verdict"], &first["entered"], &first["by"]),
        (&"accept".into(), &true.into(), &"server".into())
    );
    assert_eq!((&first["pusher"], &first["scope"], &first["seq"]), (&"alice".into(), &"push".into(), &1.into()));
    assert_eq!(
        (&first["refs"][0]["name"], &first["refs"][0]["new"]),
        (&"refs/heads/main".into(), &tip.as_str().into())
    );
    assert_eq!(first["commits"], serde_json::json!([tip]));
    assert_eq!((&second["verdict"], &second["entered"]), (&"reject".into(), &false.into()));
    let found = &second["findings"][0];
    assert_eq!(
        (&found["rule"], &found["level"], &found["severity"]),
        (&AWS.into(), &"reject".into(), &"critical".into())
    );
    assert!(found["fingerprint"].is_string() && found["place"] == "app.conf" && found["line"] == 3, "{found}");
    assert_eq!(second["refs"][0]["old"], tip.as_str());
    assert_eq!(second["policy"]["origin"], "built-in");
    // And who asks for some of it gets that.
    let shown = |args: &[&str]| server.palisade([&["log", "show"], args].concat()).text().lines().count();
    assert_eq!(shown(&[]), 2);
    assert_eq!((shown(&["--rule", AWS]), shown(&["--rule", "x"]), shown(&["--verdict", "accept"])), (1, 0, 1));
    assert_eq!(
        (shown(&["--pusher", "alice"]), shown(&["--pusher", "bob"]), shown(&["--ref", "refs/heads/main"])),
        (2, 0, 2)
    );
    assert_eq!((shown(&["--since", "2020-01-01"]), shown(&["--until", "2020-01-01"])), (2, 0));
    let run = server.palisade(["log", "show", "--rule", AWS]);
    assert!(
        run.text().contains("reject     push by alice refs/heads/main; reject aws-access-key-id at app.conf:3"),
        "{run}"
    );
}

#[test]
fn seals_are_made_and_verified_with_keys_of_ssh_keygen() {
    let (client, server) = forge();
    assert!(push(&client, "README", "A repository.\n").success());
    for name in ["key", "other"] {
        let file = format!("../{name}");
        let made = server.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", &file], b"");
        assert!(made.success(), "{made}");
    }
    let run = server.palisade(["log", "verify"]);
    assert!(run.success() && run.text().contains("note: line 1 is behind the last seal"), "{run}");
    assert_eq!(server.palisade(["log", "verify", "--all-sealed"]).code, Some(1));
    let seal = server.palisade(["log", "seal", "--key", "../key"]);
    assert!(seal.success() && seal.json()["seq"] == 1, "{seal}");
    server.write("../kept", &seal.stdout);
    let run = server.palisade(["log", "verify", "--key", "../key.pub", "--all-sealed", "--seals", "../kept"]);
    assert!(run.success() && run.text().contains("as it was written: 1 line, 1 seal, sealed up to line 1"), "{run}");
    assert_eq!(server.palisade(["log", "verify", "--key", "../other.pub"]).code, Some(1));
    let run = server.palisade(["log", "verify", "--key", "../key"]);
    assert!(run.code == Some(2) && run.text().contains("no SSH public key"), "{run}");
    // One byte.
    let file = server.path("palisade/log/0000000001.jsonl");
    let text = fs::read_to_string(&file).expect("a log").replace("\"alice\"", "\"alicf\"");
    fs::write(&file, text).expect("a log");
    let run = server.palisade(["log", "verify"]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(
        run.text().contains("0000000001.jsonl:1: line 1 was changed") && run.text().contains("NOT as it was written"),
        "{run}"
    );
    // From elsewhere.
    let run = client.palisade(["log", "verify", "--log", "../server.git/palisade/log"]);
    assert_eq!(run.code, Some(1), "{run}");
}

#[test]
fn a_clone_writes_nothing_down_unless_it_is_asked() {
    let sandbox = Sandbox::guarded();
    assert!(!sandbox.git_path("palisade/log").exists());
    let run = sandbox.palisade(["log", "show"]);
    assert!(run.code == Some(2) && run.text().contains("no verdict is written down here"), "{run}");
    sandbox.write("palisade.toml", "[log]\nenabled = true\npath = \"kept/here\"\n");
    sandbox.stage("a", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "change"]);
    sandbox.stage("b", aws_key(3));
    assert!(!sandbox.try_git(["commit", "-q", "-m", "change"]).success());
    let records = exported(&sandbox);
    let told: Vec<_> = records
        .iter()
        .map(|record| (record["scope"].as_str().unwrap_or("-"), record["verdict"].as_str().unwrap_or("-")))
        .collect();
    assert_eq!(told, [("staged", "accept"), ("message", "accept"), ("staged", "reject")]);
    assert!(sandbox.git_path("kept/here/head").exists());
    assert!(records[0]["policy"]["digest"].as_str().is_some_and(|digest| digest.len() == 64), "{}", records[0]);
    assert!(sandbox.palisade(["log", "verify"]).success());
    // A linked worktree writes into the same.
    sandbox.git(["worktree", "add", "-q", "../linked"]);
    let linked = sandbox.at("../linked");
    linked.write("palisade.toml", "[log]\nenabled = true\npath = \"kept/here\"\n");
    linked.stage("c", "nothing\n");
    linked.accepts(["commit", "-q", "-m", "change"]);
    assert_eq!(exported(&sandbox).len(), 5);
}

#[test]
fn a_policy_in_a_repository_cannot_put_the_log_elsewhere() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("a", "nothing\n");
    for path in ["../../outside", "/tmp/palisade-outside"] {
        let policy = format!("[log]\nenabled = true\npath = \"{path}\"\n");
        sandbox.write("palisade.toml", &policy);
        let run = sandbox.palisade(["hook", "pre-commit"]);
        assert!(run.code == Some(2) && run.text().contains("outside of the repository's own folder"), "{run}");
        assert!(!sandbox.path("../outside").exists());
    }
    // Whoever runs the machine may.
    let (client, server) = forge();
    server.write("policy.toml", "[log]\npath = \"../audit\"\n");
    server.config("palisade.policy", "policy.toml");
    assert!(push(&client, "README", "A repository.\n").success());
    assert!(server.path("../audit/0000000001.jsonl").exists());
    assert_eq!(exported(&server).len(), 1);
}

#[test]
fn what_cannot_be_written_down_keeps_out_only_where_the_policy_asks_for_the_log() {
    let sandbox = Sandbox::guarded();
    // A file is where the folder should be: not even root can write there.
    fs::write(sandbox.git_path("palisade/log"), "").expect("a file");
    sandbox.write("palisade.toml", "[log]\nenabled = true\n");
    sandbox.stage("a", "nothing\n");
    let run = sandbox.palisade(["hook", "pre-commit"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(
        run.text().contains(
            "kept out, because [log] of the policy is enabled: the verdict could not be written into the decision log"
        ),
        "{run}"
    );
    sandbox.stage("b", aws_key(4));
    let run = sandbox.palisade(["hook", "pre-commit"]);
    assert_eq!(run.code, Some(1), "the verdict is told all the same: {run}");
    assert!(run.text().contains(AWS) && run.text().contains("could not be written"), "{run}");
    let (client, server) = forge();
    fs::create_dir_all(server.path("palisade")).expect("a folder");
    fs::write(server.path("palisade/log"), "").expect("a file");
    let run = push(&client, "README", "A repository.\n");
    assert!(run.success() && run.text().contains("the verdict could not be written into the decision log"), "{run}");
}

#[test]
fn nobody_else_reads_the_log_and_a_group_that_shares_the_repository_writes_it() {
    let mode =
        |sandbox: &Sandbox, path: &str| sandbox.path(path).metadata().expect("a file").permissions().mode() & 0o777;
    let (client, server) = forge();
    fs::set_permissions(server.root(), fs::Permissions::from_mode(0o755)).expect("permissions");
    fs::set_permissions(server.path("palisade"), fs::Permissions::from_mode(0o755)).expect("permissions");
    assert!(push(&client, "README", "A repository.\n").success());
    assert_eq!((mode(&server, "palisade/log"), mode(&server, "palisade/log/0000000001.jsonl")), (0o700, 0o600));
    let (client, server) = forge();
    fs::set_permissions(server.path("palisade"), fs::Permissions::from_mode(0o2775)).expect("permissions");
    let run = client.run(
        "sh",
        ["-c", "umask 002; git commit -q --allow-empty --no-verify -m x && git push -q origin HEAD:refs/heads/main"],
        b"",
    );
    assert!(run.success(), "{run}");
    assert_eq!((mode(&server, "palisade/log"), mode(&server, "palisade/log/0000000001.jsonl")), (0o770, 0o660));
}
