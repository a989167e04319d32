//! Arbitrary bytes as what a transparency log says of a signature; and a log that signs whatever it is told to say, so that the fuzzer comes
//! behind its signatures. It is believed where all of it is right and nowhere else: whether a way leads to the head of a tree is asked of the
//! definition (RFC 9162, 2.1.3.1), which is recursive, where the library goes up by 2.1.3.2.

#![no_main]

#[path = "signature/gitsign.rs"]
mod gitsign;
mod signature;

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gitsign::{BEGIN, Gitsign, LASTS};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

/// What is signed, and what an honest log says of it, which must be believed.
static READY: LazyLock<(Gitsign, Vec<u8>)> = LazyLock::new(|| {
    let gitsign = Gitsign::new();
    let path = vec![[1; 32], [2; 32], [3; 32]];
    let place = Place { index: 4, size: 7, less: 0 };
    let honest = Told { time: 100, number: 1000, place, lie: Lie::None, is_so_long: true, path };
    let (entry, must, _) = honest.entry(&gitsign);
    assert!(must && gitsign.stands(&entry), "an honest log is not believed");
    (gitsign, entry)
});

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Told(Told<'a>),
    /// What an honest log says, with other bytes in place of some.
    Changed {
        at: u16,
        less: u8,
        more: &'a [u8],
    },
    /// What no log has signed.
    Bytes(&'a [u8]),
}

/// What a log is told to say, and to sign.
#[derive(Arbitrary, Debug)]
struct Told<'a> {
    /// When it took the signature in: a while before the certificate is valid, or somewhat later.
    time: u8,
    number: i64,
    place: Place,
    lie: Lie<'a>,
    /// Whether the way up is as long as it is told, and not as long as the tree asks.
    is_so_long: bool,
    path: Vec<[u8; 32]>,
}

/// Where an entry stands in a tree: in one that is often small, and mostly within it.
#[derive(Arbitrary, Debug)]
struct Place {
    index: i64,
    size: i64,
    less: u8,
}

impl Place {
    /// Its index, and the size of the tree.
    fn get(&self) -> (i64, i64) {
        let size = self.size >> (self.less % 64);
        (if self.less < 192 { self.index.checked_rem_euclid(size).unwrap_or(0) } else { self.index }, size)
    }
}

