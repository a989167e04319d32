//! `palisade owners`: who owns a file, and what is wrong with CODEOWNERS.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::judging;
use crate::checks::owners::{CodeOwners, LARGEST, Lint, Owners, PLACES, lint};
use crate::git::{GitError, Repo, RepoPath};
use crate::scope::named;

/// The most files of nobody that are named; the rest is counted.
const MOST_UNOWNED: usize = 20;

/// Tell who owns files by CODEOWNERS, as GitHub or GitLab read it.
///
/// The file is that of the work tree. With `[owners]` in palisade.toml, a push to the refs that it names needs the word of who owns what it changes.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    /// The files; all that git tracks if none is named. `./lint` is a file of that name.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
    /// A policy other than `palisade.toml`: it says where CODEOWNERS lies, and who is meant by its names.
    #[arg(long, value_name = "FILE", global = true)]
    policy: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Tell what is wrong with CODEOWNERS: lines that are invalid, match no file, or never count, and files of nobody. Exits with 1 where something has to be mended.
    Lint,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let policy = judging::policy(self.policy.as_deref(), Some(&repo))?;
        let owners = policy.owners();
        let Some(root) = repo.work_dir() else {
            anyhow::bail!("this is a bare repository: CODEOWNERS is read from a work tree; clone it first")
        };
        let files = found(root, owners)?;
        let Some(file) = files.first() else {
            let places: Vec<_> = owners.file.iter().map(ToString::to_string).collect();
            let places = if places.is_empty() { PLACES.join(", ") } else { places.join(", ") };
            anyhow::bail!("there is no CODEOWNERS here; forges look for {places}")
        };
        let (text, code) = match self.command {
            Some(Command::Lint) => {
                let found = lint(file, &tracked(&repo)?, owners);
                let is_clean = found.is_clean() && files.len() == 1;
                (tell(&files, &found), ExitCode::from(u8::from(!is_clean)))
            }
            None => {
                let paths = if self.paths.is_empty() { tracked(&repo)? } else { below(root, &self.paths)? };
                (table(file, &paths, owners), ExitCode::SUCCESS)
            }
        };
        super::print(text.as_bytes())?;
        Ok(code)
    }
}

/// The CODEOWNERS files that there are, the one that counts first.
fn found(root: &Path, owners: &Owners) -> anyhow::Result<Vec<CodeOwners>> {
    let usual = PLACES.iter().filter(|_| owners.file.is_none()).map(|place| RepoPath::new(*place));
    let mut files = Vec::new();
    for place in owners.file.iter().cloned().chain(usual) {
        let path = root.join(OsStr::from_bytes(place.as_bytes()));
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Forges follow no link.
            Ok(file) if !file.is_file() => {}
            Ok(file) if file.len() > LARGEST => {
                anyhow::bail!("{place}: it has {} bytes, and no forge loads more than {LARGEST}", file.len())
            }
            _ => {
                let content = std::fs::read(&path).with_context(|| format!("{place}: it cannot be read"))?;
                files.push(CodeOwners::parse(place, &content, owners.dialect));
            }
        }
    }
    Ok(files)
}

fn tracked(repo: &Repo) -> Result<Vec<RepoPath>, GitError> {
    repo.tracked()
}

/// Paths from the root, as they were named from here. They need not be there.
fn below(root: &Path, paths: &[PathBuf]) -> anyhow::Result<Vec<RepoPath>> {
    let root = root.canonicalize().context("the work tree cannot be reached")?;
    let here = Path::new(".").canonicalize().context("the current folder cannot be reached")?;
    let below = |path: &PathBuf| {
        let mut whole = PathBuf::new();
        for part in here.join(path).components() {
            match part {
                std::path::Component::ParentDir => _ = whole.pop(),
                std::path::Component::CurDir => {}
                part => whole.push(part),
            }
        }
        let inside = whole.strip_prefix(&root).ok().map(named);
        inside.with_context(|| format!("{}: it lies outside of this work tree", named(path)))
    };
    paths.iter().map(below).collect()
}

/// A line for each path and section: the path, its owners, where that stands.
fn table(file: &CodeOwners, paths: &[RepoPath], owners: &Owners) -> String {
    let mut text = String::new();
    for path in paths {
        let lines = file.of(path);
        // Writing to a String cannot fail.
        if lines.is_empty() {
            let _ = writeln!(text, "{path}: nobody");
        }
        for line in lines {
            let section = &file.sections[line.section];
            let all =
                if line.owners.is_empty() { "nobody who can be understood".to_owned() } else { line.owners.join(" ") };
            let _ = write!(text, "{path}: {all} ({}:{}", file.path, line.number);
            if let Some(name) = &section.name {
                let _ = write!(text, ", [{}]", RepoPath::new(name.as_str()));
            }
            match (section.is_optional, section.approvals) {
                (true, _) => text += ", optional",
                (false, 1) => {}
                (false, many) => _ = write!(text, ", {many} of them"),
            }
            text += ")";
            let mut addresses = BTreeSet::new();
            for owner in line.owners.iter().filter(|owner| owner.starts_with('@')) {
                owners.addresses(owner, &mut addresses, &mut HashSet::new());
            }
            if !addresses.is_empty() {
                let addresses: Vec<_> = addresses.into_iter().collect();
                let _ = write!(text, ": {}", addresses.join(", "));
            }
            text += "\n";
        }
    }
    text
}

/// What is wrong, a line each in the order of the file, then files of nobody.
fn tell(files: &[CodeOwners], found: &Lint) -> String {
    let file = &files[0];
    let Lint { invalid, dead, shadowed, strangers, unowned } = found;
    let pattern = |number: &usize| {
        let line = file.lines.iter().find(|line| line.number == *number);
        RepoPath::new(line.map_or("", |line| line.pattern.as_str()))
    };
    let mut lines: Vec<(usize, String)> = Vec::new();
    lines.extend(invalid.iter().cloned());
    lines.extend(dead.iter().map(|line| (*line, format!("`{}` matches no file", pattern(line)))));
    let never = |(line, by): &(usize, usize)| {
        (*line, format!("`{}` never counts: line {by} and others behind it match all that it matches", pattern(line)))
    };
    lines.extend(shadowed.iter().map(never));
    let stranger = |(line, name): &(usize, String)| {
        (*line, format!("who {} is, [owners.people] of palisade.toml does not say", RepoPath::new(name.as_str())))
    };
    lines.extend(strangers.iter().map(stranger));
    lines.sort();
    let mut text = String::new();
    // Writing to a String cannot fail.
    for other in &files[1..] {
        let _ = writeln!(text, "{}: it never counts, because {} is there; remove one of them", other.path, file.path);
    }
    for (number, what) in &lines {
        let _ = writeln!(text, "{}:{number}: {what}", file.path);
    }
    for path in unowned.iter().take(MOST_UNOWNED) {
        let _ = writeln!(text, "{path}: it belongs to nobody");
    }
    if unowned.len() > MOST_UNOWNED {
        let _ = writeln!(text, "... and {} more files that belong to nobody", unowned.len() - MOST_UNOWNED);
    }
    if text.is_empty() {
        let _ = writeln!(text, "{}: nothing to mend, and every file has an owner", file.path);
    }
    text
}
