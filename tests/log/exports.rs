//! Exports against what those publish who read them. What of a schema speaks of our fields is written down here, from the source that is named.

use jsonschema::Validator;
use palisade::evidence::{Export, Found, Hash, Looked, Moved, Record, Rules, Unseen, exported};
use serde_json::{Value, json};

/// What breaks lines and fields everywhere.
const ODD: &str = "a|b\\c=d \"e\" ]\n<f>";

/// A rejected push with everything in it.
fn rejected() -> Record {
    let found = |rule: &str, severity: &str, fingerprint: Option<&str>| Found {
        rule: rule.to_owned(),
        level: "reject".to_owned(),
        severity: severity.to_owned(),
        fingerprint: fingerprint.map(str::to_owned),
        place: ODD.to_owned(),
        line: 3,
        commit: Some("c".repeat(40)),
        bypassed: false,
    };
    Record {
        seq: 7,
        prev: Hash::NONE.to_string(),
        time: 1_790_000_000_123,
        version: "0.1.0".to_owned(),
        by: "server".to_owned(),
        scope: "push".to_owned(),
        repository: format!("/srv/{ODD}.git"),
        pusher: Some(ODD.to_owned()),
        verdict: "reject".to_owned(),
        refs: vec![Moved { name: "refs/heads/main".to_owned(), old: None, new: Some("c".repeat(40)) }],
        commits: vec!["c".repeat(40)],
        commit_count: 1,
        policy: Rules { origin: "palisade.toml".to_owned(), digest: Some("d".repeat(64)) },
        findings: vec![
            found("aws-access-key-id", "critical", Some("0123456789abcdef")),
            found("subject-length", "medium", None),
        ],
        finding_count: 2,
        bypass: Some(ODD.to_owned()),
        coverage: Looked {
            contents: 1,
            bytes: 20,
            gaps: vec![Unseen { what: "x".to_owned(), why: "y".to_owned() }],
            ..Looked::default()
        },
        micros: 1500,
        ..Record::default()
    }
}

fn accepted() -> Record {
    Record {
        findings: Vec::new(),
        finding_count: 0,
        verdict: "accept".to_owned(),
        entered: true,
        bypass: None,
        pusher: None,
        ..rejected()
    }
}

fn lines(format: Export) -> Vec<String> {
    let hash = Hash::of(b"x");
    let lines: Vec<_> = [rejected(), accepted()].iter().flat_map(|record| exported(format, record, hash)).collect();
    assert!(lines.iter().all(|line| !line.contains('\n')), "{lines:?}");
    lines
}

#[track_caller]
fn all_valid(schema: &Value, lines: &[String]) {
    let validator: Validator = jsonschema::validator_for(schema).expect("a schema");
    for line in lines {
        let event: Value = serde_json::from_str(line).expect("JSON");
        let errors: Vec<_> =
            validator.iter_errors(&event).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?} in {line}");
    }
    assert!(!validator.is_valid(&json!({})), "it refuses what has nothing");
}

/// ocsf/ocsf-schema, version 1.1.0: `events/findings/detection_finding.json` with `finding.json` and `base_event.json`, `objects/finding_info.json`,
/// `metadata.json`, `product.json`, `analytic.json`, and `profiles/security_control.json`: what is required, and which values there are.
fn ocsf() -> Value {
    let text = json!({ "type": "string" });
    let known = |values: &[u64]| json!({ "enum": values });
    json!({
        "type": "object",
        "required": ["activity_id", "category_uid", "class_uid", "finding_info", "metadata", "severity_id", "time", "type_uid"],
        "properties": {
            "activity_id": known(&[0, 1, 2, 3, 99]),
            "category_uid": { "const": 2 },
            "class_uid": { "const": 2004 },
            "type_uid": known(&[200_400, 200_401, 200_402, 200_403, 200_499]),
            "severity_id": known(&[0, 1, 2, 3, 4, 5, 6, 99]),
            "status_id": known(&[0, 1, 2, 3, 4, 99]),
            "action_id": known(&[0, 1, 2, 99]),
            "disposition_id": { "type": "integer", "minimum": 0 },
            "time": { "type": "integer", "minimum": 1_000_000_000_000_u64 },
            "message": text,
            "finding_info": {
                "type": "object",
                "required": ["title", "uid"],
                "additionalProperties": false,
                "properties": {
                    "title": text, "uid": text,
                    "types": { "type": "array", "items": text },
                    "created_time": { "type": "integer" },
                    "analytic": {
                        "type": "object",
                        "required": ["type_id"],
                        "additionalProperties": false,
                        "properties": { "type_id": known(&[0, 1, 2, 3, 4, 99]), "type": text, "uid": text, "name": text },
                    },
                },
            },
            "metadata": {
                "type": "object",
                "required": ["product", "version"],
                "properties": {
                    "version": { "const": "1.1.0" },
                    "profiles": { "type": "array", "items": { "enum": ["security_control"] } },
                    "product": { "type": "object", "required": ["vendor_name"], "properties": { "vendor_name": text, "name": text, "version": text } },
                    "log_name": text, "uid": text, "sequence": { "type": "integer" },
                },
            },
            "resources": { "type": "array", "items": { "type": "object", "properties": { "type": text, "name": text, "uid": text } } },
            "evidences": { "type": "array", "items": { "type": "object", "properties": { "actor": { "type": "object" } } } },
            "unmapped": { "type": "object" },
        },
    })
}

