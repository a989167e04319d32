//! Walks from a whole object to all deltas that are made from it.

use gix::zlib::{Inflate, Status};

use super::delta::apply;
use super::{Entry, LARGEST, NONE, Pack, Stored};
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

/// Walks packs, one a thread: its buffers serve all objects.
pub struct Walker {
    outside: Objects,
    inflate: Inflate,
    delta: Vec<u8>,
    copies: Vec<Copied>,
    spare: Vec<Vec<u8>>,
}

/// An object that is held while its deltas are applied.
struct Held<S> {
    kind: Kind,
    bytes: Vec<u8>,
    state: S,
    /// The next delta.
    next: u32,
}

impl Walker {
    /// `outside` is where bases are read that a pack has not.
    #[must_use]
    pub fn new(outside: Objects) -> Self {
        Self { outside, inflate: Inflate::default(), delta: Vec::new(), copies: Vec::new(), spare: Vec::new() }
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
        let mut stack = vec![Held { kind, bytes, state, next: entry.first }];
        while let Some(base) = stack.last_mut() {
            let Some(entry) = pack.entries.get(base.next as usize) else {
                self.spare.extend(stack.pop().map(|held| held.bytes));
                continue;
            };
            let is_wanted = only.is_none_or(|only| only.get(base.next as usize) == Some(&true));
            base.next = entry.next;
            if !is_wanted {
                continue;
            }
            let oid = pack.oid(entry);
            let mut bytes = self.spare.pop().unwrap_or_default();
            let Self { inflate, delta, copies, .. } = self;
            let made =
                inflated(inflate, pack, entry, delta).and_then(|()| apply(&base.bytes, delta, &mut bytes, copies));
            if let Err(why) = made {
                fail(oid, why);
                forsake(pack, entry, fail);
                self.spare.push(bytes);
                continue;
            }
            let (kind, is_done) = (base.kind, base.next == NONE);
            let from = Base { copies, len: base.bytes.len(), state: &base.state };
            let state = each(Object { oid, place: entry.number, kind, bytes: &bytes }, Some(from));
            if entry.first == NONE {
                self.spare.push(bytes);
                continue;
            }
            if is_done {
                self.spare.extend(stack.pop().map(|held| held.bytes));
            }
            stack.push(Held { kind, bytes, state, next: entry.first });
        }
    }

    /// The bytes of the root that stands at `root` among the entries, and what it is.
    fn whole(&mut self, pack: &Pack, root: usize, bytes: &mut Vec<u8>) -> Result<Kind, String> {
        let entry = &pack.entries[root];
        match entry.stored {
            Stored::Whole(kind) => {
                inflated(&mut self.inflate, pack, entry, bytes)?;
                Ok(kind)
            }
            Stored::Delta | Stored::DeltaOfOutside => {
                let base = pack.outside.get(&root).ok_or("it is no root")?;
                let (kind, base) = self.outside.read_any(*base).map_err(|error| error.to_string())?;
                inflated(&mut self.inflate, pack, entry, &mut self.delta)?;
                apply(&base, &self.delta, bytes, &mut self.copies)?;
                Ok(kind)
            }
            Stored::Broken(fault) => Err(fault.why().to_owned()),
        }
    }
}

/// Inflates an entry's stream.
fn inflated(inflate: &mut Inflate, pack: &Pack, entry: &Entry, out: &mut Vec<u8>) -> Result<(), &'static str> {
    let stream = pack.data.get(entry.start..pack.end()).unwrap_or_default();
    if entry.size > LARGEST {
        return Err("it is larger than what is held in memory");
    }
    if entry.size > (stream.len() as u64).saturating_mul(MOST_INFLATED) {
        return Err("it says to be larger than it can be");
    }
    let size = usize::try_from(entry.size).map_err(|_| "it is larger than what is held in memory")?;
    out.clear();
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
