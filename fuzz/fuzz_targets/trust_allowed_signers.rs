//! Arbitrary bytes as the list of SSH keys that may sign.

#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade::checks::signatures::Trust;

fuzz_target!(|bytes: &[u8]| drop(Trust::read(bytes, b"", &[], &[])));
