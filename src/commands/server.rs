//! What only a server knows: who pushes, with which options, and which policy was accepted before.

use std::env;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Context;

use crate::finding::Finding;
use crate::git::{Item, Kind, Objects, Oid, Receiver, Repo};
use crate::judge::{Report, Unit};
use crate::policy::{FILE_NAME, Policy, Side};
use crate::scope::{Certificate, Place, Push};

/// Where the server says who pushes, the first that is set: Palisade's own, GitLab's, Gitea's and Forgejo's, gitolite's, GitHub Enterprise Server's, and
/// that of web servers.
const PUSHERS: [&str; 6] =
    ["PALISADE_PUSHER", "GL_USERNAME", "GITEA_PUSHER_NAME", "GL_USER", "GITHUB_USER_LOGIN", "REMOTE_USER"];
/// What a push option begins with that asks for a bypass.
const BYPASS: &[u8] = b"palisade.bypass=";
/// The most push options that are looked at.
const MOST_OPTIONS: usize = 64;
/// What a policy may have at most, in bytes.
const LARGEST_POLICY: u64 = 1 << 20;
/// More lines than these, GitLab's web interface need not show.
const GITLAB_LINES: usize = 10;

/// Who pushes, as the server says.
pub(super) fn pusher() -> Option<String> {
    let value = |name| env::var_os(name).filter(|value: &std::ffi::OsString| !value.is_empty());
    PUSHERS.iter().find_map(value).map(|value| value.to_string_lossy().into_owned())
}

/// The reason that came as push option `palisade.bypass=REASON`; an empty one is none. Git hands options on as
/// `GIT_PUSH_OPTION_0` and so on (githooks).
pub(super) fn bypass() -> Option<String> {
    let count = env::var_os("GIT_PUSH_OPTION_COUNT")?.to_str()?.parse::<usize>().ok()?;
    let options = (0..count.min(MOST_OPTIONS)).filter_map(|number| env::var_os(format!("GIT_PUSH_OPTION_{number}")));
    let reasons = options.filter_map(|option| Some(named(option.as_encoded_bytes().strip_prefix(BYPASS)?)));
    reasons.map(|reason| reason.trim().to_owned()).find(|reason| !reason.is_empty())
}

/// What the push was signed with, as `git receive-pack` tells the hooks that it calls itself.
pub(super) fn certificate() -> anyhow::Result<Certificate> {
    let value = |name| env::var_os(name).map(std::ffi::OsString::into_encoded_bytes).unwrap_or_default();
    let blob = value("GIT_PUSH_CERT");
    if blob.is_empty() {
        return Ok(Certificate::None);
    }
    let blob = Oid::from_hex(blob).context("GIT_PUSH_CERT")?;
    Ok(Certificate::Given { blob, nonce: value("GIT_PUSH_CERT_NONCE"), status: value("GIT_PUSH_CERT_NONCE_STATUS") })
}

fn named(bytes: &[u8]) -> String {
    crate::git::RepoPath::new(bytes).to_string()
}

/// The policy that was accepted before this push, and what is worth a word about it: a file that git's configuration names as
/// `palisade.policy`, else `palisade.toml` at the old tip of the default branch. Nothing that the push brings is in force.
pub(super) fn policy(
    repo: &Repo,
    push: &Push,
    rules: impl Fn() -> Vec<&'static str>,
) -> anyhow::Result<(Policy, Vec<String>)> {
    if let Some(file) = repo.setting("palisade.policy")? {
        let file = repo.git_dir().join(std::ffi::OsStr::from_bytes(&file));
        return Ok((Policy::load(&file, rules)?, Vec::new()));
    }
    let objects = repo.objects();
    let (old, new) = tips(repo, push)?;
    let accepted = old.map(|tip| at(&objects, tip)).transpose()?.flatten();
    let mut notes = Vec::new();
    if let Some(new) = new {
        let pushed = at(&objects, new)?;
        if pushed != accepted {
            let what = match (&accepted, &pushed) {
                (None, _) => "brings",
                (_, None) => "takes away",
                (Some(_), Some(_)) => "changes",
            };
            let before = match (old, &accepted) {
                (Some(tip), Some(_)) => format!("that of {tip}"),
                (Some(_) | None, _) => "none".to_owned(),
            };
            notes.push(format!(
                "this push {what} {FILE_NAME}, which counts from the next push on; the policy that was in force is {before}"
            ));
        }
        if let Some(pushed) = &pushed {
            // Once accepted, a policy that cannot be used would keep out what mends it.
            parse(repo, new, pushed, &rules)
                .with_context(|| format!("the {FILE_NAME} that this push brings cannot be used"))?;
        }
    }
    let policy = match (&accepted, old) {
        (None, _) | (_, None) => Policy::default(),
        (Some(text), Some(old)) => parse(repo, old, text, &rules).context(
            "the policy that was accepted cannot be used; \
             `git config palisade.policy FILE` in the repository on the server puts another one in force",
        )?,
    };
    Ok((policy, notes))
}

