//! SARIF 2.1.0, for code scanning: valid against its schema, and as GitHub's "SARIF support for code scanning" wants it.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::file;
use super::ids::ids;
use super::json::{Origin, pretty};
use super::tally::by_urgency;
use super::words::percent_encoded;
use crate::finding::Location;
use crate::judge::{Judged, LetIn, Permit, Report, Verdict};
use crate::rule::{Level, Rule, Severity};
use crate::scope::Place;

/// Names the way that fingerprints are made, so that another way gets another name.
const FINGERPRINT: &str = "palisade/v1";
/// GitHub refuses a run with more results ("SARIF results exceed limit"), so of more the least urgent are left out, and that is said.
const RESULTS: usize = 25_000;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    pretty(&log(report, RESULTS), out)
}

fn log(report: &Report, most: usize) -> Value {
    let rules = rules(report);
    let ids = ids(report);
    let findings: Vec<(&Judged, Option<&String>)> = if report.findings.len() <= most {
        report.findings.iter().zip(ids.iter().map(Some)).collect()
    } else {
        by_urgency(report).into_iter().take(most).map(|judged| (judged, None)).collect()
    };
    let left_out = report.findings.len() - findings.len();
    let let_in = report.let_in.iter().take(most - findings.len());
    let results = findings.iter().map(|(judged, id)| result(judged, *id, &rules));
    let results = results.chain(let_in.map(|let_in| suppressed(let_in, &rules)));
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "palisade",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|(rule, severity)| describe(rule, *severity)).collect::<Vec<_>>(),
            }},
            // GitHub keeps the runs of one tool apart by this.
            "automationDetails": { "id": format!("palisade/{}/", report.scope.as_str()) },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report, left_out)],
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

/// The rules that were broken, each once, in the order of their ids, with the gravest that was found of each.
fn rules(report: &Report) -> Vec<(&'static Rule, Severity)> {
    let let_in = report.let_in.iter().map(|let_in| &let_in.judged);
    let all = report.findings.iter().chain(let_in).map(|judged| {
        let finding = &judged.finding;
        (finding.rule, Severity::of(finding.rule, finding.confidence, judged.level))
    });
    let mut rules: Vec<_> = all.collect();
    rules.sort_unstable_by_key(|(rule, severity)| (rule.id, std::cmp::Reverse(*severity)));
    rules.dedup_by_key(|(rule, _)| rule.id);
    rules
}

fn describe(rule: &Rule, severity: Severity) -> Value {
    let (help, markdown) = match rule.mend() {
        Some(mend) => (mend.to_owned(), mend.to_owned()),
        None => {
            let revoke = rule.page().map_or_else(|| rule.revoke.to_owned(), |page| format!("<{page}>"));
            let help = format!("Revoke: {}\nRotate: {}", rule.revoke, rule.rotate);
            (help, format!("**Revoke:** {revoke}\n\n**Rotate:** {}", rule.rotate))
        }
    };
    let tags: &[&str] = if rule.is_secret() { &["security", "secret"] } else { &["policy"] };
    // What GitHub makes critical (over 9.0), high (7.0), medium (4.0) and low of.
    let number = match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    };
    let mut described = json!({
        "id": rule.id,
        "name": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": format!("{} in what is about to enter the repository.", rule.summary) },
        "help": { "text": help, "markdown": markdown },
        "defaultConfiguration": { "level": "error" },
        "properties": { "tags": tags, "provider": rule.provider },
    });
    // Only what is tagged as security has one.
    if rule.is_secret() {
        described["properties"]["security-severity"] = number.into();
    }
    if let Some(page) = rule.page() {
        described["helpUri"] = page.into();
    }
    described
}

/// A run that left something unseen did not succeed, whatever it found.
fn invocation(report: &Report, left_out: usize) -> Value {
    let gaps = report.coverage.gaps.iter().map(ToString::to_string);
    let left_out =
        (left_out > 0).then(|| format!("{left_out} findings are not in this file; other formats have all of them"));
    let notifications = gaps.chain(left_out).map(|text| json!({ "level": "error", "message": { "text": text } }));
    json!({
        "executionSuccessful": report.coverage.gaps.is_empty() && report.verdict != Verdict::Incomplete,
        "exitCode": report.verdict.exit_code(),
        "toolExecutionNotifications": notifications.collect::<Vec<_>>(),
    })
}

