//! What is annotated, as lines of git notes: one a finding, for machines and for `git log --notes=palisade`.
//!
//! ```text
//! annotate generic-password possible 0123456789abcdef0123456789abcdef src/settings.py:3
//! ```
//!
//! The place comes last, because it may have blanks in it. Nothing of a secret is in a line.

use crate::git::{Notes, RepoPath};
use crate::judge::{Judged, Report};
use crate::rule::Level;
use crate::scope::Place;

/// The notes that a report leaves on the commits that it tells of.
#[must_use]
pub fn notes(report: &Report) -> Notes {
    let mut notes = Notes::new();
    for judged in report.findings.iter().filter(|judged| judged.level == Level::Annotate) {
        if let Some(commit) = judged.finding.location.commit {
            notes.entry(commit).or_default().insert(line(judged));
        }
    }
    notes
}

/// Whether anything is annotated.
#[must_use]
pub fn has_any(report: &Report) -> bool {
    report.findings.iter().any(|judged| judged.level == Level::Annotate)
}

fn line(judged: &Judged) -> String {
    let finding = &judged.finding;
    let print = finding.fingerprint.as_ref().map_or("-", |print| print.0.as_str());
    let place = match &finding.location.place {
        Place::Commit | Place::Ref(_) | Place::PathName(_) => finding.location.place.to_string(),
        Place::File(_) | Place::Message | Place::Stdin | Place::Tag(_) | Place::Unreachable(_) => {
            format!("{}:{}", finding.location.place, finding.location.start.line)
        }
    };
    let line = format!("annotate {} {} {print} {place}", finding.rule.id, finding.confidence.as_str());
    RepoPath::new(line.as_bytes()).to_string()
}
