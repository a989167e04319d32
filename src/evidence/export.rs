//! The log for other systems: OCSF, the Elastic Common Schema, CEF, and syslog. Each function names what its fields are published in.

use serde_json::{Value, json};

use super::{Found, Hash, Record};

/// A format of exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The lines as they stand there.
    Jsonl,
    /// OCSF 1.1, Detection Finding: one line a finding.
    Ocsf,
    /// Elastic Common Schema 8.11: one line a verdict.
    Ecs,
    /// ArcSight's Common Event Format: one line a verdict.
    Cef,
    /// RFC 5424 with JSON behind `@cee:`: one line a verdict.
    Syslog,
}

/// The lines for one record, without newlines; `hash` names it.
#[must_use]
pub fn exported(format: Export, record: &Record, hash: Hash) -> Vec<String> {
    match format {
        Export::Jsonl => serde_json::to_string(record).into_iter().collect(),
        Export::Ocsf => record.findings.iter().map(|found| ocsf(record, found, hash).to_string()).collect(),
        Export::Ecs => vec![ecs(record, hash).to_string()],
        Export::Cef => vec![cef(record, hash)],
        Export::Syslog => vec![syslog(record, hash)],
    }
}

/// `2026-05-17T09:30:00.123Z`.
pub(super) fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map_or_else(|_| "1970-01-01T00:00:00Z".to_owned(), |time| format!("{time:.3}"))
}

/// What happened, in words.
fn sentence(record: &Record) -> String {
    let what = match (record.verdict.as_str(), record.entered) {
        ("accept", _) => "accepted",
        ("reject", _) => "rejected",
        (_, true) => "incomplete, and let in",
        (_, false) => "incomplete, and kept out",
    };
    let findings = match record.finding_count {
        0 => String::new(),
        1 => ", 1 finding".to_owned(),
        number => format!(", {number} findings"),
    };
    format!("{} {what}{findings}", record.scope)
}

