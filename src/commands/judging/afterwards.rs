//! What is said once a verdict is known, beside the report.

use std::io::{self, Write};

use super::Caller;
use crate::commands::{pending, say_only, server};
use crate::git::{Receiver, Repo};
use crate::judge::{Report, Verdict};
use crate::policy::{Exception, Exceptions, FOLDER, Policy, Until, days, today};
use crate::scope::Scope;

/// So many days before its last one an exception is told of.
pub(in crate::commands) const WARNING: usize = 14;

/// What else the caller should know: what waits, what the push does to the policy (`notes`), and which exceptions expire.
pub(super) fn say(
    report: &Report,
    notes: &[String],
    (policy, exceptions): (&Policy, &Exceptions<'_>),
    caller: Caller,
    repo: Option<&Repo>,
) {
    if let (Caller::Server, Scope::Push(push), Some(repo)) = (caller, &report.scope, repo) {
        match &push.receiver {
            Receiver::Updated => pending::remind(repo),
            // A policy that goes in must not go in unseen.
            Receiver::Itself if report.verdict == Verdict::Accept && report.findings.is_empty() => {
                for note in notes {
                    say_only(note);
                }
            }
            Receiver::Itself | Receiver::Before | Receiver::Remote(_) => {}
        }
    }
    if let (Caller::Hook { .. }, Scope::Staged { .. }, Some(repo)) = (caller, &report.scope, repo) {
        warn_of_expiry(exceptions, policy, repo);
    }
    if caller == Caller::Server && report.verdict != Verdict::Accept && server::is_gitlab() {
        // Where even that cannot be written, the exit code still tells.
        let _ = io::stderr().lock().write_all(server::gitlab_lines(report).as_bytes());
    }
}

/// Says which exceptions will soon let nothing in any more.
fn warn_of_expiry(exceptions: &Exceptions<'_>, policy: &Policy, repo: &Repo) {
    // The index is read for it only where there may be some.
    if !repo.work_dir().is_some_and(|root| root.join(FOLDER).is_dir()) {
        return;
    }
    let today = today();
    let last_day = |exception: &Exception| match exception.until() {
        Until::Day(day) if day >= today && days(today, day) <= WARNING => Some(day),
        Until::Day(_) | Until::Never | Until::Malformed => None,
    };
    let soon: Vec<_> = exceptions.all(policy).iter().filter_map(last_day).collect();
    if let Some(first) = soon.iter().min() {
        let what = if soon.len() == 1 {
            "an exception expires".to_owned()
        } else {
            format!("{} exceptions expire", soon.len())
        };
        say_only(&format!("{what} within two weeks, on {first}; `palisade allow --list` shows more"));
    }
}
