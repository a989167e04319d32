//! Wherever git keeps objects, and however often: what is found is the same, and each is looked at once.

use std::fs;

use super::{audit, commit, packs, told};
use crate::made_up::{GITHUB, file_with, github_token};
use crate::sandbox::Sandbox;

/// Versions of a file, the fourth of which brings a secret in, and a secret in a blob that nothing leads to.
fn history() -> Sandbox {
    let sandbox = Sandbox::init(&[]);
    for version in 1..=8 {
        let line = if version == 4 { github_token(1) } else { format!("changed {version}") };
        sandbox.stage("app.conf", file_with(200, &[(9 * version, &line)]));
        commit(&sandbox, "changed");
    }
    sandbox.write("left.conf", file_with(5, &[(2, &github_token(2))]));
    sandbox.git(["hash-object", "-w", "left.conf"]);
    fs::remove_file(sandbox.path("left.conf")).expect("removed");
    sandbox
}

/// What is told, and how much was looked at: the same wherever the objects lie.
#[track_caller]
fn looked_at(sandbox: &Sandbox) -> (Vec<(String, String, String)>, serde_json::Value) {
    let run = audit(sandbox);
    let mut coverage = run.json()["coverage"].clone();
    coverage.as_object_mut().expect("an object").remove("elapsed_ms");
    (told(&run), coverage)
}

#[track_caller]
fn assert_same_when(what: &str, store: impl FnOnce(&Sandbox)) {
    let sandbox = history();
    let before = looked_at(&sandbox);
    assert_eq!(before.0.len(), 2, "{before:?}");
    store(&sandbox);
    assert_eq!(looked_at(&sandbox), before, "{what}");
}

#[test]
fn objects_in_a_cruft_pack_are_looked_at() {
    assert_same_when("a cruft pack", |sandbox| {
        sandbox.git(["repack", "-q", "--cruft", "-d"]);
        assert_eq!(packs(sandbox, "mtimes").len(), 1, "git wrote no cruft pack");
    });
}

#[test]
fn packs_with_an_index_over_all_of_them_are_looked_at() {
    assert_same_when("a multi-pack index", |sandbox| {
        let all = sandbox.git(["rev-list", "--all", "--objects", "--no-object-names"]).text();
        let half: String = all.lines().step_by(2).map(|oid| format!("{oid}\n")).collect();
        let run = sandbox.run("git", ["pack-objects", "-q", ".git/objects/pack/pack"], half.as_bytes());
        assert!(run.success(), "{run}");
        sandbox.git(["prune-packed", "-q"]);
        sandbox.git(["repack", "-q", "-d"]);
        assert_eq!(packs(sandbox, "pack").len(), 2);
        sandbox.git(["multi-pack-index", "write"]);
        assert!(sandbox.root().join(".git/objects/pack/multi-pack-index").exists(), "git wrote no such index");
    });
}

#[test]
fn objects_that_lie_in_several_packs_and_loose_are_looked_at_once() {
    assert_same_when("duplicates", |sandbox| {
        let all = sandbox.git(["rev-list", "--all", "--objects", "--no-object-names"]).text();
        let half: String = all.lines().step_by(2).map(|oid| format!("{oid}\n")).collect();
        for names in [all, half] {
            let run = sandbox.run("git", ["pack-objects", "-q", ".git/objects/pack/pack"], names.as_bytes());
            assert!(run.success(), "{run}");
        }
        assert_eq!(packs(sandbox, "pack").len(), 2);
        let loose = sandbox.git(["count-objects"]).text();
        assert!(!loose.starts_with("0 "), "{loose}");
    });
}

#[test]
fn a_pack_that_is_to_be_kept_is_looked_at() {
    assert_same_when("a kept pack", |sandbox| {
        sandbox.git(["repack", "-q", "-d"]);
        fs::write(packs(sandbox, "pack")[0].with_extension("keep"), "").expect("written");
        sandbox.git(["repack", "-q", "-a", "-d", "-f", "--keep-unreachable"]);
    });
}

#[test]
fn a_commit_graph_and_bitmaps_change_nothing() {
    assert_same_when("a commit-graph", |sandbox| {
        sandbox.git(["repack", "-q", "-a", "-d", "-b", "--keep-unreachable"]);
        sandbox.git(["commit-graph", "write", "--reachable", "--changed-paths"]);
    });
}

#[test]
fn what_a_partial_clone_has_not_is_named_and_not_fetched() {
    let origin = history();
    origin.config("uploadpack.allowFilter", "true");
    let from = format!("file://{}", origin.root().display());
    origin.git(["clone", "-q", "--no-checkout", "--filter=blob:none", &from, "../partial"]);
    let partial = origin.at("../partial");
    assert_eq!(packs(&partial, "promisor").len(), 1, "it is no partial clone");
    let run = partial.palisade(["audit", "--format", "json"]);
    let gaps = run.json()["coverage"]["gaps"].as_array().expect("gaps").clone();
    let blob = origin.git(["rev-parse", "HEAD~4:app.conf"]).line();
    assert!(gaps.iter().any(|gap| gap.to_string().contains(&blob)), "{blob} is not named: {run}");
    assert_eq!(run.code, Some(3), "{run}");
    let missing = partial.with_env("GIT_NO_LAZY_FETCH", "1").try_git(["cat-file", "-e", &blob]);
    assert!(!missing.success(), "it was fetched");
}

/// As long as git itself makes them.
#[test]
fn a_chain_of_4095_deltas_is_followed_to_its_end() {
    let sandbox = Sandbox::init(&["--bare"]);
    let mut stream = Vec::new();
    let mut content = file_with(40, &[]);
    for version in 0..4100 {
        content.push_str("changed ");
        content.push_str(&version.to_string());
        content.push('\n');
        if version == 4090 {
            content.push_str(&github_token(1));
            content.push('\n');
        }
        // Only the newest lines stay, so that a version is small and is a delta all the same.
        let from = content.match_indices('\n').rev().nth(60).map_or(0, |(at, _)| at + 1);
        content.drain(..from);
        stream.extend(format!("blob\nmark :{}\ndata {}\n{content}\n", version + 1, content.len()).into_bytes());
    }
    stream.extend(
        b"commit refs/heads/main\ncommitter C <c@example.org> 1767322000 +0000\ndata 1\na\nM 100644 :4100 app.conf\n",
    );
    let run = sandbox.run("git", ["fast-import", "--quiet", "--depth=4095"], &stream);
    assert!(run.success(), "{run}");
    let index =
        fs::read_dir(sandbox.root().join("objects/pack")).expect("packs").map(|file| file.expect("a file").path());
    let index = index.into_iter().find(|path| path.extension().is_some_and(|found| found == "idx")).expect("an index");
    let chains = sandbox.git(["verify-pack".as_ref(), "-v".as_ref(), index.as_os_str()]).text();
    assert!(chains.contains("chain length = 4095:"), "git made no such chain");
    for extra in [&[][..], &["--memory", "1"]] {
        let run = sandbox.palisade([&["audit", "--format", "json"], extra].concat());
        let found: Vec<String> = run.findings().into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(found, [GITHUB], "{run}");
    }
}
