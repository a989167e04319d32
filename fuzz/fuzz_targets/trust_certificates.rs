//! Arbitrary bytes as certificates that are trusted: of OpenPGP, and of X.509 with their lists of revoked ones.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade::checks::signatures::Trust;

fuzz_target!(|input: (bool, &[u8])| {
    let (is_x509, bytes) = input;
    let file = [("key".to_owned(), bytes.to_vec())];
    let (keys, roots): (&[_], &[_]) = if is_x509 { (&[], &file) } else { (&file, &[]) };
    drop(Trust::read(b"", b"", keys, roots));
});
