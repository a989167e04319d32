//! Writing a line. One process at a time holds the lock; a line is one write, so that a process that is killed leaves at most the begin of one,
//! which the next writer takes away and tells of.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use serde::Deserialize;

use super::{Hash, Log, LogError, Record, io_error, segment_name};

/// A segment of so many bytes is full: the next line begins another one.
const FULL: u64 = 8 << 20;
/// How much is read at a time to find the begin of the last line.
const STEP: u64 = 8 << 10;

/// A line that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its number, from 1.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// Where the log ends.
struct End {
    seq: u64,
    hash: Hash,
    /// How many bytes of a line that never became whole stand behind it.
    torn: u64,
}

impl Log {
    /// Writes a record as the last line. Its number and the hash of the line before it are filled in here.
    ///
    /// It is handed to the system and not waited for: a machine that loses its power may lose the last lines, and `verify` tells so.
    ///
    /// # Errors
    /// When the folder cannot be made, locked or written, or the last line is no record.
    pub fn append(&self, record: Record) -> Result<Appended, LogError> {
        self.append_until(record, FULL)
    }

    pub(super) fn append_until(&self, mut record: Record, full: u64) -> Result<Appended, LogError> {
        let _lock = self.lock()?;
        let (mut segment, mut path) = match self.segments()?.pop() {
            Some((_, path)) => (open(&path)?, path),
            None => self.begin(1)?,
        };
        let mut end = end(&mut segment, &path)?;
        if end.torn > 0 {
            let length = segment.metadata().map_err(|error| io_error(&path, error))?.len();
            segment.set_len(length - end.torn).map_err(|error| io_error(&path, error))?;
        }
        // A segment that has no line yet follows the one before it.
        if end.seq == 0
            && let Some((first, before)) = self.segments()?.iter().rev().nth(1)
        {
            let last = self::end(&mut open(before)?, before)?;
            let torn = end.torn;
            end = if last.seq == 0 { End { seq: first - 1, torn, ..last } } else { End { torn, ..last } };
        }
        let length = segment.metadata().map_err(|error| io_error(&path, error))?.len();
        if length >= full {
            (segment, path) = self.begin(end.seq + 1)?;
        }
        (record.seq, record.prev, record.torn) = (end.seq + 1, end.hash.to_string(), end.torn);
        // The head is written after its line, so it is never ahead of the log, unless something was taken from that.
        let is_lost = |head: &Appended| head.seq > end.seq || head.seq == end.seq && head.hash != end.hash;
        record.lost = self.head().filter(is_lost).map(|head| format!("{} {}", head.seq, head.hash));
        let mut line = serde_json::to_vec(&record)?;
        let hash = Hash::of(&line);
        line.push(b'\n');
        segment.write_all(&line).map_err(|error| io_error(&path, error))?;
        let appended = Appended { seq: record.seq, hash };
        self.write_head(appended)?;
        Ok(appended)
    }

    /// Held until it is dropped, or its process ends, however that ends.
    pub(super) fn lock(&self) -> Result<File, LogError> {
        let made = match DirBuilder::new().recursive(true).mode(self.folder_mode()).create(&self.dir) {
            Ok(()) => self.open_lock(),
            Err(error) => Err(error),
        };
        let lock = made.map_err(|error| io_error(&self.dir, error))?;
        lock.lock().map_err(|error| io_error(&self.lock_file(), error))?;
        Ok(lock)
    }

    fn open_lock(&self) -> io::Result<File> {
        let mode = self.file_mode();
        OpenOptions::new().write(true).create(true).truncate(false).mode(mode).open(self.lock_file())
    }

    /// Whoever may write into the repository's folder may write the log, as in a repository that a group shares; nobody else may read it.
    fn folder_mode(&self) -> u32 {
        let above = self.dir.ancestors().skip(1).find_map(|folder| folder.metadata().ok());
        let is_shared = above.is_some_and(|above| above.mode() & 0o020 != 0);
        if is_shared { 0o2770 } else { 0o700 }
    }

    fn file_mode(&self) -> u32 {
        let is_shared = self.dir.metadata().is_ok_and(|folder| folder.mode() & 0o020 != 0);
        if is_shared { 0o660 } else { 0o600 }
    }

    fn begin(&self, first: u64) -> Result<(File, std::path::PathBuf), LogError> {
        let path = self.dir.join(segment_name(first));
        let mode = self.file_mode();
        let file = OpenOptions::new().read(true).append(true).create(true).mode(mode).open(&path);
        Ok((file.map_err(|error| io_error(&path, error))?, path))
    }

    /// The number and hash of the last line, so that lines cut off are missed. All of it has one length, so it is never half an old one.
    fn write_head(&self, Appended { seq, hash }: Appended) -> Result<(), LogError> {
        let path = self.head_file();
        let mode = self.file_mode();
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(mode).open(&path);
        let written = file.and_then(|file| file.write_all_at(format!("{seq:020} {hash}\n").as_bytes(), 0));
        written.map_err(|error| io_error(&path, error))
    }

    /// What `head` says; none where there is none, or it is no such thing.
    pub(super) fn head(&self) -> Option<Appended> {
        let text = std::fs::read(self.head_file()).ok()?;
        let (seq, hash) = text.trim_ascii_end().split_at_checked(20)?;
        let seq = std::str::from_utf8(seq).ok()?.parse().ok()?;
        Some(Appended { seq, hash: Hash::from_hex(hash.strip_prefix(b" ")?)? })
    }
}

fn open(path: &Path) -> Result<File, LogError> {
    OpenOptions::new().read(true).append(true).open(path).map_err(|error| io_error(path, error))
}

#[derive(Deserialize)]
struct Seq {
    seq: u64,
}

/// Where a segment ends.
fn end(file: &mut File, path: &Path) -> Result<End, LogError> {
    let length = file.seek(SeekFrom::End(0)).map_err(|error| io_error(path, error))?;
    let mut start = length;
    let mut tail = Vec::new();
    // From the end on, until the last whole line and the newline before it are there.
    loop {
        let from = start.saturating_sub(STEP);
        let mut part = vec![0; usize::try_from(start - from).unwrap_or_default()];
        file.seek(SeekFrom::Start(from))
            .and_then(|_| file.read_exact(&mut part))
            .map_err(|error| io_error(path, error))?;
        part.extend_from_slice(&tail);
        (tail, start) = (part, from);
        let Some(newline) = memchr::memrchr(b'\n', &tail) else {
            if start == 0 {
                return Ok(End { seq: 0, hash: Hash::NONE, torn: length });
            }
            continue;
        };
        let begin = match memchr::memrchr(b'\n', &tail[..newline]) {
            Some(before) => before + 1,
            None if start == 0 => 0,
            None => continue,
        };
        let line = &tail[begin..newline];
        let torn = (tail.len() - newline - 1) as u64;
        let Ok(Seq { seq }) = serde_json::from_slice(line) else {
            return Err(LogError::Broken { what: crate::scope::named(path).to_string() });
        };
        return Ok(End { seq, hash: Hash::of(line), torn });
    }
}
