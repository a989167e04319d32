//! What the table adds up to, as pictures: when secrets were brought in, and of which rule, by whom and where.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::axis::{self, HEIGHT, LEFT, TIMES, WIDTH};
use crate::finding::Finding;
use crate::judge::{Judged, Report};
use crate::output::count;
use crate::output::markup::Text;
use crate::output::tally::{Kind, by_kind, has_history, is_at_head};
use crate::output::words::{moment, percent_encoded};
use crate::scope::Place;

/// So many months in single bars; a longer history has a bar a year.
const MONTHS: usize = 120;
/// Bars of a chart.
const BARS: usize = 8;
/// What a commit says of its time is not always true: before and after these years it is taken for no date.
const YEARS: std::ops::Range<usize> = 1971..2100;

/// How many secrets a month brought in: those that are at HEAD, and those that have gone from there.
type Months = BTreeMap<usize, (usize, usize)>;

/// Bars along the time, in SVG.
pub(super) fn timeline(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if !has_history(report) || report.findings.is_empty() {
        return Ok(());
    }
    let (months, undated) = introductions(report);
    writeln!(out, "<section>\n<div class=\"title\"><h2>When they were brought in</h2>{LEGEND}</div>")?;
    if let (Some((&start, _)), Some((&end, _))) = (months.first_key_value(), months.last_key_value()) {
        writeln!(out, "<div class=\"scroll\">")?;
        bars_in_time(&months, start, end, out)?;
        writeln!(out, "</div>")?;
    }
    if undated > 0 {
        let undated = count(undated as u64, "secret is", "secrets are");
        writeln!(out, "<p class=\"faint\">{undated} in no commit, or in one whose date cannot be true.</p>")?;
    }
    writeln!(out, "</section>")
}

const LEGEND: &str =
    "<span class=\"legend\"><span class=\"in-head\">still at HEAD</span><span>gone from HEAD</span></span>";

fn introductions(report: &Report) -> (Months, usize) {
    let mut months = Months::new();
    let mut undated = 0;
    for Judged { finding, .. } in &report.findings {
        let first = finding.origin.as_ref().and_then(|origin| origin.first.as_ref());
        match first.and_then(|first| month(first.time)) {
            Some(month) => {
                let (head, gone) = months.entry(month).or_default();
                *if is_at_head(finding) { head } else { gone } += 1;
            }
            None => undated += 1,
        }
    }
    (months, undated)
}

/// The number of a month, counted from the year 0.
fn month(seconds: i64) -> Option<usize> {
    let moment = moment(seconds)?;
    let mut parts = moment.split('-');
    let (year, month): (usize, usize) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    YEARS.contains(&year).then_some(year * 12 + month - 1)
}

fn bars_in_time(months: &Months, start: usize, end: usize, out: &mut dyn Write) -> io::Result<()> {
    let step = if end - start < MONTHS { 1 } else { 12 };
    // Whole years, so that they stand under their bars; and a year at least, or one month would be one wide bar.
    let (start, end) = (start / 12 * 12, end / 12 * 12 + 12);
    let mut bars: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (month, (head, gone)) in months {
        let bar = bars.entry((month - start) / step).or_default();
        *bar = (bar.0 + head, bar.1 + gone);
    }
    let top = ceiling(bars.values().map(|(head, gone)| head + gone).max().unwrap_or(1));
    // Hundredths of a unit are fine enough, and whole numbers need no rounding.
    let slot = (WIDTH - LEFT) * 100 / ((end - start) / step);
    let unit = if step == 1 { "month" } else { "year" };
    axis::begin(&format!("Secrets brought in, by {unit}"), top, out)?;
    for (number, (head, gone)) in &bars {
        let x = hundredths(LEFT * 100 + number * slot);
        let (gone_high, head_high) = (gone * HEIGHT * 100 / top, head * HEIGHT * 100 / top);
        let width = hundredths((slot * 4 / 5).clamp(200, 4000));
        let (low, high) = (HEIGHT * 100 - gone_high, HEIGHT * 100 - gone_high - head_high);
        let name = name(start + number * step, step);
        write!(
            out,
            "<g><title>{name}: {}, {head} still at HEAD</title>",
            count((head + gone) as u64, "secret", "secrets")
        )?;
        write!(out, "<rect class=\"hover\" x=\"{x}\" y=\"0\" width=\"{}\" height=\"{HEIGHT}\"/>", hundredths(slot))?;
        for (class, y, high) in [("gone", low, gone_high), ("head", high, head_high)] {
            if high > 0 {
                let (y, high) = (hundredths(y), hundredths(high));
                write!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{high}\"/>")?;
            }
        }
        writeln!(out, "</g>")?;
    }
    years(start / 12, (end - start) / 12, out)?;
    writeln!(out, "</svg>")
}

/// The years below the bars; each number needs some fifty units.
fn years(first: usize, number: usize, out: &mut dyn Write) -> io::Result<()> {
    let every = (number * 50).div_ceil(WIDTH - LEFT).max(1);
    for year in (0..number).step_by(every) {
        let x = LEFT + year * (WIDTH - LEFT) / number;
        writeln!(out, "<text x=\"{x}\" y=\"{TIMES}\">{}</text>", first + year)?;
    }
    Ok(())
}

