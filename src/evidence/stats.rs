//! What a log adds up to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::Record;
use crate::rule::Severity;

/// The days that a trend compares with as many before.
const TREND: i64 = 30;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// How many verdicts there are, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All of them.
    pub verdicts: u64,
    /// Kept out.
    pub rejected: u64,
    /// Something was not looked at.
    pub incomplete: u64,
    /// Let in, with something found.
    pub annotated: u64,
    /// Let in because somebody may do that who else may not.
    pub bypassed: u64,
}

/// How long it took from when something was first seen until it was gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Mend {
    /// How many are gone.
    pub gone: u64,
    /// How many are not, as far as the log tells.
    pub open: u64,
    /// Seconds, on the average; 0 where none is gone.
    pub mean: f64,
    /// Seconds, of the one in the middle.
    pub median: f64,
}

/// What a log adds up to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Stats {
    /// All of it.
    pub all: Tally,
    /// By day in UTC, `2026-05-17`; days without a verdict are left out.
    pub days: BTreeMap<String, Tally>,
    /// Findings by rule.
    pub rules: BTreeMap<String, Tally>,
    /// By who pushed; what nobody is named for is not there.
    pub pushers: BTreeMap<String, Tally>,
    /// By severity, the gravest first: of what was kept out.
    pub mended: Vec<(&'static str, Mend)>,
    /// The last thirty days up to the last verdict, and the thirty before.
    pub trend: [Tally; 2],
}

impl Tally {
    fn add(&mut self, record: &Record, bypassed: bool) {
        self.verdicts += 1;
        self.rejected += u64::from(record.verdict == "reject");
        self.incomplete += u64::from(record.verdict == "incomplete");
        self.annotated += u64::from(record.entered && record.finding_count > 0);
        self.bypassed += u64::from(bypassed);
    }

    /// Which part of all was kept out, in percent.
    #[must_use]
    pub fn rejected_percent(&self) -> f64 {
        percent(self.rejected, self.verdicts)
    }

    /// Which part of all was annotated, in percent.
    #[must_use]
    pub fn annotated_percent(&self) -> f64 {
        percent(self.annotated, self.verdicts)
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody reads a share to more than a few digits")]
fn percent(part: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { part as f64 * 100.0 / all as f64 }
}

/// Something that was kept out, and is not known to be gone.
struct Open {
    first: i64,
    severity: String,
    scope: String,
    pusher: Option<String>,
    refs: BTreeSet<String>,
}

impl Stats {
    /// Of these lines, which stand in the order of the log. What is told after all was decided was counted when it was.
    ///
    /// Something is gone when the same pusher next gets something in, of the same kind and to the same ref, that does not have it. Of what was let in nothing
    /// tells when it goes, so it is not counted.
    #[must_use]
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let records: Vec<_> = records.into_iter().filter(|record| record.by != "server-after").collect();
        let mut stats = Self::default();
        let end = records.iter().map(|record| record.time).max().unwrap_or(0);
        let mut open: HashMap<(String, String), Open> = HashMap::new();
        let mut spans: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for record in records {
            let bypassed = record.findings.iter().any(|found| found.bypassed);
            let day = super::export::moment(record.time).split('T').next().unwrap_or_default().to_owned();
            stats.all.add(record, bypassed);
            stats.days.entry(day).or_default().add(record, bypassed);
            if let Some(pusher) = &record.pusher {
                stats.pushers.entry(pusher.clone()).or_default().add(record, bypassed);
            }
            let mut told = BTreeSet::new();
            for found in record.findings.iter().filter(|found| told.insert(found.rule.as_str())) {
                stats.rules.entry(found.rule.clone()).or_default().add(record, found.bypassed);
            }
            match (end - record.time) / (TREND * DAY) {
                0 => stats.trend[0].add(record, bypassed),
                1 => stats.trend[1].add(record, bypassed),
                _ => {}
            }
            follow(record, &mut open, &mut spans);
        }
        stats.mended = Severity::ALL
            .map(|severity| {
                let name = severity.as_str();
                let left = open.values().filter(|open| open.severity == name).count() as u64;
                (name, Mend::of(spans.remove(name).unwrap_or_default(), left))
            })
            .to_vec();
        stats
    }
}

/// What a verdict says of what was kept out before it.
fn follow(record: &Record, open: &mut HashMap<(String, String), Open>, spans: &mut BTreeMap<String, Vec<i64>>) {
    let refs: BTreeSet<String> = record.refs.iter().map(|moved| moved.name.clone()).collect();
    let here: BTreeSet<&String> = record.findings.iter().filter_map(|found| found.fingerprint.as_ref()).collect();
    if record.entered {
        let let_in: BTreeSet<&String> =
            record.suppressed.iter().filter_map(|let_in| let_in.found.fingerprint.as_ref()).collect();
        open.retain(|(repository, print), one| {
            let is_same = *repository == record.repository
                && one.scope == record.scope
                && one.pusher == record.pusher
                && (one.refs.is_empty() && refs.is_empty() || !one.refs.is_disjoint(&refs));
            if is_same && !here.contains(print) && !let_in.contains(print) {
                spans.entry(one.severity.clone()).or_default().push((record.time - one.first).max(0));
            }
            // What was let in after all is neither open nor gone.
            !is_same
        });
        return;
    }
    for found in &record.findings {
        let Some(print) = &found.fingerprint else { continue };
        open.entry((record.repository.clone(), print.clone())).or_insert_with(|| Open {
            first: record.time,
            severity: found.severity.clone(),
            scope: record.scope.clone(),
            pusher: record.pusher.clone(),
            refs: refs.clone(),
        });
    }
}

impl Mend {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of years are exact in a double")]
    fn of(mut spans: Vec<i64>, open: u64) -> Self {
        spans.sort_unstable();
        let seconds = |millis: i64| millis as f64 / 1000.0;
        let Some(middle) = spans.get(spans.len() / 2) else { return Self { open, ..Self::default() } };
        let before = spans.get((spans.len() - 1) / 2).unwrap_or(middle);
        Self {
            gone: spans.len() as u64,
            open,
            mean: seconds(spans.iter().sum()) / spans.len() as f64,
            median: f64::midpoint(seconds(*before), seconds(*middle)),
        }
    }
}
