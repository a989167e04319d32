//! `palisade rules`: what is looked for, and what to do about it.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use crate::checks::secrets::{Pattern, patterns};
use crate::policy::nearest;
use crate::scope::named;

/// Show what is looked for, and what to do about it.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Rules,
}

#[derive(clap::Subcommand)]
enum Rules {
    /// List all rules.
    List {
        /// How the list is written.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Form,
    },
    /// Tell all about one rule.
    Explain {
        /// The rule, as a report names it.
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Clone, Copy, Default, clap::ValueEnum)]
enum Form {
    #[default]
    Human,
    Json,
}

/// A rule as programs read it.
#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    summary: &'a str,
    provider: &'a str,
    kind: &'a str,
    confidence: &'a str,
    revoke: &'a str,
    rotate: &'a str,
    source: &'a str,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let mut patterns: Vec<_> = patterns().iter().collect();
        patterns.sort_unstable_by_key(|pattern| pattern.rule.id);
        let text = match self.command {
            Rules::List { format: Form::Human } => table(&patterns),
            Rules::List { format: Form::Json } => json(&patterns)?,
            Rules::Explain { id } => explain(&patterns, &id)?,
        };
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

fn table(patterns: &[&Pattern]) -> String {
    let width = patterns.iter().map(|pattern| pattern.rule.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for pattern in patterns {
        let (id, confidence) = (pattern.rule.id, pattern.confidence.as_str());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{id:width$}  {confidence:8}  {}", pattern.rule.summary);
    }
    text
}

fn json(patterns: &[&Pattern]) -> anyhow::Result<String> {
    let items: Vec<_> = patterns
        .iter()
        .map(|pattern| Item {
            id: pattern.rule.id,
            summary: pattern.rule.summary,
            provider: pattern.rule.provider,
            kind: pattern.kind.as_str(),
            confidence: pattern.confidence.as_str(),
            revoke: pattern.rule.revoke,
            rotate: pattern.rule.rotate,
            source: pattern.source,
        })
        .collect();
    Ok(serde_json::to_string_pretty(&serde_json::json!({ "schema": 1, "rules": items }))? + "\n")
}

fn explain(patterns: &[&Pattern], id: &str) -> anyhow::Result<String> {
    let Some(pattern) = patterns.iter().find(|pattern| pattern.rule.id == id) else {
        let known: Vec<_> = patterns.iter().map(|pattern| pattern.rule.id).collect();
        let id = named(id.as_ref());
        match nearest(&id.to_string(), &known) {
            Some(near) => anyhow::bail!("unknown rule `{id}`; did you mean `{near}`?"),
            None => anyhow::bail!("unknown rule `{id}`; `palisade rules list` names them all"),
        }
    };
    let rule = pattern.rule;
    let mut text = format!("{}: {}\n\n", rule.id, rule.summary);
    for (name, value) in [
        ("provider", rule.provider),
        ("kind", pattern.kind.as_str()),
        ("confidence", pattern.confidence.as_str()),
        ("revoke", rule.revoke),
        ("rotate", rule.rotate),
        ("source", pattern.source),
    ] {
        let _ = writeln!(text, "{name:10}  {value}");
    }
    let _ = write!(
        text,
        "\nTo let one of them in, on its line or on the line above:\n    # palisade:allow {id} REASON\n\
         To change what is done about all of them, in palisade.toml:\n    [secrets.rules]\n    {id} = \"annotate\"\n"
    );
    Ok(text)
}
