//! Arbitrary bytes as a commit, a tag, or the certificate of a push: how they are taken apart, and their armour.

#![no_main]

mod signature;

use libfuzzer_sys::fuzz_target;
use palisade::checks::signatures::signed;
use palisade::git::Kind;

fuzz_target!(|input: (bool, &[u8])| {
    let (is_tag, bytes) = input;
    signature::look(if is_tag { Kind::Tag } else { Kind::Commit }, bytes);
    let _ = (signed::certificate(bytes), signed::pushed(bytes));
});
