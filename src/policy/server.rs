//! `[server]`: what a server does when it cannot look at all.

use std::time::Duration;

use super::measure;
use super::values::{Entry, Result, choice, number, table, unknown, wrong_kind};

/// What a server does when it cannot look at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// How long a push may be looked at; as long as it takes where it is not said.
    pub deadline: Option<Duration>,
    /// Whether a push gets in of which something could not be looked at.
    pub on_incomplete: OnIncomplete,
}

/// What is done with a push of which something could not be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnIncomplete {
    /// It is kept out.
    #[default]
    Reject,
    /// It is let in, and what was not looked at is named.
    Accept,
}

/// `[server]`.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Server> {
    const OUTCOMES: [(&str, OnIncomplete); 2] = [("reject", OnIncomplete::Reject), ("accept", OnIncomplete::Accept)];
    let mut server = Server::default();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "deadline" => server.deadline = Some(duration(entry)?),
            "on-incomplete" => server.on_incomplete = choice(entry, &OUTCOMES, "`reject` or `accept`")?,
            _ => return Err(unknown(entry, "server")),
        }
    }
    Ok(server)
}

/// A time span: a number of seconds, or a text with a unit.
fn duration(entry: Entry<'_, '_>) -> Result<Duration> {
    const TAKES: &str = "a number of seconds, or a span as \"20s\" or \"5m\"";
    let Some(text) = entry.1.get_ref().as_str() else { return number(entry, entry.1, TAKES).map(Duration::from_secs) };
    measure::span(text).ok_or_else(|| wrong_kind(entry, entry.1, TAKES))
}

#[cfg(test)]
mod tests {
    use super::super::parsed;
    use super::*;

    #[test]
    fn every_key_is_read() {
        let text = r#"
[server]
deadline = "20s"
on-incomplete = "accept"
"#;
        let policy = parsed(text).unwrap();
        let server = Server { deadline: Some(Duration::from_secs(20)), on_incomplete: OnIncomplete::Accept };
        assert_eq!(policy.server(), server);
    }

    #[test]
    fn a_span_that_is_none_is_told_with_what_would_fit() {
        assert_eq!(
            parsed("[server]\ndeadline = \"soon\"\n").expect_err("a broken policy"),
            "palisade.toml:2:12: `deadline` is a string; it takes a number of seconds, or a span as \"20s\" or \"5m\""
        );
    }
}
