//! One exception as it is stored: a small file of its own, so that branches which each add some merge without a conflict. It has no time of its
//! writing in it, and always the same order, so that it changes only when the decision does.

use std::fmt::Write as _;

use globset::{Candidate, GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::globs::anchored;
use crate::finding::{Finding, Fingerprint};
use crate::git::RepoPath;
use crate::text::hex;

/// How many hexadecimal digits a fingerprint has.
const FINGERPRINT: usize = 32;
/// What an approver signs begins with this, so that no signature for something else will do.
const STATEMENT: &str = "palisade exception";

/// An exception as it is written.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Which finding; none where it speaks of a rule in a path.
    pub fingerprint: Option<String>,
    /// Which rule. With a fingerprint it only tells people what that is of.
    pub rule: Option<String>,
    /// Where alone it counts: a glob as in `ignore-paths`.
    pub path: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it counts, as `2026-12-31`.
    pub until: Option<String>,
    /// Who has decided it.
    pub approver: Option<String>,
    /// The headers of a commit that the approver signed, whose message is this record; see [`Record::statement`].
    pub signature: Option<String>,
}

/// An exception, as meant.
#[derive(Clone, Debug)]
pub struct Exception {
    /// The name of its file.
    pub name: String,
    /// As it is written.
    pub record: Record,
    path: Option<GlobMatcher>,
}

impl Record {
    /// What its file is called: the same exception always has the same file, and two have two.
    #[must_use]
    pub fn file_name(&self) -> String {
        let of = self.fingerprint.as_ref().or(self.rule.as_ref()).map_or("exception", String::as_str);
        match &self.path {
            Some(path) => format!("{of}-{}.toml", hex(&Sha256::digest(path)[..4])),
            None => format!("{of}.toml"),
        }
    }

    /// All of it but the signature, in the one way in which it is written.
    #[must_use]
    pub fn canonical(&self) -> String {
        let fields = [
            ("fingerprint", &self.fingerprint),
            ("rule", &self.rule),
            ("path", &self.path),
            ("reason", &self.reason),
            ("until", &self.until),
            ("approver", &self.approver),
        ];
        let mut text = String::new();
        for (name, value) in fields {
            if let Some(value) = value {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{name} = {}", quoted(value));
            }
        }
        text
    }

    /// What an approver signs, as the message of a commit without parents and files.
    #[must_use]
    pub fn statement(&self) -> String {
        format!("{STATEMENT}\n\n{}", self.canonical())
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> String {
        let signature = self.signature.as_ref();
        let signature = signature.map(|signature| format!("signature = '''\n{}\n'''\n", signature.trim_end()));
        self.canonical() + &signature.unwrap_or_default()
    }

    /// Reads a file. What it says wrongly is told in a sentence.
    ///
    /// # Errors
    /// When it is no exception.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())?;
        toml::from_str(text).map_err(|error| error.message().lines().next().unwrap_or_default().to_owned())
    }
}

/// A string as TOML writes it: JSON's way is one of TOML's, as long as no character is a control character that JSON lets stand.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text.replace('\u{7f}', "\u{fffd}")).to_string()
}

impl Exception {
    /// From what a file says.
    ///
    /// # Errors
    /// When it cannot speak of anything, in a sentence.
    pub fn new(name: String, record: Record) -> Result<Self, String> {
        match (&record.fingerprint, &record.rule, &record.path) {
            (Some(print), ..) if print.len() != FINGERPRINT || !print.bytes().all(is_lower_hex) => {
                return Err(format!("its fingerprint has not {FINGERPRINT} hexadecimal digits in lower case"));
            }
            (Some(_), ..) | (None, Some(_), Some(_)) => {}
            (None, ..) => return Err("it names neither a fingerprint, nor a rule and a path".to_owned()),
        }
        let glob = |path: &String| GlobBuilder::new(&anchored(path)).literal_separator(true).build();
        let path = record.path.as_ref().map(glob).transpose();
        let path = path.map_err(|why| format!("its path is no glob: {}", why.kind()))?;
        Ok(Self { name, record, path: path.map(|glob| glob.compile_matcher()) })
    }

    /// Whether it speaks of a finding, which stands in `path`.
    #[must_use]
    pub fn speaks_of(&self, finding: &Finding, path: Option<&RepoPath>) -> bool {
        let is_meant = match (&self.record.fingerprint, &self.record.rule) {
            (Some(print), _) => finding.fingerprint.as_ref().is_some_and(|Fingerprint(of)| of == print),
            (None, Some(rule)) => rule == finding.rule.id || rule == finding.rule.family,
            (None, None) => false,
        };
        let Some(glob) = &self.path else { return is_meant };
        // An audit tells a secret once, wherever it stands; then nobody knows whether all of these places are meant.
        let is_one = finding.origin.as_ref().is_none_or(|origin| origin.paths <= 1);
        is_meant && is_one && path.is_some_and(|path| glob.is_match_candidate(&Candidate::from_bytes(path.as_bytes())))
    }

