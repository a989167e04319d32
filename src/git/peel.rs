//! Follows annotated tags to what they name.

use super::{GitError, Kind, Objects, Oid};

/// Tags that name tags; nobody stacks more than a few.
const MOST_TAGS: usize = 16;

/// Where a ref leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peeled {
    /// The annotated tags on the way, the outermost first.
    pub tags: Vec<Oid>,
    /// What is at the end.
    pub target: Oid,
    /// What that is.
    pub kind: Kind,
}

impl Objects {
    /// Where an object leads: a tag to what it names, all else to itself.
    ///
    /// # Errors
    /// When something on the way is missing or corrupt.
    pub fn peel(&self, oid: Oid) -> Result<Peeled, GitError> {
        let mut peeled = Peeled { tags: Vec::new(), target: oid, kind: self.kind(oid)? };
        while peeled.kind == Kind::Tag {
            if peeled.tags.len() == MOST_TAGS {
                let reason = "too many tags that name tags".to_owned();
                return Err(GitError::Corrupt { oid, reason });
            }
            let tag = peeled.target;
            let content = self.read(tag, Kind::Tag)?;
            let named = content.split(|byte| *byte == b'\n').next().and_then(|line| line.strip_prefix(b"object "));
            let nothing = || GitError::Corrupt { oid: tag, reason: "the tag names no object".to_owned() };
            let target = named.and_then(|hex| Oid::from_hex(hex).ok()).ok_or_else(nothing)?;
            peeled.tags.push(tag);
            peeled.target = target;
            peeled.kind = self.kind(target)?;
        }
        Ok(peeled)
    }

    /// What an object is, without reading it.
    fn kind(&self, oid: Oid) -> Result<Kind, GitError> {
        if oid.0.is_empty_tree() {
            return Ok(Kind::Tree);
        }
        if oid.0.is_empty_blob() {
            return Ok(Kind::Blob);
        }
        self.header(oid).map(|header| header.kind())
    }
}
