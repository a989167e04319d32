//! `palisade doctor`: whether this repository is guarded, and whether what its user commits will be accepted.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::install::Place;
use super::judging;
use super::keys;
use super::shims::{is_ours, program};
use crate::checks::signatures::{Settings, Signatures, State};
use crate::git::{ConfigScope, Repo, RepoPath};
use crate::policy::{FILE_NAME, Policy, Side};
use crate::rule::Level;
use crate::scope::{named, now};

/// Say whether this repository is guarded, and whether what you commit here will be accepted.
///
/// Each line is ok, warn or bad, and says what to type. Where signatures are asked for, a commit that nobody keeps is signed as yours are, so
/// whatever signs may ask for a passphrase. Exit codes: 0 nothing is bad, 1 something is, 2 it could not be looked at.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Look at a repository that others push to.
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
}

/// How it is with one thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grade {
    Ok,
    Warn,
    Bad,
}

/// What was found of one thing.
struct Line {
    grade: Grade,
    what: String,
    /// What to type; nothing where nothing is to be done.
    mend: String,
}

impl Line {
    fn ok(what: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, what: what.into(), mend: String::new() }
    }

    fn warn(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, what: what.into(), mend: mend.into() }
    }

    fn bad(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { grade: Grade::Bad, what: what.into(), mend: mend.into() }
    }

    fn text(&self) -> String {
        let grade = match self.grade {
            Grade::Ok => "ok  ",
            Grade::Warn => "warn",
            Grade::Bad => "bad ",
        };
        // Paths and git's words come from outside.
        let clean = |text: &str| RepoPath::new(text.as_bytes()).to_string();
        let mend = if self.mend.is_empty() { String::new() } else { format!("\n     {}", clean(&self.mend)) };
        format!("{grade} {}{mend}\n", clean(&self.what))
    }
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let server = self.server.as_deref();
        let repo = match server {
            Some(dir) => Repo::at(dir)?,
            None => Repo::discover(Path::new("."))?,
        };
        let mut lines = hooks(&repo, server);
        lines.push(on_path());
        lines.push(key(&repo));
        if server.is_none() {
            let policy = judging::policy(None, Some(&repo));
            lines.push(policy_line(&repo, &policy));
            if let Ok(policy) = policy {
                lines.extend(signing(&repo, policy.signatures()));
            }
        }
        let text: String = lines.iter().map(Line::text).collect();
        super::print(text.as_bytes())?;
        Ok(ExitCode::from(u8::from(lines.iter().any(|line| line.grade == Grade::Bad))))
    }
}

/// What is said before a commit where commits must be signed and git is not told to sign; none where all is well.
pub(super) fn reminder(repo: &Repo, settings: &Settings) -> Option<&'static str> {
    let is_asked = settings.level(State::Unsigned) != Level::Ignore;
    (is_asked && !is_on(repo, "commit.gpgSign")).then_some(
        "commits here must be signed, and commit.gpgSign is off: `git config commit.gpgSign true`, or commit with -S; \
         `palisade doctor` tries your key",
    )
}

fn is_on(repo: &Repo, key: &str) -> bool {
    let value = repo.config(key).unwrap_or_default().to_ascii_lowercase();
    matches!(value.as_slice(), b"true" | b"yes" | b"on" | b"1")
}

/// The hooks that should be there: whether they are, whether git runs them, and whether what they call is there.
fn hooks(repo: &Repo, server: Option<&Path>) -> Vec<Line> {
    let mend =
        server.map_or_else(|| "palisade install".to_owned(), |dir| format!("palisade install --server {}", named(dir)));
    let place = match Place::find(server) {
        Ok(place) => place,
        Err(error) => return vec![Line::bad(format!("hooks: {error:#}"), "")],
    };
    let mut lines = Vec::new();
    if let Ok(Some(scope)) = repo.hooks_path_scope() {
        let whose = match scope {
            ConfigScope::System | ConfigScope::Global => "for all repositories",
            ConfigScope::Local | ConfigScope::Worktree | ConfigScope::Command => "for this repository",
        };
        lines.push(Line::ok(format!("core.hooksPath is set {whose}: git runs what lies in {}", named(&place.hooks))));
    }
    for shim in place.wanted(&[]).unwrap_or_default() {
        let file = place.file(shim);
        let (name, file_name) = (shim.name, named(&file));
        lines.push(match fs::read(&file) {
            Err(_) => Line::bad(format!("hook {name}: nothing lies at {file_name}"), &*mend),
            Ok(script) if !is_ours(&script) => {
                Line::bad(format!("hook {name}: what lies at {file_name} is not Palisade's"), &*mend)
            }
            Ok(_) if !is_executable(&file) => Line::bad(
                format!("hook {name}: git does not run {file_name}, which is not executable"),
                format!("chmod +x {file_name}"),
            ),
            Ok(script) => match program(&script).map(PathBuf::from) {
                Some(path) if path.is_absolute() && !is_executable(&path) => {
                    Line::bad(format!("hook {name}: it calls {}, which is not there", named(&path)), &*mend)
                }
                _ => Line::ok(format!("hook {name}: {file_name}")),
            },
        });
    }
    lines
}

fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn on_path() -> Line {
    let path = env::var_os("PATH").unwrap_or_default();
    match env::split_paths(&path).map(|dir| dir.join("palisade")).find(|file| is_executable(file)) {
        Some(file) => Line::ok(format!("program: {} (version {})", named(&file), env!("CARGO_PKG_VERSION"))),
        None => Line::warn(
            "program: `palisade` is not on the PATH; the hooks find it all the same",
            "export PATH=\"$HOME/.local/bin:$PATH\"",
        ),
    }
}

fn key(repo: &Repo) -> Line {
    let shared = repo.work_dir().map(|root| root.join(keys::SHARED)).filter(|file| file.exists());
    let file = shared.unwrap_or_else(|| keys::own_file(repo));
    match Side::of(repo).map_err(Into::into).and_then(|side| keys::of(repo, Some(&side))) {
        Ok(Some(_)) => Line::ok(format!("fingerprint key: {}", named(&file))),
        Ok(None) => Line::warn(
            format!("fingerprint key: nothing lies at {}, so findings have no fingerprint", named(&file)),
            "palisade install",
        ),
        Err(error) => Line::bad(format!("fingerprint key: {error:#}"), ""),
    }
}

fn policy_line(repo: &Repo, policy: &anyhow::Result<Policy>) -> Line {
    let file = repo.work_dir().map(|dir| dir.join(FILE_NAME)).filter(|file| file.exists());
    match (policy, file) {
        (Err(error), _) => Line::bad(format!("policy: {error:#}"), ""),
        (Ok(_), Some(file)) => Line::ok(format!("policy: {}", named(&file))),
        (Ok(_), None) => {
            Line::ok(format!("policy: there is no {FILE_NAME}, so secrets are rejected and nothing else is asked"))
        }
    }
}

/// Whether what the user signs will be accepted.
fn signing(repo: &Repo, settings: Option<&Settings>) -> Vec<Line> {
    let Some(settings) = settings else { return vec![Line::ok("signatures: the policy does not ask for any")] };
    let mut lines = Vec::new();
    lines.push(match reminder(repo, settings) {
        Some(_) => Line::warn(
            "signatures: commits here must be signed, and commit.gpgSign is off",
            "git config commit.gpgSign true",
        ),
        None => Line::ok("signatures: commit.gpgSign is on"),
    });
    if settings.push_certificate && repo.config("push.gpgSign").is_none_or(|value| value == b"false") {
        lines.push(Line::warn(
            "signatures: pushes here must be signed, and push.gpgSign is off",
            "git config push.gpgSign if-asked",
        ));
    }
    let (oid, raw) = match repo.trial_commit() {
        Ok(made) => made,
        Err(error) => {
            let mend = "git config gpg.format ssh && git config user.signingKey ~/.ssh/id_ed25519.pub";
            lines.push(Line::bad(format!("your key: git cannot sign with it: {error}"), mend));
            return lines;
        }
    };
    let check = Signatures { settings, now: now(), jobs: None, until: None };
    lines.push(match check.try_key(oid, &raw, repo) {
        Ok((state, said)) if state.stands() => {
            let (signer, key) = (said.signer.unwrap_or_default(), said.key.unwrap_or_default());
            Line::ok(format!("your key: a commit of yours would be {}, signed by {signer} with {key}", said.state))
        }
        Ok((state, said)) => {
            let mend = state.rule().and_then(crate::rule::Rule::mend).unwrap_or_default();
            Line::bad(format!("your key: a commit of yours would be {}: {}", said.state, said.why), mend)
        }
        Err(gap) => Line::bad(format!("your key: it cannot be told whether it may sign: {gap}"), ""),
    });
    lines
}