#[test]
fn ocsf_has_a_detection_finding_for_each_finding() {
    let lines = lines(Export::Ocsf);
    assert_eq!(lines.len(), 2, "one a finding, and none for what has none");
    all_valid(&ocsf(), &lines);
    let event: Value = serde_json::from_str(&lines[0]).expect("JSON");
    assert_eq!(
        event["type_uid"],
        json!(
            event["class_uid"].as_u64().expect("a class") * 100 + event["activity_id"].as_u64().expect("an activity")
        )
    );
    assert_eq!(
        (&event["finding_info"]["uid"], &event["severity_id"], &event["action_id"]),
        (&json!("0123456789abcdef"), &json!(5), &json!(2))
    );
}

/// elastic.co, "ECS field reference" 8.11: the fields that we fill, their types, and the values that `event.*` may have.
fn ecs() -> Value {
    let text = json!({ "type": "string" });
    let long = json!({ "type": "integer", "minimum": 0 });
    json!({
        "type": "object",
        "required": ["@timestamp", "ecs", "event", "message"],
        "additionalProperties": false,
        "properties": {
            "@timestamp": { "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$" },
            "ecs": { "type": "object", "required": ["version"], "properties": { "version": { "pattern": "^8\\." } } },
            "message": text,
            "event": {
                "type": "object",
                "additionalProperties": false,
                "required": ["kind", "category", "type", "outcome"],
                "properties": {
                    "kind": { "enum": ["alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"] },
                    "category": { "type": "array", "items": { "enum": ["intrusion_detection"] } },
                    // What `intrusion_detection` expects.
                    "type": { "type": "array", "items": { "enum": ["allowed", "denied", "info"] } },
                    "outcome": { "enum": ["failure", "success", "unknown"] },
                    "action": text, "module": text, "dataset": text, "provider": text, "id": text,
                    "sequence": long, "duration": long, "severity": long,
                },
            },
            "rule": { "type": "object", "additionalProperties": false, "properties": { "id": {}, "name": {}, "ruleset": text } },
            "user": { "type": "object", "additionalProperties": false, "properties": { "name": text } },
            "related": { "type": "object", "properties": { "user": { "type": "array", "items": text } } },
            "observer": { "type": "object", "additionalProperties": false, "properties": { "vendor": text, "product": text, "type": text, "version": text } },
            "palisade": { "type": "object" },
        },
    })
}

#[test]
fn ecs_has_an_event_for_each_verdict() {
    let lines = lines(Export::Ecs);
    assert_eq!(lines.len(), 2);
    all_valid(&ecs(), &lines);
}

/// Reads a line as the standard describes it: eight fields between bars that no backslash is before, then pairs.
#[test]
fn cef_can_be_read_back() {
    let lines = lines(Export::Cef);
    assert_eq!(lines.len(), 2);
    for line in &lines {
        let mut fields = vec![String::new()];
        let mut escaped = false;
        for character in line.chars() {
            if fields.len() == 8 {
                fields[7].push(character);
            } else if std::mem::take(&mut escaped) {
                fields.last_mut().expect("a field").push(character);
            } else {
                match character {
                    '\\' => escaped = true,
                    '|' => fields.push(String::new()),
                    _ => fields.last_mut().expect("a field").push(character),
                }
            }
        }
        assert_eq!(fields.len(), 8, "{line}");
        assert_eq!(fields[..4], ["CEF:0", "Palisade", "palisade", "0.1.0"]);
        assert!(fields[6].parse::<u8>().expect("a severity") <= 10);
        let extension = &fields[7];
        assert!(extension.contains("rt=1790000000123") && extension.contains("cn1=7"), "{extension}");
    }
    assert!(lines[0].contains(r#"suser=a|b\\c\=d "e" ]\n<f>"#), "{}", lines[0]);
}

/// RFC 5424, section 6: `<PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID SD MSG`.
#[test]
fn syslog_is_as_the_standard_says() {
    for (line, priority) in lines(Export::Syslog).iter().zip([13 * 8 + 4, 13 * 8 + 6]) {
        let parts: Vec<_> = line.splitn(9, ' ').collect();
        assert_eq!(parts[0], format!("<{priority}>1"));
        assert!(parts[1].parse::<jiff::Timestamp>().is_ok() && parts[1].contains(".123Z"), "{line}");
        assert_eq!(parts[2..4], ["-", "palisade"]);
        assert!(parts[5].len() <= 32 && parts[5].bytes().all(|byte| byte.is_ascii_graphic()), "{line}");
        assert_eq!(parts[6..8], ["-", "@cee:"]);
        let message: Value = serde_json::from_str(parts[8]).expect("JSON");
        assert_eq!(message["seq"], 7);
    }
}

#[test]
fn json_lines_are_the_lines() {
    let lines = lines(Export::Jsonl);
    assert_eq!(serde_json::from_str::<Record>(&lines[0]).expect("a record"), rejected());
}
