//! Reading a log, line by line.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use super::{Hash, Log, LogError, Record, io_error};

/// A line as it stands there.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// The segment.
    pub file: PathBuf,
    /// Which line of it, from 1.
    pub number: usize,
    /// Its bytes, without the newline.
    pub bytes: Vec<u8>,
    /// Whether a newline ends it: without one it is the begin of a line that was never written to its end.
    pub whole: bool,
}

impl LogLine {
    /// What it says; none where it is no record.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        serde_json::from_slice(&self.bytes).ok()
    }

    /// Its hash, as the next line names it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&self.bytes)
    }
}

/// The lines of all segments, in order.
pub struct Lines {
    segments: std::vec::IntoIter<(u64, PathBuf)>,
    open: Option<(PathBuf, BufReader<File>, usize)>,
}

impl Log {
    /// All lines, from the first on.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn lines(&self) -> Result<Lines, LogError> {
        Ok(Lines { segments: self.segments()?.into_iter(), open: None })
    }

    /// All that are records; what is none is left to [`Log::verify`].
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn records(&self) -> Result<Vec<(Record, Hash)>, LogError> {
        let mut records = Vec::new();
        for line in self.lines()? {
            let line = line?;
            records.extend(line.record().map(|record| (record, line.hash())));
        }
        Ok(records)
    }
}

impl Iterator for Lines {
    type Item = Result<LogLine, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((path, reader, number)) = &mut self.open else {
                let (_, path) = self.segments.next()?;
                match File::open(&path) {
                    Ok(file) => self.open = Some((path, BufReader::new(file), 0)),
                    Err(error) => return Some(Err(io_error(&path, error))),
                }
                continue;
            };
            let mut bytes = Vec::new();
            match reader.read_until(b'\n', &mut bytes) {
                Ok(0) => self.open = None,
                Ok(_) => {
                    let whole = bytes.pop_if(|byte| *byte == b'\n').is_some();
                    *number += 1;
                    return Some(Ok(LogLine { file: path.clone(), number: *number, bytes, whole }));
                }
                Err(error) => return Some(Err(io_error(path, error))),
            }
        }
    }
}
