//! A damaged repository: what cannot be read is named, the audit is incomplete, and everything else is still looked at.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::{commit, packs};
use crate::made_up::{GITHUB, file_with, github_token};
use crate::sandbox::{Run, Sandbox};

/// Two packs: one with many versions of a file, and one with a secret.
fn two_packs() -> (Sandbox, PathBuf) {
    let sandbox = Sandbox::init(&[]);
    for version in 1..=20 {
        sandbox.stage("app.conf", file_with(200, &[(9 * version, &format!("changed {version}"))]));
        commit(&sandbox, "changed");
    }
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    let pack = packs(&sandbox, "pack").remove(0);
    sandbox.stage("secret.conf", file_with(5, &[(2, &github_token(1))]));
    commit(&sandbox, "a secret");
    sandbox.git(["repack", "-q", "-d"]);
    assert_eq!(packs(&sandbox, "pack").len(), 2);
    // Git writes packs that nobody may write to.
    fs::set_permissions(&pack, fs::Permissions::from_mode(0o644)).expect("its permissions");
    (sandbox, pack)
}

/// The report names a gap, and the secret of the other pack.
#[track_caller]
fn names_gap(sandbox: &Sandbox, part: &str) -> Run {
    let run = sandbox.palisade(["audit", "--format", "json"]);
    let report = run.json();
    let gaps = report["coverage"]["gaps"].as_array().expect("gaps").clone();
    assert!(gaps.iter().any(|gap| gap.to_string().contains(part)), "{part} is not named: {run}");
    assert!(run.findings().iter().any(|(rule, _)| rule == GITHUB), "the rest was not looked at: {run}");
    run
}

#[test]
fn a_truncated_pack_is_named() {
    let (sandbox, pack) = two_packs();
    let bytes = fs::read(&pack).expect("a pack");
    fs::write(&pack, &bytes[..bytes.len() / 2]).expect("written");
    names_gap(&sandbox, "damaged");
    fs::write(&pack, &bytes[..8]).expect("written");
    names_gap(&sandbox, "it is no pack");
}

#[test]
fn a_pack_with_damaged_objects_is_named_by_the_objects() {
    let (sandbox, pack) = two_packs();
    let mut bytes = fs::read(&pack).expect("a pack");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40].fill(0xFF);
    fs::write(&pack, &bytes).expect("written");
    names_gap(&sandbox, "object ");
}

#[test]
fn a_pack_without_its_index_is_left_to_git_and_an_index_without_its_pack_is_named() {
    let (sandbox, pack) = two_packs();
    fs::remove_file(&pack).expect("removed");
    names_gap(&sandbox, ".pack");
}

#[test]
fn a_loose_object_that_is_damaged_or_gone_is_named() {
    let sandbox = Sandbox::init(&[]);
    sandbox.stage("a.conf", file_with(5, &[]));
    commit(&sandbox, "a file");
    let blob = sandbox.git(["rev-parse", "HEAD:a.conf"]).line();
    sandbox.stage("secret.conf", file_with(5, &[(2, &github_token(1))]));
    commit(&sandbox, "a secret");
    let file = sandbox.root().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("its permissions");
    fs::write(&file, "nothing that git wrote").expect("written");
    names_gap(&sandbox, &blob);
    fs::remove_file(&file).expect("removed");
    names_gap(&sandbox, &blob);
}

#[test]
fn a_gap_without_a_finding_is_incomplete() {
    let sandbox = Sandbox::init(&[]);
    sandbox.stage("a.conf", file_with(5, &[]));
    commit(&sandbox, "a file");
    let blob = sandbox.git(["rev-parse", "HEAD:a.conf"]).line();
    fs::remove_file(sandbox.root().join(".git/objects").join(&blob[..2]).join(&blob[2..])).expect("removed");
    let run = sandbox.palisade(["audit", "--format", "json"]);
    assert_eq!((run.code, run.json()["verdict"].as_str()), (Some(3), Some("incomplete")), "{run}");
}
