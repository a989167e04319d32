//! Reports against the schemas of those who read them. Where a provider's schema cannot be had as a package, what of it speaks of our fields
//! is written down here from the provider's own, which is named.

use jsonschema::Validator;
use palisade::output::Format;
use serde_json::{Value, json};

use super::{everything, shown};
use crate::made_up::{aws_key, file_with};
use crate::sandbox::Sandbox;

/// Ours.
pub(super) fn report_schema() -> Value {
    serde_json::from_str(include_str!("../../src/output/report.schema.json")).expect("JSON")
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::meta::validate(schema).expect("a schema");
    jsonschema::validator_for(schema).expect("a schema")
}

#[track_caller]
pub(crate) fn is_valid(validator: &Validator, value: &Value) {
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
}

fn json(format: Format) -> [Value; 2] {
    [everything::report(), everything::nothing()]
        .map(|report| serde_json::from_str(&shown(format, &report)).expect("JSON"))
}

fn lines(format: Format) -> Vec<Value> {
    let text = shown(format, &everything::report()) + &shown(format, &everything::nothing());
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn json_and_json_lines_are_as_the_published_schema_says() {
    let schema = report_schema();
    let whole = validator(&schema);
    for one in &json(Format::Json) {
        is_valid(&whole, one);
    }
    let mut schema = schema;
    schema["$ref"] = "#/$defs/jsonl".into();
    let line = validator(&schema);
    for one in &lines(Format::Jsonl) {
        is_valid(&line, one);
    }
    // And what the program itself writes.
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(1))]));
    for args in [&["scan", "--staged"][..], &["scan", "."], &["audit"], &["verify"], &["scan", "--range", "HEAD"]] {
        is_valid(&whole, &sandbox.palisade([args, &["--format", "json"]].concat()).json());
    }
    let mut wrong = json(Format::Json)[0].clone();
    wrong["findings"][0]["secret"] = "x".into();
    assert!(!whole.is_valid(&wrong), "a field that nobody has described");
}

/// gitlab-org/security-products/security-report-schemas 15.0.2, `secret-detection-report-format.json`: what is required, and what our fields may be.
fn gitlab_secrets() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let tool = json!({
        "type": "object",
        "required": ["id", "name", "version", "vendor"],
        "properties": {
            "id": text, "name": text, "version": text,
            "vendor": { "type": "object", "required": ["name"], "properties": { "name": text } },
        },
    });
    let time = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$" });
    let message = json!({
        "type": "object",
        "required": ["level", "value"],
        "properties": { "level": { "enum": ["info", "warn", "fatal"] }, "value": text },
    });
    let address = json!({ "type": "string", "pattern": "^https?://.+" });
    let identifier = json!({
        "type": "object",
        "required": ["type", "name", "value"],
        "properties": { "type": text, "name": text, "value": text, "url": address },
    });
    let commit = json!({
        "type": "object",
        "required": ["sha"],
        "properties": { "author": { "type": "string" }, "date": { "type": "string" }, "message": { "type": "string" }, "sha": text },
    });
    json!({
        "type": "object",
        "required": ["scan", "version", "vulnerabilities"],
        "properties": {
            "version": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" },
            "scan": {
                "type": "object",
                "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
                "properties": {
                    "analyzer": tool, "scanner": tool, "start_time": time, "end_time": time,
                    "messages": { "type": "array", "items": message },
                    "status": { "enum": ["success", "failure"] },
                    "type": { "enum": ["secret_detection"] },
                },
            },
            "vulnerabilities": { "type": "array", "items": {
                "type": "object",
                "required": ["id", "identifiers", "location"],
                "properties": {
                    "id": text,
                    "name": { "type": "string", "maxLength": 255 },
                    "description": { "type": "string", "maxLength": 1_048_576 },
                    "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
                    "solution": { "type": "string", "maxLength": 7000 },
                    "identifiers": { "type": "array", "minItems": 1, "items": identifier },
                    "links": { "type": "array", "items": { "type": "object", "required": ["url"], "properties": { "name": { "type": "string" }, "url": address } } },
                    "location": {
                        "required": ["commit"],
                        "properties": {
                            "file": { "type": "string" }, "start_line": { "type": "number" }, "end_line": { "type": "number" },
                            "commit": commit,
                        },
                    },
                    "raw_source_code_extract": { "type": "string" },
                },
            } },
        },
    })
}

#[test]
fn gitlab_takes_the_secret_detection_report() {
    let validator = validator(&gitlab_secrets());
    let reports = json(Format::GitlabSecrets);
    for one in &reports {
        is_valid(&validator, one);
    }
    let found = reports[0]["vulnerabilities"].as_array().expect("vulnerabilities");
    assert_eq!(
        found.len(),
        everything::report().findings.iter().filter(|judged| judged.finding.rule.is_secret()).count()
    );
    let ids: std::collections::HashSet<_> = found.iter().map(|found| found["id"].as_str()).collect();
    assert_eq!(ids.len(), found.len(), "of two with one id GitLab drops the second");
    assert_eq!((&reports[0]["scan"]["status"], &reports[1]["scan"]["status"]), (&json!("failure"), &json!("success")));
    let mut wrong = reports[0].clone();
    wrong["vulnerabilities"][0]["location"]["commit"] = json!({});
    assert!(!validator.is_valid(&wrong));
}

