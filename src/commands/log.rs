//! `palisade log`: the decision log.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use ssh_key::PublicKey;

use super::audit::{first_second, last_second};
use super::{judging, recording, server};
use crate::checks;
use crate::evidence::{Export, Filter, Log, Proof, Record, Stats, exported};
use crate::git::Repo;
use crate::output::StatsFormat;
use crate::policy::Policy;
use crate::redact::redacted;
use crate::scope::named;

/// What a log ends with that is not as it was written.
const BROKEN: u8 = 1;
/// More faults than these are counted.
const FAULTS: usize = 50;

/// Show, verify, seal and export the decision log: every verdict of a hook or a server, one line each.
///
/// Exit codes of `verify`: 0 the log is as it was written, 1 it is not, 2 it could not be read.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The folder of the log, where it is not that of this repository.
    #[arg(long, global = true, value_name = "DIR")]
    log: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show verdicts, one line each.
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Say whether the log is as it was written: what was changed, taken out, put in, moved or cut off, and where.
    Verify {
        /// Seals must be by this SSH public key; may be given several times.
        #[arg(long = "key", value_name = "FILE")]
        keys: Vec<PathBuf>,
        /// Seals that were kept elsewhere, instead of those beside the log.
        #[arg(long, value_name = "FILE")]
        seals: Option<PathBuf>,
        /// Lines behind the last seal are a fault: whoever can write the log could have written them.
        #[arg(long)]
        all_sealed: bool,
    },
    /// Vouch for all lines that are there, with an SSH private key; the seal is printed as well, to be kept elsewhere.
    Seal {
        /// The private key: of `ssh-keygen -t ed25519`, without a passphrase.
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
    /// Write verdicts for other systems.
    Export {
        /// For whom.
        #[arg(long, value_enum)]
        format: Form,
        #[command(flatten)]
        which: Which,
    },
    /// Tell what verdicts add up to: by day, rule and pusher, what was bypassed, and how long it took until what was kept out was gone.
    Stats {
        /// How it is written.
        #[arg(long, value_enum, default_value_t)]
        format: StatsFormat,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    /// OCSF 1.1, Detection Finding: one line a finding.
    Ocsf,
    /// Elastic Common Schema 8.11.
    Ecs,
    /// ArcSight's Common Event Format.
    Cef,
    /// RFC 5424.
    Syslog,
    /// The lines as they are.
    Jsonl,
}

/// Which verdicts are meant.
#[derive(clap::Args)]
pub(super) struct Which {
    /// Not before: 2026-05-17, or 2026-05-17T09:30:00Z.
    #[arg(long, value_name = "DATE", value_parser = first_second)]
    since: Option<i64>,
    /// Not after.
    #[arg(long, value_name = "DATE", value_parser = last_second)]
    until: Option<i64>,
    /// With a finding of this rule.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// Pushed by this one.
    #[arg(long, value_name = "NAME")]
    pusher: Option<String>,
    /// With this verdict: accept, reject, incomplete.
    #[arg(long, value_name = "VERDICT", value_parser = ["accept", "reject", "incomplete"])]
    verdict: Option<String>,
    /// That moves this ref, by its full name.
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let log = Log::at(match self.log {
            Some(dir) => dir,
            None => place()?,
        });
        match self.command {
            Command::Show { which } => show(&log, which),
            Command::Verify { keys, seals, all_sealed } => verify(&log, &keys, seals.as_deref(), all_sealed),
            Command::Seal { key } => {
                let seal = log.seal(&key, recording::now())?;
                super::print((serde_json::to_string(&seal)? + "\n").as_bytes())?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Export { format, which } => export(&log, format, which),
            Command::Stats { format, which } => {
                let records = records(&log, &which.filter())?;
                let mut text = Vec::new();
                format.write(&Stats::of(records.iter().map(|(record, _)| record)), &mut text)?;
                super::print(&text)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

impl Which {
    fn filter(self) -> Filter {
        let Self { since, until, rule, pusher, verdict, reference } = self;
        Filter { since, until, rule, pusher, verdict, reference }
    }
}

/// The log of the repository around the current folder.
fn place() -> anyhow::Result<PathBuf> {
    let repo = Repo::discover(Path::new("."))?;
    recording::place(&repo, &policy(&repo)?)
}

/// The policy that a hook would judge by here: of a clone that of its work tree, of a server the accepted one.
fn policy(repo: &Repo) -> anyhow::Result<Policy> {
    if repo.work_dir().is_some() {
        return judging::policy(None, Some(repo));
    }
    server::policy_in_force(repo, judging::rules)
}

/// The records that are there; none is an error, because whoever asks expects some.
fn records(log: &Log, filter: &Filter) -> anyhow::Result<Vec<(Record, crate::evidence::Hash)>> {
    let records = log.records()?;
    if records.is_empty() {
        anyhow::bail!(
            "{}: no verdict is written down here; hooks do so where palisade.toml has `enabled = true` in [log], servers by themselves",
            named(log.dir())
        );
    }
    Ok(records.into_iter().filter(|(record, _)| filter.takes(record)).collect())
}

fn show(log: &Log, which: Which) -> anyhow::Result<ExitCode> {
    let mut text = String::new();
    for (record, _) in records(log, &which.filter())? {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{}", shown(&record));
    }
    super::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// `12 2026-05-17T09:30:00.123Z reject push alice refs/heads/main aws-access-key-id app.conf:3`
fn shown(record: &Record) -> String {
    let time = jiff::Timestamp::from_millisecond(record.time)
        .map_or_else(|_| record.time.to_string(), |time| format!("{time:.3}"));
    let mut text = format!("{} {time} {:10} {}", record.seq, record.verdict, record.scope);
    if record.entered && record.verdict != "accept" {
        text += " (let in)";
    }
    if let Some(pusher) = &record.pusher {
        let _ = write!(text, " by {pusher}");
    }
    for moved in &record.refs {
        let _ = write!(text, " {}", moved.name);
    }
    for found in &record.findings {
        let bypassed = if found.bypassed { ", bypassed" } else { "" };
        let _ = write!(text, "; {} {} at {}:{}{bypassed}", found.level, found.rule, found.place, found.line);
    }
    for let_in in &record.suppressed {
        let _ = write!(
            text,
            "; let in by {}: {} at {}:{}",
            let_in.by, let_in.found.rule, let_in.found.place, let_in.found.line
        );
    }
    if !record.coverage.gaps.is_empty() {
        let _ = write!(text, "; {} not looked at", record.coverage.gaps.len());
    }
    // What stands in a log may have been put there by anybody.
    named(text.as_ref()).to_string()
}

fn verify(log: &Log, keys: &[PathBuf], seals: Option<&Path>, all_sealed: bool) -> anyhow::Result<ExitCode> {
    let keys = keys.iter().map(|file| public_key(file)).collect::<anyhow::Result<Vec<_>>>()?;
    let Proof { lines, end, sealed, seals: number, faults, notes } = log.verify(&keys, seals)?;
    let last = end.map_or(0, |end| end.seq);
    let mut text = String::new();
    for fault in faults.iter().take(FAULTS) {
        let _ = writeln!(text, "{fault}");
    }
    if faults.len() > FAULTS {
        let _ = writeln!(text, "and {} more", faults.len() - FAULTS);
    }
    for note in notes {
        let _ = writeln!(text, "note: {note}");
    }
    let is_open = sealed < last;
    if is_open {
        let which =
            if sealed + 1 == last { format!("line {last} is") } else { format!("lines {} to {last} are", sealed + 1) };
        let word = if all_sealed { "not sealed" } else { "note" };
        let _ =
            writeln!(text, "{word}: {which} behind the last seal: whoever can write the log could have written them");
    } else if keys.is_empty() && number > 0 {
        let _ = writeln!(text, "note: nobody has said whose key the seals must be by; --key FILE does");
    }
    let is_sound = faults.is_empty() && !(all_sealed && is_open);
    let verdict = if is_sound { "as it was written" } else { "NOT as it was written" };
    let dir = redacted(&named(log.dir()).to_string(), &checks::all(None, None));
    let (lines, seals) = (count(lines, "line"), count(number, "seal"));
    let _ = writeln!(text, "{dir}: {verdict}: {lines}, {seals}, sealed up to line {sealed}");
    super::print(text.as_bytes())?;
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::from(BROKEN) })
}

fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn public_key(file: &Path) -> anyhow::Result<PublicKey> {
    let text = std::fs::read_to_string(file).with_context(|| named(file).to_string())?;
    // What the library says could quote a private key.
    PublicKey::from_openssh(text.trim())
        .map_err(|_| anyhow::anyhow!("{}: this is no SSH public key; it is the file that ends in .pub", named(file)))
}

fn export(log: &Log, format: Form, which: Which) -> anyhow::Result<ExitCode> {
    let format = match format {
        Form::Ocsf => Export::Ocsf,
        Form::Ecs => Export::Ecs,
        Form::Cef => Export::Cef,
        Form::Syslog => Export::Syslog,
        Form::Jsonl => Export::Jsonl,
    };
    let mut text = String::new();
    for (record, hash) in records(log, &which.filter())? {
        for line in exported(format, &record, hash) {
            text += &line;
            text.push('\n');
        }
    }
    super::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
