//! `palisade rewrite-plan`: how secrets are taken out of a history, without showing one.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use super::judging;
use crate::finding::Finding;
use crate::git::{Objects, Repo};
use crate::judge::{Judged, Report};
use crate::output::quoted;
use crate::rule::Level;
use crate::scope::{Place, named};

/// What is shorter stands in too many other places to be replaced everywhere.
const SHORTEST: usize = 8;
/// What `git filter-repo` puts in the place of a secret.
const INSTEAD: &str = "***REMOVED***";

/// What has a zero among so many bytes git-filter-repo takes for binary ("--replace-text", in its source).
const BINARY: usize = 8192;
/// What is left to do then.
const TAKE_OUT: &str = "`git filter-repo --invert-paths --path PATH` takes it out of all history";

/// Tell how secrets are taken out of the history with `git filter-repo`: what to revoke first, and the commands in their order.
///
/// No secret is printed. Only --output writes them, into a new file that nobody else can read, as git filter-repo's --replace-text takes them.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The repository.
    #[arg(value_name = "REPO", default_value = ".")]
    repo: PathBuf,
    /// Write the expressions into FILE, which must not be there yet, nor lie in the work tree.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Secrets that the policy only annotates as well.
    #[arg(long)]
    all: bool,
    /// Judge by this policy instead of palisade.toml at the root of the work tree.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

/// What is to be replaced, and what cannot be.
#[derive(Default)]
struct Plan {
    /// One line a secret.
    expressions: BTreeSet<Vec<u8>>,
    /// Where and why not.
    left: Vec<String>,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (repo, report) = judging::history(&self.repo, self.policy.as_deref())?;
        let is_meant =
            |judged: &&Judged| judged.finding.rule.is_secret() && (self.all || judged.level == Level::Reject);
        let meant: Vec<_> = report.findings.iter().filter(is_meant).collect();
        let objects = repo.objects();
        let mut plan = Plan::default();
        for judged in &meant {
            match secret(&objects, &judged.finding) {
                Ok(secret) if secret.len() < SHORTEST => {
                    plan.leave(judged, "it is so short that it would be replaced in other places too");
                }
                Ok(secret) => {
                    plan.expressions.insert(expression(&secret));
                }
                Err(why) => plan.leave(judged, &why),
            }
        }
        if let Some(file) = self.output.as_deref().filter(|_| !plan.expressions.is_empty()) {
            write(file, &repo, &plan)?;
        }
        let text = told(&report, &meant, &plan, self.output.as_deref());
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Plan {
    fn leave(&mut self, judged: &Judged, why: &str) {
        let location = &judged.finding.location;
        self.left.push(format!("{} at {}:{}: {why}", judged.finding.rule.id, location.name(), location.start.line));
    }
}

/// The secret's bytes, as they are stored, where git-filter-repo finds them; else why not, and what to do.
fn secret(objects: &Objects, finding: &Finding) -> Result<Vec<u8>, String> {
    let location = &finding.location;
    if location.inside.is_some() {
        return Err(format!("it is packed in that file; {TAKE_OUT}"));
    }
    let content = match (&location.place, location.blob, location.commit) {
        (Place::File(_) | Place::Unreachable(_), Some(blob), _) => {
            let content = objects.blob(blob).map_err(|error| error.to_string())?;
            if memchr::memchr(0, &content[..content.len().min(BINARY)]).is_some() {
                return Err(format!("git filter-repo takes the file for binary, and looks into none; {TAKE_OUT}"));
            }
            content
        }
        (Place::Message, _, Some(commit)) => objects.message(commit).map_err(|error| error.to_string())?,
        (Place::PathName(_), ..) => {
            return Err("it is in the name itself: `git filter-repo --filename-callback` renames".to_owned());
        }
        (Place::Tag(_) | Place::Ref(_), ..) => return Err("make the tag or ref anew without it".to_owned()),
        _ => return Err("it is in no file and no commit's message".to_owned()),
    };
    let bytes = content.get(location.region.start..location.region.end);
    bytes.map(<[u8]>::to_vec).ok_or_else(|| "its place could not be read again".to_owned())
}

/// A line of git-filter-repo's expressions ("--replace-text" in its manual): what has a byte that would end the line, or that nobody can read, as a
/// regular expression of Python.
fn expression(secret: &[u8]) -> Vec<u8> {
    let is_plain = secret.iter().all(|byte| matches!(byte, b'!'..=b'~'));
    let mut line = if is_plain { b"literal:".to_vec() } else { b"regex:".to_vec() };
    for byte in secret {
        if is_plain || byte.is_ascii_alphanumeric() {
            line.push(*byte);
        } else {
            line.extend(format!("\\x{byte:02x}").bytes());
        }
    }
    line.extend_from_slice(b"==>");
    line.extend_from_slice(INSTEAD.as_bytes());
    line
}

fn write(file: &Path, repo: &Repo, plan: &Plan) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().with_context(|| format!("{}: there is no such folder", named(folder)))?;
    let is_inside = repo.work_dir().and_then(|dir| dir.canonicalize().ok()).is_some_and(|dir| folder.starts_with(dir));
    anyhow::ensure!(
        !is_inside,
        "{}: it lies in the work tree, where it could be committed; name a file elsewhere, such as ../secrets.txt",
        named(file)
    );
    let mut lines: Vec<_> = plan.expressions.iter().collect();
    // The longest first: one can be a part of another.
    lines.sort_by_key(|line| std::cmp::Reverse(line.len()));
    let mut text = lines.into_iter().flat_map(|line| [&line[..], b"\n"]).collect::<Vec<_>>().concat();
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    let written = made.and_then(|mut out| out.write_all(&text));
    text.fill(0);
    written.with_context(|| format!("{}: the expressions cannot be written there; it must be a new file", named(file)))
}

