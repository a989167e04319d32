//! Patterns of a repository's own are looked for as the built-in ones are, wherever something is looked at.

use super::{ACME, FILE, POLICY, acme_key, pattern, with_patterns};
use crate::made_up::{AWS, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

#[test]
fn an_own_pattern_keeps_a_commit_out_and_without_it_nothing_does() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    sandbox.stage("app.conf", format!("deploy = {}\n", acme_key(1)));
    sandbox.rejects(["commit", "-m", "Add"], &[(ACME, "app.conf:1")]);
    sandbox.git(["rm", "-q", "--cached", "palisade.toml"]);
    std::fs::remove_file(sandbox.path("palisade.toml")).expect("it is there");
    sandbox.accepts(["commit", "-q", "-m", "Add"]);
}

#[test]
fn an_own_pattern_is_looked_for_in_files_ranges_streams_and_what_is_encoded() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    sandbox.stage("a.conf", format!("deploy = {}\n", acme_key(1)));
    sandbox.commit_unwatched("Add");
    let found = |args: &[&str], input: &[u8]| {
        let run = sandbox.run(crate::sandbox::PALISADE, args, input);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.text().contains(ACME), "{run}");
        assert!(!run.to_string().contains(&acme_key(1)), "{run}");
    };
    found(&["scan", "a.conf"], b"");
    found(&["scan", "--range", "HEAD~1..HEAD"], b"");
    found(&["scan", "-"], format!("deploy = {}\n", acme_key(1)).as_bytes());
    found(
        &["scan", "-"],
        format!("data: {}\n", crate::made_up::base64(format!("deploy = {}", acme_key(1)).as_bytes())).as_bytes(),
    );
}

#[test]
fn an_audit_finds_the_same_both_ways_with_own_patterns() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    for version in 1..=10_u64 {
        let key = acme_key(version % 3);
        let line = usize::try_from(version).expect("small");
        sandbox.stage(
            "app.conf",
            file_with(60, &[(line * 3, "changed"), (55 - line, &key), (57, &github_token(version % 2))]),
        );
        sandbox.commit_unwatched("Change");
    }
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    let told = |flag: &[&str]| sandbox.palisade([&["audit", "--format", "json"], flag].concat()).json();
    let report = told(&[]);
    assert_eq!(report, told(&["--every-blob"]));
    let rules: Vec<_> = report["findings"].as_array().expect("findings").iter().map(|found| &found["rule"]).collect();
    assert_eq!(rules.iter().filter(|rule| **rule == ACME).count(), 3, "{report}");
    assert_eq!(rules.len(), 5, "{report}");
}

#[test]
fn a_nightly_audit_looks_at_everything_again_when_an_own_pattern_has_changed() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    sandbox.stage("a.conf", format!("a = {}\nb = {}\n", acme_key(1), acme_key(1).replace("acd_", "ace_")));
    sandbox.commit_unwatched("Add");
    let nightly = || {
        let run = sandbox.palisade(["audit", "--save", ".git/state", "--new-since", ".git/state", "--format", "json"]);
        run.json()["findings"].as_array().expect("findings").len()
    };
    assert_eq!((nightly(), nightly()), (1, 0));
    sandbox.write(FILE, pattern(ACME, "").replace("acd_", "ace_").replace("acd¦_", "ace¦_"));
    assert_eq!((nightly(), nightly()), (1, 0));
}

#[test]
fn the_policy_switches_an_own_pattern_as_it_does_built_in_ones() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    sandbox.write("a.conf", format!("a = {}\n", acme_key(1)));
    for (more, code) in [
        ("[secrets.rules]\nacme-deploy-key = \"ignore\"\n", 0),
        ("[secrets.confidence]\nlikely = \"annotate\"\n", 0),
        ("", 1),
    ] {
        sandbox.write("palisade.toml", format!("{POLICY}{more}"));
        assert_eq!(sandbox.palisade(["scan", "a.conf"]).code, Some(code), "{more}");
    }
    sandbox.write("palisade.toml", format!("{POLICY}[secrets.rules]\nacme-deploy-kye = \"ignore\"\n"));
    let run = sandbox.palisade(["scan", "a.conf"]);
    assert!(run.to_string().contains("did you mean `acme-deploy-key`?"), "{run}");
}

#[test]
fn a_fingerprint_is_made_with_the_family_of_an_own_pattern() {
    let print = |patterns: &str| {
        let sandbox = with_patterns(patterns);
        sandbox.write(".palisade/key", "07".repeat(32));
        sandbox.write("a.conf", format!("a = {}\n", acme_key(1)));
        sandbox.palisade(["scan", "a.conf", "--format", "json"]).json()["findings"][0]["fingerprint"].to_string()
    };
    let old = print(&pattern(ACME, ""));
    assert!(old.len() > 30, "{old}");
    assert_eq!(print(&pattern("acme-key", "family = \"acme-deploy-key\"\n")), old);
    assert_ne!(print(&pattern("acme-key", "")), old);
}