fn result(judged: &Judged, id: Option<&String>, rules: &[(&'static Rule, Severity)]) -> Value {
    let finding = &judged.finding;
    let level = match judged.level {
        Level::Reject => "error",
        Level::Annotate => "note",
        Level::Ignore => "none",
    };
    let mut properties = Map::new();
    properties.insert("confidence".to_owned(), finding.confidence.as_str().into());
    properties.insert("preview".to_owned(), finding.preview.as_str().into());
    for (name, oid) in [("commit", finding.location.commit), ("blob", finding.location.blob)] {
        if let Some(oid) = oid {
            properties.insert(name.to_owned(), oid.to_string().into());
        }
    }
    if let Some(origin) = finding.origin.as_ref().and_then(|origin| serde_json::to_value(Origin::of(origin)).ok()) {
        properties.insert("origin".to_owned(), origin);
    }
    let mut prints = Map::new();
    if let Some(id) = id {
        // The only one that GitHub matches alerts by; it makes one of the line's text where there is none, which has the secret in it.
        prints.insert("primaryLocationLineHash".to_owned(), format!("{id}:1").into());
    }
    if let Some(fingerprint) = &finding.fingerprint {
        prints.insert(FINGERPRINT.to_owned(), fingerprint.to_string().into());
    }
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules.iter().position(|(rule, _)| rule.id == finding.rule.id),
        "level": level,
        "message": { "text": format!("{}: {}", finding.rule.summary, finding.reason) },
        "locations": [location(&finding.location)],
        "properties": properties,
    });
    if !prints.is_empty() {
        result["partialFingerprints"] = prints.into();
    }
    if let Some(id) = finding.pair {
        let place = Location { start: id.start, end: id.end, region: id.region, ..finding.location.clone() };
        let mut related = location(&place);
        related["id"] = json!(1);
        related["message"] = json!({ "text": "the id that goes with it" });
        result["relatedLocations"] = json!([related]);
    }
    result
}