/// GitLab's documentation, "Code Quality report format".
fn code_quality() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    json!({ "type": "array", "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": text, "check_name": text, "fingerprint": text,
            "severity": { "enum": ["info", "minor", "major", "critical", "blocker"] },
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": { "type": "string", "pattern": "^[^/]", "not": { "pattern": "^\\./" } },
                    "lines": { "type": "object", "required": ["begin"], "properties": { "begin": { "type": "integer", "minimum": 1 } } },
                },
            },
        },
    } })
}

#[test]
fn gitlab_takes_the_code_quality_report() {
    let validator = validator(&code_quality());
    let reports = json(Format::Gitlab);
    for one in &reports {
        is_valid(&validator, one);
    }
    let issues = reports[0].as_array().expect("issues");
    let prints: std::collections::HashSet<_> = issues.iter().map(|issue| issue["fingerprint"].as_str()).collect();
    assert_eq!(prints.len(), issues.len(), "of two with one fingerprint GitLab shows the first");
    assert_eq!(reports[1], json!([]));
    assert!(!validator.is_valid(&json!([{ "description": "x" }])));
}

/// reviewdog/reviewdog, `proto/rdf/jsonschema/Diagnostic.json`.
fn diagnostic() -> Value {
    let text = json!({ "type": "string" });
    let position = json!({ "type": "object", "properties": { "line": { "type": "integer", "minimum": 1 }, "column": { "type": "integer", "minimum": 1 } } });
    json!({
        "type": "object",
        "required": ["message", "location", "severity"],
        "properties": {
            "message": text,
            "location": {
                "type": "object",
                "required": ["path"],
                "properties": {
                    "path": text,
                    "range": { "type": "object", "required": ["start"], "properties": { "start": position, "end": position } },
                },
            },
            "severity": { "enum": ["UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"] },
            "source": { "type": "object", "properties": { "name": text, "url": text } },
            "code": { "type": "object", "properties": { "value": text, "url": text } },
        },
    })
}

#[test]
fn reviewdog_takes_every_line() {
    let validator = validator(&diagnostic());
    let lines = lines(Format::Rdjsonl);
    assert_eq!(lines.len(), everything::report().findings.len() + everything::report().coverage.gaps.len());
    for one in &lines {
        is_valid(&validator, one);
    }
}

/// Its name, the attributes that it must have, those that it may have, and what may stand in it.
type Element = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// Jenkins' xUnit plugin, `junit-10.xsd`.
const JUNIT: &[Element] = &[
    ("testsuites", &[], &["name", "time", "tests", "failures", "errors"], &["testsuite"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors"],
        &["group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"],
        &["testsuite", "properties", "testcase", "system-out", "system-err"],
    ),
    ("properties", &[], &[], &["property"]),
    ("property", &["name", "value"], &[], &[]),
    (
        "testcase",
        &["name"],
        &["time", "classname", "group"],
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("failure", &[], &["type", "message"], &["#text"]),
    ("error", &[], &["type", "message"], &["#text"]),
    ("skipped", &[], &["type", "message"], &["#text"]),
];

#[test]
fn junit_is_as_the_published_schema_says() {
    for report in [everything::report(), everything::nothing()] {
        let text = shown(Format::Junit, &report);
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("no XML ({error}): {text}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        for node in root.descendants().filter(roxmltree::Node::is_element) {
            let name = node.tag_name().name();
            let (_, must, may, inner) =
                JUNIT.iter().find(|(known, ..)| *known == name).unwrap_or_else(|| panic!("<{name}>"));
            assert!(must.iter().all(|attribute| node.has_attribute(*attribute)), "{name} in {text}");
            for attribute in node.attributes() {
                assert!(
                    must.iter().chain(*may).any(|known| *known == attribute.name()),
                    "{} in {name}",
                    attribute.name()
                );
            }
            for child in node.children() {
                let is_blank = child.is_text() && child.text().unwrap_or_default().trim().is_empty();
                let child = if child.is_text() { "#text" } else { child.tag_name().name() };
                assert!(is_blank || inner.contains(&child), "<{child}> in <{name}>");
            }
        }
        let number = |name: &str| root.descendants().filter(|node| node.has_tag_name(name)).count();
        let said = |name: &str| root.attribute(name).expect("a number").parse::<usize>().expect("a number");
        assert_eq!(
            (said("tests"), said("failures"), said("errors")),
            (number("testcase"), number("failure"), number("error"))
        );
        assert!(number("testcase") > 0, "an empty suite looks as if it had not run");
    }
}
