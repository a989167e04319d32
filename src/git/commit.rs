//! Commits, as stored.

use gix::objs::Kind;

use super::{GitError, Objects, Oid, RepoPath};

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

/// What a commit leads to. Who reads many of them asks for no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, as it names them.
    pub parents: Vec<Oid>,
}

/// An annotated tag, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its name, as it says itself.
    pub name: RepoPath,
    /// What it names; none where that is no name of an object.
    pub target: Option<Oid>,
    /// All of it: its headers as well, for somebody wrote them.
    pub text: Vec<u8>,
}

impl Objects {
    /// Reads an annotated tag.
    ///
    /// # Errors
    /// When it is missing, corrupt, or no tag.
    pub fn tag(&self, oid: Oid) -> Result<Tag, GitError> {
        let content = self.read(oid, Kind::Tag)?;
        let name = header(&content, b"tag").unwrap_or_default();
        let target = header(&content, b"object").and_then(|hex| Oid::from_hex(hex).ok());
        Ok(Tag { name: RepoPath::new(name), target, text: content })
    }

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
    /// Its author's name and address, and when that was, in seconds since 1970 UTC.
    #[must_use]
    pub fn author_and_time(&self) -> (&[u8], i64) {
        person_and_time(&self.author)
    }

    /// When it was committed, in seconds since 1970 UTC.
    #[must_use]
    pub fn committed(&self) -> i64 {
        person_and_time(&self.committer).1
    }

    /// Reads a commit from its bytes.
    ///
    /// # Errors
    /// [`GitError::Corrupt`] where it names no tree, or a parent that is no name of an object.
    pub fn parse(oid: Oid, content: &[u8]) -> Result<Self, GitError> {
        let end = memchr::memmem::find(content, b"\n\n").map_or(content.len(), |blank| blank + 1);
        let Links { tree, parents } = Links::parse(oid, content)?;
        Ok(Self {
            tree,
            parents,
            author: header(content, b"author").unwrap_or_default().to_vec(),
            committer: header(content, b"committer").unwrap_or_default().to_vec(),
            message: content.get(end + 1..).unwrap_or_default().to_vec(),
        })
    }
}

impl Links {
    /// Reads them from the bytes of a commit.
    ///
    /// # Errors
    /// As [`Commit::parse`].
    pub fn parse(oid: Oid, content: &[u8]) -> Result<Self, GitError> {
        let (mut tree, mut parents) = (None, Vec::new());
        for line in headers(content) {
            if let Some(hex) = line.strip_prefix(b"parent ") {
                parents.push(Oid::from_hex(hex).map_err(|_| corrupt(oid, "a parent is no object name"))?);
            } else if let (None, Some(hex)) = (&tree, line.strip_prefix(b"tree ")) {
                tree = Some(Oid::from_hex(hex).map_err(|_| corrupt(oid, "the tree is no object name"))?);
            }
        }
        let tree = tree.ok_or_else(|| corrupt(oid, "the commit names no tree"))?;
        Ok(Self { tree, parents })
    }
}

/// A person's name and address, and the time behind it.
fn person_and_time(line: &[u8]) -> (&[u8], i64) {
    let end = line.iter().rposition(|byte| *byte == b'>').map_or(line.len(), |last| last + 1);
    let (person, when) = line.split_at(end);
    let time = std::str::from_utf8(when).ok().and_then(|when| when.split_whitespace().next()?.parse().ok());
    (person, time.unwrap_or_default())
}

/// The first header of that name.
fn header<'a>(content: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    headers(content).find_map(|line| line.strip_prefix(name)?.strip_prefix(b" "))
}

/// The lines of the headers: those before the first empty one.
fn headers(content: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let line = move |end| {
        let line = &content[start..end];
        start = end + 1;
        line
    };
    memchr::memchr_iter(b'\n', content).chain([content.len()]).map(line).take_while(|line| !line.is_empty())
}

fn corrupt(oid: Oid, reason: &str) -> GitError {
    GitError::Corrupt { oid, reason: reason.to_owned() }
}
