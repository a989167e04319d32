//! What is packed in a content: the files of an archive, what a compressed file holds, and the texts in files that keep them in a form of
//! their own. What a content is is told by its first bytes, never by its name.
//!
//! Archives are hostile: what is unpacked of one content is bounded, in all and against its size, and so is how often it is nested. What is not
//! unpacked is told by name.

mod files;
mod streams;
mod strings;

use super::Region;

/// How many archives can stand in one another, and how many compressions.
const DEPTH: usize = 3;
/// The most bytes that are unpacked of one content, and how many times its size.
const MOST: usize = 512 << 20;
const RATIO: usize = 200;
/// So much is unpacked of a content of any size.
const FLOOR: usize = 32 << 20;
/// The most files that are taken out of one content.
const MOST_FILES: usize = 100_000;

/// What a content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Gzip,
    Xz,
    Zstandard,
    Bzip2,
    Sqlite,
    Python,
    Java,
}

impl Kind {
    fn of(content: &[u8]) -> Option<Self> {
        const STARTS: [(&[u8], Kind); 6] = [
            (b"PK\x03\x04", Kind::Zip),
            (b"\x1F\x8B\x08", Kind::Gzip),
            (b"\xFD7zXZ\0", Kind::Xz),
            (b"\x28\xB5\x2F\xFD", Kind::Zstandard),
            (b"SQLite format 3\0", Kind::Sqlite),
            (b"\xCA\xFE\xBA\xBE\0", Kind::Java),
        ];
        if let Some((_, kind)) = STARTS.iter().find(|(start, _)| content.starts_with(start)) {
            return Some(*kind);
        }
        match content {
            [b'B', b'Z', b'h', b'1'..=b'9', b'1', b'A', b'Y', b'&', b'S', b'Y', ..] => Some(Self::Bzip2),
            // The magic number of Python 3 is around 3,400, that of Python 2 62,211.
            [_, 0x0B..=0x0F | 0xF2 | 0xF3, b'\r', b'\n', ..] => Some(Self::Python),
            _ => (content.get(257..262) == Some(b"ustar")).then_some(Self::Tar),
        }
    }

    /// Whether it is one compressed file.
    fn is_stream(self) -> bool {
        match self {
            Self::Gzip | Self::Xz | Self::Zstandard | Self::Bzip2 => true,
            Self::Zip | Self::Tar | Self::Sqlite | Self::Python | Self::Java => false,
        }
    }
}

/// What was unpacked.
#[derive(Debug)]
pub struct Packed<'a> {
    /// The way to it, `folder/inner.zip!file`; empty for what a compressed file holds.
    pub name: &'a [u8],
    /// What it holds.
    pub bytes: &'a [u8],
    /// Where it stands in the outermost archive, as it is stored there.
    pub region: Region,
    /// Whether it is no file of its own, but the texts of one that stand there as they are as well.
    pub is_extract: bool,
}

/// Whether something may be packed in a content.
#[must_use]
pub fn is_packed(content: &[u8]) -> bool {
    Kind::of(content).is_some()
}

/// Unpacks a content, and what is packed in that. `each` is given every file, `left` the name of what was not unpacked, and why.
pub fn unpack(content: &[u8], each: &mut dyn FnMut(&Packed<'_>), left: &mut dyn FnMut(&[u8], &str)) {
    let Some(kind) = Kind::of(content) else { return };
    let room = content.len().saturating_mul(RATIO).clamp(FLOOR, MOST);
    let mut unpacker = Unpacker { room, files: 0, each, left };
    unpacker.open(kind, content, b"", None, Depth::default());
}

/// In how many archives and compressions something stands.
#[derive(Clone, Copy, Default)]
struct Depth {
    archives: usize,
    streams: usize,
}

struct Unpacker<'a> {
    /// How many more bytes may be unpacked.
    room: usize,
    files: usize,
    each: &'a mut dyn FnMut(&Packed<'_>),
    left: &'a mut dyn FnMut(&[u8], &str),
}

/// What became of reading a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Whole,
    /// It is damaged.
    Broken,
    /// There is no room for more.
    Full,
}

impl Unpacker<'_> {
    /// Opens what is of a kind. False where it turns out not to be. `region` is where it stands in the outermost archive, unless it is that.
    fn open(&mut self, kind: Kind, bytes: &[u8], name: &[u8], region: Option<Region>, depth: Depth) -> bool {
        let whole = region.unwrap_or(Region::new(0, bytes.len()));
        match kind {
            Kind::Zip => self.zip(bytes, name, region, depth),
            Kind::Tar => self.tar(bytes, name, region, depth),
            Kind::Gzip | Kind::Xz | Kind::Zstandard | Kind::Bzip2 => {
                let (unpacked, read) = streams::read(kind, bytes, self.room);
                if unpacked.is_empty() && read == Read::Broken {
                    return false;
                }
                self.room -= unpacked.len();
                self.file(name, &unpacked, whole, Depth { streams: depth.streams + 1, ..depth });
                self.tell(name, read);
                true
            }
            Kind::Sqlite => self.extract(b"rows", &strings::sqlite(bytes), name, whole),
            Kind::Python => self.extract(b"constants", &strings::python(bytes), name, whole),
            Kind::Java => self.extract(b"constants", &strings::java(bytes), name, whole),
        }
    }

    /// A file that was unpacked: it may be packed itself.
    fn file(&mut self, name: &[u8], bytes: &[u8], region: Region, depth: Depth) {
        self.files += 1;
        if let Some(kind) = Kind::of(bytes) {
            let is_deep = if kind.is_stream() { depth.streams == DEPTH } else { depth.archives == DEPTH };
            if is_deep {
                (self.left)(name, "it is packed more than three times over; unpack it and look again");
            } else if self.open(kind, bytes, name, Some(region), depth)
                && !matches!(kind, Kind::Sqlite | Kind::Python | Kind::Java)
            {
                return;
            }
        }
        (self.each)(&Packed { name, bytes, region, is_extract: false });
    }

    /// The texts of a file that keeps them in a form of its own.
    fn extract(&mut self, what: &[u8], text: &[u8], name: &[u8], region: Region) -> bool {
        (self.each)(&Packed { name: &joined(name, what), bytes: text, region, is_extract: true });
        true
    }

    /// Tells what was not read of a file, if anything.
    fn tell(&mut self, name: &[u8], read: Read) {
        match read {
            // What nothing can unpack hides no more than any other bytes do: it was looked at up to there, and all of it as the bytes that it is.
            Read::Whole | Read::Broken => {}
            Read::Full => {
                self.room = 0;
                (self.left)(
                    name,
                    "it unpacks to far more than its size, and was looked at only in part; unpack it and look again, or list it under ignore-paths",
                );
            }
        }
    }

    fn is_over(&self) -> bool {
        self.room == 0 || self.files >= MOST_FILES
    }
}

/// Reads as much as there is room for.
fn read_all(from: impl std::io::Read, room: usize) -> (Vec<u8>, Read) {
    let mut bytes = Vec::new();
    let read = std::io::Read::read_to_end(&mut std::io::Read::take(from, room as u64 + 1), &mut bytes);
    let full = bytes.len() > room;
    bytes.truncate(room);
    match read {
        _ if full => (bytes, Read::Full),
        Ok(_) => (bytes, Read::Whole),
        Err(_) => (bytes, Read::Broken),
    }
}

/// A name in the archive of another one.
fn joined(outer: &[u8], inner: &[u8]) -> Vec<u8> {
    if outer.is_empty() { inner.to_vec() } else { [outer, b"!", inner].concat() }
}
