//! Reports without a verdict, for commands that ask what is there.

use std::path::Path;

use super::auditing::audit_with;
use super::in_force::policy;
use crate::audit::{Means, Part, Watch};
use crate::changeset::Reader;
use crate::checks;
use crate::commands::keys;
use crate::git::Repo;
use crate::judge::{Judge, Pace, Report};
use crate::policy::{Exceptions, Extent, Mark, Policy, Side};
use crate::scope::Scope;

/// All that is found, whatever was decided about it: in the files of a work tree, or in all of history.
pub(in crate::commands) fn found(repo: &Repo, policy: &Policy, extent: Extent) -> anyhow::Result<Report> {
    match extent {
        Extent::History => audited(repo, policy, &Exceptions::default()),
        Extent::Files => {
            let roots = repo.work_dir().map(Path::to_owned).into_iter().collect();
            found_in(repo, policy, Scope::Files { roots, honour_ignores: true })
        }
    }
}

/// All that is found in a scope, whatever was decided about it.
pub(in crate::commands) fn found_in(repo: &Repo, policy: &Policy, scope: Scope) -> anyhow::Result<Report> {
    looked_at(repo, policy, &Exceptions::default(), scope)
}

/// What is found in the commit that HEAD names, as it was made.
pub(in crate::commands) fn commit_alone(repo: &Repo) -> anyhow::Result<(Report, Mark)> {
    let policy = policy(None, Some(repo))?;
    let exceptions = Exceptions::of(Side::of(repo)?);
    let report = looked_at(repo, &policy, &exceptions, Scope::Range("HEAD^!".to_owned()))?;
    Ok((report, policy.annotate().mark))
}

/// Everything that a repository has ever held, judged by the policy in `file`, or by that of the work tree.
pub(in crate::commands) fn history(dir: &Path, file: Option<&Path>) -> anyhow::Result<(Repo, Report)> {
    let repo = Repo::discover(dir)?;
    let policy = policy(file, Some(&repo))?;
    let report = audited(&repo, &policy, &Exceptions::of(Side::of(&repo)?))?;
    Ok((repo, report))
}

fn looked_at(repo: &Repo, policy: &Policy, exceptions: &Exceptions<'_>, scope: Scope) -> anyhow::Result<Report> {
    let key = keys::of(repo, Some(&Side::of(repo)?))?;
    let changeset = Reader { repo: Some(repo), jobs: None, edited: false, deletions: false }.read(&scope)?;
    let checks = checks::with_own(key, policy.patterns(), None);
    let judge = Judge { checks: &checks, policy, exceptions, repo: Some(repo), jobs: None, pace: Pace::default() };
    Ok(judge.judge(scope, changeset))
}

fn audited(repo: &Repo, policy: &Policy, exceptions: &Exceptions<'_>) -> anyhow::Result<Report> {
    let key = keys::of(repo, Some(&Side::of(repo)?))?;
    let (part, watch) = (Part::default(), Watch::default());
    Ok(audit_with(repo, policy, exceptions, key, None, (Means::default(), &part, &watch))?.0)
}
