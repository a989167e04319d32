//! Arbitrary bytes as an X.509 signature: BER, CMS, certificates.

#![no_main]

mod signature;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| signature::look_at_signature("SIGNED MESSAGE", "", bytes));
