//! What a log adds up to, as a table, as JSON, for Prometheus, and as a page.

mod page;
mod prometheus;
mod table;

use std::io::{self, Write};

use super::json::pretty;
use crate::evidence::Stats;

/// A format of statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum StatsFormat {
    /// For people.
    #[default]
    Table,
    /// One object.
    Json,
    /// For Prometheus' textfile collector.
    Prometheus,
    /// One file for a browser, with charts.
    Html,
}

impl StatsFormat {
    /// Writes the statistics.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(self, stats: &Stats, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Table => table::write(stats, out),
            Self::Json => pretty(stats, out),
            Self::Prometheus => prometheus::write(stats, out),
            Self::Html => page::write(stats, out),
        }
    }
}

/// `3 d 4 h`, `5 h 20 min`, `40 s`: two units tell enough.
fn span(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "spans are not negative, and no log is that old"
    )]
    let all = seconds.round() as u64;
    let (days, hours, minutes) = (all / 86_400, all / 3600 % 24, all / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{all} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", all % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_units() {
        assert_eq!(
            [0.4, 59.0, 61.0, 7_300.0, 100_000.0].map(span),
            ["0 s", "59 s", "1 min 1 s", "2 h 1 min", "1 d 3 h"]
        );
    }
}
