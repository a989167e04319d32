//! What is wrong with a policy: where, what was found, and what would fit. A policy that is not one at all may be a file full
//! of secrets, so what was found is shown only where it looks like a word.

use std::fmt;
use std::io;
use std::path::Path;

use crate::git::RepoPath;
use crate::scope::named;

/// A policy that cannot be used; nothing is judged by it.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file cannot be read.
    #[error("{file}: {why}; name a policy that is there and readable")]
    Unread {
        /// The policy.
        file: RepoPath,
        /// What the system says.
        why: io::Error,
    },
    /// The file says something that does not fit.
    #[error("{file}:{line}:{column}: {fault}")]
    Faulty {
        /// The policy.
        file: RepoPath,
        /// From 1.
        line: usize,
        /// From 1, in code points.
        column: usize,
        /// What does not fit.
        fault: Fault,
    },
}

impl PolicyError {
    pub(super) fn unread(file: &Path, why: io::Error) -> Self {
        Self::Unread { file: named(file), why }
    }

    pub(super) fn at(file: &Path, text: &str, offset: usize, fault: Fault) -> Self {
        let position = crate::text::Positions::new(text.as_bytes()).of(offset);
        Self::Faulty { file: named(file), line: position.line, column: position.column, fault }
    }
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file is no TOML.
    NotToml {
        /// What the parser says, which never quotes the file.
        why: String,
    },
    /// A key that no policy has.
    UnknownKey {
        /// The key.
        key: String,
        /// The table that it stands in; empty at the top.
        table: &'static str,
        /// The keys that may stand there.
        known: Vec<&'static str>,
    },
    /// A rule that there is not.
    UnknownRule {
        /// What it is called in the policy.
        rule: String,
        /// The rule that is meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// A value that the key does not take.
    WrongValue {
        /// The key.
        key: String,
        /// What was found: a word, or what kind of value.
        found: Found,
        /// What it takes, in words.
        takes: &'static str,
        /// The value that is meant, perhaps.
        nearest: Option<&'static str>,
    },
    /// A key that must be there.
    Missing {
        /// The key.
        key: &'static str,
        /// The table that lacks it.
        table: &'static str,
    },
    /// A pattern for refs that no full name matches.
    NoRefPattern {
        /// The pattern.
        pattern: String,
    },
    /// What stands for people in CODEOWNERS, without its sign.
    NoHandle {
        /// What was found.
        name: String,
    },
    /// A regular expression that is none.
    BadPattern {
        /// The expression.
        pattern: String,
        /// What the parser says.
        why: String,
    },
    /// The repository's own patterns cannot be used.
    Patterns {
        /// Why, in a sentence with its place.
        why: String,
    },
    /// A glob that is none.
    BadGlob {
        /// The glob.
        glob: String,
        /// What the parser says.
        why: String,
    },
}

/// A value that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A string.
    Text(String),
    /// Anything else, by the name of its kind.
    Kind(&'static str),
}

impl Fault {
    pub(super) fn unknown_rule(rule: &str, known: &[&'static str]) -> Self {
        Self::UnknownRule { rule: rule.to_owned(), nearest: nearest(rule, known) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotToml { why } => write!(f, "not TOML: {}", named(why.as_ref())),
            Self::UnknownKey { key, table, known } => {
                write!(f, "unknown key {}", Word(key))?;
                if !table.is_empty() {
                    write!(f, " in [{table}]")?;
                }
                match nearest(key, known) {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => write!(f, "; known: `{}`", known.join("`, `")),
                }
            }
            Self::UnknownRule { rule, nearest } => {
                write!(f, "unknown rule {}; ", Word(rule))?;
                match nearest {
                    Some(near) => write!(f, "did you mean `{near}`?"),
                    None => f.write_str("`palisade rules list` names them all"),
                }
            }
            Self::WrongValue { key, found, takes, nearest } => {
                write!(f, "`{key}` is {found}; it takes {takes}")?;
                nearest.map_or(Ok(()), |near| write!(f, "; did you mean `{near}`?"))
            }
            Self::Missing { key, table } => write!(f, "`{key}` is missing in [{table}]"),
            Self::NoRefPattern { pattern } => write!(
                f,
                "{} is no full name of a ref; it begins with `refs/`, as `refs/heads/main`, or is `HEAD` for the default branch",
                Word(pattern)
            ),
            Self::NoHandle { name } => {
                write!(f, "{} is no name of a code owner; it begins with `@`, as in CODEOWNERS: \"@alice\"", Word(name))
            }
            Self::BadPattern { pattern, why } => {
                write!(f, "bad pattern {}: {}", Word(pattern), named(why.as_ref()))
            }
            Self::Patterns { why } => write!(f, "{}", named(why.as_ref())),
            Self::BadGlob { glob, why } => write!(f, "bad glob {}: {}", Word(glob), named(why.as_ref())),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", Word(text)),
            Self::Kind(kind) => f.write_str(kind),
        }
    }
}

/// Shown as it is only if it looks like a word that somebody mistyped.
struct Word<'a>(&'a str);

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_');
        if self.0.bytes().filter(|byte| !is_word(*byte)).count() <= 3 && self.0.len() <= 60 && self.0.is_ascii() {
            write!(f, "`{}`", named(self.0.as_ref()))
        } else {
            f.write_str("(not shown: it does not look like a word)")
        }
    }
}

/// The known name that is meant, perhaps.
#[must_use]
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().map(|name| (strsim::damerau_levenshtein(word, name), *name));
    let (distance, name) = scored.min()?;
    (distance <= 1 + name.len() / 4).then_some(name)
}
