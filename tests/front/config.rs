//! `palisade config`: what is in force, from where, and whether it can be used.

use crate::sandbox::Sandbox;

const POLICY: &str = "[secrets]\nlevel = \"annotate\"\n[secrets.rules]\ngeneric-password = \"ignore\"\n[[refs]]\nmatch = \"HEAD\"\nforbid = [\n  \"delete\",\n]\n";

#[test]
fn what_is_shown_means_the_same_as_what_was_typed_and_says_from_where_it_is() {
    let sandbox = Sandbox::init(&[]);
    sandbox.write("palisade.toml", POLICY);
    let run = sandbox.palisade(["config", "show", "--origin"]);
    assert!(run.success(), "{run}");
    for line in [
        "# in force: palisade.toml",
        "level = \"annotate\"  # palisade.toml:2",
        "scan = \"added\"  # built in",
        "rules = { \"generic-password\" = \"ignore\" }  # palisade.toml:3",
        "match = \"HEAD\"  # palisade.toml:6",
        "# max-subject: not asked",
    ] {
        assert!(run.text().lines().any(|told| told == line), "{line:?} is not said: {run}");
    }
    // Shown again, it is what it was.
    sandbox.write("palisade.toml", run.stdout);
    let (once, again) = (sandbox.palisade(["config", "show"]), sandbox.palisade(["config", "show"]));
    assert!(once.success() && once.text() == again.text(), "{once}");
    assert!(once.text().contains("forbid = [\n  \"delete\",\n]\n"), "{once}");
}

#[test]
fn a_secret_that_stands_in_a_policy_is_not_shown() {
    let sandbox = Sandbox::init(&[]);
    let key = crate::made_up::aws_key(1);
    sandbox
        .write("palisade.toml", format!("[commits]\nmessage = \"{key}\"\n[owners]\npeople.\"@{key}\" = [\"{key}\"]\n"));
    let run = sandbox.palisade(["config", "show"]);
    assert!(run.success() && run.text().contains("message = \"") && !run.text().contains(&key), "{run}");
}

#[test]
fn on_a_server_it_is_what_the_next_push_is_judged_by() {
    let sandbox = Sandbox::init(&[]);
    let server = sandbox.server(&[]);
    let run = server.palisade(["config", "show"]);
    assert!(run.text().contains("# in force: what is built in"), "{run}");
    sandbox.stage("palisade.toml", POLICY);
    sandbox.commit_unwatched("A policy");
    sandbox.git(["push", "-q", "../server.git", "main"]);
    sandbox.write("palisade.toml", "[secrets]\nlevel = \"ignore\"\n");
    let tip = sandbox.git(["rev-parse", "HEAD"]).line();
    let run = server.palisade(["config", "show", "--origin"]);
    assert!(run.text().contains(&format!("level = \"annotate\"  # palisade.toml at {tip}:2")), "{run}");
    server.write("policy.toml", "[secrets]\nscan = \"file\"\n");
    server.config("palisade.policy", "policy.toml");
    let run = server.palisade(["config", "show", "--origin"]);
    assert!(run.text().contains("policy.toml:2") && run.text().contains("level = \"reject\"  # built in"), "{run}");
}

#[test]
fn a_policy_that_cannot_be_used_is_told_with_its_place() {
    let sandbox = Sandbox::init(&[]);
    assert_eq!(sandbox.palisade(["config", "check"]).code, Some(2));
    sandbox.write("palisade.toml", POLICY);
    let run = sandbox.palisade(["config", "check"]);
    assert!(run.success() && run.text().contains("palisade.toml: it can be used"), "{run}");
    sandbox.write("other.toml", "[secrets]\nlevle = \"reject\"\n");
    for args in [&["config", "check", "other.toml"][..], &["config", "show", "--policy", "other.toml"]] {
        let run = sandbox.palisade(args);
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.text().contains("other.toml:2:1: unknown key `levle`"), "{run}");
    }
}

#[test]
fn the_schema_takes_what_the_program_takes_and_refuses_what_it_refuses() {
    let schema = Sandbox::bare_ground().palisade(["config", "schema"]).json();
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let valid = |text: &str| {
        schema.is_valid(&serde_json::to_value(toml::from_str::<toml::Table>(text).expect("TOML")).expect("JSON"))
    };
    assert!(valid(POLICY));
    for text in [
        "[secrets]\nlevle = \"reject\"\n",
        "[secrets]\nlevel = \"no\"\n",
        "[refs]\n",
        "[other]\n",
        "[commits]\nsigned-off-by = 1\n",
    ] {
        assert!(!valid(text), "{text}");
    }
}
