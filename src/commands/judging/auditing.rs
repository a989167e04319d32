//! From a repository, or several, to the report of an audit and its exit code.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::Context;

use super::{Caller, Flags};
use crate::audit::{Audit, Means, Part, State, Watch};
use crate::checks;
use crate::checks::secrets::Secrets;
use crate::commands::showing::Showing;
use crate::commands::{keys, notes, progress};
use crate::git::Repo;
use crate::judge::{Judge, Pace, Report};
use crate::policy::{Exceptions, Policy, Side};
use crate::redact::redacted;
use crate::scope::{Gap, Scope, named};
use crate::work::Jobs;

impl Flags {
    /// Everything that a repository has ever held, to an exit code.
    ///
    /// What was looked at is written into the file `save`, unless the audit was stopped.
    pub(in crate::commands) fn audit(
        &self,
        dir: &Path,
        means: Means,
        part: &Part,
        save: Option<&Path>,
    ) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        self.showing.check()?;
        let watch = Watch::default();
        let repo = Repo::discover(dir)?;
        let (report, state) =
            progress::shown(&watch, self.showing.quiet, || self.audit_one(&repo, means, part, &watch))??;
        if let Some(file) = save.filter(|_| !watch.stop().load(Ordering::Relaxed)) {
            let state = part.known.with(&state);
            state
                .write(file, self.policy(Some(&repo))?.patterns())
                .with_context(|| format!("{}: the state cannot be written there", named(file)))?;
        }
        self.showing.show(&report, Caller::Person, Some(&repo), started)?;
        Ok(ExitCode::from(report.verdict.exit_code()))
    }

    /// The same for several repositories, in one report.
    pub(in crate::commands) fn audit_all(
        &self,
        dirs: &[PathBuf],
        means: Means,
        part: &Part,
    ) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        self.showing.check()?;
        let watch = Watch::default();
        let checks = checks::all(None, self.jobs);
        let audit = |dir: &PathBuf| {
            // Whoever named the folders may have put a secret there.
            let name = redacted(&named(dir).to_string(), &checks);
            let audited = Repo::at(dir).map_err(anyhow::Error::from);
            let audited = audited.and_then(|repo| Ok(self.audit_one(&repo, means, part, &watch)?.0));
            let audited = match audited {
                Ok(report) => Ok(report.of_repository(&name)),
                Err(error) => Err(Gap { what: name.clone(), why: redacted(&format!("{error:#}"), &checks) }),
            };
            if self.showing.is_stream()
                && let Ok(report) = &audited
            {
                Showing::show_part(report)?;
            }
            Ok((name, audited))
        };
        let audits: anyhow::Result<_> =
            progress::shown(&watch, self.showing.quiet, || dirs.iter().map(audit).collect())?;
        let report = Report::of_many(audits?);
        if self.showing.is_stream() {
            Showing::show_end(&report)?;
        } else {
            self.showing.show(&report, Caller::Person, None, started)?;
        }
        Ok(ExitCode::from(report.verdict.exit_code()))
    }

    fn audit_one(&self, repo: &Repo, means: Means, part: &Part, watch: &Watch) -> anyhow::Result<(Report, State)> {
        let exceptions = Exceptions::of(Side::of(repo)?);
        let key = keys::of(repo, exceptions.side())?;
        let policy = self.policy(Some(repo))?;
        let (mut report, state) = audit_with(repo, &policy, &exceptions, key, self.jobs, (means, part, watch))?;
        report.notes.extend(notes::counted(repo)?);
        if means.signatures {
            report = report.with_signatures(self.verified(repo, Scope::Signatures(None), None)?);
        }
        Ok((report, state))
    }
}

/// Audits one repository. Findings are put together by their fingerprints; without a key they are made for this report only.
pub(super) fn audit_with(
    repo: &Repo,
    policy: &Policy,
    exceptions: &Exceptions<'_>,
    key: Option<Vec<u8>>,
    jobs: Jobs,
    (means, part, watch): (Means, &Part, &Watch),
) -> anyhow::Result<(Report, State)> {
    let is_lasting = key.is_some();
    let key = key.map_or_else(|| keys::random().map(Vec::from), Ok)?;
    let secrets = Secrets::with_own(Some(key), policy.patterns(), jobs);
    let checks = checks::with_own(None, policy.patterns(), jobs);
    let judge = Judge { checks: &checks, policy, exceptions, repo: Some(repo), jobs, pace: Pace::default() };
    let (mut report, state) = Audit { repo, secrets: &secrets, judge, means, part, watch }.run();
    if !is_lasting {
        let let_in = report.let_in.iter_mut().map(|let_in| &mut let_in.judged);
        report.findings.iter_mut().chain(let_in).for_each(|judged| judged.finding.fingerprint = None);
    }
    Ok((report, state))
}
