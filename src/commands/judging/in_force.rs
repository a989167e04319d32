//! What a scope is judged by: the policy, what was decided, and the key, each from the side that has the word.

use std::path::Path;
use std::{fs, io};

use super::{Caller, Flags};
use crate::changeset::base;
use crate::checks::secrets::{Pattern, pattern_ids};
use crate::commands::{keys, server};
use crate::git::{Oid, Repo};
use crate::policy::{Exceptions, FILE_NAME, Policy, Side};
use crate::scope::Scope;

impl Flags {
    /// What is in force for a scope, and what is worth a word about it.
    pub(super) fn in_force(
        &self,
        scope: &Scope,
        repo: Option<&Repo>,
        caller: Caller,
        accepted: Option<Oid>,
    ) -> anyhow::Result<(Policy, Vec<String>)> {
        match (scope, repo, &self.policy) {
            // On a server nothing is in force that a push brings.
            (Scope::Push(push), Some(repo), None) if caller.is_on_a_server() => server::policy(repo, push, rules),
            (Scope::Range(range), Some(repo), None) if accepted.is_some() => {
                let policy = self.accepted_policy(repo, accepted)?;
                let note = server::note_of_range(repo, range, accepted)?;
                Ok((policy, note.into_iter().collect()))
            }
            _ => Ok((self.policy(repo)?, Vec::new())),
        }
    }

    /// The policy as it stands in the commit that says who may sign: what is judged must not say how.
    pub(super) fn accepted_policy(&self, repo: &Repo, commit: Option<Oid>) -> anyhow::Result<Policy> {
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

    /// Patterns of the repository's own that an audit of `dir` looks for.
    pub(in crate::commands) fn own_patterns(&self, dir: &Path) -> anyhow::Result<&'static [Pattern]> {
        Ok(self.policy(Some(&Repo::discover(dir)?))?.patterns())
    }

    pub(super) fn policy(&self, repo: Option<&Repo>) -> anyhow::Result<Policy> {
        policy(self.policy.as_deref(), repo)
    }
}

/// The commit that was accepted before what is judged: it says how everything behind it is judged, and by whose word something is let in.
pub(super) fn accepted(scope: &Scope, repo: Option<&Repo>, caller: Caller) -> anyhow::Result<Option<Oid>> {
    Ok(match (scope, repo) {
        (Scope::Push(push), Some(repo)) if caller.is_on_a_server() => server::accepted(repo, push)?,
        (Scope::Range(range), Some(repo)) => base(repo, range)?,
        _ => None,
    })
}

/// What is in force for whoever stands in a work tree: `file`, else the policy at its root.
pub(in crate::commands) fn policy(file: Option<&Path>, repo: Option<&Repo>) -> anyhow::Result<Policy> {
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

/// What the rules for secrets are called, and were.
pub(in crate::commands) fn rules() -> Vec<&'static str> {
    let mut names: Vec<_> = pattern_ids().flatten().collect();
    // Mostly they are the same.
    names.dedup();
    names
}

/// What was decided, by the side that decides: on a server and of a range it is what was accepted, what is staged is judged by what is staged.
pub(super) fn exceptions<'a>(
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

/// The key that fingerprints are made with; none where the repository has none.
pub(super) fn key(repo: Option<&Repo>, exceptions: &Exceptions<'_>, caller: Caller) -> anyhow::Result<Option<Vec<u8>>> {
    let key = repo.map(|repo| keys::of(repo, exceptions.side())).transpose()?.flatten();
    // A template brings hooks and no key. Without one there are only no fingerprints.
    Ok(key.or_else(|| keys::own(repo.filter(|_| matches!(caller, Caller::Hook { .. }))?)))
}
