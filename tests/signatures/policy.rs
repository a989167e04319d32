//! `[signatures]`: what is asked for, of whom, and from which commit it is read.

use std::path::Path;

use palisade::checks::signatures::Signatures;
use palisade::git::{Oid, RefName, Repo};
use palisade::policy::Policy;
use palisade::scope::{Arrival, Arrivals};

use super::keys::{Commit, Signing};

/// A repository in which these keys may sign, each for the address of its name, under this policy.
fn ready(policy: &str, names: &[&str]) -> (Signing, String) {
    let signing = Signing::new();
    let line = |name: &&str| format!("{name}@example.org {}\n", signing.ssh(name, &["-t", "ed25519"]));
    let list: String = names.iter().map(line).collect();
    let base = signing.accept(&[(".palisade/allowed_signers", list.as_bytes()), ("palisade.toml", policy.as_bytes())]);
    (signing, base)
}

fn by<'a>(signing: &Signing, name: &'a str) -> Commit<'a> {
    Commit::new(name, signing.with_ssh(name))
}

#[test]
fn without_a_policy_nothing_is_asked_and_verify_asks_all_the_same() {
    let signing = Signing::new();
    signing.accept(&[("a", b"a")]);
    let oid = signing.commit(&Commit::new("unsigned", Vec::new()));
    let range = format!("HEAD..{oid}");
    assert_eq!(signing.sandbox.palisade(["scan", "--range", &range]).code, Some(0));
    let verified = signing.verify(&[&range]);
    assert_eq!((verified.run.code, verified.state(&oid)), (Some(1), "unsigned"));
}

#[test]
fn a_range_is_scanned_for_signatures_where_the_policy_asks_for_them() {
    let (signing, base) = ready("[signatures]\n", &["a"]);
    let good = signing.commit(&by(&signing, "a"));
    let unsigned = signing.commit(&Commit::new("unsigned", Vec::new()));
    let scan = |oid: &str, format: &str| {
        signing.sandbox.palisade(["scan", "--range", &format!("{base}..{oid}"), "--format", format])
    };
    assert_eq!(scan(&good, "human").code, Some(0));
    let run = scan(&unsigned, "human");
    assert_eq!(run.code, Some(1), "{run}");
    let text = run.text();
    for word in [
        "reject unsigned: not signed",
        &format!("--> commit in commit {unsigned}"),
        "why: it has no signature",
        "git rebase --exec",
    ] {
        assert!(text.contains(word), "{word}: {run}");
    }
    assert!(!text.contains("secret"), "no secret was found: {run}");
    // GitLab's report of secrets tells of nothing else.
    for format in crate::sandbox::formats().into_iter().filter(|format| format != "gitlab-secrets") {
        let run = scan(&unsigned, &format);
        assert!(run.code == Some(1) && run.text().contains("unsigned"), "{run}");
    }
}

#[test]
fn neither_the_keys_nor_the_policy_are_read_from_what_is_judged() {
    let (signing, base) = ready("[signatures]\n", &["a"]);
    let stranger = signing.ssh("stranger", &["-t", "ed25519"]);
    // One push that lets itself in: it adds its key, and looks away from signatures.
    let sandbox = &signing.sandbox;
    sandbox.write(".palisade/allowed_signers", format!("stranger@example.org {stranger}\n"));
    sandbox.write("palisade.toml", "[signatures]\nlevel = \"ignore\"\n");
    sandbox.git(["add", "--all"]);
    sandbox.git(["-c", "user.name=x", "commit", "-q", "-m", "let me in"]);
    let evil = signing.head();
    let commit = Commit { committer: "stranger@example.org", ..by(&signing, "stranger") };
    let next = signing.commit(&commit);
    let range = format!("{base}..{next}");
    let verified = signing.verify(&[&range]);
    assert_eq!([&evil, &next].map(|oid| verified.state(oid)), ["unsigned", "unknown-key"]);
    assert_eq!(verified.run.code, Some(1));
    assert_eq!(sandbox.palisade(["scan", "--range", &range]).code, Some(1));
    // Who names another commit, or another policy, is obeyed.
    assert_eq!(signing.verify(&[&range, "--trust", &evil]).state(&next), "good");
    sandbox.write("../other.toml", "[signatures]\nlevel = \"annotate\"\n");
    assert_eq!(signing.verify(&[&range, "--policy", "../other.toml"]).run.code, Some(0));
}