fn told(report: &Report, meant: &[&Judged], plan: &Plan, file: Option<&Path>) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    if meant.is_empty() {
        let _ = writeln!(text, "There is no secret in the history that has to be taken out.");
        return text;
    }
    let many = |number: usize| if number == 1 { "1 secret".to_owned() } else { format!("{number} secrets") };
    let _ = writeln!(text, "{} in the history. Nothing has been changed.\n", many(meant.len()));
    let _ = writeln!(text, "1. Revoke them first: every clone, fork and cache keeps them, whatever is rewritten.");
    let rules: BTreeSet<_> = meant.iter().map(|judged| (judged.finding.rule.id, judged.finding.rule.revoke)).collect();
    for (id, revoke) in rules {
        let _ = writeln!(text, "     {id}: {revoke}");
    }
    let shown = file.map_or_else(|| "../secrets.txt".to_owned(), |file| quoted(file.as_os_str().as_bytes()));
    match file {
        Some(_) if !plan.expressions.is_empty() => {
            let _ = writeln!(
                text,
                "2. {} stand in {shown}, one a line; only you can read it.",
                many(plan.expressions.len())
            );
        }
        _ => {
            let _ =
                writeln!(text, "2. Have them written into a file that only you can read, outside of the work tree:");
            let _ = writeln!(text, "     palisade rewrite-plan --output {shown}");
        }
    }
    let _ = writeln!(text, "3. In a fresh clone (git filter-repo asks for one), rewrite every commit that has one:");
    let _ = writeln!(
        text,
        "     git filter-repo --replace-text {shown} --replace-message {shown}\n   \
         Of its release 2.47 on, --sensitive-data-removal in front also names what hosts have to drop."
    );
    let _ = writeln!(
        text,
        "4. See that they are gone (what the same secret is written like elsewhere, as in base64, is told now: begin again at 2), and put it in the \
         place of the old history; nobody may push meanwhile:"
    );
    let _ = writeln!(text, "     palisade audit --reachable\n     git push --force --mirror origin");
    let _ = writeln!(
        text,
        "5. Delete the file, have every clone made anew, and ask the host to drop forks, caches and pull requests:"
    );
    let _ = writeln!(text, "     shred -u {shown}");
    for left in &plan.left {
        let _ = writeln!(text, "not by this: {left}");
    }
    if !report.coverage.gaps.is_empty() {
        let _ = writeln!(text, "not looked at: {}; `palisade audit` names them", report.coverage.gaps.len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_literal_and_the_rest_has_no_byte_that_ends_a_line() {
        let line = |secret: &[u8]| String::from_utf8(expression(secret)).unwrap();
        assert_eq!(line(b"a==>b*c"), "literal:a==>b*c==>***REMOVED***");
        assert_eq!(line(b"a\nb\xFFc d"), r"regex:a\x0ab\xffc\x20d==>***REMOVED***");
    }
}
