//! Writes verdicts into the decision log, where the policy or the server wants that.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;

use super::judging::Caller;
use crate::checks::Check;
use crate::evidence::{Case, Log, Rules};
use crate::git::{Oid, Repo};
use crate::judge::Report;
use crate::policy::{FILE_NAME, Policy};
use crate::redact::redacted;
use crate::scope::named;

/// Where a log lies in a repository's own folder, where the policy does not say it.
const PLACE: &str = "palisade/log";

/// Milliseconds since 1970 UTC.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Where the log of a repository lies. A policy that lies in the repository itself cannot put it elsewhere.
pub(super) fn place(repo: &Repo, policy: &Policy) -> anyhow::Result<PathBuf> {
    let log = policy.log();
    let is_within = |name: &str| {
        let own = repo.work_dir().map(|dir| named(&dir.join(FILE_NAME)).to_string());
        name == FILE_NAME || Some(name) == own.as_deref()
    };
    if log.leaves_the_repository() && policy.origin().is_some_and(|origin| is_within(&origin.name)) {
        anyhow::bail!(
            "`path` in [log] of {FILE_NAME} is outside of the repository's own folder; only a policy that --policy or \
             `git config palisade.policy` names may put the log there"
        );
    }
    Ok(repo.common_dir().join(log.path.as_deref().unwrap_or(Path::new(PLACE))))
}

/// What is written down of a verdict.
pub(super) struct Verdict<'a> {
    pub report: &'a Report,
    pub entered: bool,
    pub caller: Caller,
    pub repo: Option<&'a Repo>,
    pub policy: &'a Policy,
    pub checks: &'a [Box<dyn Check>],
    pub commits: Vec<Oid>,
    pub took: Duration,
}

impl Verdict<'_> {
    /// Writes it down, if that is wanted. Where the policy asks for a log in words, an error keeps the change out: it says that nothing gets in unseen.
    /// Where a server keeps one by itself, the verdict stands, and whoever pushes reads that it was not written down.
    pub(super) fn write(self) -> anyhow::Result<()> {
        let is_server = self.caller.is_on_a_server();
        let asked = self.policy.log().enabled;
        let is_wanted = match self.caller {
            Caller::Hook { .. } => asked == Some(true),
            Caller::Server | Caller::Timer => asked != Some(false),
            Caller::Person => false,
        };
        let (true, Some(repo)) = (is_wanted, self.repo) else { return Ok(()) };
        let entered = self.entered;
        let written = place(repo, self.policy).and_then(|dir| {
            let policy = match self.policy.origin() {
                Some(origin) => Rules { origin: origin.name.clone(), digest: Some(origin.digest.clone()) },
                None => Rules { origin: "built-in".to_owned(), digest: None },
            };
            let repository = named(repo.work_dir().unwrap_or(repo.git_dir())).to_string();
            let Self { report, checks, commits, took, .. } = self;
            let case = Case { report, entered, is_server, repository, policy, commits, time: now(), took };
            let record = case.record(&|text| redacted(text, checks));
            Ok(Log::at(dir).append(record)?)
        });
        match written.context("the verdict could not be written into the decision log") {
            Ok(_) => Ok(()),
            Err(error) if asked == Some(true) && entered => {
                Err(error.context("kept out, because [log] of the policy is enabled"))
            }
            Err(error) => {
                super::say(&format!("{error:#}"));
                Ok(())
            }
        }
    }
}
