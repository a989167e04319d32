//! `palisade rules`: the rules, for people and for programs.

use crate::made_up::AWS;
use crate::sandbox::Sandbox;

#[test]
fn the_list_is_the_same_for_people_and_programs() {
    let sandbox = Sandbox::bare_ground();
    let people = sandbox.palisade(["rules", "list"]);
    let programs = sandbox.palisade(["rules", "list", "--format", "json"]).json();
    let rules = programs["rules"].as_array().expect("rules");
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().expect("an id")).collect();
    let first: Vec<_> = String::from_utf8_lossy(&people.stdout)
        .lines()
        .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(first, ids);
    assert!(ids.is_sorted() && ids.len() >= 100 && ids.contains(&AWS), "{ids:?}");
    for rule in rules {
        let of_secrets = ["summary", "provider", "kind", "confidence", "revoke", "rotate", "source"];
        let fields = if rule["kind"] == "policy" { &["summary", "kind", "mend"][..] } else { &of_secrets };
        for field in fields {
            assert!(rule[*field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {rule}");
        }
    }
}

#[test]
fn a_rule_explains_itself_and_one_that_is_not_there_names_the_nearest() {
    let sandbox = Sandbox::bare_ground();
    let run = sandbox.palisade(["rules", "explain", AWS]);
    assert_eq!(run.code, Some(0), "{run}");
    for word in ["revoke", "rotate", &format!("palisade{} {AWS} REASON", ":allow")] {
        assert!(run.text().contains(word), "{word}: {run}");
    }
    let run = sandbox.palisade(["rules", "explain", "aws-acess-key-id"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.text().contains(&format!("did you mean `{AWS}`?")), "{run}");
}
