//! Commits, as stored.

use gix::objs::Kind;

use super::{GitError, Objects, Oid};

/// A commit, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, as it names them.
    pub parents: Vec<Oid>,
    /// Name, address and time of who wrote it: the whole header line behind `author `.
    pub author: Vec<u8>,
    /// Name, address and time of who committed it.
    pub committer: Vec<u8>,
    /// The message, as stored.
    pub message: Vec<u8>,
}

impl Objects {
    /// Reads a commit; an annotated tag is followed to the commit that it names.
    ///
    /// # Errors
    /// When it is missing, corrupt, or neither commit nor tag.
    pub fn commit(&self, oid: Oid) -> Result<Commit, GitError> {
        let mut at = oid;
        // A tag may name a tag; nobody stacks more than a few.
        for _ in 0..16 {
            let (kind, content) = self.read_any(at)?;
            at = match kind {
                Kind::Commit => return Commit::parse(at, &content),
                Kind::Tag => header(&content, b"object")
                    .and_then(|hex| Oid::from_hex(hex).ok())
                    .ok_or_else(|| corrupt(at, "the tag names no object"))?,
                Kind::Tree => return Err(GitError::WrongKind { oid: at, wanted: "commit", found: "tree" }),
                Kind::Blob => return Err(GitError::WrongKind { oid: at, wanted: "commit", found: "blob" }),
            };
        }
        Err(corrupt(oid, "too many tags that name tags"))
    }

    /// The message of a commit, as stored.
    ///
    /// # Errors
    /// As [`Objects::commit`].
    pub fn message(&self, commit: Oid) -> Result<Vec<u8>, GitError> {
        Ok(self.commit(commit)?.message)
    }
}

impl Commit {
    fn parse(oid: Oid, content: &[u8]) -> Result<Self, GitError> {
        let end = memchr::memmem::find(content, b"\n\n").map_or(content.len(), |blank| blank + 1);
        let (headers, message) = content.split_at(end);
        let tree = header(headers, b"tree").ok_or_else(|| corrupt(oid, "the commit names no tree"))?;
        let parents = headers
            .split(|byte| *byte == b'\n')
            .filter_map(|line| line.strip_prefix(b"parent "))
            .map(Oid::from_hex)
            .collect::<Result<_, _>>()
            .map_err(|_| corrupt(oid, "a parent is no object name"))?;
        Ok(Self {
            tree: Oid::from_hex(tree).map_err(|_| corrupt(oid, "the tree is no object name"))?,
            parents,
            author: header(headers, b"author").unwrap_or_default().to_vec(),
            committer: header(headers, b"committer").unwrap_or_default().to_vec(),
            message: message.get(1..).unwrap_or_default().to_vec(),
        })
    }
}

/// The first header of that name.
fn header<'a>(headers: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    headers
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(b" "))
}

fn corrupt(oid: Oid, reason: &str) -> GitError {
    GitError::Corrupt { oid, reason: reason.to_owned() }
}
