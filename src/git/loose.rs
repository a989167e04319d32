//! Blobs that lie in files of their own, read from their beginning.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use gix::objs::{Kind, decode};
use sirocco::Format;
use sirocco::inflate::Reader;

use super::Oid;
use super::repo::LARGEST_OBJECT;

/// The fewest bytes of a file whose blob is worth reading in steps.
const LARGE: u64 = 1 << 20;
/// How much of the file is read at once.
const READ: usize = 1 << 16;
/// The most bytes of a header: a kind, a size, and a NUL.
const LONGEST_HEADER: u64 = 28;

/// A blob in a file of its own. Its end is an error where it has not the size that its header says, or its checksum is not right.
pub struct Loose {
    size: u64,
    /// Bytes of it that have not been read yet.
    left: u64,
    inflated: BufReader<Reader<BufReader<File>>>,
}

impl Loose {
    /// The blob `oid` in the objects' folder; `None` where it is not large, or not there, or no blob.
    pub(super) fn open(objects: &Path, oid: Oid) -> Option<Self> {
        let hex = oid.to_string();
        let (folder, name) = hex.split_at_checked(2)?;
        let file = File::open(objects.join(folder).join(name)).ok()?;
        if file.metadata().ok()?.len() < LARGE {
            return None;
        }
        let mut inflated = BufReader::new(Reader::new(Format::Zlib, BufReader::with_capacity(READ, file)));
        let mut header = Vec::new();
        inflated.by_ref().take(LONGEST_HEADER).read_until(0, &mut header).ok()?;
        let (kind, size, _) = decode::loose_header(&header).ok()?;
        (kind == Kind::Blob && size <= LARGEST_OBJECT).then_some(Self { size, left: size, inflated })
    }

    /// How many bytes it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Read for Loose {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inflated.read(buffer)?;
        let wrong = || io::Error::from(ErrorKind::InvalidData);
        self.left = self.left.checked_sub(read as u64).ok_or_else(wrong)?;
        if read == 0 && !buffer.is_empty() && self.left > 0 {
            return Err(wrong());
        }
        Ok(read)
    }
}
