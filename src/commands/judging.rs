//! What all judging commands share: their flags, and the one way from a scope to an exit code.

use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::Context;

use super::pending::Pending;
use super::showing::Showing;
use super::{keys, marks, pending, progress, recording, server};
use crate::audit::{Audit, Means, Part, State, Watch};
use crate::changeset::{Reader, base};
use crate::checks;
use crate::checks::secrets::{Pattern, Secrets, pattern_ids};
use crate::git::{GitError, Oid, Receiver, Repo};
use crate::judge::{Judge, Pace, Report, Verdict};
use crate::policy::{
    Exception, Exceptions, Extent, FILE_NAME, FOLDER, Mark, OnIncomplete, Policy, Side, Until, days, today,
};
use crate::redact::redacted;
use crate::scope::{Certificate, Gap, Push, Scope, named};
use crate::work::Jobs;

/// So many days before its last one an exception is told of.
pub(super) const WARNING: usize = 14;

/// The flags of every judging command.
#[derive(clap::Args)]
pub(super) struct Flags {
    /// Judge by this policy instead of palisade.toml at the root of the work tree.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    #[command(flatten)]
    showing: Showing,
    /// How many threads may work; all cores if not given.
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Who asks, which is how much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A hook, in the middle of something else: silence means yes, and a report fits a screen.
    Hook {
        /// Whether a person edited the message that is judged.
        edited: bool,
    },
    /// A hook on a server: as a hook, and the policy comes from the side that was accepted.
    Server,
    /// Whoever looks on a server at what was let in: nobody waits, so there is no deadline, and all is told.
    Timer,
    /// Somebody who wants to know.
    Person,
}

impl Caller {
    /// Whether the side that was accepted has the word.
    pub(super) fn is_on_a_server(self) -> bool {
        match self {
            Self::Server | Self::Timer => true,
            Self::Hook { .. } | Self::Person => false,
        }
    }
}

impl Flags {
    /// From a scope to an exit code.
    pub(super) fn judge(&self, scope: Scope, caller: Caller) -> anyhow::Result<ExitCode> {
        self.showing.check()?;
        let repo = self.repo(&scope)?;
        let verdict = self.judge_in(repo.as_ref(), scope, caller)?;
        Ok(ExitCode::from(verdict.exit_code()))
    }

    /// What a server has let in without having looked at all of it, to an exit code. What was looked at waits no longer.
    pub(super) fn pending(&self, dir: &Path) -> anyhow::Result<ExitCode> {
        self.showing.check()?;
        let repo = Repo::discover(dir)?;
        let mut verdict = Verdict::Accept;
        if let Some(pending) = Pending::take(&repo)? {
            let (updates, receiver) = (pending.updates.clone(), Receiver::Before);
            if !updates.is_empty() {
                let push = Push { updates, receiver, pusher: None, bypass: None, certificate: Certificate::Untold };
                verdict = self.judge_in(Some(&repo), Scope::Push(push), Caller::Timer)?;
            }
            if verdict != Verdict::Incomplete {
                pending.done()?;
            }
        }
        Ok(ExitCode::from(verdict.exit_code()))
    }

