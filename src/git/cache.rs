//! What packs gave lately: git stores a tree or a file as a delta of the next newer one, so whoever reads many commits in a row, the newest first, finds
//! the base of each here.

use std::collections::HashMap;

use gix::objs::Kind;
use gix::odb::pack::cache::DecodeEntry;

/// How many bytes are held, one cache a thread.
const MOST: usize = 24 << 20;
/// What is larger is not held: trees are small, and so are most files.
const LARGEST: usize = 1 << 18;

/// Objects of packs by the pack's number and their place in it.
#[derive(Default)]
pub(super) struct Lately {
    objects: HashMap<(u32, u64), (Kind, usize, Vec<u8>)>,
    bytes: usize,
}

impl DecodeEntry for Lately {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed: usize) {
        if !matches!(kind, Kind::Tree | Kind::Blob) || data.len() > LARGEST {
            return;
        }
        if self.bytes + data.len() > MOST {
            self.objects.clear();
            self.bytes = 0;
        }
        self.bytes += data.len();
        self.objects.insert((pack, offset), (kind, packed, data.to_vec()));
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let (kind, packed, data) = self.objects.get(&(pack, offset))?;
        out.clear();
        out.extend_from_slice(data);
        Some((*kind, *packed))
    }
}
