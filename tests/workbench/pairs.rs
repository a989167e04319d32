//! An id and the secret beside it are one finding, the secret's, whichever of them is new.

use crate::made_up::{AWS, BASE62, Dice, aws_key};
use crate::sandbox::{Expected, Sandbox};

const SECRET: &str = "aws-secret-access-key";

fn secret(seed: u64) -> String {
    format!("aZ7{}", Dice::new(seed).text(BASE62, 37))
}

fn id_line(seed: u64) -> String {
    format!("aws_access_key_id = {}\n", aws_key(seed))
}

fn secret_line(seed: u64) -> String {
    format!("aws_secret_access_key = {}\n", secret(seed))
}

#[test]
fn both_halves_are_one_finding_whichever_of_them_a_commit_brings() {
    let cases: [(&str, String, &[Expected]); 3] = [
        ("both", String::new(), &[(SECRET, "app.conf:2")]),
        ("the secret", id_line(1), &[(SECRET, "app.conf:2")]),
        ("the id", secret_line(2), &[(SECRET, "app.conf:2")]),
    ];
    for (what, before, expected) in cases {
        let sandbox = Sandbox::guarded();
        sandbox.stage("app.conf", &before);
        sandbox.commit_unwatched("Before");
        sandbox.stage("app.conf", format!("{}{}", id_line(1), secret_line(2)));
        let run = sandbox.rejects(["commit", "-m", what], expected);
        assert!(!run.text().contains(&format!("reject {AWS}:")), "{what}: {run}");
        assert!(run.text().contains("pair: its id stands on line 1, column 21"), "{what}: {run}");
        assert!(!run.text().contains(&aws_key(1)) && !run.text().contains(&secret(2)), "{what}: {run}");
    }
}

#[test]
fn a_client_id_of_nobody_in_particular_goes_with_the_secret_beside_it() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.yml", format!("oauth:\n  client_id: portal-web-7731\n  client_secret: {}\n", secret(5)));
    let run = sandbox.rejects(["commit", "-m", "Add"], &[("generic-secret", "app.yml:3")]);
    assert!(run.text().contains("pair: its id stands on line 2, column 14"), "{run}");
}

#[test]
fn an_id_that_stands_alone_or_far_away_is_a_finding_of_its_own() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("alone.conf", id_line(1));
    sandbox.stage("far.conf", format!("{}{}{}", id_line(3), "# nothing of interest\n".repeat(30), secret_line(4)));
    sandbox.rejects(["commit", "-m", "Add"], &[(AWS, "alone.conf:1"), (AWS, "far.conf:1"), (SECRET, "far.conf:32")]);
}

#[test]
fn an_audit_tells_of_pairs_the_same_both_ways_and_under_the_secrets_fingerprint() {
    let sandbox = Sandbox::guarded();
    let padding = |count: usize| "# a line of no interest at all\n".repeat(count);
    for (number, text) in [secret_line(2), format!("{}{}", id_line(1), secret_line(2)), id_line(1)].iter().enumerate() {
        sandbox.stage("app.conf", format!("{}{text}{}", padding(40), padding(40 + number)));
        sandbox.commit_unwatched("Change");
    }
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
    let told = |flags: &[&str]| sandbox.palisade([&["audit", "--format", "json"], flags].concat()).json();
    let report = told(&[]);
    assert_eq!(report, told(&["--every-blob"]));
    let findings = report["findings"].as_array().expect("findings");
    let rules: Vec<_> = findings.iter().map(|finding| finding["rule"].as_str().expect("a rule")).collect();
    assert!(rules.len() == 2 && rules.contains(&AWS) && rules.contains(&SECRET), "{report}");
}

#[test]
fn both_places_of_a_pair_are_in_json_sarif_and_html() {
    let sandbox = Sandbox::init(&[]);
    sandbox.write("app.conf", format!("\n{}{}", id_line(1), secret_line(2)));
    let shown = |format: &str| sandbox.palisade(["scan", "app.conf", "--format", format]);
    let pair = &shown("json").json()["findings"][0]["pair"];
    assert_eq!(
        (&pair["line"], &pair["column"], &pair["offset"], &pair["length"]),
        (&2.into(), &21.into(), &21.into(), &20.into())
    );
    let result = &shown("sarif").json()["runs"][0]["results"][0];
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"], 2);
    assert!(shown("html").text().contains("its id on line 2"));
    for format in ["json", "sarif", "html", "human", "csv"] {
        assert!(!shown(format).text().contains(&aws_key(1)), "{format}");
    }
}
