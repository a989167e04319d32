//! Walks from a whole object to all deltas that are made from it.

use gix::zlib::{Inflate, Status};

use super::delta::apply;
use super::{Entry, Fault, LARGEST, NONE, Pack, Stored};
use crate::git::{Kind, Objects, Oid};
use crate::text::Copied;

/// The most that deflate makes of a byte (RFC 1951: 258 bytes of two bits), rounded up: what says to be larger is not believed.
const MOST_INFLATED: u64 = 1040;

/// An object that the walk has come to.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// Its name.
    pub oid: Oid,
    /// Its place in the index of its pack.
    pub place: u32,
    /// What it is.
    pub kind: Kind,
    /// Its content.
    pub bytes: &'a [u8],
}

/// What an object was made from.
pub struct Base<'a, S> {
    /// What was copied from it, in ascending order.
    pub copies: &'a [Copied],
    /// How many bytes it has.
    pub len: usize,
    /// What was made of it when the walk came there.
    pub state: &'a S,
}

/// How many bytes of bases a walk holds, where nobody says otherwise.
const ROOM: usize = 32 << 20;
/// A buffer that is larger than this is not kept for the next object, and nor are more than so many.
const LARGE_SPARE: usize = 1 << 18;
const MOST_SPARE: usize = 8;

/// Walks packs, one a thread: its buffers serve all objects.
pub struct Walker {
    outside: Objects,
    room: usize,
    spare: Vec<Vec<u8>>,
    applying: Applying,
}

/// What a delta is applied with.
#[derive(Default)]
struct Applying {
    inflate: Inflate,
    delta: Vec<u8>,
    /// What was copied from the base.
    copies: Vec<Copied>,
}

/// An object that deltas are applied to.
struct Held<S> {
    /// Its place among the entries.
    at: usize,
    /// None where there was no room for it, or where no delta needs it any more.
    bytes: Option<Vec<u8>>,
    /// None where no delta needs it any more.
    state: Option<S>,
    /// The next delta.
    next: u32,
}

impl Walker {
    /// `outside` is where bases are read that a pack has not.
    #[must_use]
    pub fn new(outside: Objects) -> Self {
        Self::with_room(outside, ROOM)
    }

    /// The same, which holds no more than `room` bytes of bases beside the one that is in use. What has no room is made again when it is needed.
    #[must_use]
    pub fn with_room(outside: Objects, room: usize) -> Self {
        Self { outside, room, spare: Vec::new(), applying: Applying::default() }
    }

    /// Calls `each` for a root of `pack` and all deltas that are made from it, each behind its base; what it gives is handed to the deltas of that object.
    /// What cannot be read goes to `fail`, and so does what is made from that. `only` leaves out the deltas that are not marked in it, with all that is
    /// made from them; see [`Pack::leading`].
    pub fn walk<S>(
        &mut self,
        pack: &Pack,
        root: usize,
        only: Option<&[bool]>,
        each: &mut impl FnMut(Object<'_>, Option<Base<'_, S>>) -> S,
        fail: &mut impl FnMut(Oid, &str),
    ) {
        let Some(entry) = pack.entries.get(root) else { return };
        let oid = pack.oid(entry);
        let mut bytes = self.spare.pop().unwrap_or_default();
        let kind = match self.whole(pack, root, &mut bytes) {
            Ok(kind) => kind,
            Err(why) => {
                fail(oid, &why);
                return forsake(pack, entry, fail);
            }
        };
        let state = each(Object { oid, place: entry.number, kind, bytes: &bytes }, None);
        let mut held = bytes.len();
        let mut chain = vec![Held { at: root, bytes: Some(bytes), state: Some(state), next: entry.first }];
        while let Some(base) = chain.last() {
            let at = base.next as usize;
            let Some(entry) = pack.entries.get(at) else {
                let done = chain.pop().and_then(|done| done.bytes);
                held -= done.as_ref().map_or(0, Vec::len);
                self.spare(done);
                continue;
            };
            let is_wanted = only.is_none_or(|only| only.get(at) == Some(&true));
            let made = if is_wanted { Some(self.made(pack, &mut chain, at, &mut held)) } else { None };
            let Some(base) = chain.last_mut() else { return };
            base.next = entry.next;
            let is_done = base.next == NONE;
            let bytes = match (made, base.bytes.as_ref(), base.state.as_ref()) {
                (Some(Ok(bytes)), Some(from), Some(state)) => {
                    let from = Base { copies: &self.applying.copies, len: from.len(), state };
                    let state =
                        each(Object { oid: pack.oid(entry), place: entry.number, kind, bytes: &bytes }, Some(from));
                    Some((bytes, state))
                }
                (Some(Err(why)), ..) => {
                    fail(pack.oid(entry), why);
                    forsake(pack, entry, fail);
                    None
                }
                _ => None,
            };
            if is_done {
                let done = base.bytes.take();
                base.state = None;
                held -= done.as_ref().map_or(0, Vec::len);
                self.spare(done);
            }
            match bytes {
                Some((bytes, state)) if entry.first != NONE => {
                    held += bytes.len();
                    chain.push(Held { at, bytes: Some(bytes), state: Some(state), next: entry.first });
                    self.make_room(&mut chain, &mut held);
                }
                Some((bytes, _)) => self.spare(Some(bytes)),
                None => {}
            }
        }
    }

