//! One file a format. Each gets a finished report and a writer, and can change nothing.

mod csv;
mod file;
mod github;
mod gitlab;
mod gitlab_secrets;
mod html;
mod human;
mod ids;
mod json;
mod jsonl;
mod junit;
mod markup;
mod rdjsonl;
mod remedy;
#[cfg(test)]
mod sample;
mod sarif;
mod shell;
mod stats;
mod tally;
mod words;

use std::io::{self, Write};

pub use human::looked_at;
pub(crate) use shell::quoted;
pub use stats::StatsFormat;

use crate::judge::Report;

/// A format of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people in a hurry.
    #[default]
    Human,
    /// One object, for programs.
    Json,
    /// One object a line: the findings, and at the end the summary.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// For spreadsheets: one header, and one finding a line.
    Csv,
    /// One file for a browser: what it adds up to, and a table to search.
    Html,
    /// JUnit's XML, for the test tab of a CI.
    Junit,
    /// Annotations of a GitHub workflow.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// GitLab's secret detection report; only what is about secrets.
    GitlabSecrets,
    /// reviewdog's diagnostics, one object a line.
    Rdjsonl,
}

/// How a report is shown, and when it was made; what is in it does not depend on this.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    /// With colours.
    pub color: bool,
    /// One line a finding, and no advice.
    pub quiet: bool,
    /// So many findings in full, the others in one line each.
    pub full: Option<usize>,
    /// So many findings at all, the rest counted.
    pub most: Option<usize>,
    /// Whether the reader stands below the root of the work tree, so that commands must name paths from there.
    pub below_root: bool,
    /// When looking began, in seconds since 1970 UTC.
    pub started: i64,
    /// When the report was finished.
    pub ended: i64,
}

impl Format {
    /// Writes the report.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(self, report: &Report, view: View, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Human => human::write(report, view, out),
            Self::Json => json::write(report, out),
            Self::Jsonl => jsonl::write(report, out),
            Self::Sarif => sarif::write(report, out),
            Self::Csv => csv::write(report, out),
            Self::Html => html::write(report, out),
            Self::Junit => junit::write(report, out),
            Self::Github => github::write(report, out),
            Self::Gitlab => gitlab::write(report, out),
            Self::GitlabSecrets => gitlab_secrets::write(report, view, out),
            Self::Rdjsonl => rdjsonl::write(report, out),
        }
    }
}

/// Writes the lines of [`Format::Jsonl`] for what was found, without the summary: a part of what is still being looked for.
///
/// # Errors
/// What the writer says.
pub fn write_found(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    jsonl::write_findings(report, out)
}

/// Writes the line that is left where each part of `report` was written by [`write_found`].
///
/// # Errors
/// What the writer says.
pub fn write_end(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    jsonl::write_summary(report, out)
}

/// `1 file`, `2 files`.
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Characters that move a terminal's cursor, or turn or hide the text around them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
