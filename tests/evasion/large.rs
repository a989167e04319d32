//! Files that are too large to be held while they are looked at.

use super::COMMIT;
use crate::made_up::{AWS, BASE62, Dice, aws_key};
use crate::sandbox::Sandbox;

/// More than three megabytes of what does not pack well, on one line, with `secret` at `at`.
fn large(secret: &[u8], at: usize) -> Vec<u8> {
    let mut dice = Dice::new(3);
    let mut text = String::new();
    while text.len() < 3_500_000 {
        let words = dice.text(BASE62, 60);
        text.extend(words.as_bytes().chunks(6).flat_map(|word| word.iter().map(|byte| char::from(*byte)).chain([' '])));
    }
    let mut text = text.into_bytes();
    text.splice(at..at, [b" ", secret, b" "].concat());
    text
}

#[test]
fn a_secret_in_a_large_new_file_is_found_wherever_it_stands() {
    let sandbox = Sandbox::guarded();
    let key = aws_key(1);
    // Pieces of any power of two have a seam there.
    for at in [0, (1 << 20) - 10, 1 << 20, (1 << 21) - 20, 3_499_990] {
        sandbox.stage("bundle.js", large(key.as_bytes(), at));
        sandbox.refuses(COMMIT, &[(AWS, "bundle.js:1")]);
    }
}

#[test]
fn a_secret_in_utf16_in_a_large_new_file_is_found() {
    let sandbox = Sandbox::guarded();
    let key: Vec<u8> = aws_key(1).bytes().flat_map(|byte| [byte, 0]).collect();
    sandbox.stage("data.bin", large(&key, 2_000_000));
    sandbox.refuses(COMMIT, &[(AWS, "data.bin:1")]);
}

#[test]
fn a_large_new_file_without_secrets_is_accepted() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("bundle.js", large(b"", 0));
    sandbox.accepts(COMMIT);
}
