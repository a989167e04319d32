//! `palisade rules`: what is looked for, and what to do about it.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use crate::checks::policy_rules;
use crate::checks::secrets::{Pattern, patterns};
use crate::policy::nearest;
use crate::rule::Rule;
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
    /// What helps where a rule is about no secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<&'a str>,
    source: &'a str,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let items = items();
        let text = match self.command {
            Rules::List { format: Form::Human } => table(&items),
            Rules::List { format: Form::Json } => json(&items)?,
            Rules::Explain { id } => explain(&items, &id)?,
        };
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// All rules, in the order of their ids: those for secrets, and those that a policy can ask for.
fn items() -> Vec<Item<'static>> {
    let of_pattern = |pattern: &'static Pattern| {
        let (kind, confidence) = (pattern.kind.as_str(), pattern.confidence.as_str());
        Item::of(&pattern.rule, kind, confidence, pattern.source)
    };
    let of_policy = |rule: &'static Rule| Item::of(rule, "policy", "certain", "");
    let mut items: Vec<_> =
        patterns().iter().map(of_pattern).chain(policy_rules().into_iter().map(of_policy)).collect();
    items.sort_unstable_by_key(|item| item.id);
    items
}

impl Item<'static> {
    fn of(rule: &'static Rule, kind: &'static str, confidence: &'static str, source: &'static str) -> Self {
        let Rule { id, summary, provider, revoke, rotate, .. } = *rule;
        let mend = rule.mend();
        let rotate = if mend.is_some() { "" } else { rotate };
        Self { id, summary, provider, kind, confidence, revoke, rotate, mend, source }
    }
}

fn table(items: &[Item<'_>]) -> String {
    let width = items.iter().map(|item| item.id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for Item { id, confidence, summary, .. } in items {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{id:width$}  {confidence:8}  {summary}");
    }
    text
}

fn json(items: &[Item<'_>]) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&serde_json::json!({ "schema": 1, "rules": items }))? + "\n")
}

fn explain(items: &[Item<'_>], id: &str) -> anyhow::Result<String> {
    let Some(item) = items.iter().find(|item| item.id == id) else {
        let known: Vec<_> = items.iter().map(|item| item.id).collect();
        let id = named(id.as_ref());
        match nearest(&id.to_string(), &known) {
            Some(near) => anyhow::bail!("unknown rule `{id}`; did you mean `{near}`?"),
            None => anyhow::bail!("unknown rule `{id}`; `palisade rules list` names them all"),
        }
    };
    let mut text = format!("{}: {}\n\n", item.id, item.summary);
    if let Some(mend) = item.mend {
        let _ = writeln!(text, "mend        {mend}");
        let _ = write!(
            text,
            "\nA policy asks for it in [[refs]], [commits] or [files] of palisade.toml; README.md tells the keys.\n"
        );
        return Ok(text);
    }
    for (name, value) in [
        ("provider", item.provider),
        ("kind", item.kind),
        ("confidence", item.confidence),
        ("revoke", item.revoke),
        ("rotate", item.rotate),
        ("source", item.source),
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
