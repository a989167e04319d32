//! Names and contents of objects.

use std::fmt;

use gix::objs::{Find as _, Kind};
use gix::odb::Header as _;

use super::loose::Loose;
use super::{Change, GitError, fresh};
use crate::text::{Fresh, Regions};

/// The name of an object: 20 bytes in a SHA-1 repository, 32 in a SHA-256 one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(pub(super) gix::ObjectId);

impl Oid {
    /// Reads 40 or 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`GitError::NotAnOid`] for anything else.
    pub fn from_hex(hex: impl AsRef<[u8]>) -> Result<Self, GitError> {
        let hex = hex.as_ref();
        // What is no hexadecimal digit must not reach an error message by the megabyte.
        let shown = || String::from_utf8_lossy(&hex[..hex.len().min(80)]).into_owned();
        gix::ObjectId::from_hex(hex).map(Self).map_err(|_| GitError::NotAnOid(shown()))
    }

    /// The name as people write it: as many digits as git shows in a large repository.
    #[must_use]
    pub fn short(&self) -> String {
        self.0.to_hex_with_len(12).to_string()
    }

    /// Whether it names the empty tree or the empty blob, which git knows without having them.
    #[must_use]
    pub fn is_empty_object(&self) -> bool {
        self.0.is_empty_tree() || self.0.is_empty_blob()
    }

    /// The bytes of the name.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// Takes the 20 or 32 bytes of a name.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        <&gix::oid>::try_from(bytes).ok().map(|oid| Self(oid.to_owned()))
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A path from the root of a repository, with `/` between its parts: bytes, not UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath {
    bytes: Box<[u8]>,
    /// How many of them lead to what was named where there is no repository.
    outside: u32,
}

impl RepoPath {
    /// Takes the bytes as git stores them.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into().into_boxed_slice(), outside: 0 }
    }

    /// The path of a file that is in no repository: its first `outside` bytes lead to what somebody named, and say nothing of the file.
    #[must_use]
    pub fn outside(bytes: impl Into<Vec<u8>>, outside: usize) -> Self {
        Self { bytes: bytes.into().into_boxed_slice(), outside: u32::try_from(outside).unwrap_or(0) }
    }

    /// The bytes as git stores them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What of it says something of the file: all of it in a repository, and elsewhere what stands below what was named.
    #[must_use]
    pub fn telling(&self) -> &[u8] {
        self.bytes.get(self.outside as usize..).unwrap_or_default()
    }
}

