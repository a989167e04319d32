//! Who signed what: a line a commit or tag, what it adds up to, and what to do about those that do not stand.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use colored::Color;

use super::{Paint, color_of, unseen, verdict};
use crate::finding::Attestation;
use crate::judge::Report;
use crate::output::words::clean;
use crate::output::{count, looked_at};
use crate::rule::Level;

/// As wide as the longest name of a state.
const WIDTH: usize = 18;

/// More signers are counted and not named.
const MOST_SIGNERS: usize = 10;

/// A line for each, and what helps, once for each rule. In few words only those that do not stand.
pub(super) fn write(report: &Report, quiet: bool, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    for attestation in report.attestations.iter().filter(|one| !quiet || !one.stands) {
        line(attestation, paint, out)?;
    }
    if quiet || report.attestations.is_empty() {
        return Ok(());
    }
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for attestation in &report.attestations {
        *numbers.entry(attestation.state).or_default() += 1;
    }
    let told: Vec<_> = numbers.iter().map(|(state, number)| format!("{number} {state}")).collect();
    writeln!(out, "\n{}", told.join(", "))?;
    if let Some(line) = signers(&report.attestations) {
        writeln!(out, "{line}")?;
    }
    for note in &report.notes {
        writeln!(out, "{}", clean(note))?;
    }
    let mut seen = HashSet::new();
    for judged in &report.findings {
        let rule = judged.finding.rule;
        if let (true, Some(mend)) = (seen.insert(rule.id), rule.mend()) {
            writeln!(out, "{} {}: {}", paint.level(judged.level), paint.bold(rule.id), clean(mend))?;
        }
    }
    Ok(())
}

/// How much of it stands, and by whom: those who signed most come first. One object speaks for itself.
fn signers(attestations: &[Attestation]) -> Option<String> {
    let all = attestations.len();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for signer in attestations.iter().filter(|one| one.stands).filter_map(|one| one.signer.as_deref()) {
        *numbers.entry(signer).or_default() += 1;
    }
    if all < 2 || numbers.is_empty() {
        return None;
    }
    let stands: usize = numbers.values().sum();
    let mut numbers: Vec<_> = numbers.into_iter().collect();
    numbers.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let more = numbers.len().saturating_sub(MOST_SIGNERS);
    let mut told: Vec<_> =
        numbers.iter().take(MOST_SIGNERS).map(|(name, number)| format!("{} {number}", clean(name))).collect();
    if more > 0 {
        told.push(format!("and {more} others"));
    }
    Some(format!("{} % accepted, signed by: {}", stands * 100 / all, told.join(", ")))
}

fn line(attestation: &Attestation, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Attestation { object, tag, subject, author, state, stands, key, signer, why, .. } = attestation;
    let color = if *stands { Color::Green } else { Color::Red };
    let state = paint.colored(&format!("{state:WIDTH$}"), color);
    let name = tag.as_ref().map_or_else(String::new, |tag| format!(" tag {}", clean(tag)));
    write!(out, "{state} {}{name} {} ({})", object.short(), clean(subject), clean(author))?;
    match (signer, key) {
        (Some(signer), Some(key)) => write!(out, ", signed by {} with {}", clean(signer), clean(key))?,
        (None, Some(key)) => write!(out, ", signed with {}", clean(key))?,
        (_, None) => {}
    }
    if why.is_empty() { writeln!(out) } else { writeln!(out, ": {}", clean(why)) }
}

/// The last line: the verdict, and what it rests on.
pub(super) fn summary(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let at = |level| report.findings.iter().filter(|judged| judged.level == level).count() as u64;
    let (rejected, annotated) = (at(Level::Reject), at(Level::Annotate));
    let mut parts = Vec::new();
    if rejected > 0 {
        parts.push(count(rejected, "signature missing or not accepted", "signatures missing or not accepted"));
    }
    if annotated > 0 {
        parts.push(count(annotated, "signature to look at", "signatures to look at"));
    }
    parts.extend(unseen(report));
    if parts.is_empty() {
        parts.push("nothing to mend".to_owned());
    }
    let verdict = paint.colored(verdict(report.verdict), color_of(report.verdict));
    writeln!(out, "palisade: {verdict}: {} ({})", parts.join(", "), looked_at(report))
}
