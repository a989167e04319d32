//! What a log adds up to, and how that is told.

use clap::ValueEnum as _;
use palisade::evidence::{Found, Moved, Record, Stats};
use palisade::output::StatsFormat;

const HOUR: i64 = 3_600_000;
/// 2026-09-21, half past two.
const BEGIN: i64 = 1_790_000_000_000;

fn push(hours: i64, pusher: &str, entered: bool, prints: &[&str]) -> Record {
    let found = |print: &&str| Found {
        rule: "aws-access-key-id".to_owned(),
        level: if entered { "annotate" } else { "reject" }.to_owned(),
        severity: "critical".to_owned(),
        fingerprint: Some((*print).to_owned()),
        ..Found::default()
    };
    Record {
        time: BEGIN + hours * HOUR,
        by: "server".to_owned(),
        scope: "push".to_owned(),
        repository: "one.git".to_owned(),
        pusher: Some(pusher.to_owned()),
        verdict: if entered { "accept" } else { "reject" }.to_owned(),
        entered,
        refs: vec![Moved { name: "refs/heads/main".to_owned(), ..Moved::default() }],
        findings: prints.iter().map(found).collect(),
        finding_count: prints.len() as u64,
        ..Record::default()
    }
}

/// Two people, three secrets: two are gone after one and after three hours, one is not.
fn stats() -> Stats {
    let bypassed = Record {
        findings: vec![Found { rule: "force-push".to_owned(), bypassed: true, ..Found::default() }],
        finding_count: 1,
        ..push(30, "bob", true, &[])
    };
    let records = [
        push(0, "alice", false, &["a", "b"]),
        push(1, "alice", false, &["b"]),
        push(1, "bob", true, &[]),
        push(3, "alice", true, &[]),
        push(4, "bob", false, &["c"]),
        push(5, "alice", true, &[]),
        Record { by: "server-after".to_owned(), ..push(5, "alice", true, &["c"]) },
        bypassed,
        push(-24 * 40, "bob", false, &["d"]),
    ];
    Stats::of(records.iter())
}

#[test]
fn verdicts_are_counted_by_day_rule_and_pusher() {
    let stats = stats();
    let all = stats.all;
    assert_eq!(
        (all.verdicts, all.rejected, all.annotated, all.bypassed),
        (8, 4, 1, 1),
        "what is told afterwards was counted before"
    );
    let days: Vec<_> = stats.days.iter().map(|(day, tally)| (day.as_str(), tally.verdicts)).collect();
    assert_eq!(days, [("2026-08-12", 1), ("2026-09-21", 6), ("2026-09-22", 1)]);
    assert_eq!((stats.rules["aws-access-key-id"].verdicts, stats.rules["force-push"].bypassed), (4, 1));
    assert_eq!((stats.pushers["alice"].verdicts, stats.pushers["bob"].rejected), (4, 2));
    assert_eq!((stats.trend[0].verdicts, stats.trend[1].verdicts), (7, 1));
}

#[test]
fn something_is_gone_when_its_pusher_gets_in_without_it() {
    let stats = stats();
    let (severity, mend) = stats.mended[0];
    // Two of alice's after three hours, one of bob's after more than a day, and one that came last.
    assert_eq!((severity, mend.gone, mend.open), ("critical", 3, 1), "{mend:?}");
    assert!((mend.median - 3.0 * 3600.0).abs() < 1.0, "{mend:?}");
    let alone = Stats::of([push(0, "alice", false, &["a"]), push(2, "bob", true, &[])].iter());
    assert_eq!((alone.mended[0].1.gone, alone.mended[0].1.open), (0, 1), "another one's push mends nothing");
    let still = Stats::of([push(0, "alice", false, &["a"]), push(2, "alice", true, &["a"])].iter());
    assert_eq!((still.mended[0].1.gone, still.mended[0].1.open), (0, 0), "what was let in after all is neither");
}

#[test]
fn every_format_tells_it() {
    for (stats, has_any) in [(stats(), true), (Stats::default(), false)] {
        for format in StatsFormat::value_variants() {
            let mut out = Vec::new();
            format.write(&stats, &mut out).expect("a text");
            let text = String::from_utf8(out).expect("UTF-8");
            assert_eq!(text.contains("aws-access-key-id"), has_any, "{format:?}: {text}");
            match format {
                StatsFormat::Table => {
                    assert!(text.contains("verdicts") && text.contains("critical") == has_any, "{text}");
                }
                StatsFormat::Json => {
                    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                    assert_eq!(value["all"]["verdicts"], stats.all.verdicts);
                }
                StatsFormat::Prometheus => prometheus(&text),
                StatsFormat::Html => {
                    assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"));
                    assert!(!text.contains("<script") && !text.contains("src=") && !text.contains("url("), "{text}");
                }
            }
        }
    }
}

/// "Exposition formats": comments, or a name with labels and a number.
fn prometheus(text: &str) {
    for line in text.lines().filter(|line| !line.starts_with("# HELP ") && !line.starts_with("# TYPE ")) {
        let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("{line}"));
        assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        let (name, labels) = name.split_once('{').unwrap_or((name, "}"));
        assert!(
            name.starts_with("palisade_") && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{line}"
        );
        assert!(labels.ends_with('}'), "{line}");
    }
}

#[test]
fn no_name_is_markup_or_a_label() {
    let hostile = "</b><script>alert(1)</script>\"} 1\npalisade_verdicts 7\u{1b}[2J\\";
    let stats = Stats::of([push(0, hostile, false, &["a"])].iter());
    for format in StatsFormat::value_variants() {
        let mut out = Vec::new();
        format.write(&stats, &mut out).expect("a text");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(!text.contains('\u{1b}') && !text.contains("\npalisade_verdicts 7"), "{text}");
        assert!(*format != StatsFormat::Html || !text.contains("<script"), "{text}");
    }
}
