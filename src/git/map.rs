//! Maps a file into memory: the one place with `unsafe`.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps all of `path` for reading, at once and not page by page as it is touched: this is for what is read from end to end.
/// An empty file gives an empty slice.
///
/// # Errors
/// When the file cannot be opened or mapped; a missing one is [`io::ErrorKind::NotFound`].
pub(super) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the file is mapped for reading and privately. Git never writes into an index or a pack that has its name: it
    // writes another file and renames it over the old one, which leaves this mapping with the old content. Somebody who
    // truncates the file by other means ends this process with a bus error, which refuses the change.
    #[allow(unsafe_code, reason = "mapping a file is the one thing that needs it; SAFETY says why it holds")]
    let map = unsafe { memmap2::MmapOptions::new().populate().map_copy_read_only(&file) }?;
    Ok(map)
}