#[test]
fn levels_are_kept_to_by_rule() {
    let (signing, base) =
        ready("[signatures]\nlevel = \"annotate\"\n[signatures.rules]\nsignature-tampered = \"reject\"\n", &["a"]);
    let unsigned = signing.commit(&Commit::new("unsigned", Vec::new()));
    let good = signing.commit(&by(&signing, "a"));
    let tampered = signing.rewrite(&good, |raw| [raw.as_slice(), b"x"].concat());
    let code = |oid: &str| signing.verify(&[&format!("{base}..{oid}")]).run.code;
    assert_eq!([&unsigned, &good, &tampered].map(|oid| code(oid)), [Some(0), Some(0), Some(1)]);
}

#[test]
fn the_identity_that_the_policy_names_has_to_be_the_keys() {
    let cases: [(&str, [&str; 3]); 3] = [
        ("committer", ["good", "wrong-identity", "good"]),
        ("author", ["wrong-identity", "good", "good"]),
        ("both", ["wrong-identity", "wrong-identity", "good"]),
    ];
    for (identity, states) in cases {
        let policy = format!("[signatures]\nidentity = \"{identity}\"\nbots = [\"bot@example.org\"]\n");
        let (signing, base) = ready(&policy, &["a", "bot"]);
        let commits = [
            signing.commit(&Commit { author: "b@example.org", ..by(&signing, "a") }),
            signing.commit(&Commit { committer: "b@example.org", ..by(&signing, "a") }),
            signing.commit(&by(&signing, "a")),
        ];
        let verified = signing.verify(&["--all", "--trust", &base]);
        assert_eq!(commits.each_ref().map(|oid| verified.state(oid)), states, "{identity}");
        // A bot commits for others, and signs as itself.
        let bot = Commit { committer: "bot@example.org", ..by(&signing, "bot") };
        let commits = [
            signing.commit(&bot),
            signing.commit(&Commit { committer: "a@example.org", author: "bot@example.org", ..bot.clone() }),
        ];
        let verified = signing.verify(&["--all", "--trust", &base]);
        assert_eq!(commits.each_ref().map(|oid| verified.state(oid)), ["good", "wrong-identity"], "{identity}");
    }
}

#[test]
fn a_forge_signs_merges_of_what_was_accepted_and_nothing_else() {
    let (signing, base) = ready("[signatures]\nforges = [\"forge@example.org\"]\n", &["a", "forge"]);
    let topic = signing.commit(&by(&signing, "a"));
    let unsigned = signing.commit(&Commit::new("unsigned", Vec::new()));
    let forge = Commit { committer: "forge@example.org", ..by(&signing, "forge") };
    let merge = |parents: &[&String]| {
        let parents = parents.iter().map(|parent| (*parent).clone()).collect();
        signing.commit(&Commit { parents, ..forge.clone() })
    };
    let good = merge(&[&base, &topic]);
    let on_good = merge(&[&good, &topic]);
    let of_unsigned = merge(&[&base, &unsigned]);
    let behind = merge(&[&of_unsigned, &topic]);
    let single = merge(&[&base]);
    let verified = signing.verify(&["--all", "--trust", &base]);
    // The first commit is what was accepted, and has no signature of its own.
    let states = [&on_good, &of_unsigned, &behind, &single].map(|oid| verified.state(oid));
    assert_eq!(states, ["not-allowed"; 4], "the base itself is not signed: {}", verified.run);
    let range = |tip: &str| signing.verify(&[&format!("{base}..{tip}")]);
    assert_eq!([range(&on_good).state(&good), range(&on_good).state(&on_good)], ["good", "good"]);
    assert_eq!([range(&behind).state(&of_unsigned), range(&behind).state(&behind)], ["not-allowed", "not-allowed"]);
    assert_eq!(range(&single).state(&single), "not-allowed");
    assert!(range(&single).why(&single).contains("a forge signs merges only"));
}

#[test]
fn what_is_older_than_the_beginning_needs_no_signature() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    signing.accept(&[("a", b"a")]);
    signing.sandbox.commit_unwatched("still unsigned");
    let since = signing.head();
    let policy = format!("[signatures]\nsince = \"{since}\"\n");
    let files: [(&str, &[u8]); 2] = [
        ("palisade.toml", policy.as_bytes()),
        (".palisade/allowed_signers", &format!("a@example.org {key}\n").into_bytes()),
    ];
    let begin = signing.accept(&files);
    let good = signing.commit(&by(&signing, "a"));
    let verified = signing.verify(&["HEAD", &format!("--trust={begin}")]);
    assert_eq!(verified.all.len(), 1, "only what came after: {}", verified.run);
    assert_eq!(verified.state(&begin), "unsigned");
    let range = format!("{begin}..{good}");
    assert_eq!((signing.verify(&[&range]).run.code, signing.verify(&[&range]).state(&good)), (Some(0), "good"));
    // A branch that grew from before the beginning is new all the same.
    signing.sandbox.git(["checkout", "-q", "-b", "old", &format!("{since}~1")]);
    signing.sandbox.commit_unwatched("from before");
    let sneaked = signing.head();
    let verified = signing.verify(&[&format!("{begin}..{sneaked}")]);
    assert_eq!(verified.state(&sneaked), "unsigned");
}

