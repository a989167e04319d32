//! Comma-separated values as RFC 4180 has them, for spreadsheets: one header, then one finding a line.

use std::io::{self, Write};

use super::tally::by_urgency;
use super::words::{self, clean, moment};
use crate::finding::{Finding, Sighting};
use crate::judge::{Judged, Report};

/// A column: its name, and what stands in it.
type Column = (&'static str, fn(&Judged) -> String);

/// All of them, in order; a reader may rely on the names.
const COLUMNS: &[Column] = &[
    ("level", |judged| judged.level.as_str().to_owned()),
    ("rule", |judged| judged.finding.rule.id.to_owned()),
    ("provider", |judged| judged.finding.rule.provider.to_owned()),
    ("confidence", |judged| judged.finding.confidence.as_str().to_owned()),
    ("place", |judged| judged.finding.location.name()),
    ("line", |judged| judged.finding.location.start.line.to_string()),
    ("column", |judged| judged.finding.location.start.column.to_string()),
    ("commit", |judged| judged.finding.location.commit.map_or_else(String::new, |commit| commit.to_string())),
    ("at_head", |judged| judged.finding.origin.as_ref().map_or_else(String::new, |origin| origin.at_head.to_string())),
    ("first_commit", |judged| first(judged, |first| first.commit.to_string())),
    ("first_author", |judged| first(judged, |first| first.author.clone())),
    ("first_time", |judged| first(judged, time)),
    ("first_path", |judged| first(judged, path)),
    ("first_line", |judged| first(judged, |first| first.line.to_string())),
    ("last_commit", |judged| last(judged, |last| last.commit.to_string())),
    ("last_author", |judged| last(judged, |last| last.author.clone())),
    ("last_time", |judged| last(judged, time)),
    ("last_path", |judged| last(judged, path)),
    ("last_line", |judged| last(judged, |last| last.line.to_string())),
    ("refs", |judged| refs(&judged.finding)),
    ("objects", |judged| judged.finding.origin.as_ref().map_or_else(String::new, |origin| origin.objects.to_string())),
    ("paths", |judged| judged.finding.origin.as_ref().map_or_else(String::new, |origin| origin.paths.to_string())),
    ("preview", |judged| judged.finding.preview.clone()),
    ("excerpt", |judged| judged.finding.excerpt.text.clone()),
    ("reason", |judged| judged.finding.reason.clone()),
    ("revoke", |judged| judged.finding.rule.revoke.to_owned()),
    ("rotate", |judged| judged.finding.rule.rotate.to_owned()),
    ("fingerprint", |judged| judged.finding.fingerprint.as_ref().map_or_else(String::new, ToString::to_string)),
    ("repository", |judged| {
        judged.finding.origin.as_ref().and_then(|origin| origin.repository.clone()).unwrap_or_default()
    }),
];

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    row(COLUMNS.iter().map(|(name, _)| (*name).to_owned()), out)?;
    for judged in by_urgency(report) {
        row(COLUMNS.iter().map(|(_, value)| value(judged)), out)?;
    }
    Ok(())
}

fn first(judged: &Judged, tell: fn(&Sighting) -> String) -> String {
    let origin = judged.finding.origin.as_ref();
    origin.and_then(|origin| origin.first.as_ref()).map_or_else(String::new, tell)
}

fn last(judged: &Judged, tell: fn(&Sighting) -> String) -> String {
    let origin = judged.finding.origin.as_ref();
    origin.and_then(|origin| origin.last.as_ref()).map_or_else(String::new, tell)
}

fn time(sighting: &Sighting) -> String {
    moment(sighting.time).unwrap_or_default()
}

fn path(sighting: &Sighting) -> String {
    sighting.path.as_ref().map_or_else(String::new, ToString::to_string)
}

fn refs(finding: &Finding) -> String {
    finding
        .origin
        .as_ref()
        .filter(|origin| !origin.refs.is_empty())
        .map_or_else(String::new, |origin| words::refs(origin, usize::MAX))
}

fn row(fields: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    for (number, field) in fields.enumerate() {
        let comma = if number == 0 { "" } else { "," };
        write!(out, "{comma}{}", quoted(&field))?;
    }
    out.write_all(b"\r\n")
}

/// In quotes, always, so that no separator within means anything.
fn quoted(field: &str) -> String {
    format!("\"{}\"", harmless(&clean(field)).replace('"', "\"\""))
}

/// A spreadsheet takes what begins with one of these signs for a formula, and a formula can call a program. An apostrophe
/// before it makes it text. Where the reader's country separates by semicolons, a field begins behind each of them too.
fn harmless(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut begins = true;
    for character in field.chars() {
        if begins && matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            text.push('\'');
        }
        text.push(character);
        // The quote that stands before a sign may be taken for the one that opens the field.
        begins = character == ';' || begins && (character.is_whitespace() || matches!(character, '"' | '\''));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn shown(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Reads what RFC 4180 describes.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
            let inner = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
            rows.push(inner.split("\",\"").map(|field| field.replace("\"\"", "\"")).collect());
        }
        rows
    }

    #[test]
    fn a_history_is_told_in_full() {
        let rows = read(&shown(&sample::history()));
        assert_eq!(rows.len(), 6);
        let told: Vec<_> = rows[0].iter().map(String::as_str).zip(rows[2].iter().map(String::as_str)).collect();
        let at = |name: &str| told.iter().find(|(column, _)| *column == name).unwrap().1;
        assert_eq!((at("level"), at("rule"), at("at_head")), ("reject", "aws-access-key-id", "false"));
        assert_eq!((at("first_time"), at("first_author")), ("2024-03-05T10:00:00Z", "A U Thor <author@example.org>"));
        assert_eq!((at("first_path"), at("first_line")), ("src/a b.py", "10"));
        assert_eq!((at("refs"), at("objects"), at("paths")), ("main, tag v1.0, origin/main", "4", "2"));
        assert_eq!(at("excerpt"), "key = \"********\"");
    }

    #[test]
    fn without_a_history_its_columns_are_empty() {
        let rows = read(&shown(&sample::report(1)));
        assert_eq!(rows[0].len(), rows[1].len());
        let told: Vec<_> = rows[0].iter().zip(&rows[1]).collect();
        for (name, value) in told {
            let is_history = name.starts_with("first_") || name.starts_with("last_") || name == "at_head";
            assert!(!is_history || value.is_empty(), "{name} is {value}");
        }
    }

    #[test]
    fn no_field_is_a_formula() {
        assert_eq!(quoted("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
        assert_eq!(quoted(" \t@SUM(1)"), "\"  '@SUM(1)\"");
        assert_eq!(quoted("\"=1"), "\"\"\"'=1\"");
        assert_eq!(quoted("＝1"), "\"'＝1\"");
        assert_eq!(quoted("a; -1;=2"), "\"a; '-1;'=2\"");
        assert_eq!(quoted("a=b-c, a@b"), "\"a=b-c, a@b\"");
    }

    #[test]
    fn no_field_ends_early_and_no_line_breaks() {
        assert_eq!(quoted("a\",\"b\r\nc"), "\"a\"\",\"\"b\\r\\nc\"");
        assert_eq!(quoted("a\u{202E}\u{1b}b"), "\"a\\u{202e}\\u{1b}b\"");
    }
}
