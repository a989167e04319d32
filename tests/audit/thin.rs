//! Deltas whose base is not in their pack. Git completes a pack before it stores it, and still reads those that something else has left.

use std::fs;

use super::{audit, tells};
use crate::made_up::{GITHUB, file_with, github_token};
use crate::sandbox::Sandbox;

/// A pack of one object, named `oid`: a delta that copies all of the object `base`, `base_len` bytes of it, and appends `fresh`.
fn thin_pack(sandbox: &Sandbox, oid: &str, base: &str, base_len: usize, fresh: &str) {
    let bytes = |hex: &str| -> Vec<u8> {
        let digits = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
        (0..hex.len()).step_by(2).map(digits).collect()
    };
    let fresh_len = u8::try_from(fresh.len()).expect("short");
    // Sizes of both; a copy from 0 whose length has two bytes; an insertion.
    let mut delta = [varint(base_len), varint(base_len + fresh.len())].concat();
    delta.extend([0xB0, low(base_len), low(base_len >> 8), fresh_len]);
    delta.extend(fresh.as_bytes());
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    // Kind 7, and a size whose lowest four bits stand beside it.
    pack.extend([0xF0 | low(delta.len() & 0x0F), low(delta.len() >> 4)]);
    pack.extend(bytes(base));
    pack.extend(stored(&delta));
    pack.extend([0; 20]);
    let mut index = b"\xFFtOc\0\0\0\x02".to_vec();
    let first = bytes(oid)[0];
    (0..=u8::MAX).for_each(|byte| index.extend(u32::from(byte >= first).to_be_bytes()));
    index.extend(bytes(oid));
    index.extend([0; 4]);
    index.extend(12_u32.to_be_bytes());
    index.extend([0; 40]);
    let folder = sandbox.root().join(".git/objects/pack");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("pack-thin.pack"), pack).expect("written");
    fs::write(folder.join("pack-thin.idx"), index).expect("written");
}

/// The lowest byte of a number.
fn low(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

/// Seven bits a byte, the lowest first.
fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(low(number & 0x7F) | 0x80);
        number >>= 7;
    }
    bytes.push(low(number));
    bytes
}

/// A zlib stream that compresses nothing (RFC 1950, RFC 1951).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).expect("short");
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    [&[0x78, 0x01, 1][..], &len.to_le_bytes(), &(!len).to_le_bytes(), bytes, &(b << 16 | a).to_be_bytes()].concat()
}

#[test]
fn a_delta_whose_base_is_a_loose_object_is_looked_at() {
    let sandbox = Sandbox::init(&[]);
    let base = file_with(20, &[]);
    let fresh = format!("{}\n", github_token(1));
    let hash = |args: &[&str], content: &str| sandbox.run("git", args, content.as_bytes()).line();
    let named = hash(&["hash-object", "-w", "--stdin"], &base);
    let oid = hash(&["hash-object", "--stdin"], &format!("{base}{fresh}"));
    thin_pack(&sandbox, &oid, &named, base.len(), &fresh);
    tells(&sandbox, &[(GITHUB, "-:21", "-")]);
}

#[test]
fn a_delta_whose_base_is_nowhere_is_named() {
    let sandbox = Sandbox::init(&[]);
    let (oid, base) = ("1".repeat(40), "2".repeat(40));
    thin_pack(&sandbox, &oid, &base, 300, "x");
    let run = audit(&sandbox);
    assert_eq!(run.code, Some(3), "{run}");
    let gaps = run.json()["coverage"]["gaps"].to_string();
    assert!(gaps.contains(&oid) && gaps.contains(&base), "{run}");
}
