//! `palisade rules`: what is looked for, why something is a secret, and what patterns say of a text.

use super::{ACME, FILE, acme_key, pattern, with_patterns};
use crate::made_up::{AWS, BASE62, Dice, aws_key, github_token, password};
use crate::sandbox::{PALISADE, Run, Sandbox};

fn ids(sandbox: &Sandbox, flags: &[&str]) -> Vec<String> {
    let report = sandbox.palisade([&["rules", "list", "--format", "json"], flags].concat()).json();
    report["rules"]
        .as_array()
        .expect("rules")
        .iter()
        .map(|rule| rule["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn test(sandbox: &Sandbox, text: &str) -> Run {
    sandbox.run(PALISADE, ["rules", "test", "-"], text.as_bytes())
}

#[test]
fn the_list_has_own_patterns_and_is_filtered_by_provider_kind_and_confidence() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    let all = ids(&sandbox, &[]);
    assert!(all.iter().any(|id| id == ACME), "{all:?}");
    assert_eq!(ids(&sandbox, &["--provider", "acme"]), [ACME]);
    let aws = ids(&sandbox, &["--provider", "AWS"]);
    assert!(
        aws.iter().any(|id| id == AWS) && aws.iter().all(|id| id.starts_with("aws-") || id.starts_with("amazon-")),
        "{aws:?}"
    );
    let certain = ids(&sandbox, &["--provider", "AWS", "--confidence", "certain", "--kind", "access-key"]);
    assert!(certain.iter().any(|id| id == AWS) && certain.len() < aws.len(), "{certain:?}");
    let run = sandbox.palisade(["rules", "list", "--provider", "githb"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("no rule has the provider `githb`; did you mean `github`?"), "{run}");
    let run = sandbox.palisade(["rules", "explain", ACME]);
    assert!(run.text().contains("https://acme.example.org/keys"), "{run}");
}

#[test]
fn a_fingerprint_explains_what_of_the_work_tree_or_the_index_it_names_and_why() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    let secret = password(7);
    sandbox.write("a.env", format!("DB_PASSWORD={secret}\n"));
    sandbox.stage("b.conf", format!("k = {}\n", acme_key(3)));
    let found = sandbox.palisade(["scan", "--format", "json"]).json();
    std::fs::remove_file(sandbox.path("b.conf")).expect("it is there");
    for (rule, words) in
        [("generic-password", &["a.env:1:13", "(+"][..]), (ACME, &["b.conf:1:5", "it begins with `acd_`"])]
    {
        let findings = found["findings"].as_array().expect("findings");
        let print = &findings.iter().find(|finding| finding["rule"] == rule).expect(rule)["fingerprint"];
        let run = sandbox.palisade(["rules", "explain", print.as_str().expect("a fingerprint")]);
        assert_eq!(run.code, Some(0), "{run}");
        for word in words {
            assert!(run.text().contains(word), "{word}: {run}");
        }
        assert!(!run.text().contains(&secret) && !run.text().contains(&acme_key(3)), "{run}");
    }
    let run = sandbox.palisade(["rules", "explain", &"0f".repeat(16)]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("nothing in the work tree or the index has the fingerprint"), "{run}");
}

#[test]
fn a_text_is_told_rule_by_rule_with_the_filter_that_dropped_what() {
    let sandbox = with_patterns(&pattern(ACME, "entropy = 3.0\n"));
    let told = |text: &str, words: &[&str]| {
        let run = test(&sandbox, text);
        assert_eq!(run.code, Some(0), "{run}");
        for word in words {
            assert!(run.text().contains(word), "{word}: {run}");
        }
    };
    let (key, token) = (aws_key(1), github_token(1));
    told(&format!("a\nid = {key}\n"), &[&format!("2:6: claimed by {AWS} (certain): it begins with `AKIA`")]);
    told(
        &format!("id = {}\n", &key[..19]),
        &[&format!("1:6: dropped by {AWS}: its literal stands there, and its regex does not")],
    );
    told(&format!("id = x{key}\n"), &[&format!("dropped by {AWS}: it is a part of a longer word (`boundary`)")]);
    let forged = format!("{}{}", &token[..39], if token.ends_with('0') { '1' } else { '0' });
    told(&forged, &["dropped by github-personal-access-token: its proof has failed (`proof`)"]);
    told(
        &format!("acd_{}\n", "ababcdcd".repeat(3)),
        &["dropped by acme-deploy-key: its entropy is too low (`entropy`)"],
    );
    told("nothing here\n", &["no pattern has a literal that stands in it"]);
    told("DB_PASSWORD=${OTHER}\n", &["1:13: dropped by generic-password: its value stands in for a password"]);
    told(
        "db_salt = kq3vx9TzLw\n",
        &["dropped by generic-secret: what speaks for it is too little: its name speaks of a salt (+0)"],
    );
    for text in [&key, &token, &acme_key(1)] {
        assert!(!test(&sandbox, &format!("x = {text}\n")).text().contains(text.as_str()));
    }
}

#[test]
fn a_file_of_patterns_is_held_to_its_examples_and_to_those_of_others() {
    let sandbox = with_patterns(&pattern(ACME, ""));
    let run = sandbox.palisade(["rules", "test"]);
    assert!(run.text().contains("1 patterns of this repository's own"), "{run}");
    let run = sandbox.palisade(["rules", "test", FILE]);
    assert!(run.text().contains("1 patterns: each finds its examples, which nothing else claims"), "{run}");
    // The hook looks for it all the same: what is built in later must not make it useless.
    let example = format!("key = {}", aws_key(5));
    let broken = format!("{}¦{}", &example[..8], &example[8..]);
    let taken = pattern(ACME, "").replace("\"acd_\"", "\"key = \"").replace("acd_[0-9a-z]{24}", "key = [0-9A-Z]{20}");
    let taken = taken
        .replace("key = acd¦_7gq2zpt9vlxr4mwcy8skdn3h", &broken)
        .replace("k: acd¦_m4x7k2vq9zt3wplr8cyn5hsd", &broken);
    sandbox.write("taken.toml", taken.replace("likely", "possible"));
    let run = sandbox.palisade(["rules", "test", "taken.toml"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.to_string().contains("example 1 is claimed by aws-access-key-id"), "{run}");
}

#[test]
fn a_profile_tells_what_each_rule_costs_on_a_text() {
    let sandbox = Sandbox::guarded();
    sandbox.write("a.env", format!("A={}\nB={}\n", aws_key(1), aws_key(2)));
    let run = sandbox.palisade(["rules", "test", "a.env", "--profile"]);
    assert_eq!(run.code, Some(0), "{run}");
    let told = run.text();
    let row = told.lines().find(|line| line.ends_with(AWS)).unwrap_or_else(|| panic!("{run}"));
    let fields: Vec<_> = row.split_whitespace().collect();
    assert_eq!(fields[1..], ["2", "2", AWS], "{run}");
    assert!(!told.contains(&aws_key(1)), "{run}");
    assert_eq!(sandbox.palisade(["rules", "test", "--profile"]).code, Some(2));
}

#[test]
fn many_secrets_of_one_kind_in_a_file_of_tests_are_its_vectors() {
    let sandbox = Sandbox::guarded();
    let lines = |count: u64| -> String {
        (1..=count).map(|seed| format!("shared_secret = \"{}a1\"\n", Dice::new(seed).text(BASE62, 38))).collect()
    };
    let found = |path: &str| {
        let report = sandbox.palisade(["scan", "--format", "json", path]).json();
        report["findings"].as_array().expect("findings").len()
    };
    for (path, count, expected) in
        [("tests/few.py", 3, 3), ("tests/many.py", 4, 0), ("src/many.py", 4, 4), ("tests/keys.py", 5, 0)]
    {
        sandbox.write(path, lines(count));
        assert_eq!(found(path), expected, "{path}");
    }
    // One more is one of many, though it is the only one that a change brings.
    sandbox.stage("tests/many.py", lines(4));
    sandbox.commit_unwatched("Before");
    sandbox.stage("tests/many.py", lines(5));
    let staged = sandbox.scan_staged().json();
    assert_eq!(staged["findings"].as_array().map(Vec::len), Some(0), "{staged}");
    // What a provider gave its form is told.
    sandbox.write("tests/aws.py", (1..=4).map(|seed| format!("k = \"{}\"\n", aws_key(seed))).collect::<String>());
    assert_eq!(found("tests/aws.py"), 4);
}