#[test]
fn a_beginning_that_is_not_there_leaves_it_open() {
    let (signing, base) = ready(&format!("[signatures]\nsince = \"{}\"\n", "1".repeat(40)), &["a"]);
    let good = signing.commit(&by(&signing, "a"));
    let verified = signing.verify(&[&format!("{base}..{good}")]);
    assert_eq!(verified.run.code, Some(3), "{}", verified.run);
    assert!(verified.run.text().contains("`since` of [signatures]"), "{}", verified.run);
}

#[test]
fn a_list_of_revoked_keys_that_cannot_be_read_leaves_it_open() {
    let (signing, _) = ready("[signatures]\n", &["a"]);
    for (content, told) in [(&b"SSHKRL\n\0\x00\x00"[..], "cut off"), (b"nothing\n", "line 1: it has no key")] {
        let base = signing.accept(&[(".palisade/revoked_keys", content)]);
        let good = signing.commit(&by(&signing, "a"));
        let verified = signing.verify(&[&format!("{base}..{good}")]);
        assert_eq!(verified.run.code, Some(3), "{}", verified.run);
        assert!(verified.run.text().contains(told), "{}", verified.run);
    }
}

#[test]
fn any_signature_that_holds_will_do_where_the_policy_says_so() {
    let (signing, base) = ready("[signatures]\nrequire = \"any-valid\"\n", &["a"]);
    signing.ssh("stranger", &["-t", "ed25519"]);
    let stranger = signing.commit(&by(&signing, "stranger"));
    let other = signing.commit(&Commit { committer: "b@example.org", ..by(&signing, "a") });
    let changed = signing.rewrite(&stranger, |raw| [raw.as_slice(), b"x"].concat());
    let unsigned = signing.commit(&Commit::new("unsigned", Vec::new()));
    let verified = signing.verify(&["--all", "--trust", &base]);
    let states = [&stranger, &other, &changed, &unsigned].map(|oid| verified.state(oid));
    assert_eq!(states, ["good", "good", "tampered", "unsigned"]);
}

#[test]
fn a_repository_that_names_nobody_says_so() {
    let signing = Signing::new();
    signing.ssh("a", &["-t", "ed25519"]);
    let base = signing.accept(&[("a", b"a")]);
    let oid = signing.commit(&by(&signing, "a"));
    let run = signing.sandbox.palisade(["verify", &format!("{base}..{oid}")]);
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.text().contains("nobody may sign: "), "{run}");
}

#[test]
fn a_reserved_ref_is_signed_for_by_those_that_it_names() {
    let (signing, base) = ready("[signatures]\n", &["a", "release"]);
    let repo = Repo::discover(signing.sandbox.root()).expect("a repository");
    let fingerprint = |name: &str| {
        let key = signing.sandbox.base().join("keys").join(format!("{name}.pub"));
        let run = signing.run("ssh-keygen", &["-l", "-f", key.to_str().expect("UTF-8")], b"");
        run.line().split(' ').nth(1).expect("a fingerprint").to_owned()
    };
    let release = Commit { committer: "release@example.org", ..by(&signing, "release") };
    let (plain, release) = (signing.commit(&by(&signing, "a")), signing.commit(&release));
    let sign = signing.with_ssh("a").into_iter().flat_map(|config| ["-c".to_owned(), config]);
    let args = sign.chain(["tag", "-s", "-m", "m", "v1"].map(str::to_owned)).collect::<Vec<_>>();
    let run = signing.as_of(&Commit::new("", Vec::new())).try_git(args);
    assert!(run.success(), "{run}");
    let tag = signing.sandbox.git(["rev-parse", "v1"]).line();
    for signer in ["release@example.org".to_owned(), fingerprint("release")] {
        let text = format!("[signatures.refs]\n\"refs/heads/release/**\" = {{ signers = [\"{signer}\"] }}\n");
        let policy = Policy::parse(Path::new("p"), &text, Vec::new).expect("a policy");
        let settings = policy.signatures().expect("settings");
        let check = Signatures { settings, now: 1_800_000_000, jobs: None, until: None };
        let state = |oid: &str, name: &str| {
            let named = |hex: &str| Oid::from_hex(hex).expect("a name");
            let items = vec![Arrival { oid: named(oid), refs: vec![RefName::new(name)] }];
            check.check(&Arrivals { items, accepted: Some(named(&base)) }, &repo).attestations[0].state
        };
        assert_eq!(state(&plain, "refs/heads/main"), "good");
        assert_eq!(state(&plain, "refs/heads/release/1"), "not-allowed");
        assert_eq!(state(&release, "refs/heads/release/1"), "good");
        // What was signed as one tag is no other.
        assert_eq!([state(&tag, "refs/tags/v1"), state(&tag, "refs/tags/v2")], ["good", "not-allowed"]);
    }
}