    /// From a scope in a repository to the verdict that counts.
    fn judge_in(&self, repo: Option<&Repo>, scope: Scope, caller: Caller) -> anyhow::Result<Verdict> {
        let started = Instant::now();
        let is_on_a_server = caller.is_on_a_server();
        // What was accepted before says how everything behind it is judged, and by whose word something is let in.
        let accepted = match (&scope, repo) {
            (Scope::Push(push), Some(repo)) if is_on_a_server => server::accepted(repo, push)?,
            (Scope::Range(range), Some(repo)) => base(repo, range)?,
            _ => None,
        };
        let (policy, notes) = match (&scope, repo, &self.policy) {
            // On a server nothing is in force that a push brings.
            (Scope::Push(push), Some(repo), None) if is_on_a_server => server::policy(repo, push, rules)?,
            (Scope::Range(range), Some(repo), None) if accepted.is_some() => {
                let policy = self.accepted_policy(repo, accepted)?;
                let note = server::note_of_range(repo, range, accepted)?;
                (policy, note.into_iter().collect())
            }
            _ => (self.policy(repo)?, Vec::new()),
        };
        if let (Scope::Staged { .. }, Caller::Hook { .. }, Some(repo), Some(settings)) =
            (&scope, caller, repo, policy.signatures())
            && let Some(reminder) = super::doctor::reminder(repo, settings)
        {
            super::say_only(reminder);
        }
        let edited = caller == Caller::Hook { edited: true };
        let deletions = policy.files().asks_for_deletions();
        let mut changeset = Reader { repo, jobs: self.jobs, edited, deletions }.read(&scope)?;
        changeset.arrivals.accepted = accepted;
        let exceptions = exceptions(&scope, repo, caller, accepted)?;
        let key = repo.map(|repo| keys::of(repo, exceptions.side())).transpose()?.flatten();
        // A template brings hooks and no key. Without one there are only no fingerprints.
        let key = key.or_else(|| keys::own(repo.filter(|_| matches!(caller, Caller::Hook { .. }))?));
        let checks = checks::with_own(key, policy.patterns(), self.jobs);
        let progress = server::progress(started);
        let pace = if caller == Caller::Server {
            let deadline = policy.server().deadline.map(|span| (started + span, span));
            Pace { deadline, progress: Some(&progress) }
        } else {
            Pace::default()
        };
        let judge = Judge { checks: &checks, policy: &policy, exceptions: &exceptions, repo, jobs: self.jobs, pace };
        let commits =
            changeset.pushed.iter().flat_map(|pushed| pushed.commits.iter().rev()).map(|(oid, _)| oid).collect();
        let mut report = judge.judge(scope, changeset);
        report.notes.splice(0..0, notes.iter().cloned());
        let is_let_in = caller == Caller::Server
            && report.verdict == Verdict::Incomplete
            && policy.server().on_incomplete == OnIncomplete::Accept;
        report.lets_gaps_in = is_let_in;
        if is_let_in {
            if let (Scope::Push(push), Some(repo)) = (&report.scope, repo) {
                pending::add(repo, &push.updates)?;
            }
            let note = "the policy lets it in all the same: on-incomplete in [server] is \"accept\"; `palisade audit --pending` there looks at the rest";
            report.notes.push(note.to_owned());
        }
        // What a timer looks at has entered before.
        let entered = is_let_in || report.verdict == Verdict::Accept || caller == Caller::Timer;
        let took = started.elapsed();
        let (checks, policy, judged) = (&checks[..], &policy, &report);
        recording::Verdict { report: judged, entered, caller, repo, policy, checks, commits, took }.write()?;
        self.showing.show(&report, caller, repo, started)?;
        if let Some(repo) = repo {
            marks::leave(&report, policy, caller, repo)?;
        }
        if let (Caller::Server, Scope::Push(push), Some(repo)) = (caller, &report.scope, repo) {
            match &push.receiver {
                Receiver::Updated => pending::remind(repo),
                // A policy that goes in must not go in unseen.
                Receiver::Itself if report.verdict == Verdict::Accept && report.findings.is_empty() => {
                    for note in &notes {
                        super::say_only(note);
                    }
                }
                Receiver::Itself | Receiver::Before | Receiver::Remote(_) => {}
            }
        }
        if let (Caller::Hook { .. }, Scope::Staged { .. }, Some(repo)) = (caller, &report.scope, repo) {
            warn_of_expiry(&exceptions, policy, repo);
        }
        if caller == Caller::Server && report.verdict != Verdict::Accept && server::is_gitlab() {
            // Where even that cannot be written, the exit code still tells.
            let _ = io::stderr().lock().write_all(server::gitlab_lines(&report).as_bytes());
        }
        Ok(if is_let_in { Verdict::Accept } else { report.verdict })
    }

