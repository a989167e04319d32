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
    let honest = Told { time: 300, number: 1000, index: 4, size: 7, path, ..Told::default() };
    let (entry, must, _) = honest.entry(&gitsign);
    assert!(must && gitsign.stands(&entry), "an honest log is not believed");
    (gitsign, entry)
});

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    /// What no log has signed.
    Bytes(&'a [u8]),
    /// What an honest log says, with other bytes in place of some.
    Changed {
        at: u16,
        less: u8,
        more: &'a [u8],
    },
    Told(Told<'a>),
}

/// What a log is told to say, and to sign; where nothing is told, it is what is right.
#[derive(Arbitrary, Debug, Default)]
struct Told<'a> {
    /// Seconds from when the certificate is valid.
    time: i16,
    number: i64,
    index: i64,
    size: i64,
    /// Whether the way up is as long as it is told, and not as long as the tree asks.
    is_so_long: bool,
    path: Vec<[u8; 32]>,
    root: Root<'a>,
    log: Option<&'a [u8]>,
    promise: Option<&'a [u8]>,
    checkpoint: Checkpoint<'a>,
}

#[derive(Arbitrary, Debug, Default)]
enum Root<'a> {
    /// Where the way leads, by the definition.
    #[default]
    Right,
    /// Where it leads for somebody who takes no heed of where the entry stands: these bits say on which side each digest of the way is.
    Folded(u64),
    Bytes(&'a [u8]),
}

#[derive(Arbitrary, Debug, Default)]
enum Checkpoint<'a> {
    #[default]
    Right,
    /// A text that the log signs.
    Signed(&'a [u8]),
    Bytes(&'a [u8]),
}

fuzz_target!(|input: Input<'_>| {
    let (gitsign, honest) = &*READY;
    match input {
        Input::Bytes(bytes) => assert!(!gitsign.stands(bytes), "believed, though no log has signed it"),
        Input::Changed { at, less, more } => {
            let at = usize::from(at) % honest.len();
            let end = honest.len().min(at + usize::from(less));
            // What a log says beside it is passed over, so that some of these are believed.
            gitsign.stands(&[&honest[..at], more, &honest[end..]].concat());
        }
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
        if !self.is_so_long {
            path.resize(height(self.index, self.size), [7; 32]);
        }
        let own = leaf(gitsign.body.as_bytes());
        let led = head(own, self.index, self.size, &path);
        let root = match self.root {
            Root::Right => led.map_or_else(Vec::new, Vec::from),
            Root::Folded(sides) => fold(own, sides, &path).to_vec(),
            Root::Bytes(bytes) => bytes.to_vec(),
        };
        let log = self.log.unwrap_or(&gitsign.name);
        let time = BEGIN + i64::from(self.time);
        let promised = format!(
            "{{\"body\":\"{}\",\"integratedTime\":{time},\"logID\":\"{}\",\"logIndex\":{}}}",
            STANDARD.encode(&gitsign.body),
            gitsign::hex(log),
            self.number
        );
        let promise = self.promise.map_or_else(|| gitsign.sign(promised.as_bytes()), <[u8]>::to_vec);
        let right = format!("log.example.org - 1\n{}\n{}\n", self.size, STANDARD.encode(&root)).into_bytes();
        let signed = |text: &[u8]| {
            let signature = STANDARD.encode([&gitsign.name[..4], &gitsign.sign(text)].concat());
            [text, format!("\n\u{2014} log.example.org {signature}\n").as_bytes()].concat()
        };
        let checkpoint = match self.checkpoint {
            Checkpoint::Right => signed(&right),
            Checkpoint::Signed(text) => signed(text),
            Checkpoint::Bytes(bytes) => bytes.to_vec(),
        };
        let mut proof = [number(1, self.index), bytes(2, &root), number(3, self.size)].concat();
        path.iter().for_each(|digest| proof.extend(bytes(4, digest)));
        proof.extend(bytes(5, &bytes(1, &checkpoint)));
        let log = bytes(2, &bytes(1, log));
        let entry = [number(1, self.number), log, number(4, time), bytes(5, &bytes(1, &promise)), bytes(6, &proof)];
        let leads = led.is_some_and(|led| led == *root);
        let is_in_time = (0..=LASTS).contains(&i64::from(self.time));
        let may = leads && is_in_time && self.log.is_none_or(|log| log == gitsign.name) && self.promise.is_none();
        let must = may && matches!(self.checkpoint, Checkpoint::Right);
        (entry.concat(), must, may && !matches!(self.checkpoint, Checkpoint::Bytes(_)))
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

/// Where a way up leads with each digest on the side that a bit says.
fn fold(leaf: [u8; 32], sides: u64, path: &[[u8; 32]]) -> [u8; 32] {
    let is_left = |at: usize| sides.rotate_right(at as u32) & 1 == 1;
    path.iter().enumerate().fold(
        leaf,
        |digest, (at, other)| {
            if is_left(at) { node(other, &digest) } else { node(&digest, other) }
        },
    )
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