/// What is not right; one such thing is enough.
#[derive(Arbitrary, Debug)]
enum Lie<'a> {
    None,
    /// The head is that to which the way leads from another place.
    Elsewhere(Place),
    Root(&'a [u8]),
    Log(&'a [u8]),
    Promise(&'a [u8]),
    /// What the log signs as the head.
    Note(&'a [u8]),
    Checkpoint(&'a [u8]),
}

fuzz_target!(|input: Input<'_>| {
    let (gitsign, honest) = &*READY;
    match input {
        Input::Changed { at, less, more } => {
            let at = usize::from(at) % honest.len();
            let end = honest.len().min(at + usize::from(less));
            // What a log says beside it is passed over, so that some of these are believed.
            gitsign.stands(&[&honest[..at], more, &honest[end..]].concat());
        }
        Input::Bytes(bytes) => assert!(!gitsign.stands(bytes), "believed, though no log has signed it"),
        Input::Told(mut told) => {
            told.path.truncate(100);
            let (entry, must, may) = told.entry(gitsign);
            let stands = gitsign.stands(&entry);
            assert!(may || !stands, "believed, and it is not right");
            assert!(stands || !must, "right, and it is not believed");
        }
    }
});

impl Told<'_> {
    /// `TransparencyLogEntry`; and whether it must be believed, and whether it may.
    fn entry(&self, gitsign: &Gitsign) -> (Vec<u8>, bool, bool) {
        let mut path = self.path.clone();
        let (index, size) = self.place.get();
        let (from, of) = if let Lie::Elsewhere(place) = &self.lie { place.get() } else { (index, size) };
        if !self.is_so_long {
            path.resize(height(from, of), [7; 32]);
        }
        let own = leaf(gitsign.body.as_bytes());
        let led = head(own, index, size, &path);
        let root = match self.lie {
            Lie::Root(bytes) => bytes.to_vec(),
            _ => head(own, from, of, &path).map_or_else(Vec::new, Vec::from),
        };
        let log = if let Lie::Log(bytes) = self.lie { bytes } else { &gitsign.name };
        let time = BEGIN - 60 + 3 * i64::from(self.time);
        let promised = format!(
            "{{\"body\":\"{}\",\"integratedTime\":{time},\"logID\":\"{}\",\"logIndex\":{}}}",
            STANDARD.encode(&gitsign.body),
            gitsign::hex(log),
            self.number
        );
        let promise =
            if let Lie::Promise(bytes) = self.lie { bytes.to_vec() } else { gitsign.sign(promised.as_bytes()) };
        let right = format!("log.example.org - 1\n{size}\n{}\n", STANDARD.encode(&root));
        let signed = |text: &[u8]| {
            let signature = STANDARD.encode([&gitsign.name[..4], &gitsign.sign(text)].concat());
            [text, format!("\n\u{2014} log.example.org {signature}\n").as_bytes()].concat()
        };
        let checkpoint = match self.lie {
            Lie::Note(text) => signed(text),
            Lie::Checkpoint(bytes) => bytes.to_vec(),
            _ => signed(right.as_bytes()),
        };
        let mut proof = [number(1, index), bytes(2, &root), number(3, size)].concat();
        path.iter().for_each(|digest| proof.extend(bytes(4, digest)));
        proof.extend(bytes(5, &bytes(1, &checkpoint)));
        let log = bytes(2, &bytes(1, log));
        let entry = [number(1, self.number), log, number(4, time), bytes(5, &bytes(1, &promise)), bytes(6, &proof)];
        let is_right = led.is_some_and(|led| led == *root) && (BEGIN..=BEGIN + LASTS).contains(&time);
        // Another place can have the same head, and a name or a note be as it should be.
        let is_believable = match self.lie {
            Lie::None | Lie::Elsewhere(_) | Lie::Root(_) => true,
            Lie::Log(name) => name == gitsign.name,
            Lie::Note(text) => {
                String::from_utf8_lossy(text).contains(right.split_once('\n').expect("lines").1.trim_end())
            }
            Lie::Promise(_) | Lie::Checkpoint(_) => false,
        };
        (entry.concat(), is_right && matches!(self.lie, Lie::None | Lie::Elsewhere(_)), is_right && is_believable)
    }
}

/// How many entries stand on the left of a tree of more than one.
fn left(size: i64) -> i64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// How long the way up is from an entry.
fn height(index: i64, size: i64) -> usize {
    match size {
        _ if index < 0 || index >= size => 0,
        1 => 0,
        _ if index < left(size) => 1 + height(index, left(size)),
        _ => 1 + height(index - left(size), size - left(size)),
    }
}

/// Where a way up leads.
fn head(leaf: [u8; 32], index: i64, size: i64, path: &[[u8; 32]]) -> Option<[u8; 32]> {
    if index < 0 || index >= size {
        return None;
    }
    match path.split_last() {
        None => (size == 1).then_some(leaf),
        Some(_) if size == 1 => None,
        Some((other, path)) if index < left(size) => Some(node(&head(leaf, index, left(size), path)?, other)),
        Some((other, path)) => Some(node(other, &head(leaf, index - left(size), size - left(size), path)?)),
    }
}

fn leaf(body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Fields of protobuf.
fn varint(mut number: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while number > 0x7F {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
    out
}

fn number(tag: u64, number: i64) -> Vec<u8> {
    [varint(tag << 3), varint(number.cast_unsigned())].concat()
}

fn bytes(tag: u64, content: &[u8]) -> Vec<u8> {
    [varint(tag << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}
