//! Arbitrary bytes as an OpenPGP signature.

#![no_main]

mod signature;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| signature::look_at_signature("PGP SIGNATURE", " \n", bytes));