#[test]
fn what_is_wrong_with_an_own_pattern_is_told_with_file_line_and_what_to_do() {
    let good = pattern(ACME, "");
    let large = format!("acd_(?:{})", ["[0-9a-z]{1,4000}"; 90].join("|"));
    let wrong = [
        (pattern(ACME, "near = [\"\\u0000\"]\n"), "acme-deploy-key: a text has the character U+0000 in it"),
        (pattern(ACME, "near = [\"\\u0001\"]\n"), "acme-deploy-key: an item of a list has the character U+0001 in it"),
        (pattern(ACME, "entrophy = 3\n"), "acme.toml:15: unknown field `entrophy`, expected one of"),
        (
            good.replace("{24}", "{24,}"),
            "acme.toml:1: acme-deploy-key: the regex has no longest match: bound every repetition",
        ),
        (good.replace("{24}", "{24}("), "acme.toml:1: acme-deploy-key: the regex is wrong: unclosed group"),
        (good.replace("longest = 28", "longest = 20"), "it matches up to 28 bytes, but `longest` says 20"),
        (good.replace("longest = 28", "longest = 5000"), "`longest` is 5000, and the most is 4096; make it less"),
        (good.replace("acd_[0-9a-z]{24}", &large).replace("= 28", "= 4096"), "the regex is too large"),
        (good.replace("[\"acd_\"]", "[\"acd\"]"), "the literal \"acd\" is not printable ASCII of at least 4 bytes"),
        (good.replace("_short", "_7gq2zpt9vlxr4mwcy8skdn3h"), "it finds something in counter-example 1"),
        (good.replace("k: acd", "k: abd"), "it finds 0 secrets in example 2"),
        (pattern(AWS, ""), "there is another pattern of this id; give it one of its own"),
        (pattern("subject-length", ""), "there is another pattern of this id"),
        (format!("{good}\n{good}"), "acme.toml:16: acme-deploy-key: there is another pattern of this id"),
        (
            good.replace("provider = \"Acme\"", "provider = \"policy\""),
            "the provider `policy` is for rules that are about no secret",
        ),
        ("[[pattern]]\nid = \n".to_owned(), "acme.toml:2: "),
        (
            "[[published]]\nvalue = \"abcdefgh¦ijklmnopq\"\nsource = \"x\"\n".to_owned(),
            "`palisade allow` lets in a value",
        ),
    ];
    for (text, told) in wrong {
        let sandbox = with_patterns(&text);
        let run = sandbox.palisade(["scan", "."]);
        assert_eq!(run.code, Some(2), "{text}: {run}");
        assert!(run.to_string().contains(told), "{told}: {run}");
        assert!(run.to_string().contains("palisade.toml:2:10: "), "{run}");
        // The hook judges nothing by half of what should be looked for.
        sandbox.stage("b", "b\n");
        assert!(!sandbox.try_git(["commit", "-q", "-m", "Add"]).success());
    }
}

#[test]
fn paths_of_patterns_that_lead_nowhere_or_out_are_refused() {
    let sandbox = Sandbox::init(&[]);
    for (paths, told) in [
        ("\".palisade/patterns/*.toml\"", "there is no file .palisade/patterns/*.toml"),
        ("\"mine.toml\"", "there is no file mine.toml"),
        ("\"../mine.toml\"", "a path of patterns is FOLDER/NAME from the root"),
        ("\"/etc/*.toml\"", "a path of patterns is FOLDER/NAME from the root"),
        ("\"**/x.toml\"", "a path of patterns is FOLDER/NAME from the root"),
    ] {
        sandbox.write("palisade.toml", format!("[patterns]\npaths = [{paths}]\n"));
        let run = sandbox.palisade(["config", "check"]);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.to_string().contains(told), "{told}: {run}");
    }
    sandbox.write("palisade.toml", "[patterns]\npath = []\n");
    let run = sandbox.palisade(["config", "check"]);
    assert!(run.to_string().contains("unknown key `path` in [patterns]; did you mean `paths`?"), "{run}");
}

#[test]
fn an_own_pattern_and_a_built_in_one_are_found_side_by_side() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    sandbox.write("a.conf", format!("a = {}\nb = {}\nc = {}\n", aws_key(1), acme_key(1), github_token(1)));
    let found = sandbox.palisade(["scan", "a.conf", "--format", "json"]).findings();
    assert_eq!(found.len(), 3, "{found:?}");
}
