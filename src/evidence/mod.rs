//! The decision log: every verdict of a hook or a server as one line, each with the hash of the line before it.
//!
//! What it proves. A line that was changed, taken out, put in or moved breaks the chain there, for whoever has a later line that was not made
//! anew. Whoever can write the log can also make all of it anew from some line on: that is found by a seal, which is a signature over the
//! hash of a line, made with a key that is not on that machine. Lines behind the last seal are as good as the machine that they lie on. Lines that were
//! cut off at the end are found by the last seal, and by the `head` that lies beside the log, unless whoever cut them wrote that anew as well.
//!
//! Where. A folder with segments that are named after their first line (`0000000001.jsonl`), `head`, `seals.jsonl`, and `lock`.

mod append;
mod export;
mod filter;
mod read;
mod record;
mod seal;
mod stats;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use append::Appended;
pub use export::{Export, exported};
pub use filter::Filter;
pub use read::{Lines, LogLine};
pub use record::{Case, Found, LetIn, Looked, Moved, Record, Rules, Unseen};
pub use seal::{Seal, SealError};
pub use stats::{Mend, Stats, Tally};
pub use verify::{Fault, Proof};

/// A log, by its folder.
#[derive(Clone, Debug)]
pub struct Log {
    dir: PathBuf,
}

/// Why a log cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The system says so.
    #[error("{what}: {source}")]
    Io {
        /// The file or folder, cleaned for a terminal.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// The last line is not one that a line can follow.
    #[error(
        "{what}: the last line is no record, so nothing can be written behind it; `palisade log verify` tells more"
    )]
    Broken {
        /// The file, cleaned for a terminal.
        what: String,
    },
    /// A record cannot be written as JSON.
    #[error("a record cannot be written: {0}")]
    Record(#[from] serde_json::Error),
}

/// The hash of a line, without its newline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hash(pub(crate) [u8; 32]);

impl Hash {
    /// What the first line names as the one before it.
    pub const NONE: Self = Self([0; 32]);

    /// Of a line.
    #[must_use]
    pub fn of(line: &[u8]) -> Self {
        Self(Sha256::digest(line).into())
    }

    /// From 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut hash = [0; 32];
        if hex.len() != 2 * hash.len() {
            return None;
        }
        for (byte, pair) in hash.iter_mut().zip(hex.chunks(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(hash))
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Log {
    /// The log in this folder, which need not be there yet.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Its folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn head_file(&self) -> PathBuf {
        self.dir.join("head")
    }

    fn seals_file(&self) -> PathBuf {
        self.dir.join("seals.jsonl")
    }

    fn lock_file(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// The segments with the numbers of their first lines, in order; none where there is no log.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn segments(&self) -> Result<Vec<(u64, PathBuf)>, LogError> {
        let list = match std::fs::read_dir(&self.dir) {
            Ok(list) => list,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_error(&self.dir, error)),
        };
        let mut segments = Vec::new();
        for entry in list {
            let path = entry.map_err(|error| io_error(&self.dir, error))?.path();
            let number = path.extension().filter(|extension| *extension == "jsonl").and_then(|_| path.file_stem());
            if let Some(number) = number.and_then(|name| name.to_str()?.parse().ok()) {
                segments.push((number, path));
            }
        }
        segments.sort_unstable();
        Ok(segments)
    }
}

fn segment_name(first: u64) -> String {
    format!("{first:010}.jsonl")
}

fn io_error(path: &Path, source: io::Error) -> LogError {
    LogError::Io { what: crate::scope::named(path).to_string(), source }
}
