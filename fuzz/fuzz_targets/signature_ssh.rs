//! Arbitrary bytes as an SSH signature, with its key or certificate.

#![no_main]

mod signature;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| signature::look_at_signature("SSH SIGNATURE", "", bytes));
