//! `palisade doctor`: what it says of hooks, policy and the user's own key, each right and wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::keys::Signing;
use crate::sandbox::Run;

fn doctor(signing: &Signing) -> Run {
    signing.sandbox.with_env("GIT_COMMITTER_EMAIL", "a@example.org").palisade(["doctor"])
}

#[track_caller]
fn says(run: &Run, code: i32, lines: &[&str]) {
    assert_eq!(run.code, Some(code), "{run}");
    for line in lines {
        assert!(run.text().contains(line), "{line:?} is not said: {run}");
    }
}

#[test]
fn a_repository_without_hooks_is_told_how_it_gets_them() {
    let signing = Signing::new();
    says(
        &doctor(&signing),
        1,
        &["bad  hook pre-commit: nothing lies at", "\n     palisade install\n", "warn fingerprint key"],
    );
    signing.sandbox.install();
    says(
        &doctor(&signing),
        0,
        &["ok   hook pre-commit", "ok   program", "ok   fingerprint key", "ok   policy: there is no palisade.toml"],
    );
    let hook = signing.sandbox.path(".git/hooks/pre-commit");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).expect("permissions");
    says(&doctor(&signing), 1, &["which is not executable", "chmod +x "]);
    fs::write(&hook, "#!/bin/sh\nexit 0\n").expect("a file");
    says(&doctor(&signing), 1, &["is not Palisade's"]);
    signing.sandbox.install();
    signing.sandbox.write("palisade.toml", "[secrts]\n");
    says(&doctor(&signing), 1, &["bad  policy: ", "did you mean `secrets`?"]);
}

#[test]
fn ones_own_key_is_tried_and_what_is_wrong_with_it_told() {
    let signing = Signing::new();
    signing.sandbox.install();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    signing.ssh("stranger", &["-t", "ed25519"]);
    signing.accept(&[
        (".palisade/allowed_signers", format!("a@example.org {key}\n").as_bytes()),
        ("palisade.toml", b"[signatures]\n"),
    ]);
    let objects = || signing.sandbox.git(["count-objects"]).line();
    let before = objects();
    let with = |name: &str| {
        for config in signing.with_ssh(name) {
            let (key, value) = config.split_once('=').expect("a value");
            signing.sandbox.user_config(key, value);
        }
        doctor(&signing)
    };
    says(
        &with("stranger"),
        1,
        &[
            "warn signatures: commits here must be signed, and commit.gpgSign is off",
            "would be unknown-key",
            ".palisade/allowed_signers",
        ],
    );
    signing.sandbox.user_config("commit.gpgSign", "true");
    says(
        &with("a"),
        0,
        &[
            "ok   signatures: commit.gpgSign is on",
            "ok   your key: a commit of yours would be good, signed by a@example.org with SHA256:",
        ],
    );
    let other = signing.sandbox.with_env("GIT_COMMITTER_EMAIL", "b@example.org").palisade(["doctor"]);
    says(&other, 1, &["would be wrong-identity", "git config user.email ADDRESS"]);
    says(&with("nowhere"), 1, &["bad  your key: git cannot sign with it"]);
    assert_eq!(objects(), before, "the commit that was tried is kept");
    assert!(
        !signing
            .sandbox
            .path(".git/palisade")
            .read_dir()
            .expect("a folder")
            .any(|entry| { entry.expect("an entry").file_name().to_string_lossy().starts_with("trial") })
    );
}

#[test]
fn before_a_commit_that_would_not_be_signed_one_is_told() {
    let signing = Signing::new();
    let sandbox = &signing.sandbox;
    signing.accept(&[("palisade.toml", b"[signatures]\n")]);
    sandbox.install();
    sandbox.write("a", "a\n");
    sandbox.git(["add", "a"]);
    let run = sandbox.try_git(["commit", "-m", "a"]);
    assert!(
        run.success()
            && run
                .text()
                .contains("commits here must be signed, and commit.gpgSign is off: `git config commit.gpgSign true`"),
        "{run}"
    );
    sandbox.write("palisade.toml", "[signatures]\nlevel = \"ignore\"\n");
    sandbox.git(["add", "--all"]);
    let run = sandbox.try_git(["commit", "-m", "b"]);
    assert!(run.success() && !run.text().contains("must be signed"), "{run}");
}
