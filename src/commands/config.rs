//! `palisade config`: is the policy valid, what is in force, and from where.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{judging, server};
use crate::checks;
use crate::git::Repo;
use crate::policy::schema::{KEYS, Takes, json_schema, tables};
use crate::policy::{FILE_NAME, Policy, Side};
use crate::redact::redacted;
use crate::scope::named;
use crate::text::Positions;

/// Check the policy, and show what is in force.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Say whether a policy can be used: `palisade.toml`, or the file that is named. Exits with 2 where it cannot.
    Check {
        /// The policy.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Show what is in force here, as a policy that says everything: in a work tree that of its root, in a repository on a server what the next push is judged by.
    Show {
        /// Say of each key from where it is.
        #[arg(long)]
        origin: bool,
        /// A policy other than the one in force.
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
    },
    /// Print the JSON Schema of a policy, for editors.
    Schema,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let text = match self.command {
            Command::Check { file } => {
                let source = source(file.as_deref())?;
                match &source.text {
                    Some(_) => format!("{}: it can be used\n", source.name),
                    None => anyhow::bail!(
                        "there is no {FILE_NAME} here; what is built in is in force (`palisade config show`)"
                    ),
                }
            }
            Command::Show { origin, policy } => {
                let source = source(policy.as_deref())?;
                show(&source, origin)?
            }
            Command::Schema => serde_json::to_string_pretty(&json_schema())? + "\n",
        };
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A policy that can be used.
struct Source {
    /// Where it stands, cleaned for a terminal.
    name: String,
    /// What stands there; none where there is no file, and what is built in is in force.
    text: Option<String>,
}

/// The policy that is in force here: `file`; in a work tree that of its root; in a bare repository what the next push is judged by.
fn source(file: Option<&Path>) -> anyhow::Result<Source> {
    let source = match (file, Repo::discover(Path::new("."))) {
        (Some(file), _) => {
            Policy::load(file, judging::rules)?;
            read(file)?
        }
        (None, Err(error)) => return Err(error.into()),
        (None, Ok(repo)) => match (repo.work_dir(), repo.setting("palisade.policy")?) {
            (Some(root), _) => {
                let file = root.join(FILE_NAME);
                // Whatever else is in the way, the policy that should be in force is not.
                if file.symlink_metadata().is_ok() {
                    Policy::load(&file, judging::rules)?;
                    Source { name: FILE_NAME.to_owned(), ..read(&file)? }
                } else {
                    built_in()
                }
            }
            (None, Some(file)) => {
                let file = repo.git_dir().join(OsStr::from_bytes(&file));
                Policy::load(&file, judging::rules)?;
                read(&file)?
            }
            (None, None) => {
                let tip = repo.head()?;
                let text = tip.map(|tip| server::at(&repo.objects(), tip)).transpose()?.flatten();
                match (tip, text) {
                    (Some(tip), Some(text)) => {
                        let name = format!("{FILE_NAME} at {tip}");
                        Policy::parse_of(&Side::Commit(&repo, tip), Path::new(&name), &text, judging::rules)?;
                        Source { name, text: Some(text) }
                    }
                    _ => built_in(),
                }
            }
        },
    };
    Ok(source)
}

fn built_in() -> Source {
    Source { name: format!("what is built in, for there is no {FILE_NAME}"), text: None }
}

fn read(file: &Path) -> anyhow::Result<Source> {
    let name = named(file).to_string();
    let text = fs::read_to_string(file).with_context(|| format!("{name}: the policy cannot be read"))?;
    Ok(Source { name, text: Some(text) })
}

/// Every key: what the file says, else what is built in; what is not asked is a comment.
fn show(source: &Source, with_origin: bool) -> anyhow::Result<String> {
    let typed = source.text.as_deref().unwrap_or_default();
    let document = DeTable::parse(typed)?;
    let checks = checks::all(None, None);
    let mut text = format!("# in force: {}\n", source.name);
    let origin = |at: Option<usize>| match (with_origin, at) {
        (false, _) => String::new(),
        (true, None) => "  # built in".to_owned(),
        (true, Some(at)) => format!("  # {}:{}", source.name, Positions::new(typed.as_bytes()).of(at).line),
    };
    for table in tables() {
        let section = document.get_ref().get(table).map(Spanned::get_ref);
        let (header, blocks): (_, Vec<Option<&DeTable<'_>>>) = match section {
            Some(DeValue::Array(blocks)) => {
                (format!("[[{table}]]"), blocks.iter().map(|block| block.get_ref().as_table()).collect())
            }
            Some(section) => (format!("[{table}]"), vec![section.as_table()]),
            // A block that nobody wrote speaks of nothing, and without the section nobody is asked for signatures.
            None if matches!(table, "refs" | "signatures") => continue,
            None => (format!("[{table}]"), vec![None]),
        };
        for block in blocks {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\n{header}");
            for key in KEYS.iter().filter(|key| key.table == table) {
                let name = key.name;
                let _ = match (block.and_then(|block| block.get_key_value(name)), key.default) {
                    (Some((at, value)), _) => {
                        let value = written(value, typed);
                        // Ids of rules and levels are known words, even where a rule is called `generic-password`.
                        let is_known = key.takes == Takes::Levels;
                        let value = if is_known { value } else { redacted(&value, &checks) };
                        writeln!(text, "{name} = {value}{}", origin(Some(at.span().start)))
                    }
                    (None, Some(default)) => writeln!(text, "{name} = {default}{}", origin(None)),
                    (None, None) => writeln!(text, "# {name}: not asked"),
                };
            }
        }
    }
    Ok(text)
}

/// A value as it was typed; a table that may have been typed in pieces, on one line.
fn written(value: &Spanned<DeValue<'_>>, typed: &str) -> String {
    match value.get_ref() {
        DeValue::Table(table) => {
            let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
                // A basic string of TOML is written as a string of JSON is.
                format!("{} = {}", serde_json::Value::from(key.get_ref().as_ref()), written(value, typed))
            };
            let entries: Vec<_> = table.iter().map(entry).collect();
            if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
        }
        _ => typed.get(value.span()).unwrap_or_default().to_owned(),
    }
}
