//! Arbitrary bytes as a list of revoked SSH keys: plain, and behind the mark of the binary one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade::checks::signatures::Trust;

fuzz_target!(|input: (bool, &[u8])| {
    let (is_plain, bytes) = input;
    let begin: &[u8] = if is_plain { b"" } else { b"SSHKRL\n\0\0\0\0\x01" };
    drop(Trust::read(b"", &[begin, bytes].concat(), &[], &[]));
});