    /// The object that stands at `at`, made from the last one of a chain; the copies are told in `copies`.
    fn made<S>(
        &mut self,
        pack: &Pack,
        chain: &mut [Held<S>],
        at: usize,
        held: &mut usize,
    ) -> Result<Vec<u8>, &'static str> {
        let last = chain.iter().rposition(|base| base.bytes.is_some());
        if last.is_none_or(|last| last + 1 < chain.len()) {
            // There was no room for it: it is made again, from the nearest one that is still there, or from the first.
            let (mut base, first) = match last {
                Some(last) => (None, last + 1),
                None => {
                    let root = chain.first().ok_or("it has no base")?.at;
                    let mut bytes = self.spare.pop().unwrap_or_default();
                    self.whole(pack, root, &mut bytes).map_err(|_| "its base cannot be read again")?;
                    (Some(bytes), 1)
                }
            };
            for number in first..chain.len() {
                let near = chain[..number].last().and_then(|near| near.bytes.as_ref());
                let from = base.as_ref().or(near).ok_or("it has no base")?;
                let bytes = self.applying.apply(pack, chain[number].at, from, self.spare.pop())?;
                let before = base.replace(bytes);
                self.spare(before);
            }
            let base = base.ok_or("it has no base")?;
            *held += base.len();
            if let Some(last) = chain.last_mut() {
                last.bytes = Some(base);
            }
            self.make_room(chain, held);
        }
        let base = chain.last().and_then(|base| base.bytes.as_ref()).ok_or("it has no base")?;
        self.applying.apply(pack, at, base, self.spare.pop())
    }

    /// Lets go of the bytes of those bases that are needed last, until the others have room. The last one is in use.
    fn make_room<S>(&mut self, chain: &mut [Held<S>], held: &mut usize) {
        if *held <= self.room {
            return;
        }
        let Some((_, others)) = chain.split_last_mut() else { return };
        for base in others {
            if let Some(bytes) = base.bytes.take() {
                *held -= bytes.len();
                self.spare(Some(bytes));
                if *held <= self.room {
                    return;
                }
            }
        }
    }

    /// Keeps a buffer for another object.
    fn spare(&mut self, buffer: Option<Vec<u8>>) {
        self.spare.extend(buffer.filter(|buffer| buffer.capacity() <= LARGE_SPARE && self.spare.len() < MOST_SPARE));
    }

    /// The bytes of the root that stands at `root` among the entries, and what it is.
    fn whole(&mut self, pack: &Pack, root: usize, bytes: &mut Vec<u8>) -> Result<Kind, String> {
        let entry = &pack.entries[root];
        let Applying { inflate, delta, copies } = &mut self.applying;
        match entry.stored {
            Stored::Whole(kind) => {
                inflated(inflate, pack, entry, bytes)?;
                Ok(kind)
            }
            Stored::Delta | Stored::DeltaOfOutside => {
                let base = pack.outside.get(&root).ok_or("it is no root")?;
                let (kind, base) = self.outside.read_any(*base).map_err(|error| error.to_string())?;
                inflated(inflate, pack, entry, delta)?;
                apply(&base, delta, bytes, copies)?;
                Ok(kind)
            }
            Stored::Broken(fault) => Err(fault.why().to_owned()),
        }
    }
}

impl Applying {
    /// The object that stands at `at` among the entries, made from its base in `buffer`.
    fn apply(&mut self, pack: &Pack, at: usize, base: &[u8], buffer: Option<Vec<u8>>) -> Result<Vec<u8>, &'static str> {
        let mut bytes = buffer.unwrap_or_default();
        inflated(&mut self.inflate, pack, &pack.entries[at], &mut self.delta)?;
        apply(base, &self.delta, &mut bytes, &mut self.copies)?;
        Ok(bytes)
    }
}

/// Inflates an entry's stream.
fn inflated(inflate: &mut Inflate, pack: &Pack, entry: &Entry, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let (size, stream) = pack.stream(entry).map_err(Fault::why)?;
    if size > LARGEST {
        return Err("it is larger than what is held in memory");
    }
    if size > (stream.len() as u64).saturating_mul(MOST_INFLATED) {
        return Err("it says to be larger than it can be");
    }
    let size = usize::try_from(size).map_err(|_| "it is larger than what is held in memory")?;
    // All of it is written over, so only what it grows by is zeroed.
    out.resize(size, 0);
    inflate.reset();
    match inflate.once(stream, out) {
        Ok((Status::StreamEnd, _, written)) if written == size => Ok(()),
        Ok(_) => Err("its compressed data does not hold what it says"),
        Err(_) => Err("its compressed data is damaged"),
    }
}

/// Tells of everything that is made from an entry that cannot be read.
fn forsake(pack: &Pack, entry: &Entry, fail: &mut impl FnMut(Oid, &str)) {
    let mut waiting = vec![entry.first];
    while let Some(at) = waiting.pop() {
        let Some(entry) = pack.entries.get(at as usize) else { continue };
        fail(pack.oid(entry), "the object that it is made from cannot be read");
        waiting.extend([entry.next, entry.first]);
    }
}