    /// The last day on which it counts.
    #[must_use]
    pub fn until(&self) -> Until {
        match &self.record.until {
            None => Until::Never,
            Some(day) => day.parse().map_or(Until::Malformed, Until::Day),
        }
    }

    /// What it speaks of, for people.
    #[must_use]
    pub fn subject(&self) -> String {
        let Record { fingerprint, rule, path, .. } = &self.record;
        let within = path.as_ref().map_or_else(String::new, |path| format!(" in {path}"));
        let rule = rule.as_deref().unwrap_or_default();
        match fingerprint {
            Some(print) if rule.is_empty() => format!("{print}{within}"),
            Some(print) => format!("{print} ({rule}){within}"),
            None => format!("{rule}{within}"),
        }
    }
}

/// When an exception ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// It does not end.
    Never,
    /// With this day, UTC.
    Day(Date),
    /// It says no day that there is; then it has ended.
    Malformed,
}

fn is_lower_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Broken;
    use crate::rule::{Level, Rule};
    use crate::scope::Place;

    fn record() -> Record {
        Record {
            fingerprint: Some("0123456789abcdef0123456789abcdef".to_owned()),
            path: Some("docs/**".to_owned()),
            reason: Some("an \"example\"\nof two lines \\".to_owned()),
            until: Some("2026-12-31".to_owned()),
            ..Record::default()
        }
    }

    #[test]
    fn it_speaks_of_a_rule_by_its_name_and_by_the_one_that_it_had() {
        static RENAMED: Rule =
            Rule { id: "new-name", family: "old-name", summary: "", provider: "", revoke: "", rotate: "" };
        let path = RepoPath::new("docs/a");
        let (level, place, reason) = (Level::Reject, Place::File(path.clone()), String::new());
        let broken = Broken { rule: &RENAMED, level, place, line: 1, commit: None, reason, bypassed: false };
        let (finding, _) = broken.into_finding();
        for (rule, speaks) in [("old-name", true), ("new-name", true), ("other-name", false)] {
            let record = Record { rule: Some(rule.to_owned()), path: Some("docs/".to_owned()), ..Record::default() };
            let exception = Exception::new(record.file_name(), record).expect("an exception");
            assert_eq!(exception.speaks_of(&finding, Some(&path)), speaks, "{rule}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut record = record();
        assert_eq!(Record::read(record.text().as_bytes()), Ok(record.clone()));
        record.signature = Some("tree 1\ngpgsig -----BEGIN\n abc\n -----END".to_owned());
        let again = Record::read(record.text().as_bytes()).expect("a record");
        assert_eq!(again.signature.as_deref().map(str::trim), record.signature.as_deref());
        assert_eq!(again.canonical(), record.canonical());
        assert!(!record.canonical().contains("signature"));
    }

    #[test]
    fn two_exceptions_have_two_files() {
        let here = record();
        let there = Record { path: Some("src/**".to_owned()), ..record() };
        let everywhere = Record { path: None, ..record() };
        let names = [here.file_name(), there.file_name(), everywhere.file_name()];
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2], "{names:?}");
    }

    #[test]
    fn what_speaks_of_nothing_is_no_exception() {
        let of =
            |text: &str| Record::read(text.as_bytes()).and_then(|record| Exception::new("x.toml".to_owned(), record));
        assert!(of("rule = \"a\"\npath = \"b\"").is_ok());
        assert!(of("rule = \"a\"").is_err() && of("path = \"a\"").is_err() && of("fingerprint = \"abc\"").is_err());
        assert!(of("fingerprint = \"0123456789abcdef0123456789abcdef\"\nuntill = \"2026-01-01\"").is_err());
        assert!(of("rule = \"a\"\npath = \"a[\"").is_err());
    }

    #[test]
    fn a_day_that_there_is_not_has_ended() {
        let until = |day: &str| {
            Exception::new(String::new(), Record { until: Some(day.to_owned()), ..record() }).expect("one").until()
        };
        assert!(matches!(until("2026-12-31"), Until::Day(_)));
        for day in ["2026-02-30", "31.12.2026", "", "2026-12-31x", "never"] {
            assert_eq!(until(day), Until::Malformed, "{day}");
        }
    }
}
