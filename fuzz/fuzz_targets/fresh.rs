//! Two arbitrary versions of a content: what is not fresh in the new one stands in the old one, in the same order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use palisade::git::added;

fuzz_target!(|versions: (Vec<u8>, Vec<u8>)| {
    let (old, new) = versions;
    let fresh = added(&old, &new);
    if old == new {
        assert!(fresh.is_empty(), "nothing changed");
    }
    let mut kept = Vec::new();
    let mut at = 0;
    for region in fresh.iter() {
        assert!(
            at <= region.start && region.end <= new.len(),
            "{region:?} is out of order, or outside of {} bytes",
            new.len()
        );
        kept.extend(lines(&new[at..region.start]));
        at = region.end;
    }
    kept.extend(lines(&new[at..]));
    let mut rest = lines(&old).into_iter();
    for line in kept {
        assert!(
            rest.any(|old| old == line),
            "a line is called old, and is not in the old version: {:?}",
            line.escape_ascii()
        );
    }
});

/// The lines of a text. Whether the last one has its newline is no news of it.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line)).collect()
}
