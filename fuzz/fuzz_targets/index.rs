//! Arbitrary bytes as an index, with names of objects of 20 and of 32 bytes: an index or an error, and no panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade::git::index::{Index, read_all};

fuzz_target!(|data: &[u8]| {
    read(data);
    // Most bytes fail at the first four, so the same again behind a head that is right.
    for version in 2..=4 {
        for count in [1, 2, 7, u32::MAX] {
            let head = [&b"DIRC"[..], &u32::to_be_bytes(version), &u32::to_be_bytes(count)].concat();
            read(&[&head, data].concat());
        }
    }
    // And as an extension of an index without entries.
    let head = [&b"DIRC\0\0\0\x02\0\0\0\0TREE"[..], &u32::try_from(data.len()).unwrap_or(0).to_be_bytes()].concat();
    read(&[&head, data, &[0; 32]].concat());
});

fn read(data: &[u8]) {
    for hash in [20, 32] {
        let all = read_all(data, hash);
        if let Ok(index) = Index::parse(data, hash) {
            // An entry takes more bytes than that, so the file pays for each.
            assert!(index.len() * (hash + 42) <= data.len(), "{} entries in {} bytes", index.len(), data.len());
            assert!(all.is_err() || all.is_ok_and(|all| all.len() <= index.len()));
        }
    }
}