    /// Who signed what, to an exit code. `trust` names the commit that says who may.
    pub(super) fn verify(&self, scope: Scope, trust: Option<&str>) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        self.showing.check()?;
        let repo = Repo::discover(Path::new("."))?;
        let report = self.verified(&repo, scope, trust)?;
        self.showing.show(&report, Caller::Person, Some(&repo), started)?;
        Ok(ExitCode::from(report.verdict.exit_code()))
    }

    /// Who signed, and whether that stands.
    fn verified(&self, repo: &Repo, scope: Scope, trust: Option<&str>) -> anyhow::Result<Report> {
        let trust = trust.map(|revision| commit(repo, revision)).transpose()?;
        let changeset = Reader { repo: Some(repo), jobs: self.jobs, edited: false, deletions: false }.read(&scope)?;
        let accepted = trust.or(changeset.arrivals.accepted);
        let policy = self.accepted_policy(repo, accepted)?.for_signatures(trust);
        // They take secrets out of what strangers wrote into names and messages.
        let checks = checks::all(None, self.jobs);
        let pace = Pace::default();
        let exceptions = Exceptions::default();
        let judge = Judge {
            checks: &checks,
            policy: &policy,
            exceptions: &exceptions,
            repo: Some(repo),
            jobs: self.jobs,
            pace,
        };
        Ok(judge.judge(scope, changeset))
    }

    /// The policy as it stands in the commit that says who may sign: what is judged must not say how.
    fn accepted_policy(&self, repo: &Repo, commit: Option<Oid>) -> anyhow::Result<Policy> {
        if let Some(file) = &self.policy {
            return Ok(Policy::load(file, rules)?);
        }
        let Some(commit) = commit.map_or_else(|| repo.head(), |commit| Ok(Some(commit)))? else {
            return Ok(Policy::default());
        };
        let Some(text) = server::at(&repo.objects(), commit)? else { return Ok(Policy::default()) };
        let name = format!("{commit}:{FILE_NAME}");
        Ok(Policy::parse_of(&Side::Commit(repo, commit), Path::new(&name), &text, rules)?)
    }

    /// Everything that a repository has ever held, to an exit code.
    ///
    /// What was looked at is written into the file `save`, unless the audit was stopped.
    pub(super) fn audit(&self, dir: &Path, means: Means, part: &Part, save: Option<&Path>) -> anyhow::Result<ExitCode> {
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
    pub(super) fn audit_all(&self, dirs: &[PathBuf], means: Means, part: &Part) -> anyhow::Result<ExitCode> {
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
        report.notes.extend(super::notes::counted(repo)?);
        if means.signatures {
            report = report.with_signatures(self.verified(repo, Scope::Signatures(None), None)?);
        }
        Ok((report, state))
    }

    /// The repository that the scope lies in. Files and standard input need none.
    fn repo(&self, scope: &Scope) -> anyhow::Result<Option<Repo>> {
        let here = Path::new(".");
        let (dir, is_needed) = match scope {
            Scope::Staged { .. }
            | Scope::Range(_)
            | Scope::Message(_)
            | Scope::History
            | Scope::Push(_)
            | Scope::Signatures(_) => (here, true),
            Scope::Stdin => (here, false),
            Scope::Files { roots, .. } => (roots.first().map_or(here, |root| folder(root)), false),
        };
        let staged = matches!(scope, Scope::Staged { .. });
        match Repo::discover(dir) {
            Ok(repo) if staged && repo.work_dir().is_none() => {
                anyhow::bail!("this is a bare repository: nothing is staged in it; --range A..B judges its commits")
            }
            Ok(repo) => Ok(Some(repo)),
            Err(GitError::NotARepository(_)) if !is_needed => Ok(None),
            // A path that is not there is told by who reads it, in better words.
            Err(_) if !is_needed && !dir.is_dir() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Patterns of the repository's own that an audit of `dir` looks for.
    pub(super) fn own_patterns(&self, dir: &Path) -> anyhow::Result<&'static [Pattern]> {
        Ok(self.policy(Some(&Repo::discover(dir)?))?.patterns())
    }

    fn policy(&self, repo: Option<&Repo>) -> anyhow::Result<Policy> {
        policy(self.policy.as_deref(), repo)
    }
}

/// What is in force for whoever stands in a work tree: `file`, else the policy at its root.
pub(super) fn policy(file: Option<&Path>, repo: Option<&Repo>) -> anyhow::Result<Policy> {
    if let Some(file) = file {
        return Ok(Policy::load(file, rules)?);
    }
    let Some(work_dir) = repo.and_then(Repo::work_dir) else { return Ok(Policy::default()) };
    let file = work_dir.join(FILE_NAME);
    match fs::symlink_metadata(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Policy::default()),
        // Whatever else is in the way, the policy that should be in force is not.
        _ => Ok(Policy::load(&file, rules)?),
    }
}

/// All that is found, whatever was decided about it: in the files of a work tree, or in all of history.
pub(super) fn found(repo: &Repo, policy: &Policy, extent: Extent) -> anyhow::Result<Report> {
    match extent {
        Extent::History => {
            let key = keys::of(repo, Some(&Side::of(repo)?))?;
            let (part, watch) = (Part::default(), Watch::default());
            let means = (Means::default(), &part, &watch);
            Ok(audit_with(repo, policy, &Exceptions::default(), key, None, means)?.0)
        }
        Extent::Files => {
            let roots = repo.work_dir().map(Path::to_owned).into_iter().collect();
            found_in(repo, policy, Scope::Files { roots, honour_ignores: true })
        }
    }
}