#[test]
fn a_reserved_path_is_changed_by_those_that_it_names() {
    let signing = Signing::new();
    let line = |name: &&str| format!("{name}@example.org {}\n", signing.ssh(name, &["-t", "ed25519"]));
    let list: String = ["a", "ops"].iter().map(line).collect();
    let policy =
        "[signatures.paths]\n\"deploy/\" = { signers = [\"ops@example.org\"] }\n\"*.key\" = { signers = [] }\n";
    let base = signing.accept(&[
        (".palisade/allowed_signers", list.as_bytes()),
        ("palisade.toml", policy.as_bytes()),
        ("deploy/prod/a", b"a"),
        ("deploy/prod/b", b"b"),
        ("src/a", b"a"),
    ]);
    let sandbox = &signing.sandbox;
    // Each changes something, on a branch of its own, signed by one of the two.
    let made = |name: &'static str, change: &dyn Fn()| {
        sandbox.git(["checkout", "-q", "--detach", &base]);
        change();
        sandbox.git(["add", "--all"]);
        let tree = sandbox.git(["write-tree"]).line();
        sandbox.git(["reset", "-q", "--hard"]);
        sandbox.git(["clean", "-qfd"]);
        ["a", "ops"].map(|signer| {
            let mail = format!("{signer}@example.org");
            let commit = Commit { committer: &mail, tree: &tree, ..Commit::new(name, signing.with_ssh(signer)) };
            signing.commit(&commit)
        })
    };
    let cases = [
        (made("elsewhere", &|| sandbox.write("src/a", "b")), ["good", "good"]),
        (made("changed", &|| sandbox.write("deploy/prod/a", "x")), ["not-allowed", "good"]),
        (made("added", &|| sandbox.write("deploy/c", "x")), ["not-allowed", "good"]),
        (
            made("deleted", &|| std::fs::remove_file(sandbox.path("deploy/prod/b")).expect("a file")),
            ["not-allowed", "good"],
        ),
        (
            made("moved away", &|| {
                std::fs::rename(sandbox.path("deploy/prod"), sandbox.path("prod")).expect("a folder");
            }),
            ["not-allowed", "good"],
        ),
        (
            made("a file in place of a folder", &|| {
                std::fs::remove_dir_all(sandbox.path("deploy")).expect("a folder");
                sandbox.write("deploy", "x");
            }),
            ["not-allowed", "good"],
        ),
        (made("for nobody", &|| sandbox.write("src/x.key", "x")), ["not-allowed", "not-allowed"]),
    ];
    sandbox.git(["checkout", "-q", "main"]);
    let verified = signing.verify(&["--all", "--trust", &base]);
    for (oids, states) in &cases {
        assert_eq!(oids.each_ref().map(|oid| verified.state(oid)), *states, "{}", verified.why(&oids[0]));
    }
    // A merge of both changes nothing by itself.
    let (deployed, elsewhere) = (&cases[1].0[1], &cases[0].0[0]);
    let merged = sandbox.git(["merge-tree", "--write-tree", elsewhere, deployed]).line();
    let parents = vec![elsewhere.clone(), deployed.clone()];
    let merge = signing.commit(&Commit { parents: parents.clone(), tree: &merged, ..by(&signing, "a") });
    let evil = sandbox.git(["rev-parse", &format!("{}^{{tree}}", cases[2].0[0])]).line();
    let evil = signing.commit(&Commit { parents, tree: &evil, ..by(&signing, "a") });
    let verified = signing.verify(&["--all", "--trust", &base]);
    assert_eq!([&merge, &evil].map(|oid| verified.state(oid)), ["good", "not-allowed"]);
}
