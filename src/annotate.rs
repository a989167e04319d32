//! What is annotated, as lines of git notes and as trailers of messages: one a finding, for machines and for `git log --notes=palisade`.
//!
//! ```text
//! annotate generic-password possible 0123456789abcdef0123456789abcdef src/settings.py:3
//! ```
//!
//! The place comes last, because it may have blanks in it. Nothing of a secret is in a line. A trailer has the same behind [`TRAILER`].

pub use crate::checks::commits::TRAILER;
use crate::git::{Notes, RepoPath};
use crate::judge::{Judged, Report};
use crate::rule::Level;
use crate::scope::Place;

/// What a line of a note begins with.
const BEGIN: &str = "annotate ";

/// What a line says; its parts are as whoever wrote it wants them, because anybody can push notes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mark<'a> {
    /// The rule.
    pub rule: &'a str,
    /// How sure it is.
    pub confidence: &'a str,
    /// The finding's fingerprint; none where it has none.
    pub fingerprint: Option<&'a str>,
    /// Where it stands.
    pub place: &'a str,
}

impl<'a> Mark<'a> {
    /// What a line of a note says, or the value of a trailer; none where it is no such line.
    #[must_use]
    pub fn read(line: &'a str) -> Option<Self> {
        let mut words = line.strip_prefix(BEGIN).unwrap_or(line).splitn(4, ' ');
        let (rule, confidence, print, place) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(Self { rule, confidence, fingerprint: (print != "-").then_some(print), place })
    }
}

/// The notes that a report leaves on the commits that it tells of.
#[must_use]
pub fn notes(report: &Report) -> Notes {
    let mut notes = Notes::new();
    for judged in annotated(report) {
        if let Some(commit) = judged.finding.location.commit {
            notes.entry(commit).or_default().insert(format!("{BEGIN}{}", line(judged)));
        }
    }
    notes
}

/// The values of the trailers that a report leaves in the message of the commit that is being made.
#[must_use]
pub fn trailers(report: &Report) -> Vec<String> {
    annotated(report).map(line).collect()
}

/// Whether anything is annotated.
#[must_use]
pub fn has_any(report: &Report) -> bool {
    annotated(report).next().is_some()
}

fn annotated(report: &Report) -> impl Iterator<Item = &Judged> {
    report.findings.iter().filter(|judged| judged.level == Level::Annotate)
}

fn line(judged: &Judged) -> String {
    let finding = &judged.finding;
    let print = finding.fingerprint.as_ref().map_or("-", |print| print.0.as_str());
    let place = match &finding.location.place {
        Place::Commit | Place::Ref(_) | Place::PathName(_) => finding.location.name(),
        Place::File(_) | Place::Message | Place::Stdin | Place::Tag(_) | Place::Unreachable(_) => {
            format!("{}:{}", finding.location.name(), finding.location.start.line)
        }
    };
    let line = format!("{} {} {print} {place}", finding.rule.id, finding.confidence.as_str());
    RepoPath::new(line.as_bytes()).to_string()
}
