//! Every object of a pack once, in delta order: a base is inflated once, and held while its deltas are applied.
//!
//! A pack stores an object whole, or as a delta: copies from a base, and inserted bytes (git's documentation, gitformat-pack). Chains never
//! cross kinds, so those of trees are never inflated where only blobs are asked for. The index beside the pack tells where the objects lie.

mod delta;
mod walk;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use gix::odb::pack::index;
use memmap2::Mmap;

pub use walk::{Base, Object, Walker};

use super::map::map;
use super::{GitError, Kind, Oid};

/// What begins a pack, before its version and its count.
const SIGNATURE: &[u8] = b"PACK";
/// The signature, the version and the count, four bytes each.
const HEADER: usize = 12;
/// The largest object that is held in memory, in bytes.
pub(super) const LARGEST: u64 = 1 << 30;
/// No entry.
const NONE: u32 = u32::MAX;

/// A pack, and which of its entries are deltas of which.
pub struct Pack {
    path: PathBuf,
    index: index::File,
    fan: Fan,
    data: Mmap,
    /// In ascending order of place.
    entries: Vec<Entry>,
    /// The bases that this pack has not, by the place of the delta among the entries.
    outside: HashMap<usize, Oid>,
    has_named_bases: bool,
    hash: gix::hash::Kind,
}

/// How an entry is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    Whole(Kind),
    Delta,
    /// Its base is not in this pack, and is read from wherever it is.
    DeltaOfOutside,
    /// Nothing that git writes.
    Broken(Fault),
}

/// Why an entry cannot be read. A pack has millions of entries, so a fault is a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    CutOff,
    InHeader,
    TooLarge,
    BaseTooFar,
    BaseBefore,
    BaseNowhere,
    UnknownKind,
}

impl Fault {
    fn why(self) -> &'static str {
        match self {
            Self::CutOff => "it begins behind the end of the pack",
            Self::InHeader => "the index says that it begins in the header of the pack",
            Self::TooLarge => "its size is too large for any file",
            Self::BaseTooFar => "its base is too far away",
            Self::BaseBefore => "its base is before the pack",
            Self::BaseNowhere => "its base is no object of the pack",
            Self::UnknownKind => "it is of no kind that git knows",
        }
    }
}

/// An object in the pack. There are millions of them, so what its header says is read again when it is inflated.
#[derive(Clone, Debug)]
struct Entry {
    /// Its number in the index, which tells where it begins.
    number: u32,
    stored: Stored,
    /// The first delta that has it for a base.
    first: u32,
    /// The next delta of its own base.
    next: u32,
}

