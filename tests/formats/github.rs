//! SARIF against what GitHub publishes about what it takes: "SARIF support for code scanning" and "SARIF results exceed limit".

use std::collections::HashSet;

use palisade::output::Format;
use serde_json::Value;

use super::{everything, shown};

#[test]
fn sarif_keeps_to_the_rules_for_uploads() {
    for report in [everything::report(), everything::nothing()] {
        let log: Value = serde_json::from_str(&shown(Format::Sarif, &report)).expect("JSON");
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(log["runs"].as_array().expect("runs").len(), 1, "one run a tool and category");
        let run = &log["runs"][0];
        assert!(run["tool"]["driver"]["name"].is_string());
        let id = run["automationDetails"]["id"].as_str().expect("a category");
        assert!(id.ends_with('/'), "what is before the last slash is the category: {id}");
        let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
        rules.iter().for_each(a_rule);
        let results = run["results"].as_array().expect("results");
        assert_eq!(results.len(), report.findings.len() + report.let_in.len());
        let mut prints = HashSet::new();
        for result in results {
            a_result(result, rules);
            let is_suppressed = result.get("suppressions").is_some();
            let print = &result["partialFingerprints"]["primaryLocationLineHash"];
            assert!(
                is_suppressed || prints.insert(print.as_str().expect("a fingerprint")),
                "two alerts in one: {result}"
            );
        }
    }
}

fn a_rule(rule: &Value) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    assert!(text(&rule["id"]).len() <= 255 && text(&rule["name"]).len() <= 255);
    for part in ["shortDescription", "fullDescription"] {
        assert!((1..=1024).contains(&text(&rule[part]["text"]).chars().count()), "{rule}");
    }
    assert!(!text(&rule["help"]["text"]).is_empty() && !text(&rule["help"]["markdown"]).is_empty(), "{rule}");
    let tags = rule["properties"]["tags"].as_array().expect("tags");
    assert!(tags.len() <= 10, "only ten are shown");
    // A rule with a security-severity is treated as one about security, and the others are not.
    let is_security = tags.iter().any(|tag| tag == "security");
    let severity =
        rule["properties"].get("security-severity").map(|value| text(value).parse::<f64>().expect("a number"));
    assert_eq!(severity.is_some(), is_security, "{rule}");
    assert!(severity.is_none_or(|severity| severity > 0.0 && severity <= 10.0), "{rule}");
}

fn a_result(result: &Value, rules: &[Value]) {
    let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small")];
    assert_eq!(rule["id"], result["ruleId"]);
    assert!(["error", "warning", "note", "none"].contains(&result["level"].as_str().expect("a level")));
    assert!(!result["message"]["text"].as_str().expect("a message").is_empty());
    let locations = result["locations"].as_array().expect("locations");
    assert_eq!(locations.len(), 1, "only the first is shown");
    let place = &locations[0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"]
        .as_str()
        .unwrap_or_else(|| panic!("no file, so the upload is refused: {result}"));
    assert!(!uri.starts_with('/') && !uri.contains("://"), "relative to the root: {uri}");
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\^`{|}".contains(&byte)), "{uri}");
    assert!(place["region"]["startLine"].as_u64().expect("a line") >= 1);
    for suppression in result["suppressions"].as_array().into_iter().flatten() {
        assert_eq!(suppression["status"], "accepted");
        assert!(!suppression["justification"].as_str().expect("a justification").is_empty());
    }
}
