//! SARIF 2.1.0, for code scanning. What was suppressed is left out: consumers disagree on what a suppression means.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::json::{Origin, pretty};
use super::words::percent_encoded;
use crate::finding::Finding;
use crate::git::RepoPath;
use crate::judge::{Judged, Report, Verdict};
use crate::rule::{Level, Rule};
use crate::scope::Place;

/// Names the way that fingerprints are made, so that another way gets another name.
const FINGERPRINT: &str = "palisade/v1";

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(report);
    let results: Vec<_> = report.findings.iter().map(|judged| result(judged, &rules)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "palisade",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| describe(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation(report)],
            "results": results,
        }],
    });
    pretty(&log, out)
}

/// The rules that were broken, each once, in the order of their ids.
fn rules(report: &Report) -> Vec<&'static Rule> {
    let mut rules: Vec<_> = report.findings.iter().map(|judged| judged.finding.rule).collect();
    rules.sort_unstable_by_key(|rule| rule.id);
    rules.dedup_by_key(|rule| rule.id);
    rules
}

fn describe(rule: &Rule) -> Value {
    let secret = || format!("Revoke: {}\nRotate: {}", rule.revoke, rule.rotate);
    let help = rule.mend().map_or_else(secret, str::to_owned);
    let tags: &[&str] = if rule.is_secret() { &["security", "secret"] } else { &["policy"] };
    let mut described = json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": format!("{} in what is about to enter the repository.", rule.summary) },
        "help": { "text": help, "markdown": help.replace('\n', "\n\n") },
        "defaultConfiguration": { "level": "error" },
        "properties": { "tags": tags, "provider": rule.provider },
    });
    if rule.revoke.starts_with("https://") && rule.revoke.bytes().all(|byte| byte.is_ascii_graphic()) {
        described["helpUri"] = rule.revoke.into();
    }
    described
}

/// A run that left something unseen did not succeed, whatever it found.
fn invocation(report: &Report) -> Value {
    let gaps = report.coverage.gaps.iter();
    let notifications: Vec<_> = gaps
        .map(|gap| json!({ "level": "error", "message": { "text": format!("{}: {}", gap.what, gap.why) } }))
        .collect();
    json!({
        "executionSuccessful": report.coverage.gaps.is_empty() && report.verdict != Verdict::Incomplete,
        "exitCode": report.verdict.exit_code(),
        "toolExecutionNotifications": notifications,
    })
}

fn result(judged: &Judged, rules: &[&'static Rule]) -> Value {
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
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules.iter().position(|rule| rule.id == finding.rule.id),
        "level": level,
        "message": { "text": format!("{}: {}", finding.rule.summary, finding.reason) },
        "locations": [location(finding)],
        "properties": properties,
    });
    if let Some(fingerprint) = &finding.fingerprint {
        result["partialFingerprints"] = json!({ FINGERPRINT: fingerprint.to_string() });
    }
    result
}

fn location(finding: &Finding) -> Value {
    let location = &finding.location;
    let region = json!({
        "startLine": location.start.line,
        "startColumn": location.start.column,
        "endLine": location.end.line,
        "endColumn": location.end.column,
        "byteOffset": location.region.start,
        "byteLength": location.region.len(),
    });
    match &location.place {
        Place::File(path) => json!({ "physicalLocation": { "artifactLocation": artifact(path), "region": region } }),
        // A region would be one of the file's content.
        Place::PathName(path) => json!({ "physicalLocation": { "artifactLocation": artifact(path) } }),
        Place::Message | Place::Stdin | Place::Tag(_) | Place::Unreachable(_) | Place::Ref(_) | Place::Commit => {
            let commit = location.commit.map_or_else(String::new, |commit| format!(" of {commit}"));
            json!({ "logicalLocations": [{ "fullyQualifiedName": format!("{}{commit}", location.place) }] })
        }
    }
}

/// A path from the root of the work tree is relative to it; one that is absolute is not.
fn artifact(path: &RepoPath) -> Value {
    let uri = percent_encoded(path.as_bytes());
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
    use crate::rule::Level;

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
    fn a_gap_is_told_and_the_run_did_not_succeed() {
        let log = shown(&sample::report(0));
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], "big.bin: permission denied");
    }
}