/// `2024-03`, `2024`.
fn name(month: usize, step: usize) -> String {
    if step == 1 { format!("{}-{:02}", month / 12, month % 12 + 1) } else { (month / 12).to_string() }
}

/// The even number at which an axis ends.
fn ceiling(number: usize) -> usize {
    let mut unit = 1;
    loop {
        if let Some(found) = [2, 4, 6, 10].iter().map(|factor| factor * unit).find(|top| *top >= number) {
            return found;
        }
        unit *= 10;
    }
}

fn hundredths(number: usize) -> String {
    format!("{}.{:02}", number / 100, number % 100)
}

/// Of which rule, by whom and where.
pub(super) fn kinds(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rules = by_kind(report, |finding| Some(finding.rule.id.to_owned()));
    chart("By rule", "rule", &rules, out)?;
    chart("By author", "q", &by_kind(report, author), out)?;
    if !report.repositories.is_empty() {
        chart("By repository", "q", &by_kind(report, |finding| finding.origin.as_ref()?.repository.clone()), out)?;
    }
    let paths = by_kind(report, path);
    // Where every file has one, the folders tell more.
    if paths.len() > BARS && paths.first().is_some_and(|most| most.all == 1) {
        return chart("By folder", "q", &by_kind(report, folder), out);
    }
    chart("By path", "q", &paths, out)
}

fn author(finding: &Finding) -> Option<String> {
    Some(finding.origin.as_ref()?.first.as_ref()?.author.clone())
}

fn path(finding: &Finding) -> Option<String> {
    match &finding.location.place {
        Place::File(path) | Place::PathName(path) => Some(path.to_string()),
        Place::Message | Place::Stdin | Place::Tag(_) | Place::Unreachable(_) | Place::Ref(_) | Place::Commit => None,
    }
}

fn folder(finding: &Finding) -> Option<String> {
    let path = path(finding)?;
    Some(path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned() + "/")
}

/// Each bar is a link that filters the table by `field`.
fn chart(title: &str, field: &str, kinds: &[Kind], out: &mut dyn Write) -> io::Result<()> {
    let Some(most) = kinds.first().map(|kind| kind.all) else { return Ok(()) };
    writeln!(out, "<section>\n<h2>{title}</h2>\n<ul class=\"bars\">")?;
    for Kind { name, all, at_head } in kinds.iter().take(BARS) {
        let (head, gone) = (at_head * 1000 / most, (all - at_head) * 1000 / most);
        let link = percent_encoded(super::words::clean(name).as_bytes());
        let name = Text(name);
        writeln!(out, "<li><a href=\"#{field}={link}\" title=\"{name}\">{name}</a><b>{all}</b>")?;
        writeln!(
            out,
            "<svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"head\" width=\"{head}\" height=\"10\"/><rect class=\"gone\" x=\"{head}\" width=\"{gone}\" height=\"10\"/></svg></li>"
        )?;
    }
    writeln!(out, "</ul>")?;
    if kinds.len() > BARS {
        writeln!(out, "<p class=\"faint\">and {} more</p>", kinds.len() - BARS)?;
    }
    writeln!(out, "</section>")
}

#[cfg(test)]
mod tests {
    use super::super::super::sample;
    use super::*;

    fn drawn(report: &Report) -> String {
        let mut out = Vec::new();
        timeline(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn at(report: &mut Report, number: usize, time: i64) {
        report.findings[number].finding.origin.as_mut().unwrap().first =
            Some(sample::sighting('a', "A", time, None, 1));
    }

    #[test]
    fn introductions_stand_in_their_month() {
        let text = drawn(&sample::history());
        assert!(text.contains("<title>2021-01: 1 secret, 0 still at HEAD</title>"), "{text}");
        assert!(text.contains("<title>2024-03: 3 secrets, 1 still at HEAD</title>"), "{text}");
        assert!(text.contains("1 secret is in no commit, or in one whose date cannot be true."), "{text}");
        assert_eq!(text.matches("<g>").count(), 2);
    }

    #[test]
    fn a_long_history_has_a_bar_a_year() {
        let mut report = sample::history();
        at(&mut report, 0, 0x2000_0000);
        let text = drawn(&report);
        assert!(text.contains("<title>1987: 1 secret, 0 still at HEAD</title>"), "{text}");
        assert!(text.contains("<title>2024: 2 secrets, 1 still at HEAD</title>"), "{text}");
    }

    #[test]
    fn a_date_that_cannot_be_true_does_not_stretch_the_axis() {
        let mut report = sample::history();
        for (number, time) in [i64::MIN, 0, 253_000_000_000, i64::MAX, -90_000_000_000].into_iter().enumerate() {
            at(&mut report, number, time);
        }
        let text = drawn(&report);
        assert!(text.contains("5 secrets are in no commit") && !text.contains("<svg"), "{text}");
    }

    #[test]
    fn where_there_is_no_history_nothing_is_drawn() {
        assert_eq!(drawn(&sample::report(2)), "");
    }

    #[test]
    fn an_axis_ends_at_a_round_number() {
        assert_eq!([1, 2, 3, 5, 7, 11, 41, 999].map(ceiling), [2, 2, 4, 6, 10, 20, 60, 1000]);
    }
}
