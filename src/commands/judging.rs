//! What all judging commands share: their flags, and the one way from a scope to an exit code.

mod afterwards;
mod auditing;
mod in_force;
mod looking;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use super::pending::Pending;
use super::showing::Showing;
use super::{doctor, marks, pending, recording, say_only, server};
use crate::changeset::Reader;
use crate::checks;
use crate::git::{GitError, Oid, Receiver, Repo};
use crate::judge::{Judge, Pace, Report, Verdict};
use crate::policy::{Exceptions, OnIncomplete};
use crate::scope::{Certificate, Push, Scope, named};
pub(super) use afterwards::WARNING;
use in_force::{accepted, exceptions, key};
pub(super) use in_force::{policy, rules};
pub(super) use looking::{commit_alone, found, found_in, history};

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
        let accepted = accepted(&scope, repo, caller)?;
        let (policy, notes) = self.in_force(&scope, repo, caller, accepted)?;
        if let (Scope::Staged { .. }, Caller::Hook { .. }, Some(repo), Some(settings)) =
            (&scope, caller, repo, policy.signatures())
            && let Some(reminder) = doctor::reminder(repo, settings)
        {
            say_only(reminder);
        }
        let edited = caller == Caller::Hook { edited: true };
        let deletions = policy.files().asks_for_deletions();
        let mut changeset = Reader { repo, jobs: self.jobs, edited, deletions }.read(&scope)?;
        changeset.arrivals.accepted = accepted;
        let exceptions = exceptions(&scope, repo, caller, accepted)?;
        let checks = checks::with_own(key(repo, &exceptions, caller)?, policy.patterns(), self.jobs);
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
        report.lets_gaps_in = caller == Caller::Server
            && report.verdict == Verdict::Incomplete
            && policy.server().on_incomplete == OnIncomplete::Accept;
        if report.lets_gaps_in {
            wait_for_a_look(&mut report, repo)?;
        }
        // What a timer looks at has entered before.
        let entered = report.lets_gaps_in || report.verdict == Verdict::Accept || caller == Caller::Timer;
        let took = started.elapsed();
        recording::Verdict { report: &report, entered, caller, repo, policy: &policy, checks: &checks, commits, took }
            .write()?;
        self.showing.show(&report, caller, repo, started)?;
        if let Some(repo) = repo {
            marks::leave(&report, &policy, caller, repo)?;
        }
        afterwards::say(&report, &notes, (&policy, &exceptions), caller, repo);
        Ok(if report.lets_gaps_in { Verdict::Accept } else { report.verdict })
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
}

/// Notes what a push brings past a gap, so that a timer looks at it later.
fn wait_for_a_look(report: &mut Report, repo: Option<&Repo>) -> anyhow::Result<()> {
    if let (Scope::Push(push), Some(repo)) = (&report.scope, repo) {
        pending::add(repo, &push.updates)?;
    }
    let note = "the policy lets it in all the same: on-incomplete in [server] is \"accept\"; `palisade audit --pending` there looks at the rest";
    report.notes.push(note.to_owned());
    Ok(())
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