/// A result that somebody has let in: SARIF has a word for that, and not every reader heeds it.
fn suppressed(let_in: &LetIn, rules: &[(&'static Rule, Severity)]) -> Value {
    let mut result = result(&let_in.judged, None, rules);
    let kind = match let_in.by {
        Permit::Marker => "inSource",
        Permit::Exception(_) | Permit::Baseline(_) => "external",
    };
    result["suppressions"] = json!([{ "kind": kind, "status": "accepted", "justification": let_in.by.reason() }]);
    result
}

/// GitHub refuses a file in which one result has no physical location, so what is in no file is placed in the one that git keeps it in.
fn location(location: &Location) -> Value {
    let artifact = match &location.place {
        Place::File(path) | Place::PathName(path) => artifact(path.as_bytes()),
        _ => artifact(file::path(location).as_bytes()),
    };
    if !file::has_line(location) {
        let mut place = json!({ "physicalLocation": { "artifactLocation": artifact, "region": { "startLine": 1 } } });
        if let Some(name) = logical(location) {
            place["logicalLocations"] = json!([{ "fullyQualifiedName": name }]);
        }
        return place;
    }
    let region = json!({
        "startLine": location.start.line,
        "startColumn": location.start.column,
        "endLine": location.end.line,
        "endColumn": location.end.column,
        "byteOffset": location.region.start,
        "byteLength": location.region.len(),
    });
    json!({ "physicalLocation": { "artifactLocation": artifact, "region": region } })
}

/// What has a place in the repository that is no file.
fn logical(location: &Location) -> Option<String> {
    let commit = location.commit.map_or_else(String::new, |commit| format!(" of {commit}"));
    match &location.place {
        Place::File(_) if location.inside.is_some() => Some(location.name()),
        Place::File(_) | Place::PathName(_) => None,
        Place::Message | Place::Stdin | Place::Tag(_) | Place::Unreachable(_) | Place::Ref(_) | Place::Commit => {
            Some(format!("{}{commit}", location.place))
        }
    }
}

/// A path from the root of the work tree is relative to it; one that is absolute is not.
fn artifact(path: &[u8]) -> Value {
    let uri = percent_encoded(path);
    if uri.starts_with('/') {
        json!({ "uri": format!("file://{uri}") })
    } else {
        json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::git::RepoPath;

    fn shown(report: &Report) -> Value {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        serde_json::from_slice(&out).unwrap()
    }

    #[expect(clippy::disallowed_methods, reason = "a test asks cargo, not git")]
    fn cargo(args: &[&str]) -> Vec<u8> {
        let output = std::process::Command::new(env!("CARGO")).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// The published schema, in the source of a crate that ships it. Only this platform's crates are there to be asked for.
    fn schema() -> Value {
        let version = String::from_utf8(cargo(&["-vV"])).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let metadata =
            ["metadata", "--format-version=1", "--offline", "--filter-platform", host, "--manifest-path", manifest];
        let metadata: Value = serde_json::from_slice(&cargo(&metadata)).unwrap();
        let package = metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "serde-sarif");
        let manifest = std::path::PathBuf::from(package.unwrap()["manifest_path"].as_str().unwrap());
        let schema = std::fs::read(manifest.with_file_name("src").join("schema.json")).unwrap();
        let mut schema: Value = serde_json::from_slice(&schema).unwrap();
        // As published, one pattern is no regular expression: a bracket closes that was never opened.
        for place in ["run", "toolComponent"] {
            let pattern = &mut schema["definitions"][place]["properties"]["language"]["pattern"];
            assert_eq!(*pattern, "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$");
            *pattern = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$".into();
        }
        schema
    }

    #[test]
    fn reports_are_valid_against_the_published_schema() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let mut places = sample::report(4);
        places.findings[1].finding.location.place = Place::PathName(RepoPath::new(*b"a\xFF b"));
        places.findings[2].finding.location.place = Place::Message;
        places.findings[3].finding.location.place = Place::File(RepoPath::new("/tmp/x"));
        places.findings[3].finding.fingerprint = None;
        places.findings[3].level = Level::Annotate;
        for report in [sample::report(0), places, sample::history()] {
            let log = shown(&report);
            let errors: Vec<_> =
                validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
        assert!(!validator.is_valid(&json!({ "version": "2.1.0" })), "the schema refuses what is no log");
    }

    #[test]
    fn a_result_says_where_and_how_grave() {
        let log = shown(&sample::report(1));
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert_eq!(run["tool"]["driver"]["rules"][0]["helpUri"], "https://console.aws.amazon.com/iam");
        let result = &run["results"][0];
        assert_eq!((&result["level"], &result["ruleIndex"]), (&json!("error"), &json!(0)));
        assert_eq!(result["partialFingerprints"][FINGERPRINT], "0123456789abcdef");
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({ "uri": "src/a%20b.py", "uriBaseId": "%SRCROOT%" }));
        assert_eq!(place["region"]["startColumn"], 8);
    }

    #[test]
    fn an_audit_tells_where_in_the_history_a_secret_is() {
        let log = shown(&sample::history());
        let origin = &log["runs"][0]["results"][0]["properties"]["origin"];
        assert_eq!(
            (&origin["first"]["line"], &origin["at_head"], &origin["objects"]),
            (&json!(10), &json!(false), &json!(4))
        );
        assert!(shown(&sample::report(1))["runs"][0]["results"][0]["properties"].get("origin").is_none());
    }

    #[test]
    fn of_more_results_than_github_takes_the_most_urgent_are_there_and_the_rest_is_counted() {
        let log = log(&sample::history(), 2);
        let run = &log["runs"][0];
        let lines: Vec<_> = run["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| &result["locations"][0]["physicalLocation"]["region"]["startLine"])
            .collect();
        assert_eq!(lines, [40, 10]);
        let told = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        assert!(
            told.iter()
                .any(|told| told["message"]["text"].as_str().unwrap().starts_with("3 findings are not in this file")),
            "{told:?}"
        );
    }

    #[test]
    fn no_text_of_a_rule_is_longer_than_github_shows() {
        let rules =
            crate::checks::secrets::patterns().map(|pattern| &pattern.rule).chain(crate::checks::policy_rules());
        for rule in rules {
            let described = describe(rule, Severity::High);
            assert!(rule.id.len() <= 255, "{}", rule.id);
            for text in ["shortDescription", "fullDescription"] {
                assert!(described[text]["text"].as_str().unwrap().chars().count() <= 1024, "{}", rule.id);
            }
        }
    }

    #[test]
    fn a_gap_is_told_and_the_run_did_not_succeed() {
        let log = shown(&sample::report(0));
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "big.bin: permission denied");
    }
}
