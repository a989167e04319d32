//! `palisade baseline`: records what is there today, so that only what is new is told from now on.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::judging::{found, policy};
use super::{keys, print};
use crate::git::Repo;
use crate::judge::Report;
use crate::policy::{Baseline, Decision, Exceptions, Extent, Policy, Side, today};

/// Record what is there today in .palisade/baseline: these findings are let in and counted, and only what is new is told from now on.
///
/// A baseline never grows by itself: where there is one, what it does not have is told, and --grow adds it. --prune takes out what has gone.
#[derive(clap::Args)]
pub(super) struct Args {
    /// Record what all of history holds, and not only the files.
    #[arg(long)]
    history: bool,
    /// Take out what has gone, and add nothing.
    #[arg(long, conflicts_with = "grow")]
    prune: bool,
    /// Add what is new to a baseline that is there.
    #[arg(long)]
    grow: bool,
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let repo = Repo::discover(Path::new("."))?;
        let root = repo.work_dir().context("this is a bare repository: a baseline is recorded where people commit")?;
        let policy = policy(None, Some(&repo))?;
        let file = root.join(Baseline::FILE);
        let is_there = file.exists();
        anyhow::ensure!(is_there || !self.prune, "there is no {} yet; `palisade baseline` records one", Baseline::FILE);
        let before = Baseline::of(&Side::of(&repo)?).map_err(|gap| anyhow::anyhow!("{gap}"))?;
        let mut baseline = before.clone();
        // What was recorded of all history is not gone because the files have it no more.
        if self.history {
            baseline.extent = Extent::History;
        }
        // Without a key there are no fingerprints.
        let made = keys::share(&repo, root)?;
        let report = found(&repo, &policy, baseline.extent)?;
        if let (true, Some(gap)) = (self.prune, report.coverage.gaps.first()) {
            anyhow::bail!("{gap}; what was not looked at may still be there, so nothing is taken out");
        }
        let gone = if self.prune {
            prune(&mut baseline, &report)
        } else {
            add(&mut baseline, &report, &policy, &repo)?;
            0
        };
        let new = (baseline.len() + gone).saturating_sub(before.len());
        if is_there && new > 0 && !self.grow {
            anyhow::bail!(
                "{new} {} not in {}, and it does not grow by itself: `palisade scan` shows what is new, `palisade baseline --grow` adds it",
                if new == 1 { "finding is" } else { "findings are" },
                Baseline::FILE
            );
        }
        if !is_there || baseline != before {
            fs::write(&file, baseline.text())
                .with_context(|| format!("{}: it cannot be written there", Baseline::FILE))?;
        }
        let mut text = format!("{}: {new} added, {gone} taken out, {} in it\n", Baseline::FILE, baseline.len());
        if made {
            // Writing to a String cannot fail.
            let _ =
                writeln!(text, "{}: the key of fingerprints, which the whole team shares from now on", keys::SHARED);
        }
        text.push_str("Commit it: git add .palisade\n");
        print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes out what is found no more, and says how many that were.
fn prune(baseline: &mut Baseline, report: &Report) -> usize {
    let prints = report.findings.iter().filter_map(|judged| judged.finding.fingerprint.as_ref());
    let prints: HashSet<&str> = prints.map(|print| print.0.as_str()).collect();
    baseline.prune(|print| prints.contains(print))
}

/// Adds what is found. What an exception lets in stays its: the day on which that ends would end nothing.
fn add(baseline: &mut Baseline, report: &Report, policy: &Policy, repo: &Repo) -> anyhow::Result<()> {
    let day = today().to_string();
    let exceptions = Exceptions::of(Side::of(repo)?);
    for judged in &report.findings {
        let finding = &judged.finding;
        let place = &finding.location.place;
        if matches!(exceptions.decide(policy, finding, place.path()), Decision::Exception(_)) {
            continue;
        }
        if let Some(print) = &finding.fingerprint {
            baseline.add(print, &day, &format!("{} {place}", finding.rule.id));
        }
    }
    Ok(())
}