/// All that is found in a scope, whatever was decided about it.
pub(super) fn found_in(repo: &Repo, policy: &Policy, scope: Scope) -> anyhow::Result<Report> {
    let exceptions = Exceptions::default();
    let key = keys::of(repo, Some(&Side::of(repo)?))?;
    let changeset = Reader { repo: Some(repo), jobs: None, edited: false, deletions: false }.read(&scope)?;
    let checks = checks::with_own(key, policy.patterns(), None);
    let pace = Pace::default();
    let judge = Judge { checks: &checks, policy, exceptions: &exceptions, repo: Some(repo), jobs: None, pace };
    Ok(judge.judge(scope, changeset))
}

/// What is found in the commit that HEAD names, as it was made.
pub(super) fn commit_alone(repo: &Repo) -> anyhow::Result<(Report, Mark)> {
    let policy = policy(None, Some(repo))?;
    let exceptions = Exceptions::of(Side::of(repo)?);
    let scope = Scope::Range("HEAD^!".to_owned());
    let changeset = Reader { repo: Some(repo), jobs: None, edited: false, deletions: false }.read(&scope)?;
    let checks = checks::with_own(keys::of(repo, exceptions.side())?, policy.patterns(), None);
    let pace = Pace::default();
    let judge = Judge { checks: &checks, policy: &policy, exceptions: &exceptions, repo: Some(repo), jobs: None, pace };
    Ok((judge.judge(scope, changeset), policy.annotate().mark))
}

/// Audits one repository. Findings are put together by their fingerprints; without a key they are made for this report only.
/// Everything that a repository has ever held, judged by the policy in `file`, or by that of the work tree.
pub(super) fn history(dir: &Path, file: Option<&Path>) -> anyhow::Result<(Repo, Report)> {
    let repo = Repo::discover(dir)?;
    let report = {
        let exceptions = Exceptions::of(Side::of(&repo)?);
        let key = keys::of(&repo, exceptions.side())?;
        let policy = policy(file, Some(&repo))?;
        let (part, watch) = (Part::default(), Watch::default());
        audit_with(&repo, &policy, &exceptions, key, None, (Means::default(), &part, &watch))?.0
    };
    Ok((repo, report))
}

fn audit_with(
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
        super::say_only(&format!("{what} within two weeks, on {first}; `palisade allow --list` shows more"));
    }
}

/// What the rules for secrets are called, and were.
pub(super) fn rules() -> Vec<&'static str> {
    let mut names: Vec<_> = pattern_ids().flatten().collect();
    // Mostly they are the same.
    names.dedup();
    names
}

/// The one commit that a revision names; tags are followed.
fn commit(repo: &Repo, revision: &str) -> anyhow::Result<Oid> {
    let ends = repo.ends(&format!("{revision}^{{commit}}"))?;
    match (ends.tips.as_slice(), ends.excluded.is_empty()) {
        ([commit], true) => Ok(*commit),
        _ => anyhow::bail!("--trust takes one commit, and {} is not one", named(revision.as_ref())),
    }
}

/// The folder that a path lies in, or is.
fn folder(path: &Path) -> &Path {
    if path.is_dir() {
        return path;
    }
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What was decided, by the side that decides: on a server and of a range it is what was accepted, what is staged is judged by what is staged.
fn exceptions<'a>(
    scope: &Scope,
    repo: Option<&'a Repo>,
    caller: Caller,
    accepted: Option<Oid>,
) -> anyhow::Result<Exceptions<'a>> {
    let Some(repo) = repo else { return Ok(Exceptions::default()) };
    Ok(match scope {
        Scope::Push(push) if caller.is_on_a_server() => {
            let tips = push.updates.iter().filter_map(|update| update.new).collect();
            Exceptions::of_accepted(repo, accepted, tips)
        }
        Scope::Range(range) if accepted.is_some() => Exceptions::of_accepted(repo, accepted, repo.ends(range)?.tips),
        Scope::Staged { .. } | Scope::Message(_) => Exceptions::of_staged(repo),
        Scope::Push(_)
        | Scope::Range(_)
        | Scope::Files { .. }
        | Scope::Stdin
        | Scope::History
        | Scope::Signatures(_) => Exceptions::of(Side::of(repo)?),
    })
}