/// What is worth a word about the policy where a range of commits changes it: `accepted`, which it leaves out, has the one in force.
pub(super) fn note_of_range(repo: &Repo, range: &str, accepted: Option<Oid>) -> anyhow::Result<Option<String>> {
    let objects = repo.objects();
    let before = accepted.map(|commit| at(&objects, commit)).transpose()?.flatten();
    for tip in repo.ends(range)?.tips {
        if at(&objects, tip)? != before {
            let whose = accepted.map_or_else(|| "none".to_owned(), |commit| format!("that of {commit}"));
            return Ok(Some(format!(
                "{FILE_NAME} of {tip} is another, which counts once it is accepted; in force is {whose}"
            )));
        }
    }
    Ok(None)
}

/// The policy that the next push will be judged by.
pub(super) fn policy_in_force(repo: &Repo, rules: impl Fn() -> Vec<&'static str>) -> anyhow::Result<Policy> {
    let (receiver, certificate) = (Receiver::Itself, Certificate::Untold);
    let push = Push { updates: Vec::new(), receiver, pusher: None, bypass: None, certificate };
    Ok(policy(repo, &push, rules)?.0)
}

/// The commit that was accepted before this push, and says who may sign: the old tip of the default branch.
pub(super) fn accepted(repo: &Repo, push: &Push) -> anyhow::Result<Option<Oid>> {
    Ok(tips(repo, push)?.0)
}

/// The policy of a commit, with the patterns that lie there.
fn parse(repo: &Repo, commit: Oid, text: &str, rules: impl Fn() -> Vec<&'static str>) -> anyhow::Result<Policy> {
    Ok(Policy::parse_of(&Side::Commit(repo, commit), Path::new(FILE_NAME), text, rules)?)
}

/// What the default branch names before the push, and what it shall name where the push moves it.
fn tips(repo: &Repo, push: &Push) -> anyhow::Result<(Option<Oid>, Option<Oid>)> {
    let default = repo.default_branch()?;
    let update = push.updates.iter().find(|update| default.as_ref() == Some(&update.name));
    let old = match (&push.receiver, update) {
        (Receiver::Updated, Some(update)) => update.old,
        _ => repo.head()?,
    };
    Ok((old, update.and_then(|update| update.new)))
}

/// The policy in a commit; none where it has none.
pub(super) fn at(objects: &Objects, tip: Oid) -> anyhow::Result<Option<String>> {
    let peeled = objects.peel(tip)?;
    if peeled.kind != Kind::Commit {
        return Ok(None);
    }
    let tree = objects.commit(peeled.target)?.tree;
    let Some(Item::File(found)) = objects.look_up(tree, FILE_NAME.as_bytes())? else { return Ok(None) };
    if !found.mode.is_file() || objects.size(found.oid)? > LARGEST_POLICY {
        anyhow::bail!("{FILE_NAME} in {tip} is no plain file of at most 1 MiB, so no policy is in force");
    }
    let text = String::from_utf8(objects.blob(found.oid)?);
    text.map(Some).map_err(|_| anyhow::anyhow!("{FILE_NAME} in {tip} is no UTF-8; save it as that"))
}

/// Tells who waits how far a long push is, at most once a second.
pub(super) fn progress(started: Instant) -> impl Fn(u64, u64, Unit) + Sync {
    let told = AtomicU64::new(0);
    move |done, all, unit| {
        let seconds = started.elapsed().as_secs();
        // Threads may come with what was true a moment ago.
        if seconds > told.fetch_max(seconds, Ordering::Relaxed) {
            let what = match unit {
                Unit::Objects => "objects sifted",
                Unit::Commits => "commits judged",
            };
            super::say_only(&format!("{done} of {all} {what}"));
        }
    }
}

/// Whether GitLab runs the hook. It names the repository in `GL_REPOSITORY`; gitolite uses other names that begin with `GL_`.
pub(super) fn is_gitlab() -> bool {
    env::var_os("GL_REPOSITORY").is_some() || env::var_os("GL_USERNAME").is_some()
}

/// The lines that GitLab's web interface shows of a hook that refuses: those behind `GL-HOOK-ERR:` (GitLab, "Server hooks").
pub(super) fn gitlab_lines(report: &Report) -> String {
    let mut lines: Vec<String> = report
        .findings
        .iter()
        .map(|judged| {
            let location = &judged.finding.location;
            let line = if matches!(location.place, Place::Ref(_) | Place::Commit) {
                String::new()
            } else {
                format!(":{}", location.start.line)
            };
            let commit = location.commit.map_or_else(String::new, |commit| format!(" in {}", commit.short()));
            let Finding { rule, reason, .. } = &judged.finding;
            let name = location.name();
            format!("{} {}: {name}{line}{commit}: {}: {reason}", judged.level.as_str(), rule.id, rule.summary)
        })
        .collect();
    lines.extend(report.coverage.gaps.iter().map(|gap| format!("not looked at: {gap}")));
    let more = lines.len().saturating_sub(GITLAB_LINES);
    lines.truncate(GITLAB_LINES);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    lines.iter().map(|line| format!("GL-HOOK-ERR: {}\n", named(line.as_bytes()))).collect()
}
