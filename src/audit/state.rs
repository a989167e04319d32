//! What was looked at by an audit, for a later one that looks only at what came since.
//!
//! The file is for this program alone: a line that says what it is, a line with the hash of what was looked for, and then the names of the objects as they are,
//! in ascending order. Whoever can write it can hide objects from the next audit, as whoever can write the policy can.

use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::checks::secrets::{Pattern, pattern_records};
use crate::git::Oid;

/// What the file begins with.
const SIGN: &str = "palisade audit state 1\n";

/// Which objects were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State(Vec<Oid>);

impl State {
    /// Of objects in any order.
    #[must_use]
    pub fn of(mut objects: Vec<Oid>) -> Self {
        objects.sort_unstable();
        objects.dedup();
        Self(objects)
    }

    /// Reads the state in `file`. What was looked at for other patterns, of the repository's `own` or built in, or by another version, is looked at again:
    /// the state is empty then.
    ///
    /// # Errors
    /// When the file cannot be read, or is no state.
    pub fn read(file: &Path, own: &[Pattern]) -> io::Result<Self> {
        let odd = || io::Error::new(io::ErrorKind::InvalidData, "it is no state that `palisade audit --save` wrote");
        let bytes = std::fs::read(file)?;
        let rest = bytes.strip_prefix(SIGN.as_bytes()).ok_or_else(odd)?;
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(odd)?;
        let (head, names) = (&rest[..end], &rest[end + 1..]);
        let (len, patterns) = head.split_at_checked(3).ok_or_else(odd)?;
        let len: usize = std::str::from_utf8(len).ok().and_then(|len| len.trim().parse().ok()).ok_or_else(odd)?;
        if !matches!(len, 20 | 32) || names.len() % len != 0 {
            return Err(odd());
        }
        if patterns != looked_for(own).as_bytes() {
            return Ok(Self::default());
        }
        names
            .chunks_exact(len)
            .map(|name| Oid::from_bytes(name).ok_or_else(odd))
            .collect::<Result<_, _>>()
            .map(Self::of)
    }

    /// Writes it into `file`, which is replaced as a whole. `own` is what was looked for beside the built-in patterns.
    ///
    /// # Errors
    /// When it cannot be written there.
    pub fn write(&self, file: &Path, own: &[Pattern]) -> io::Result<()> {
        let len = self.0.first().map_or(20, |oid| oid.as_bytes().len());
        let mut bytes = format!("{SIGN}{len:<3}{}\n", looked_for(own)).into_bytes();
        self.0.iter().for_each(|oid| bytes.extend_from_slice(oid.as_bytes()));
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = file.with_file_name(name);
        std::fs::write(&new, bytes)?;
        std::fs::rename(new, file)
    }

    /// Whether an object was looked at.
    #[must_use]
    pub fn has(&self, oid: &Oid) -> bool {
        self.0.binary_search(oid).is_ok()
    }

    /// Whether nothing was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Both together.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self::of([&self.0[..], &other.0[..]].concat())
    }
}

/// Names what is looked for: the patterns and the version.
fn looked_for(own: &[Pattern]) -> String {
    let told = format!("{} {} {own:?}", env!("CARGO_PKG_VERSION"), pattern_records());
    Sha256::digest(told).iter().map(|byte| format!("{byte:02x}")).collect()
}
