//! Refs by name.

use std::fmt;

use super::RepoPath;

/// The full name of a ref, `refs/heads/main`: bytes, not UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(Vec<u8>);

impl RefName {
    /// Takes the bytes as git stores them.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes as git stores them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name behind `refs/tags/`; none where it is no tag.
    #[must_use]
    pub fn tag(&self) -> Option<&[u8]> {
        self.0.strip_prefix(b"refs/tags/")
    }
}

impl fmt::Display for RefName {
    /// Cleaned for a terminal, as [`RepoPath`] is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", RepoPath::new(self.0.as_slice()))
    }
}

impl fmt::Debug for RefName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
