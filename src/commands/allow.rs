//! `palisade allow`: records a decision to let something pass, and lists those that there are.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::judging::{WARNING, found, policy, rules};
use super::{keys, print};
use crate::checks;
use crate::git::Repo;
use crate::judge::Judged;
use crate::policy::{Exception, Exceptions, Extent, FOLDER, Policy, Record, Side, Until, days, nearest, today};
use crate::redact::redacted;
use crate::scope::named;

/// Let one finding pass by its fingerprint, or one rule in one path: a record that says why, who decided it, and until when.
///
/// Each record is a file of its own in .palisade/exceptions, to be committed with the change. On a server it counts once it was accepted, or in
/// the very push that brings it if an approver whom the policy names has signed it.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The finding, by the fingerprint that a report shows.
    #[arg(value_name = "FINGERPRINT", required_unless_present_any = ["list", "rule"], conflicts_with = "list")]
    fingerprint: Option<String>,
    /// All findings of this rule, in the path that --path names; with a fingerprint, what that is of.
    #[arg(long, value_name = "RULE", conflicts_with = "list")]
    rule: Option<String>,
    /// Only where the path matches: a glob as in ignore-paths.
    #[arg(long, value_name = "GLOB", conflicts_with = "list")]
    path: Option<String>,
    /// Why it may pass.
    #[arg(long, value_name = "TEXT", required_unless_present = "list", conflicts_with = "list")]
    reason: Option<String>,
    /// The last day on which it counts (UTC), as 2026-12-31.
    #[arg(long, value_name = "DATE", conflicts_with = "list")]
    until: Option<String>,
    /// Who has decided it; by --sign whoever git commits as.
    #[arg(long, value_name = "WHO", conflicts_with = "list")]
    approver: Option<String>,
    /// Have git sign it, with the key that it signs commits with.
    #[arg(long, conflicts_with = "list")]
    sign: bool,
    /// Show all of them: which count, which will soon expire, have expired, lack what the policy requires, are not signed, or are stale because
    /// nothing matches them any more.
    #[arg(long)]
    list: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let root = repo.work_dir().context("this is a bare repository: decisions are made where people commit")?;
        let policy = policy(None, Some(&repo))?;
        if self.list {
            print(list(&repo, &policy)?.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        let sign = self.sign;
        let mut record = self.record(&repo, &policy)?;
        let exception = Exception::new(record.file_name(), record.clone()).map_err(|why| anyhow::anyhow!("{why}"))?;
        if exception.until() == Until::Malformed {
            anyhow::bail!("--until takes a day that there is, as 2026-12-31");
        }
        let held = policy.exceptions().hold(&exception, today());
        held.map_err(|why| anyhow::anyhow!("it would not count: the exception {why}"))?;
        if sign {
            let headers = repo.sign(&record.statement()).context("git could not sign it")?;
            anyhow::ensure!(
                !headers.contains("'''"),
                "what git signed cannot be written down: user.name has ''' in it"
            );
            record.signature = Some(headers);
        }
        let made = keys::share(&repo, root)?;
        let file = root.join(FOLDER).join(&exception.name);
        let was_there = file.exists();
        let write = || {
            fs::create_dir_all(root.join(FOLDER))?;
            fs::write(&file, record.text())
        };
        write().with_context(|| format!("{FOLDER}/{}: it cannot be written there", exception.name))?;
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{FOLDER}/{}: {}", exception.name, if was_there { "changed" } else { "written" });
        if made {
            let _ =
                writeln!(text, "{}: the key of fingerprints, which the whole team shares from now on", keys::SHARED);
        }
        let _ = writeln!(text, "Commit it with the change: git add .palisade");
        print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }

    /// What is to be written, as far as it can be.
    fn record(self, repo: &Repo, policy: &Policy) -> anyhow::Result<Record> {
        let Self { fingerprint, rule, path, reason, until, approver, sign, .. } = self;
        if let Some(rule) = &rule {
            let own = policy.patterns().iter().map(|pattern| pattern.rule.id);
            let others = checks::policy_rules().into_iter().map(|rule| rule.id);
            let all: Vec<_> = rules().into_iter().chain(own).chain(others).collect();
            let near = nearest(rule, &all).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let is_known = all.contains(&rule.as_str());
            anyhow::ensure!(is_known, "there is no rule `{}`{near} (`palisade rules list`)", named(rule.as_ref()));
        }
        anyhow::ensure!(
            fingerprint.is_some() || path.is_some(),
            "a rule is let pass in one path: say which with --path"
        );
        let approver = match approver {
            None if sign => repo.config("user.email").and_then(|email| String::from_utf8(email).ok()),
            approver => approver,
        };
        let checks = checks::all(None, None);
        for (flag, text) in [("--reason", &reason), ("--path", &path), ("--approver", &approver)] {
            let Some(text) = text else { continue };
            anyhow::ensure!(
                redacted(text, &checks) == *text,
                "there is a secret in {flag}, and the record is read by everybody"
            );
            anyhow::ensure!(!text.chars().any(char::is_control), "{flag} takes one line");
        }
        Ok(Record { fingerprint, rule, path, reason, until, approver, signature: None })
    }
}

/// All exceptions, each with what there is to say of it.
fn list(repo: &Repo, policy: &Policy) -> anyhow::Result<String> {
    let exceptions = Exceptions::of(Side::of(repo)?);
    let there = found(repo, policy, Extent::Files)?;
    let mut text = String::new();
    for exception in exceptions.all(policy) {
        let record = &exception.record;
        let until = record.until.as_ref().map_or_else(String::new, |until| format!(" until {until}"));
        let by = record.approver.as_ref().map_or_else(String::new, |who| format!(" by {who}"));
        let reason = record.reason.as_deref().unwrap_or("no reason");
        let line =
            format!("{}: {}{until}{by}: {reason}", states(exception, policy, &there.findings), exception.subject());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", named(line.as_ref()));
    }
    for fault in exceptions.faults(policy) {
        let _ = writeln!(text, "broken: {}", named(fault.as_ref()));
    }
    if text.is_empty() {
        text.push_str("no exception is recorded\n");
    }
    Ok(redacted(&text, &checks::all(None, None)))
}

/// `counts`, or what is wrong with it; and what else is worth a word.
fn states(exception: &Exception, policy: &Policy, findings: &[Judged]) -> String {
    let mut states = Vec::new();
    let today = today();
    match (policy.exceptions().hold(exception, today), exception.until()) {
        (Err(_), Until::Malformed) => states.push("expired (no such day)".to_owned()),
        (Err(_), Until::Day(day)) if day < today => states.push("expired".to_owned()),
        (Err(why), _) => states.push(format!("void (it {why})")),
        (Ok(()), Until::Day(day)) if days(today, day) <= WARNING => states.push("expiring".to_owned()),
        (Ok(()), _) => states.push("counts".to_owned()),
    }
    let matches = |judged: &&Judged| exception.speaks_of(&judged.finding, judged.finding.location.place.path());
    match findings.iter().find(matches) {
        None => states.push("stale (nothing in the files matches)".to_owned()),
        Some(judged) => {
            if let Err(why) = policy.exceptions().may(exception, judged.finding.rule) {
                states.push(format!("void (it {why})"));
            }
        }
    }
    if exception.record.signature.is_none() {
        states.push("unsigned".to_owned());
    }
    states.join(", ")
}
