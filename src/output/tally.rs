//! What a report adds up to: which findings come first, and how many there are of a kind.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::finding::{Finding, Origin};
use crate::judge::{Judged, Report};
use crate::rule::Level;
use crate::scope::Scope;

/// The findings with the most urgent first: what keeps a change out, what stands at HEAD, what is certain, and then what was
/// brought in last, for that is the least likely to have been revoked already.
pub(super) fn by_urgency(report: &Report) -> Vec<&Judged> {
    let mut findings: Vec<_> = report.findings.iter().collect();
    findings.sort_by_key(|judged| {
        let origin = judged.finding.origin.as_ref();
        let first = origin.and_then(|origin| origin.first.as_ref()).map(|first| first.time);
        Reverse((judged.level, is_at_head(&judged.finding), judged.finding.confidence, first))
    });
    findings
}

pub(super) fn is_at_head(finding: &Finding) -> bool {
    finding.origin.as_ref().is_some_and(|origin| origin.at_head)
}

/// Whether this is an audit, so that there is a history to tell.
pub(super) fn has_history(report: &Report) -> bool {
    report.scope == Scope::History || report.findings.iter().any(|judged| judged.finding.origin.is_some())
}

/// The numbers on top of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) all: u64,
    pub(super) rejected: u64,
    pub(super) annotated: u64,
    pub(super) at_head: u64,
    pub(super) on_no_ref: u64,
}

impl Totals {
    /// Of all findings, or of those of one repository.
    pub(super) fn of(report: &Report, repository: Option<&str>) -> Self {
        let is_meant = |judged: &&Judged| {
            let origin = judged.finding.origin.as_ref();
            repository.is_none() || origin.and_then(|origin| origin.repository.as_deref()) == repository
        };
        let number = |is: &dyn Fn(&Judged) -> bool| {
            report.findings.iter().filter(is_meant).filter(|judged| is(judged)).count() as u64
        };
        let origin = |judged: &Judged, is: fn(&Origin) -> bool| judged.finding.origin.as_ref().is_some_and(is);
        Self {
            all: number(&|_| true),
            rejected: number(&|judged| judged.level == Level::Reject),
            annotated: number(&|judged| judged.level == Level::Annotate),
            at_head: number(&|judged| origin(judged, |origin| origin.at_head)),
            on_no_ref: number(&|judged| origin(judged, |origin| origin.refs.is_empty())),
        }
    }
}

/// How many findings there are of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) all: u64,
    pub(super) at_head: u64,
}

/// How many there are of each kind that `name` tells apart, the most frequent first. What has no name is not counted.
pub(super) fn by_kind(report: &Report, name: impl Fn(&Finding) -> Option<String>) -> Vec<Kind> {
    let mut numbers: HashMap<String, (u64, u64)> = HashMap::new();
    for judged in &report.findings {
        if let Some(name) = name(&judged.finding) {
            let (all, at_head) = numbers.entry(name).or_default();
            *all += 1;
            *at_head += u64::from(is_at_head(&judged.finding));
        }
    }
    let mut kinds: Vec<_> = numbers.into_iter().map(|(name, (all, at_head))| Kind { name, all, at_head }).collect();
    kinds.sort_by(|a, b| (b.all, b.at_head).cmp(&(a.all, a.at_head)).then_with(|| a.name.cmp(&b.name)));
    kinds
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_most_urgent_comes_first() {
        let report = sample::history();
        let order: Vec<_> = by_urgency(&report).iter().map(|judged| judged.finding.location.start.line).collect();
        assert_eq!(order, [40, 10, 20, 30, 50], "at HEAD, then certain, then the latest, then what is only annotated");
    }

    #[test]
    fn kinds_are_counted_with_the_most_frequent_first() {
        let report = sample::history();
        let kinds = by_kind(&report, |finding| Some(finding.rule.provider.to_owned()));
        let told: Vec<_> = kinds.iter().map(|kind| (kind.name.as_str(), kind.all, kind.at_head)).collect();
        assert_eq!(told, [("AWS", 3, 1), ("generic", 2, 0)]);
        assert_eq!(Totals::of(&report, None), Totals { all: 5, rejected: 4, annotated: 1, at_head: 1, on_no_ref: 1 });
    }
}