impl Pack {
    /// Opens the pack that the index at `path` belongs to, and reads how its entries hang together; no object is inflated.
    ///
    /// # Errors
    /// When one of the two cannot be read, or is none.
    pub fn open(path: &Path, hash: gix::hash::Kind) -> Result<Self, GitError> {
        let malformed = |path: &Path, reason: String| GitError::Malformed { path: path.to_owned(), reason };
        let index = index::File::at(path, hash).map_err(|error| malformed(path, error.to_string()))?;
        let path = path.with_extension("pack");
        let data = map(&path).map_err(|source| GitError::Io { path: path.clone(), source })?;
        if !data.starts_with(SIGNATURE) || data.len() < HEADER + hash.len_in_bytes() {
            return Err(malformed(&path, "it is no pack, or only the beginning of one".into()));
        }
        let count =
            data.get(8..HEADER).and_then(|count| count.first_chunk()).map_or(0, |count| u32::from_be_bytes(*count));
        if count != index.num_objects() {
            let reason = format!("it has {count} objects, and its index knows {}", index.num_objects());
            return Err(malformed(&path, reason));
        }
        let fan = Fan::of(&index);
        let mut pack =
            Self { path, index, fan, data, entries: Vec::new(), outside: HashMap::new(), has_named_bases: false, hash };
        pack.read_entries();
        Ok(pack)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// How many objects it has.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The same as a number of 32 bits, which it has in the index.
    #[must_use]
    pub fn len_in_objects(&self) -> u32 {
        self.index.num_objects()
    }

    /// The place of an object in the index; none where it is not in the pack.
    #[must_use]
    pub fn lookup(&self, oid: &Oid) -> Option<u32> {
        let (first, end) = self.fan.names(oid.as_bytes());
        let (mut first, mut end) = (first, end.min(self.index.num_objects()));
        // Nearly always the first bytes of a name tell, without a call.
        let wanted = leading(oid.as_bytes());
        while first < end {
            let at = first + (end - first) / 2;
            let there = self.index.oid_at_index(at).as_bytes();
            match leading(there).cmp(&wanted).then_with(|| there.cmp(oid.as_bytes())) {
                Ordering::Equal => return Some(at),
                Ordering::Less => first = at + 1,
                Ordering::Greater => end = at,
            }
        }
        None
    }

    /// The object at a place of the index.
    #[must_use]
    pub fn oid_at(&self, place: u32) -> Option<Oid> {
        (place < self.index.num_objects()).then(|| Oid(self.index.oid_at_index(place).to_owned()))
    }

    /// How many bytes the name of an object has.
    #[must_use]
    pub fn hash_len(&self) -> usize {
        self.hash.len_in_bytes()
    }

    /// Whether it has no object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries from which the walk begins, in the order of the pack: those that are whole and of one of `kinds`, those whose base lies elsewhere, and
    /// those that cannot be read.
    #[must_use]
    pub fn roots(&self, kinds: &[Kind]) -> Vec<usize> {
        let is_root = |entry: &Entry| match entry.stored {
            Stored::Whole(kind) => kinds.contains(&kind),
            Stored::Delta => false,
            Stored::DeltaOfOutside | Stored::Broken(_) => true,
        };
        (0..self.entries.len()).filter(|number| is_root(&self.entries[*number])).collect()
    }

    /// Objects to which no walk comes: deltas that are each other's base.
    #[must_use]
    pub fn circular(&self) -> Vec<Oid> {
        // A base that is named by its distance stands before its delta.
        if !self.has_named_bases {
            return Vec::new();
        }
        let mut is_reached = vec![false; self.entries.len()];
        let mut waiting: Vec<u32> = Vec::new();
        for (at, entry) in (0_u32..).zip(&self.entries) {
            if entry.stored != Stored::Delta {
                is_reached[at as usize] = true;
                waiting.push(entry.first);
            }
            while let Some(at) = waiting.pop() {
                let Some(entry) = self.entries.get(at as usize) else { continue };
                is_reached[at as usize] = true;
                waiting.extend([entry.next, entry.first]);
            }
        }
        is_reached
            .iter()
            .zip(&self.entries)
            .filter(|(reached, _)| !**reached)
            .map(|(_, entry)| self.oid(entry))
            .collect()
    }

    /// For each entry, in the order of the pack, whether it or something that is made from it stands at a place of the index that is `wanted`.
    #[must_use]
    pub fn leading(&self, wanted: impl Fn(u32) -> bool) -> Vec<bool> {
        let mut leading: Vec<bool> = self.entries.iter().map(|entry| wanted(entry.number)).collect();
        // From the last delta of a chain to its root.
        let mut chain: Vec<usize> = Vec::new();
        let mut waiting: Vec<(usize, u32)> = Vec::new();
        for root in 0..self.entries.len() {
            if self.entries[root].stored == Stored::Delta {
                continue;
            }
            waiting.push((root, NONE));
            let mut order = std::mem::take(&mut chain);
            order.clear();
            let mut above: Vec<u32> = Vec::new();
            while let Some((at, base)) = waiting.pop() {
                order.push(at);
                above.push(base);
                let mut child = self.entries[at].first;
                while let Some(entry) = self.entries.get(child as usize) {
                    waiting.push((child as usize, u32::try_from(at).unwrap_or(NONE)));
                    child = entry.next;
                }
            }
            for (at, base) in order.iter().zip(above).rev() {
                if leading[*at]
                    && let Some(base) = leading.get_mut(base as usize)
                {
                    *base = true;
                }
            }
            chain = order;
        }
        leading
    }

    fn oid(&self, entry: &Entry) -> Oid {
        Oid(self.index.oid_at_index(entry.number).to_owned())
    }

    /// The bytes behind which no entry can go on: the pack ends with its checksum.
    fn end(&self) -> usize {
        self.data.len() - self.hash.len_in_bytes()
    }

    fn read_entries(&mut self) {
        let mut places: Vec<(u64, u32)> =
            (0..self.index.num_objects()).map(|number| (self.index.pack_offset_at_index(number), number)).collect();
        places.sort_unstable();
        let mut bases = Vec::with_capacity(places.len());
        self.entries.reserve_exact(places.len());
        let mut numbers: Option<Vec<u32>> = None;
        for (standing, (offset, number)) in places.iter().enumerate() {
            let (mut entry, base) = self.read_entry(*offset, *number);
            let base = match base {
                None => NONE,
                Some(BaseName::At(at)) => match before(&places[..standing], at) {
                    Some(base) => u32::try_from(base).unwrap_or(NONE),
                    None => {
                        entry.stored = Stored::Broken(Fault::BaseNowhere);
                        NONE
                    }
                },
                Some(BaseName::Oid(oid)) => match self.index.lookup(oid.0) {
                    Some(number) => {
                        self.has_named_bases = true;
                        // Where the entry of a number stands; asked for by few packs.
                        let numbers = numbers.get_or_insert_with(|| {
                            let mut standing = vec![NONE; places.len()];
                            for ((_, number), at) in places.iter().zip(0_u32..) {
                                standing[*number as usize] = at;
                            }
                            standing
                        });
                        numbers.get(number as usize).copied().unwrap_or(NONE)
                    }
                    None => {
                        entry.stored = Stored::DeltaOfOutside;
                        self.outside.insert(self.entries.len(), oid);
                        NONE
                    }
                },
            };
            bases.push(base);
            self.entries.push(entry);
        }
        self.hang(&bases);
    }

    /// Hangs each delta to its base, the one with the most deltas of its own last: the base's bytes are no longer needed then, so that
    /// what is held at a time grows with the logarithm of a chain's length only.
    fn hang(&mut self, bases: &[u32]) {
        let mut weights = vec![1_u32; bases.len()];
        // Nearly always a base stands before its deltas; where not, the weight is a little off, and nothing else.
        for (at, base) in bases.iter().enumerate().rev() {
            if let Some(weight) = weights.get(*base as usize).map(|weight| weight.saturating_add(weights[at])) {
                weights[*base as usize] = weight;
            }
        }
        let mut last: Vec<u32> = vec![NONE; bases.len()];
        for (at, base) in (0_u32..).zip(bases) {
            let Some(parent) = last.get_mut(*base as usize) else { continue };
            if *parent == NONE {
                *parent = at;
            } else if weights[*parent as usize] < weights[at as usize] {
                let lighter = std::mem::replace(parent, at);
                self.prepend(*base, lighter);
            } else {
                self.prepend(*base, at);
            }
        }
        // Each list is as long as it was built by, so that walking to its end once costs nothing more.
        for (base, heaviest) in last.into_iter().enumerate().filter(|(_, heaviest)| *heaviest != NONE) {
            self.append(base, heaviest);
        }
    }

    fn prepend(&mut self, base: u32, child: u32) {
        let first = std::mem::replace(&mut self.entries[base as usize].first, child);
        self.entries[child as usize].next = first;
    }

    fn append(&mut self, base: usize, child: u32) {
        let mut at = self.entries[base].first;
        if at == NONE {
            self.entries[base].first = child;
            return;
        }
        while self.entries[at as usize].next != NONE {
            at = self.entries[at as usize].next;
        }
        self.entries[at as usize].next = child;
    }

    fn read_entry(&self, offset: u64, number: u32) -> (Entry, Option<BaseName>) {
        let (stored, base) = match self.parse(offset) {
            Ok(Header { stored, base, .. }) => (stored, base),
            Err(why) => (Stored::Broken(why), None),
        };
        (Entry { number, stored, first: NONE, next: NONE }, base)
    }

    /// How many bytes the zlib stream of an entry says to hold, and the stream, with all that is behind it.
    fn stream(&self, entry: &Entry) -> Result<(u64, &[u8]), Fault> {
        let Header { size, start, .. } = self.parse(self.index.pack_offset_at_index(entry.number))?;
        Ok((size, self.data.get(start..self.end()).unwrap_or_default()))
    }

    /// Reads an entry's header.
    fn parse(&self, offset: u64) -> Result<Header, Fault> {
        let mut at = usize::try_from(offset).map_err(|_| Fault::CutOff)?;
        if at < HEADER {
            return Err(Fault::InHeader);
        }
        let mut next = || {
            let byte = if at < self.end() { self.data.get(at).copied() } else { None };
            at += 1;
            byte.ok_or(Fault::CutOff)
        };
        let first = next()?;
        let mut size = u64::from(first & 0x0F);
        let mut shift = 4;
        let mut more = first;
        while more & 0x80 != 0 {
            more = next()?;
            if shift > 57 {
                return Err(Fault::TooLarge);
            }
            size |= u64::from(more & 0x7F) << shift;
            shift += 7;
        }
        let whole = |kind| (Stored::Whole(kind), None);
        let (stored, base) = match first >> 4 & 7 {
            1 => whole(Kind::Commit),
            2 => whole(Kind::Tree),
            3 => whole(Kind::Blob),
            4 => whole(Kind::Tag),
            6 => {
                let mut byte = next()?;
                let mut distance = u64::from(byte & 0x7F);
                while byte & 0x80 != 0 {
                    byte = next()?;
                    distance = (distance.checked_add(1))
                        .filter(|distance| *distance < 1 << 56)
                        .map(|distance| distance << 7 | u64::from(byte & 0x7F))
                        .ok_or(Fault::BaseTooFar)?;
                }
                let base = offset.checked_sub(distance).filter(|_| distance > 0).ok_or(Fault::BaseBefore)?;
                (Stored::Delta, Some(BaseName::At(base)))
            }
            7 => {
                let name =
                    self.data.get(at..at + self.hash.len_in_bytes()).and_then(Oid::from_bytes).ok_or(Fault::CutOff)?;
                at += self.hash.len_in_bytes();
                (Stored::Delta, Some(BaseName::Oid(name)))
            }
            _ => return Err(Fault::UnknownKind),
        };
        Ok(Header { stored, size, start: at, base })
    }
}

/// Where in the index the names of objects stand, by how they begin. That of the index itself asks the first byte, so that finding one of a million takes
/// another dozen looks, each into memory that is far away; this one asks as many bits as leave a few names, which lie side by side.
struct Fan {
    /// How far the beginning of a name is shifted down.
    shift: u32,
    /// The place of the first name with each beginning, and last how many names there are.
    starts: Vec<u32>,
}

impl Fan {
    /// About how many names begin alike.
    const ALIKE: u32 = 2;

