//! The audits of several repositories as one report.

use super::{Report, Verdict};
use crate::scope::{Coverage, Gap, Scope};

/// A repository of an audit of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// As it was named, cleaned for a terminal.
    pub name: String,
    /// The verdict on it alone.
    pub verdict: Verdict,
    /// What of it was looked at; the gaps stand in the report's own coverage.
    pub coverage: Coverage,
}

impl Report {
    /// The same, each finding with the name of the repository that it is in.
    #[must_use]
    pub fn of_repository(mut self, name: &str) -> Self {
        let let_in = self.let_in.iter_mut().map(|let_in| &mut let_in.judged);
        for judged in self.findings.iter_mut().chain(let_in) {
            judged.finding.origin.get_or_insert_default().repository = Some(name.to_owned());
        }
        self
    }

    /// One report of the audits of several repositories, each with its name, or with why it could not be audited. The verdict is the worst of all.
    #[must_use]
    pub fn of_many(audits: Vec<(String, Result<Self, Gap>)>) -> Self {
        let mut all = Self::nothing(Scope::History);
        for (name, audit) in audits {
            let mut report = match audit {
                Ok(report) => report,
                Err(gap) => {
                    all.coverage.gaps.push(gap);
                    let coverage = Coverage::default();
                    all.repositories.push(Repository { name, verdict: Verdict::Incomplete, coverage });
                    continue;
                }
            };
            all.findings.extend(report.findings);
            all.let_in.extend(report.let_in);
            all.notes.extend(report.notes.iter().map(|note| format!("{name}: {note}")));
            if let Some(signed) = report.signed {
                all.signed.get_or_insert_default().add(signed);
            }
            all.suppressed.markers += report.suppressed.markers;
            all.suppressed.ignored += report.suppressed.ignored;
            all.suppressed.exceptions += report.suppressed.exceptions;
            all.suppressed.baseline += report.suppressed.baseline;
            let gaps = report.coverage.gaps.drain(..);
            all.coverage.gaps.extend(gaps.map(|gap| Gap { what: format!("{name}: {}", gap.what), ..gap }));
            all.coverage.add(report.coverage.clone());
            all.repositories.push(Repository { name, verdict: report.verdict, coverage: report.coverage });
        }
        all.findings.sort_by_key(|judged| std::cmp::Reverse(judged.level));
        all.verdict = Verdict::of(&all.findings, &all.coverage);
        all
    }
}
