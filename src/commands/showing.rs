//! How reports are shown: in which formats, where each goes, and how much is said.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};

use super::judging::Caller;
use crate::git::Repo;
use crate::judge::{Report, Verdict};
use crate::output::{Format, View, looked_at, write_end, write_found};
use crate::scope::{Scope, named};

/// A screenful.
const FULL_IN_A_HOOK: usize = 10;
/// A screenful with `remote: ` before each line, and what mends it below.
const FULL_ON_A_SERVER: usize = 3;
const MOST_ON_A_SERVER: usize = 10;

/// The flags that say how a report is shown.
#[derive(clap::Args)]
pub(super) struct Showing {
    /// How the report is written; with =FILE it is written there. May be given several times.
    #[arg(long = "format", value_parser = TargetParser, value_name = "FORMAT[=FILE]", default_value = "human")]
    formats: Vec<Target>,
    /// Write the report to FILE instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Colours: `auto` looks at the terminal and at `NO_COLOR`.
    #[arg(long, value_enum, default_value_t, value_name = "WHEN")]
    color: When,
    /// One line a finding, and nothing else.
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// A format, and the file that it goes to; standard output where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    format: Format,
    file: Option<PathBuf>,
}

/// Reads `FORMAT` and `FORMAT=FILE`.
#[derive(Clone)]
struct TargetParser;

impl TypedValueParser for TargetParser {
    type Value = Target;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Target, clap::Error> {
        let bytes = value.as_bytes();
        let (name, file) = match bytes.iter().position(|byte| *byte == b'=') {
            Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
            None => (bytes, None),
        };
        let format = EnumValueParser::<Format>::new().parse_ref(command, arg, OsStr::from_bytes(name))?;
        let file = file.map(|file| PathBuf::from(OsStr::from_bytes(file)));
        if file.as_ref().is_some_and(|file| file.as_os_str().is_empty()) {
            let what = "no file is named behind `=`; write --format FORMAT=FILE\n";
            return Err(clap::Error::raw(clap::error::ErrorKind::InvalidValue, what));
        }
        Ok(Target { format, file })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        use clap::ValueEnum as _;
        Some(Box::new(Format::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value)))
    }
}

impl Showing {
    /// What goes where. Asked before anything is judged, so that nobody waits for an error.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let open = self.formats.iter().filter(|target| target.file.is_none()).count();
        let place = if self.output.is_some() { "--output FILE" } else { "standard output" };
        anyhow::ensure!(
            open <= 1,
            "{open} formats would go to {place}; name a file for all but one: --format sarif=report.sarif"
        );
        anyhow::ensure!(
            open == 1 || self.output.is_none(),
            "every --format has a file of its own, so --output FILE says nothing"
        );
        Ok(())
    }

    /// Whether somebody reads line by line what is found, and waits for nothing else.
    pub(super) fn is_stream(&self) -> bool {
        self.output.is_none() && self.formats == [Target { format: Format::Jsonl, file: None }]
    }

    /// Shows what was found in one part of what is looked at.
    pub(super) fn show_part(report: &Report) -> anyhow::Result<()> {
        let mut text = Vec::new();
        write_found(report, &mut text).context("the report cannot be written")?;
        super::print(&text).context("standard output")
    }

    /// Shows the end, behind all parts.
    pub(super) fn show_end(report: &Report) -> anyhow::Result<()> {
        let mut text = Vec::new();
        write_end(report, &mut text).context("the report cannot be written")?;
        super::print(&text).context("standard output")
    }

    /// Shows the report in all formats. `started` is when looking began.
    pub(super) fn show(
        &self,
        report: &Report,
        caller: Caller,
        repo: Option<&Repo>,
        started: Instant,
    ) -> anyhow::Result<()> {
        let mut view = self.view(report, caller, repo, started);
        for Target { format, file } in &self.formats {
            let file = file.as_ref().or(self.output.as_ref());
            view.color = match self.color {
                When::Always => true,
                When::Never => false,
                When::Auto => file.is_none() && is_color_welcome(),
            };
            if view.color {
                colored::control::set_override(true);
            }
            let mut text = Vec::new();
            format.write(report, view, &mut text).context("the report cannot be written")?;
            match file {
                None => super::print(&text).context("standard output")?,
                Some(file) => File::create(file)
                    .and_then(|mut out| out.write_all(&text))
                    .with_context(|| format!("{}: the report cannot be written there", named(file)))?,
            }
        }
        let is_human = self.formats.iter().any(|target| target.format == Format::Human && target.file.is_none());
        let has_spoken = report.verdict != Verdict::Accept || !report.findings.is_empty();
        let has_spoken = has_spoken || matches!(report.scope, Scope::Signatures(_));
        if is_human && caller == Caller::Person && !self.quiet && !has_spoken {
            super::say_only(&format!("nothing found ({})", looked_at(report)));
        }
        Ok(())
    }

    fn view(&self, report: &Report, caller: Caller, repo: Option<&Repo>, started: Instant) -> View {
        let (full, most) = match caller {
            Caller::Hook { .. } => (Some(FULL_IN_A_HOOK), None),
            Caller::Server => (Some(FULL_ON_A_SERVER), Some(MOST_ON_A_SERVER)),
            Caller::Person | Caller::Timer => (None, None),
        };
        let ended = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = ended.checked_sub(started.elapsed()).unwrap_or_default();
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        View {
            color: false,
            quiet: self.quiet,
            full,
            most,
            below_root: is_below_root(report, repo),
            started: seconds(started),
            ended: seconds(ended),
        }
    }
}

fn is_color_welcome() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb") && io::stdout().is_terminal()
}

/// Whether the person who will type the next command stands below the root of the work tree. Git runs hooks at the root, and
/// says where it was called.
fn is_below_root(report: &Report, repo: Option<&Repo>) -> bool {
    if report.findings.is_empty() {
        return false;
    }
    if env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty()) {
        return true;
    }
    let root = repo.and_then(Repo::work_dir).and_then(|dir| fs::canonicalize(dir).ok());
    root.is_some_and(|root| fs::canonicalize(Path::new(".")).is_ok_and(|here| here != root))
}
