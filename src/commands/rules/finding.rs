//! `palisade rules explain FINGERPRINT`: why something is taken for a secret, part by part.

use std::fmt::Write as _;
use std::path::Path;

use crate::commands::judging;
use crate::git::Repo;
use crate::judge::Judged;
use crate::policy::Policy;
use crate::scope::Scope;

/// All that led to the finding: of the work tree, else of what is staged. Nothing of the secret is in it.
pub(super) fn explain(repo: &Repo, policy: &Policy, fingerprint: &str) -> anyhow::Result<String> {
    let root = repo.work_dir().map(Path::to_owned);
    let files = Scope::Files { roots: root.into_iter().collect(), honour_ignores: true };
    for scope in [files, Scope::Staged { parents: Vec::new() }] {
        let report = judging::found_in(repo, policy, scope)?;
        let let_in = report.let_in.iter().map(|let_in| &let_in.judged);
        let mut all = report.findings.iter().chain(let_in);
        let is_it = |judged: &&Judged| judged.finding.fingerprint.as_ref().is_some_and(|print| print.0 == fingerprint);
        if let Some(judged) = all.find(is_it) {
            return Ok(told(judged, fingerprint));
        }
    }
    anyhow::bail!(
        "nothing in the work tree or the index has the fingerprint {fingerprint}; `palisade scan --format json` shows those that there are, \
         and `palisade audit --format json` those of the history"
    )
}

fn told(judged: &Judged, fingerprint: &str) -> String {
    let finding = &judged.finding;
    let at = &finding.location;
    let mut text = format!("{fingerprint}: {}\n\n", finding.rule.summary);
    let place = format!("{}:{}:{}", at.name(), at.start.line, at.start.column);
    for (name, value) in [
        ("rule", finding.rule.id),
        ("confidence", finding.confidence.as_str()),
        ("level", judged.level.as_str()),
        ("place", &place),
        ("preview", &finding.preview),
    ] {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{name:10}  {value}");
    }
    text.push_str("\nwhy\n");
    for part in finding.reason.split("; ").flat_map(|part| parts(part)) {
        let _ = writeln!(text, "  {part}");
    }
    let _ = write!(text, "\nThe rule is told by `palisade rules explain {}`.\n", finding.rule.id);
    text
}

/// The parts of a score, each of which ends in its points; any other sentence as it is.
fn parts(sentence: &str) -> Vec<&str> {
    let is_score = sentence.ends_with(')') && (sentence.contains(" (+") || sentence.contains(" (-"));
    if is_score {
        sentence.split_inclusive("), ").map(|part| part.trim_end_matches(", ")).collect()
    } else {
        vec![sentence]
    }
}
