//! A pattern of the policy for texts that people write: subjects, names, addresses.

use std::fmt;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// A regular expression over bytes: `.` is any byte but a newline, and classes are those of ASCII.
#[derive(Clone)]
pub struct TextPattern {
    text: String,
    regex: Regex,
}

impl TextPattern {
    /// Understands a pattern.
    ///
    /// # Errors
    /// What is wrong with it, on one line.
    pub fn new(text: &str) -> Result<Self, String> {
        let built = Regex::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(Regex::config().utf8_empty(false).nfa_size_limit(Some(4 << 20)))
            .build(text);
        match built {
            Ok(regex) => Ok(Self { text: text.to_owned(), regex }),
            Err(error) => {
                let why = error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string);
                let why = why.lines().last().unwrap_or_default().trim();
                Err(why.strip_prefix("error: ").unwrap_or(why).to_owned())
            }
        }
    }

    /// Whether it is found in `text`.
    #[must_use]
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.regex.is_match(text)
    }
}

impl fmt::Display for TextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for TextPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_found_anywhere_unless_it_is_anchored() {
        assert!(TextPattern::new("b+").unwrap().is_in(b"abb\xFF"));
        assert!(!TextPattern::new("^b").unwrap().is_in(b"abb"));
        assert!(TextPattern::new(r"^\w+@example\.org$").unwrap().is_in(b"a@example.org"));
    }

    #[test]
    fn a_bad_pattern_says_why() {
        assert_eq!(TextPattern::new("(a").unwrap_err(), "unclosed group");
    }
}