impl fmt::Display for RepoPath {
    /// Cleaned for a terminal or a log: control characters, and what is no UTF-8, as `\xNN`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                if character.is_control() || is_invisible(character) {
                    write!(f, "{}", character.escape_default())?;
                } else {
                    write!(f, "{character}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Characters that turn or hide the text around them.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// What kind of thing a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// 100644, and what old git wrote in its place.
    File,
    /// 100755.
    Executable,
    /// 120000: its content is the path that it points to.
    Symlink,
    /// 160000: a commit of another repository; there is no content.
    Submodule,
}

impl Mode {
    /// From the number that git stores; none for a folder. Old and odd numbers count as plain files, so that they are
    /// looked at.
    pub(super) fn from_bits(bits: u32) -> Option<Self> {
        match bits & 0o170_000 {
            0o040_000 => None,
            0o120_000 => Some(Self::Symlink),
            0o160_000 => Some(Self::Submodule),
            _ if bits & 0o100 != 0 => Some(Self::Executable),
            _ => Some(Self::File),
        }
    }

    /// Whether it is a plain file, executable or not.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }

    /// Whether a content means the same in both: the executable bit changes no content.
    #[must_use]
    pub fn same_kind(self, other: Self) -> bool {
        let kind = |mode| match mode {
            Self::File | Self::Executable => 0,
            Self::Symlink => 1,
            Self::Submodule => 2,
        };
        kind(self) == kind(other)
    }
}

/// Reads objects; one a thread. What `refs/replace` says is not heeded.
pub struct Objects {
    /// In the order in which they are asked: a push's quarantine comes first.
    pub(super) stores: Vec<gix::odb::HandleArc>,
    pub(super) hash: gix::hash::Kind,
}

impl Objects {
    /// The bytes of a blob.
    ///
    /// # Errors
    /// [`GitError::Missing`] where it is not there, as in a partial clone; [`GitError::Corrupt`] where it cannot be read;
    /// [`GitError::WrongKind`] where it is no blob.
    pub fn blob(&self, oid: Oid) -> Result<Vec<u8>, GitError> {
        self.read(oid, Kind::Blob)
    }

    /// What an object is, and its bytes.
    ///
    /// # Errors
    /// [`GitError::Missing`] where it is not there, [`GitError::Corrupt`] where it cannot be read.
    pub fn object(&self, oid: Oid) -> Result<(Kind, Vec<u8>), GitError> {
        self.read_any(oid)
    }

    /// A large blob that lies in a file of its own, to be read from its beginning without holding all of it. `None` where it is not large, or
    /// lies elsewhere, or the file is not as it should be: [`Objects::blob`] tells more.
    #[must_use]
    pub fn large_blob(&self, oid: Oid) -> Option<Loose> {
        self.stores.iter().find_map(|store| Loose::open(store.store_ref().path(), oid))
    }

    /// How many bytes a blob has, without reading them.
    ///
    /// # Errors
    /// As [`Objects::blob`].
    pub fn size(&self, oid: Oid) -> Result<u64, GitError> {
        if oid.0.is_empty_blob() {
            return Ok(0);
        }
        let header = self.header(oid)?;
        expect_kind(oid, Kind::Blob, header.kind())?;
        Ok(header.size())
    }

    /// Whether the object is there.
    #[must_use]
    pub fn contains(&self, oid: Oid) -> bool {
        self.header(oid).is_ok()
    }

    /// Whether an object was there before the push that is in quarantine.
    pub(super) fn is_outside_of_quarantine(&self, oid: Oid) -> bool {
        self.stores.iter().skip(1).any(|store| !matches!(store.try_header(&oid.0), Ok(None)))
    }

    /// What an object is and how large, without reading it.
    pub(super) fn header(&self, oid: Oid) -> Result<gix::odb::find::Header, GitError> {
        self.find(oid, |store| store.try_header(&oid.0))
    }

    /// Which bytes of `new`, the content of `change`, are fresh against every parent: the lines that a parent's version has
    /// not, and a seam where lines were only taken out.
    ///
    /// A parent's version that is missing, as in a partial clone, makes everything fresh.
    ///
    /// # Errors
    /// When a parent's version is there and cannot be read.
    pub fn fresh(&self, change: &Change, new: &[u8]) -> Result<Fresh, GitError> {
        let mut against = Vec::with_capacity(change.old.len());
        for old in &change.old {
            against.push(match old {
                Some(old) if old.mode.same_kind(change.new.mode) => match self.blob(old.oid) {
                    Ok(old) => fresh::added(&old, new),
                    Err(GitError::Missing { .. }) => Regions::all(new.len()),
                    Err(error) => return Err(error),
                },
                Some(_) | None => Regions::all(new.len()),
            });
        }
        Ok(Fresh::against(against, new.len()))
    }

    /// The bytes of an object of kind `wanted`.
    pub(super) fn read(&self, oid: Oid, wanted: Kind) -> Result<Vec<u8>, GitError> {
        let (kind, content) = self.read_any(oid)?;
        expect_kind(oid, wanted, kind)?;
        Ok(content)
    }

    /// The bytes of an object, and what it is.
    pub(super) fn read_any(&self, oid: Oid) -> Result<(Kind, Vec<u8>), GitError> {
        // Git knows these two without having them.
        if oid.0.is_empty_tree() {
            return Ok((Kind::Tree, Vec::new()));
        }
        if oid.0.is_empty_blob() {
            return Ok((Kind::Blob, Vec::new()));
        }
        let mut content = Vec::new();
        let kind = self.find(oid, |store| {
            let found = store.try_find(&oid.0, &mut content)?.map(|data| (data.kind, data.data.len()));
            Ok(found.map(|(kind, len)| {
                content.truncate(len);
                kind
            }))
        })?;
        Ok((kind, content))
    }

    /// Asks one store after the other. Damage in one is no reason not to ask the next.
    fn find<T>(
        &self,
        oid: Oid,
        mut ask: impl FnMut(&gix::odb::HandleArc) -> gix::Result<Option<T>>,
    ) -> Result<T, GitError> {
        let mut error = GitError::Missing { oid };
        for store in &self.stores {
            match ask(store) {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => {}
                Err(reason) => error = GitError::Corrupt { oid, reason: reason.to_string() },
            }
        }
        Err(error)
    }
}

fn expect_kind(oid: Oid, wanted: Kind, found: Kind) -> Result<(), GitError> {
    let name = |kind| match kind {
        Kind::Blob => "blob",
        Kind::Tree => "tree",
        Kind::Commit => "commit",
        Kind::Tag => "tag",
    };
    if wanted == found { Ok(()) } else { Err(GitError::WrongKind { oid, wanted: name(wanted), found: name(found) }) }
}
