//! Statistics as one file for a browser: numbers, verdicts along the time, and bars. It needs no script, and asks nothing of any other computer.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::civil::Date;

use super::span;
use crate::evidence::{Stats, Tally};
use crate::output::html::axis::{self, HEIGHT, LEFT, TIMES, WIDTH};
use crate::output::html::{STYLE, hash};
use crate::output::markup::Text;

/// So many bars of a kind, and so many days.
const BARS: usize = 12;
const DAYS: usize = 90;

pub(super) fn write(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    let policy = format!("default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'", hash(STYLE));
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Palisade: the decision log</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n<div>\n<p class=\"brand\">Palisade</p>\n\
         <h1>The decision log</h1>"
    )?;
    if let (Some(first), Some(last)) = (stats.days.keys().next(), stats.days.keys().next_back()) {
        writeln!(out, "<p class=\"faint\">From {first} to {last}, in UTC</p>")?;
    }
    writeln!(out, "</div>\n</header>\n<main>")?;
    tiles(stats, out)?;
    days(stats, out)?;
    writeln!(out, "<div class=\"charts\">")?;
    bars("Verdicts with a finding, by rule", &stats.rules, |tally| tally.verdicts, out)?;
    bars("Rejected, by pusher", &stats.pushers, |tally| tally.rejected, out)?;
    mended(stats, out)?;
    writeln!(
        out,
        "</div>\n</main>\n<footer>\n<p>This page holds no secret, and asks no other computer for anything.</p>\n</footer>\n</body>\n</html>"
    )
}

fn tiles(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    let all = &stats.all;
    let percent = |value: f64| format!("{value:.1} %");
    let [recent, before] = &stats.trend;
    writeln!(out, "<ul class=\"tiles\">")?;
    for (number, name, is_hot) in [
        (all.verdicts.to_string(), "verdicts", false),
        (percent(all.rejected_percent()), "rejected", false),
        (percent(all.annotated_percent()), "annotated", false),
        (all.bypassed.to_string(), "bypassed", all.bypassed > 0),
        (all.incomplete.to_string(), "incomplete", all.incomplete > 0),
        (percent(recent.rejected_percent()), "rejected in the last 30 days", false),
        (percent(before.rejected_percent()), "rejected in the 30 before", false),
    ] {
        let class = if is_hot { " class=\"hot\"" } else { "" };
        writeln!(out, "<li{class}><b>{number}</b><span>{name}</span></li>")?;
    }
    writeln!(out, "</ul>")
}

/// The last days up to that of the last verdict, those without one as well.
fn calendar(stats: &Stats) -> Vec<(String, Tally)> {
    let day = |text: Option<&String>| text.and_then(|text| text.parse::<Date>().ok());
    let (Some(first), Some(last)) = (day(stats.days.keys().next()), day(stats.days.keys().next_back())) else {
        return Vec::new();
    };
    let mut shown: Vec<_> = std::iter::successors(Some(last), |day| day.yesterday().ok())
        .take(DAYS)
        .take_while(|day| *day >= first)
        .map(|day| day.to_string())
        .map(|day| (day.clone(), stats.days.get(&day).copied().unwrap_or_default()))
        .collect();
    shown.reverse();
    shown
}

/// A bar a day: what was kept out on top.
fn days(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    let shown = calendar(stats);
    let top = shown.iter().map(|(_, tally)| tally.verdicts).max().unwrap_or(0).max(2);
    let top = usize::try_from(top.next_multiple_of(2)).unwrap_or(usize::MAX);
    writeln!(
        out,
        "<section>\n<div class=\"title\"><h2>Verdicts by day</h2><span class=\"legend\"><span class=\"in-head\">kept out</span><span>let in</span></span></div>\n\
         <div class=\"scroll\">"
    )?;
    axis::begin("Verdicts by day", top, out)?;
    let slots = shown.len().max(20);
    let slot = (WIDTH - LEFT) / slots;
    let high = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).saturating_mul(HEIGHT) / top;
    for (number, (day, tally)) in shown.iter().enumerate() {
        let x = LEFT + number * (WIDTH - LEFT) / slots;
        let kept = high(tally.verdicts) - high(tally.verdicts - tally.rejected);
        let entered = high(tally.verdicts - tally.rejected);
        let width = (slot * 4 / 5).max(1);
        let Tally { verdicts, rejected, annotated, .. } = tally;
        writeln!(out, "<g><title>{day}: {verdicts} verdicts, {rejected} rejected, {annotated} annotated</title>")?;
        writeln!(out, "<rect class=\"hover\" x=\"{x}\" y=\"0\" width=\"{slot}\" height=\"{HEIGHT}\"/>")?;
        for (class, y, tall) in [("gone", HEIGHT - entered, entered), ("head", HEIGHT - entered - kept, kept)] {
            writeln!(out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{tall}\"/>")?;
        }
        writeln!(out, "</g>")?;
    }
    // The first and the last day say where the others are.
    if let (Some((first, _)), Some((last, _))) = (shown.first(), shown.last()) {
        writeln!(out, "<text x=\"{LEFT}\" y=\"{TIMES}\">{first}</text>")?;
        if shown.len() > 1 {
            let x = LEFT + shown.len() * (WIDTH - LEFT) / slots;
            writeln!(out, "<text x=\"{x}\" y=\"{TIMES}\" text-anchor=\"end\">{last}</text>")?;
        }
    }
    writeln!(out, "</svg>\n</div>\n</section>")
}

fn bars(
    title: &str,
    tallies: &BTreeMap<String, Tally>,
    number: fn(&Tally) -> u64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rows: Vec<_> = tallies.iter().map(|(name, tally)| (name, number(tally))).filter(|(_, n)| *n > 0).collect();
    rows.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let most = rows.first().map_or(1, |(_, number)| *number);
    writeln!(out, "<section>\n<h2>{title}</h2>\n<ul class=\"bars\">")?;
    for (name, number) in rows.iter().take(BARS) {
        let (name, part) = (Text(name), number * 100 / most);
        writeln!(
            out,
            "<li><span>{name}</span><b>{number}</b><svg viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
             <rect class=\"gone\" width=\"{part}\" height=\"1\"/></svg></li>"
        )?;
    }
    writeln!(out, "</ul>")?;
    match rows.len() {
        0 => writeln!(out, "<p class=\"faint\">None.</p>")?,
        all if all > BARS => writeln!(out, "<p class=\"faint\">and {} more</p>", all - BARS)?,
        _ => {}
    }
    writeln!(out, "</section>")
}

fn mended(stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<section>\n<h2>From kept out to gone</h2>\n<div class=\"scroll\">\n<table><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">Gone</th>\
         <th scope=\"col\">Open</th><th scope=\"col\">Mean</th><th scope=\"col\">Median</th></tr></thead><tbody>"
    )?;
    for (severity, mend) in &stats.mended {
        let [mean, median] =
            if mend.gone == 0 { [String::new(), String::new()] } else { [mend.mean, mend.median].map(span) };
        writeln!(
            out,
            "<tr><td>{severity}</td><td>{}</td><td>{}</td><td>{mean}</td><td>{median}</td></tr>",
            mend.gone, mend.open
        )?;
    }
    writeln!(out, "</tbody></table>\n</div>\n</section>")
}
