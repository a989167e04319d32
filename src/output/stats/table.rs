//! Statistics for people.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::span;
use crate::evidence::{Stats, Tally};
use crate::output::words::clean;

/// So many rows of each kind, those with the most first.
const ROWS: usize = 15;
/// So many days.
const DAYS: usize = 14;

pub(super) fn write(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    head("", out)?;
    row("all", &stats.all, out)?;
    row("last 30 days", &stats.trend[0], out)?;
    row("30 days before", &stats.trend[1], out)?;
    head("day", out)?;
    let skipped = stats.days.len().saturating_sub(DAYS);
    for (day, tally) in stats.days.iter().skip(skipped) {
        row(day, tally, out)?;
    }
    kind("rule", &stats.rules, out)?;
    kind("pusher", &stats.pushers, out)?;
    writeln!(out, "\n{:30} {:>9} {:>9} {:>13} {:>13}", "kept out, by severity", "gone", "open", "mean", "median")?;
    for (severity, mend) in &stats.mended {
        let times = if mend.gone == 0 { ["-".to_owned(), "-".to_owned()] } else { [mend.mean, mend.median].map(span) };
        writeln!(out, "{severity:30} {:>9} {:>9} {:>13} {:>13}", mend.gone, mend.open, times[0], times[1])?;
    }
    Ok(())
}

fn head(name: &str, out: &mut dyn Write) -> io::Result<()> {
    if !name.is_empty() {
        writeln!(out)?;
    }
    writeln!(
        out,
        "{name:30} {:>9} {:>15} {:>15} {:>9} {:>9}",
        "verdicts", "rejected", "annotated", "bypassed", "incomplete"
    )
}

fn row(name: &str, tally: &Tally, out: &mut dyn Write) -> io::Result<()> {
    let share = |number: u64, percent: f64| format!("{number} ({percent:.1} %)");
    writeln!(
        out,
        "{:30} {:>9} {:>15} {:>15} {:>9} {:>9}",
        clean(name),
        tally.verdicts,
        share(tally.rejected, tally.rejected_percent()),
        share(tally.annotated, tally.annotated_percent()),
        tally.bypassed,
        tally.incomplete
    )
}

fn kind(name: &str, tallies: &BTreeMap<String, Tally>, out: &mut dyn Write) -> io::Result<()> {
    if tallies.is_empty() {
        return Ok(());
    }
    head(name, out)?;
    let mut rows: Vec<_> = tallies.iter().collect();
    rows.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.verdicts));
    for (name, tally) in rows.iter().take(ROWS) {
        row(name, tally, out)?;
    }
    if rows.len() > ROWS {
        writeln!(out, "and {} more", rows.len() - ROWS)?;
    }
    Ok(())
}