fn rules(record: &Record) -> Vec<&str> {
    let mut rules: Vec<_> = record.findings.iter().map(|found| found.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn fingerprints(record: &Record) -> Vec<&str> {
    let mut all: Vec<_> = record.findings.iter().filter_map(|found| found.fingerprint.as_deref()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The gravest finding, from 0 (none) to 4.
fn rank(record: &Record) -> u8 {
    record.findings.iter().map(severity).max().unwrap_or(0)
}

fn severity(found: &Found) -> u8 {
    match found.severity.as_str() {
        "critical" => 4,
        "high" => 3,
        "medium" => 2,
        "low" => 1,
        _ => 0,
    }
}

/// OCSF 1.1.0 (schema.ocsf.io), class Detection Finding (2004) with the profile `security_control`.
fn ocsf(record: &Record, found: &Found, hash: Hash) -> Value {
    let uid = found.fingerprint.clone().unwrap_or_else(|| format!("{hash}/{}", found.rule));
    // severity_id: 1 informational, 2 low, 3 medium, 4 high, 5 critical.
    let severity_id = severity(found) + 1;
    let (action_id, action, disposition_id, disposition) =
        if record.entered { (1, "Allowed", 1, "Allowed") } else { (2, "Denied", 2, "Blocked") };
    let mut event = json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_401,
        "type_name": "Detection Finding: Create",
        "time": record.time,
        "severity_id": severity_id,
        "severity": match severity_id {
            2 => "Low",
            3 => "Medium",
            4 => "High",
            5 => "Critical",
            _ => "Informational",
        },
        "status_id": 1,
        "status": "New",
        "action_id": action_id,
        "action": action,
        "disposition_id": disposition_id,
        "disposition": disposition,
        "message": sentence(record),
        "metadata": {
            "version": "1.1.0",
            "profiles": ["security_control"],
            "product": { "name": "Palisade", "vendor_name": "Palisade", "version": record.version },
            "log_name": "decision log",
            "uid": hash.to_string(),
            "sequence": record.seq,
        },
        "finding_info": {
            "uid": uid,
            "title": found.rule,
            "types": [if found.fingerprint.is_some() { "Secret" } else { "Policy violation" }],
            "created_time": record.time,
            "analytic": { "type_id": 1, "type": "Rule", "uid": found.rule, "name": found.rule },
        },
        "resources": [{ "type": "Git repository", "name": record.repository, "uid": record.repository }],
        "unmapped": {
            "place": found.place, "line": found.line, "commit": found.commit, "level": found.level, "bypassed": found.bypassed,
            "refs": record.refs, "policy": record.policy,
        },
    });
    if let Some(pusher) = &record.pusher {
        event["evidences"] = json!([{ "actor": { "user": { "name": pusher } } }]);
    }
    event
}

/// Elastic Common Schema 8.11 (elastic.co, "ECS field reference"); what it has no field for stands below `palisade`.
fn ecs(record: &Record, hash: Hash) -> Value {
    let kind = if record.findings.is_empty() { "event" } else { "alert" };
    let allowed = if record.entered { "allowed" } else { "denied" };
    let mut event = json!({
        "@timestamp": moment(record.time),
        "ecs": { "version": "8.11.0" },
        "message": sentence(record),
        "event": {
            "kind": kind,
            "category": ["intrusion_detection"],
            "type": ["info", allowed],
            "action": format!("{}-{}", record.scope, record.verdict),
            "outcome": match record.verdict.as_str() {
                "accept" => "success",
                "reject" => "failure",
                _ => "unknown",
            },
            "module": "palisade",
            "dataset": "palisade.log",
            "provider": record.by,
            "id": hash.to_string(),
            "sequence": record.seq,
            "duration": record.micros.saturating_mul(1000),
            "severity": rank(record),
        },
        "observer": { "vendor": "Palisade", "product": "Palisade", "type": "git guard", "version": record.version },
        "palisade": {
            "verdict": record.verdict,
            "scope": record.scope,
            "repository": record.repository,
            "refs": record.refs,
            "commits": record.commits,
            "policy": record.policy,
            "findings": record.findings,
            "suppressed": record.suppressed,
            "coverage": record.coverage,
            "bypass": record.bypass,
        },
    });
    if !record.findings.is_empty() {
        event["rule"] = json!({ "id": rules(record), "name": rules(record), "ruleset": "palisade" });
    }
    if let Some(pusher) = &record.pusher {
        event["user"] = json!({ "name": pusher });
        event["related"] = json!({ "user": [pusher] });
    }
    event
}

/// ArcSight Common Event Format, version 0 ("ArcSight Common Event Format, implementation standard"): the header's fields between bars, then `key=value`.
fn cef(record: &Record, hash: Hash) -> String {
    let id = format!("{}-{}", record.scope, record.verdict);
    // From 0 to 10: 9 and 10 are very high, 7 and 8 high, 4 to 6 medium.
    let severity = match (rank(record), record.verdict.as_str()) {
        (4, _) => 10,
        (3, _) => 8,
        (2, _) => 5,
        (0, "incomplete") => 5,
        (1, _) => 3,
        _ => 1,
    };
    let name = sentence(record);
    let header = ["Palisade", "palisade", &record.version, &id, &name].map(cef_header).join("|");
    let refs: Vec<_> = record.refs.iter().map(|moved| moved.name.as_str()).collect();
    let mut extension = vec![
        ("rt", record.time.to_string()),
        ("externalId", hash.to_string()),
        ("act", if record.entered { "allowed" } else { "denied" }.to_owned()),
        ("outcome", record.verdict.clone()),
        ("cat", record.by.clone()),
        ("cnt", record.finding_count.to_string()),
        ("cn1Label", "line".to_owned()),
        ("cn1", record.seq.to_string()),
    ];
    if let Some(pusher) = &record.pusher {
        extension.push(("suser", pusher.clone()));
    }
    if let Some(bypass) = &record.bypass {
        extension.push(("reason", bypass.clone()));
    }
    let policy = record.policy.digest.clone().unwrap_or_else(|| record.policy.origin.clone());
    for (key, label, name, value) in [
        ("cs1", "cs1Label", "rules", rules(record).join(" ")),
        ("cs2", "cs2Label", "fingerprints", fingerprints(record).join(" ")),
        ("cs3", "cs3Label", "repository", record.repository.clone()),
        ("cs4", "cs4Label", "refs", refs.join(" ")),
        ("cs5", "cs5Label", "policy", policy),
    ] {
        if !value.is_empty() {
            extension.extend([(label, name.to_owned()), (key, value)]);
        }
    }
    let extension: Vec<_> = extension.iter().map(|(key, value)| format!("{key}={}", cef_value(value))).collect();
    format!("CEF:0|{header}|{severity}|{}", extension.join(" "))
}

/// In the header bars and backslashes are escaped, and no line ends.
fn cef_header(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ")
}

/// In the extension equal signs, backslashes and ends of lines are.
fn cef_value(text: &str) -> String {
    text.replace('\\', "\\\\").replace('=', "\\=").replace('\r', "\\r").replace('\n', "\\n")
}

/// RFC 5424; facility 13 (log audit). The message is JSON behind the cookie `@cee:`, which rsyslog and syslog-ng read.
fn syslog(record: &Record, hash: Hash) -> String {
    const FACILITY: u8 = 13;
    // 3 error, 4 warning, 5 notice, 6 informational.
    let severity = match (record.verdict.as_str(), record.findings.is_empty()) {
        ("reject", _) => 4,
        ("incomplete", _) => 3,
        (_, false) => 5,
        (_, true) => 6,
    };
    let mut message = serde_json::to_value(record).unwrap_or_default();
    message["hash"] = hash.to_string().into();
    let priority = FACILITY * 8 + severity;
    let kind = format!("{}-{}", record.scope, record.verdict);
    format!("<{priority}>1 {} - palisade - {kind} - @cee: {message}", moment(record.time))
}
