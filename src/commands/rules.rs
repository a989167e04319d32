//! `palisade rules`: what is looked for, and what to do about it.

mod finding;
mod test;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::judging;
use crate::checks::policy_rules;
use crate::checks::secrets::{Pattern, patterns};
use crate::git::Repo;
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
    /// List all rules, or those that all of the filters leave.
    List {
        /// Those for secrets that this provider issues, in any case.
        #[arg(long, value_name = "NAME")]
        provider: Option<String>,
        /// Those for this kind of secret: `api-key`; `policy` for rules that are about no secret.
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// Those that are by themselves so sure.
        #[arg(long, value_name = "certain|likely|possible")]
        confidence: Option<String>,
        /// How the list is written.
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: Form,
    },
    /// Tell all about one rule; or, by its fingerprint, why something in the work tree or the index is taken for a secret.
    Explain {
        /// The rule, as a report names it; or a fingerprint.
        #[arg(value_name = "ID|FINGERPRINT")]
        id: String,
    },
    /// Hold patterns to their examples, or tell what all patterns say of a text.
    ///
    /// Without FILE the patterns of the policy in force here are looked at, and with a file of patterns (`.toml`) those in it. Any other FILE, or `-` for
    /// standard input, is a text: which rule claims what in it, and which filter dropped what. What is encoded in it is not decoded.
    Test {
        /// A file of patterns, or a text.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Tell of each rule how often its literals stand in the text, how much it finds and how long it takes, the dearest first.
        #[arg(long, requires = "file")]
        profile: bool,
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
        let repo = Repo::discover(Path::new(".")).ok();
        let policy = judging::policy(None, repo.as_ref())?;
        let text = match self.command {
            Rules::List { provider, kind, confidence, format } => {
                let items = filtered(items(policy.patterns()), provider, kind, confidence)?;
                match format {
                    Form::Human => table(&items),
                    Form::Json => json(&items)?,
                }
            }
            Rules::Explain { id } => match repo.filter(|_| is_fingerprint(&id)) {
                Some(repo) => finding::explain(&repo, &policy, &id)?,
                None => explain(&items(policy.patterns()), &id)?,
            },
            Rules::Test { file, profile } => test::run(file.as_deref(), profile, policy.patterns())?,
        };
        super::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// All rules, in the order of their ids: those for secrets, and those that a policy can ask for.
fn items(own: &'static [Pattern]) -> Vec<Item<'static>> {
    let of_pattern = |pattern: &'static Pattern| {
        let (kind, confidence) = (pattern.kind.as_str(), pattern.confidence.as_str());
        Item::of(&pattern.rule, kind, confidence, pattern.source)
    };
    let of_policy = |rule: &'static Rule| Item::of(rule, "policy", "certain", "");
    let mut items: Vec<_> =
        patterns().chain(own).map(of_pattern).chain(policy_rules().into_iter().map(of_policy)).collect();
    items.sort_unstable_by_key(|item| item.id);
    items
}

/// Those that all of the filters leave. What no rule has is an error: it was mistyped.
fn filtered(
    mut items: Vec<Item<'static>>,
    provider: Option<String>,
    kind: Option<String>,
    confidence: Option<String>,
) -> anyhow::Result<Vec<Item<'static>>> {
    type Field = for<'a> fn(&Item<'a>) -> &'a str;
    let fields: [(&str, Option<String>, Field); 3] = [
        ("provider", provider, |item| item.provider),
        ("kind", kind, |item| item.kind),
        ("confidence", confidence, |item| item.confidence),
    ];
    for (name, wanted, field) in fields {
        let Some(wanted) = wanted else { continue };
        let known: BTreeSet<&str> = items.iter().map(field).collect();
        items.retain(|item| field(item).eq_ignore_ascii_case(&wanted));
        if items.is_empty() {
            let known: Vec<_> = known.into_iter().collect();
            let wanted = named(wanted.as_ref());
            let lower: Vec<_> = known.iter().map(|word| word.to_lowercase()).collect();
            let lower: Vec<_> = lower.iter().map(String::as_str).collect();
            match nearest(&wanted.to_string().to_lowercase(), &lower) {
                Some(near) => anyhow::bail!("no rule has the {name} `{wanted}`; did you mean `{near}`?"),
                None => anyhow::bail!(
                    "no rule has the {name} `{wanted}`; `palisade rules list --format json` shows what there is"
                ),
            }
        }
    }
    Ok(items)
}

/// Whether it is written as a fingerprint is.
fn is_fingerprint(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
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
