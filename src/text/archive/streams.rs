//! Files that are compressed, one by one.

use super::{Kind, Read, read_all};

/// More memory than this no dictionary may ask for, in KiB and in bytes; what `xz -9` and `zstd --long` ask for is within.
const MOST_MEMORY_KIB: u32 = 160 << 10;
const MOST_WINDOW: u64 = 128 << 20;

/// What a compressed file holds, as much as there is room for.
pub(super) fn read(kind: Kind, bytes: &[u8], room: usize) -> (Vec<u8>, Read) {
    match kind {
        Kind::Gzip => read_all(flate2::read::MultiGzDecoder::new(bytes), room),
        Kind::Xz => read_all(lzma_rust2::XzReader::new_mem_limit(bytes, true, MOST_MEMORY_KIB), room),
        Kind::Bzip2 => read_all(bzip2::read::MultiBzDecoder::new(bytes), room),
        Kind::Zstandard => zstandard(bytes, room),
        Kind::Zip | Kind::Tar | Kind::Sqlite | Kind::Python | Kind::Java => (Vec::new(), Read::Broken),
    }
}

/// All frames.
fn zstandard(mut bytes: &[u8], room: usize) -> (Vec<u8>, Read) {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let decoder = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(&mut bytes, MOST_WINDOW);
        let Ok(decoder) = decoder else { return (all, Read::Broken) };
        let (part, read) = read_all(decoder, room - all.len());
        all.extend(part);
        if read != Read::Whole {
            return (all, read);
        }
    }
    (all, Read::Whole)
}
