//! Decisions that last: fingerprints, exceptions, the baseline, and the marks that annotated findings leave.

mod annotate;
mod baseline;
mod exceptions;
mod fingerprints;
mod signed;

use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{Run, Sandbox};

/// A file with a key on line 3.
fn with_key() -> String {
    file_with(6, &[(3, &format!("id = {}", aws_key(1)))])
}

/// The fingerprint of the one finding of a report.
#[track_caller]
fn fingerprint(report: &Run) -> String {
    let json = report.json();
    let findings = json["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), 1, "{report}");
    findings[0]["fingerprint"].as_str().unwrap_or_else(|| panic!("it has none: {report}")).to_owned()
}

/// Runs `palisade allow`, which has to succeed.
#[track_caller]
fn allow(sandbox: &Sandbox, args: &[&str]) {
    let run = sandbox.palisade([&["allow"][..], args].concat());
    assert!(run.success(), "{run}");
}

/// A repository with a staged key, and the key's fingerprint.
fn with_staged_key() -> (Sandbox, String) {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", with_key());
    sandbox.rejects(["commit", "-q", "-m", "Add settings"], &[(AWS, "app.conf:3")]);
    let print = fingerprint(&sandbox.scan_staged());
    (sandbox, print)
}

/// So many days from today, as a policy writes it.
fn in_days(days: i32) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_add(jiff::Span::new().days(days)).expect("a day").to_string()
}
