//! The files of zip and tar archives.

use std::io::Cursor;

use zip::ZipArchive;
use zip::read::read_zipfile_from_stream;

use super::{Depth, Read, Unpacker, joined, read_all};
use crate::text::Region;

impl Unpacker<'_> {
    /// Zip archives: jar, docx, xlsx, whl, apk and others are such.
    pub(super) fn zip(&mut self, bytes: &[u8], name: &[u8], region: Option<Region>, depth: Depth) -> bool {
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else {
            return self.zip_without_list(bytes, name, region, depth);
        };
        let whole = Region::new(0, bytes.len());
        let depth = Depth { archives: depth.archives + 1, ..depth };
        for number in 0..archive.len() {
            if self.is_over() {
                self.tell(name, Read::Full);
                break;
            }
            let Ok(entry) = archive.by_index_raw(number) else {
                self.tell(name, Read::Broken);
                continue;
            };
            let inner = joined(name, entry.name_raw());
            let start = entry.data_start().and_then(|start| usize::try_from(start).ok());
            let len = usize::try_from(entry.compressed_size()).unwrap_or(usize::MAX);
            let stored = start.map_or(whole, |start| Region::new(start, start.saturating_add(len).min(bytes.len())));
            let (is_dir, is_encrypted) = (entry.is_dir(), entry.encrypted());
            drop(entry);
            if is_dir {
                continue;
            }
            if is_encrypted {
                (self.left)(&inner, "it is encrypted; what is in it nobody can say");
                continue;
            }
            let (unpacked, read) = match archive.by_index(number) {
                Ok(entry) => read_all(entry, self.room),
                Err(_) => (Vec::new(), Read::Broken),
            };
            self.room -= unpacked.len();
            self.file(&inner, &unpacked, region.unwrap_or(stored), depth);
            self.tell(&inner, read);
        }
        true
    }

    /// The same where the list at the end is missing, which an archive that is cut off has lost: entry after entry.
    fn zip_without_list(&mut self, bytes: &[u8], name: &[u8], region: Option<Region>, depth: Depth) -> bool {
        let depth = Depth { archives: depth.archives + 1, ..depth };
        let whole = region.unwrap_or(Region::new(0, bytes.len()));
        let mut rest = bytes;
        let mut is_one = false;
        while let Ok(Some(entry)) = read_zipfile_from_stream(&mut rest) {
            is_one = true;
            if self.is_over() {
                break;
            }
            let inner = joined(name, entry.name_raw());
            let (unpacked, read) = read_all(entry, self.room);
            self.room -= unpacked.len();
            self.file(&inner, &unpacked, whole, depth);
            if read == Read::Full {
                self.tell(&inner, read);
            }
            if read != Read::Whole {
                break;
            }
        }
        if is_one {
            self.tell(name, Read::Broken);
        }
        is_one
    }

    /// Tar archives.
    pub(super) fn tar(&mut self, bytes: &[u8], name: &[u8], region: Option<Region>, depth: Depth) -> bool {
        let depth = Depth { archives: depth.archives + 1, ..depth };
        let mut archive = tar::Archive::new(bytes);
        let Ok(entries) = archive.entries() else { return false };
        let mut is_one = false;
        for entry in entries {
            if self.is_over() {
                self.tell(name, Read::Full);
                break;
            }
            let Ok(entry) = entry else {
                if is_one {
                    self.tell(name, Read::Broken);
                }
                break;
            };
            is_one = true;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let inner = joined(name, &entry.path_bytes());
            let start = usize::try_from(entry.raw_file_position()).unwrap_or(usize::MAX).min(bytes.len());
            let (unpacked, read) = read_all(entry, self.room);
            self.room -= unpacked.len();
            let stored = Region::new(start, start.saturating_add(unpacked.len()).min(bytes.len()));
            self.file(&inner, &unpacked, region.unwrap_or(stored), depth);
            self.tell(&inner, read);
        }
        is_one
    }
}