    fn of(index: &index::File) -> Self {
        // At least one bit, so that the shift is none by all of them.
        let bits = (index.num_objects() / Self::ALIKE).checked_ilog2().unwrap_or(0).max(1);
        let mut fan = Self { shift: u64::BITS - bits, starts: vec![0; (1 << bits) + 1] };
        for at in 0..index.num_objects() {
            let beginning = fan.beginning(index.oid_at_index(at).as_bytes());
            fan.starts[beginning + 1] += 1;
        }
        for beginning in 1..fan.starts.len() {
            fan.starts[beginning] += fan.starts[beginning - 1];
        }
        fan
    }

    fn beginning(&self, name: &[u8]) -> usize {
        usize::try_from(leading(name) >> self.shift).unwrap_or(0)
    }

    /// The places that a name can have, and where they end. Those of an index that is out of order are wrong, as halving would be.
    fn names(&self, name: &[u8]) -> (u32, u32) {
        let beginning = self.beginning(name);
        (self.starts[beginning], self.starts[beginning + 1])
    }
}

/// The first bytes of a name, as a number that sorts as they do.
fn leading(name: &[u8]) -> u64 {
    name.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Which of some ascending places an offset is. It is looked for from their end: most bases stand not far before their deltas.
fn before(places: &[(u64, u32)], offset: u64) -> Option<usize> {
    let mut first = places.len();
    let mut reach = 1;
    while first > 0 && places[first - 1].0 >= offset {
        first = first.saturating_sub(reach);
        reach *= 2;
    }
    let end = (first + reach).min(places.len());
    places[first..end].binary_search_by_key(&offset, |(place, _)| *place).ok().map(|at| first + at)
}

/// What stands before an entry's zlib stream.
struct Header {
    stored: Stored,
    /// How many bytes the stream says to hold.
    size: u64,
    /// Where it begins.
    start: usize,
    base: Option<BaseName>,
}

/// How a delta names its base.
enum BaseName {
    At(u64),
    Oid(Oid),
}
