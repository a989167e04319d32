//! Signed tags, and repositories whose objects are named by SHA-256.

use super::keys::{Commit, Signing};

/// A repository in which the key `a` may sign; the commit that says so.
fn ready(flags: &[&str]) -> (Signing, String) {
    let signing = Signing::with(flags);
    let key = signing.ssh("a", &["-t", "ed25519"]);
    signing.ssh("stranger", &["-t", "ed25519"]);
    let base = signing.accept(&[(".palisade/allowed_signers", format!("a@example.org {key}\n").as_bytes())]);
    (signing, base)
}

/// Makes an annotated tag with `git tag`; its object.
fn tag(signing: &Signing, name: &str, key: Option<&str>) -> String {
    let sign = key.map(|key| signing.with_ssh(key)).unwrap_or_default();
    let mut args: Vec<String> = sign.iter().flat_map(|config| ["-c".to_owned(), config.clone()]).collect();
    let how = if key.is_some() { "-s" } else { "-a" };
    args.extend(["tag", how, "-m", "the message", name].map(str::to_owned));
    let run = signing.as_of(&Commit::new("", Vec::new())).try_git(args);
    assert!(run.success(), "{run}");
    signing.sandbox.git(["rev-parse", name]).line()
}

#[test]
fn a_tag_is_verified_alone_or_with_all_others() {
    for flags in [&[][..], &["--object-format=sha256"]] {
        let (signing, base) = ready(flags);
        let good = tag(&signing, "v1", Some("a"));
        let unsigned = tag(&signing, "v2", None);
        let stranger = tag(&signing, "v3", Some("stranger"));
        let raw = signing.raw("tag", &good);
        let changed = String::from_utf8(raw.clone()).expect("UTF-8").replace("the message", "another message");
        let changed = signing.store("tag", changed.as_bytes());
        signing.sandbox.git(["update-ref", "refs/tags/changed", &changed]);
        // Text behind a signature looks like a part of the message. Git shows it, and verifies the rest.
        let longer = signing.store("tag", &[raw.as_slice(), b"\nand this as well\n"].concat());
        signing.sandbox.git(["update-ref", "refs/tags/longer", &longer]);
        let all = signing.verify(&["--all", "--trust", &base]);
        let states = [&good, &unsigned, &stranger, &changed, &longer].map(|oid| all.state(oid));
        assert_eq!(states, ["good", "unsigned", "unknown-key", "tampered", "malformed"]);
        let gits = ["v1", "v2", "v3", "changed"].map(|name| signing.sandbox.try_git(["verify-tag", name]).success());
        assert_eq!(gits, [true, false, false, false]);
        let one = signing.verify(&["v1"]);
        assert_eq!((one.run.code, one.all.len()), (Some(0), 1), "{}", one.run);
        assert_eq!(signing.verify(&["v3"]).run.code, Some(1));
        let range = signing.verify(&[&format!("{base}~0..v1")]);
        assert_eq!(range.state(&good), "good", "a range that names a tag brings it");
    }
}

#[test]
fn a_commit_is_signed_by_the_name_that_its_repository_gives_it() {
    let (signing, base) = ready(&["--object-format=sha256"]);
    let good = signing.commit(&Commit::new("good", signing.with_ssh("a")));
    assert!(String::from_utf8_lossy(&signing.raw("commit", &good)).contains("\ngpgsig-sha256 "));
    let changed = signing.rewrite(&good, |raw| [raw.as_slice(), b"more\n"].concat());
    let renamed = signing.rewrite(&good, |raw| {
        String::from_utf8(raw).expect("UTF-8").replace("\ngpgsig-sha256 ", "\ngpgsig ").into_bytes()
    });
    let all = signing.verify(&["--all", "--trust", &base]);
    assert_eq!([&good, &changed, &renamed].map(|oid| all.state(oid)), ["good", "tampered", "unsigned"]);
    assert_eq!([&good, &changed, &renamed].map(|oid| signing.gits(oid)), ["G", "B", "N"]);
}

#[test]
fn a_merge_of_a_signed_tag_is_covered_with_the_tag_in_it() {
    let (signing, base) = ready(&[]);
    let sandbox = &signing.sandbox;
    sandbox.git(["checkout", "-q", "-b", "topic"]);
    sandbox.commit_unwatched("topic");
    tag(&signing, "topic-1", Some("a"));
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.commit_unwatched("main");
    let sign = signing.with_ssh("a");
    let mut args: Vec<String> = sign.iter().flat_map(|config| ["-c".to_owned(), config.clone()]).collect();
    args.extend(["merge", "-q", "-S", "--no-edit", "topic-1"].map(str::to_owned));
    let run = signing.as_of(&Commit::new("", Vec::new())).try_git(args);
    assert!(run.success(), "{run}");
    let merge = signing.head();
    assert!(String::from_utf8_lossy(&signing.raw("commit", &merge)).contains("\nmergetag object "));
    let changed = signing.rewrite(&merge, |raw| {
        String::from_utf8(raw).expect("UTF-8").replacen(" the message", " another message", 1).into_bytes()
    });
    let all = signing.verify(&["--all", "--trust", &base]);
    assert_eq!([&merge, &changed].map(|oid| all.state(oid)), ["good", "tampered"]);
    assert_eq!([&merge, &changed].map(|oid| signing.gits(oid)), ["G", "B"]);
}
