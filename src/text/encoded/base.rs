//! Runs of base64 and of hexadecimal digits, and what they say if that is text.

use crate::text::Region;

/// The fewest characters that a run has: 18 bytes, the shortest secret that speaks for itself.
const SHORTEST: usize = 24;
/// The fewest hexadecimal digits.
const SHORTEST_HEX: usize = 32;
/// How many characters one sample has, and how many bytes it decodes to.
const SAMPLE: usize = 12;
const SAMPLE_BYTES: usize = 9;
/// Stands for what is no character of base64.
const NONE: u8 = 64;

/// The value of each character in both alphabets of RFC 4648.
static VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    let mut at = 0;
    while at < alphabet.len() {
        // `-` and `_` stand for `+` and `/`.
        #[allow(clippy::cast_possible_truncation, reason = "below 66")]
        let value = if at < 64 { at } else { at - 2 } as u8;
        values[alphabet[at] as usize] = value;
        at += 1;
    }
    values
};

fn is_digit(byte: u8) -> bool {
    VALUES[usize::from(byte)] != NONE
}

/// The runs in a zone and at its ends, in ascending order: words of [`SHORTEST`] characters or more, each with the lines that go on from it.
pub(super) struct Runs<'a> {
    text: &'a [u8],
    zone: Region,
    at: usize,
}

impl<'a> Runs<'a> {
    /// Those that end behind `behind`.
    pub(super) fn new(text: &'a [u8], zone: Region, behind: usize) -> Self {
        // What joins two lines, or ends a run, belongs to it as well.
        let mut at = word_before(text, zone.start.min(text.len()));
        while let Some(above) = line_above(text, at) {
            at = above;
        }
        Self { text, zone, at: at.max(behind) }
    }

    /// The end of the run that begins at `start`.
    fn end(&self, start: usize) -> usize {
        let (mut start, mut end) = (start, word_end(self.text, start));
        while let Some((next, next_end)) = line_below(self.text, start, end) {
            (start, end) = (next, next_end);
        }
        end + self.text[end..].iter().take(2).take_while(|byte| **byte == b'=').count()
    }
}

impl Iterator for Runs<'_> {
    type Item = Region;

    fn next(&mut self) -> Option<Region> {
        let word = long_word(self.text, self.at, self.zone.end)?;
        let run = Region::new(word.start, self.end(word.start));
        self.at = run.end;
        Some(run)
    }
}

/// What joins two lines, or ends a run.
fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=')
}

/// Where the word begins that `at` stands in, or stands behind.
fn word_before(text: &[u8], at: usize) -> usize {
    word_start(text, at - text[..at].iter().rev().take_while(|byte| is_between(**byte)).count())
}

/// Where the word ends that `at` stands in, or stands before.
fn word_behind(text: &[u8], at: usize) -> usize {
    word_end(text, at + text[at..].iter().take_while(|byte| is_between(**byte)).count())
}

/// A zone with the words next to those in it: a run goes on over a line or not by the words on both sides of its end.
pub(super) fn neighbours(text: &[u8], zone: Region) -> Region {
    let (start, end) = (zone.start.min(text.len()), zone.end.min(text.len()));
    Region::new(word_before(text, word_before(text, start)), word_behind(text, word_behind(text, end)))
}

/// Where the first word begins that could be a line of a run, in a zone that no word goes over the ends of.
pub(super) fn first_line(text: &[u8], zone: Region) -> Option<usize> {
    let last = zone.end.checked_sub(SHORTEST)?;
    let mut from = zone.start;
    while let Some(word) = long_word(text, from, last) {
        if may_encode(word.of(text)) {
            return Some(word.start);
        }
        from = word.end;
    }
    None
}

/// The first word of [`SHORTEST`] characters or more that begins in `from..=last`; no word goes over `from`.
fn long_word(text: &[u8], from: usize, last: usize) -> Option<Region> {
    // So many of its characters stand at one of places that are so far apart.
    const LOOK: usize = 8;
    const STEP: usize = SHORTEST + 1 - LOOK;
    let mut at = from;
    while at < last.saturating_add(STEP) {
        let look = text.get(at..)?.first_chunk::<LOOK>()?;
        // Nearly without a branch that depends on the text.
        if look.iter().fold(0, |values, byte| values | VALUES[usize::from(*byte)]) & NONE != 0 {
            at += STEP;
            continue;
        }
        let word = Region::new(word_start(text, at), word_end(text, at + LOOK));
        if word.len() >= SHORTEST {
            return (word.start <= last).then_some(word);
        }
        at = word.end;
    }
    None
}

/// Whether a word could be a line of a run. Paths and names of options are of the alphabet of base64 as well, but have no capitals; in base64 of 18 lower-case
/// letters there is none in one of some forty thousand, and in that of anything else or longer less often.
fn may_encode(word: &[u8]) -> bool {
    has_capital(word) || word.iter().all(u8::is_ascii_hexdigit)
}

fn has_capital(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_uppercase)
}

fn word_start(text: &[u8], at: usize) -> usize {
    at - text[..at].iter().rev().take_while(|byte| is_digit(**byte)).count()
}

fn word_end(text: &[u8], at: usize) -> usize {
    at + text[at..].iter().take_while(|byte| is_digit(**byte)).count()
}

/// Whether a line of `len` characters can be followed by more of the same.
fn goes_on(len: usize) -> bool {
    len >= SHORTEST && len.is_multiple_of(4)
}

/// The blanks before the word at `start`, if nothing else stands before it on its line.
fn indent(text: &[u8], start: usize) -> Option<&[u8]> {
    let blanks = text[..start].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let line = start - blanks;
    (line == 0 || text[line - 1] == b'\n').then(|| &text[line..start])
}

/// The word of the next line that goes on from the word `start..end`: both stand alone, at the same distance from the margin.
fn line_below(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let len = end - start;
    let newline = end + usize::from(text.get(end) == Some(&b'\r'));
    if !goes_on(len) || text.get(newline) != Some(&b'\n') {
        return None;
    }
    let margin = indent(text, start)?;
    let next = newline + 1 + margin.len();
    if text.get(newline + 1..next) != Some(margin) {
        return None;
    }
    let next_end = word_end(text, next);
    (next_end > next && next_end - next <= len).then_some((next, next_end))
}

/// Where the word of the line above begins, if the word at `start` goes on from it.
fn line_above(text: &[u8], start: usize) -> Option<usize> {
    let line = text[..start - indent(text, start)?.len()].strip_suffix(b"\n")?;
    let end = line.strip_suffix(b"\r").unwrap_or(line).len();
    let above = word_start(text, end);
    (line_below(text, above, end)?.0 == start).then_some(above)
}

/// What a run says, in each way in which that is text.
pub(super) fn decode(run: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut decoded = Vec::new();
    decoded.extend(hexadecimal(run).map(|text| ("hexadecimal", text)));
    decoded.extend(phase(run).and_then(|phase| base64(run, phase)).map(|text| ("base64", text)));
    decoded
}

fn hexadecimal(run: &[u8]) -> Option<Vec<u8>> {
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit();
    if !run.iter().take(SHORTEST_HEX).all(is_hex) || run.len() < SHORTEST_HEX {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8; 2]| Some(digit(pair[0])? << 4 | digit(pair[1])?);
    // Nearly always they are a number, and the first ones tell.
    let (first, _) = run.as_chunks::<2>();
    let sample: Vec<u8> = first.iter().take(SAMPLE_BYTES).filter_map(pair).collect();
    if !is_readable(&sample) {
        return None;
    }
    let digits: Vec<u8> =
        run.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take_while(|byte| is_hex(byte)).collect();
    let (pairs, _) = digits.as_chunks::<2>();
    text(pairs.iter().filter_map(pair).collect())
}

/// How many characters stand before the first whole group of four: a run may begin with a word that does not belong to it. None where no
/// sample of it decodes to text.
fn phase(run: &[u8]) -> Option<usize> {
    // The first line tells enough, and has no blanks.
    let line = &run[..word_end(run, 0)];
    if !has_capital(line) {
        return None;
    }
    let last = line.len().checked_sub(SAMPLE + 3)?;
    [0, line.len() / 2, line.len() * 3 / 4].into_iter().map(|at| at.min(last) / 4 * 4).find_map(|at| {
        (0..4).find(|phase| {
            let mut sample = [0; SAMPLE_BYTES];
            let groups = line[at + phase..].as_chunks::<4>().0;
            // Nearly always the first group is none of a text.
            sample.as_chunks_mut::<3>().0.iter_mut().zip(groups).all(|(bytes, group)| {
                *bytes = group_bytes(group.map(|character| VALUES[usize::from(character)]));
                bytes.iter().all(|byte| *byte == 0 || is_text(*byte))
            }) && is_readable(&sample)
        })
    })
}

/// The three bytes that four values stand for.
fn group_bytes(values: [u8; 4]) -> [u8; 3] {
    let word = values.iter().fold(0_u32, |word, value| word << 6 | u32::from(*value));
    let [_, bytes @ ..] = word.to_be_bytes();
    bytes
}

fn base64(run: &[u8], phase: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(run.len() / 4 * 3 + 3);
    let mut group = [0; 4];
    let mut filled = 0;
    for value in run.iter().map(|byte| VALUES[usize::from(*byte)]).filter(|value| *value != NONE).skip(phase) {
        group[filled] = value;
        filled += 1;
        if filled == 4 {
            bytes.extend(group_bytes(group));
            filled = 0;
        }
    }
    if filled > 1 {
        group[filled..].fill(0);
        bytes.extend(&group_bytes(group)[..filled - 1]);
    }
    text(bytes)
}

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Whether a sample is text; of UTF-16 every other byte is NUL.
fn is_readable(sample: &[u8]) -> bool {
    let wide = || sample.chunks(2).all(|pair| pair[0] == 0 || pair.get(1).is_none_or(|high| *high == 0));
    sample.iter().all(|byte| is_text(*byte)) || (sample.iter().all(|byte| *byte == 0 || is_text(*byte)) && wide())
}

/// Bytes that are mostly text, without the NULs of UTF-16.
fn text(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    if bytes.len() > 1 && memchr::memchr_iter(0, &bytes).count() * 5 >= bytes.len() * 2 {
        bytes.retain(|byte| *byte != 0);
    }
    let readable = bytes.iter().filter(|byte| is_text(**byte) || **byte >= 0x80).count();
    let ascii = bytes.iter().filter(|byte| is_text(**byte)).count();
    (!bytes.is_empty() && readable * 20 >= bytes.len() * 17 && ascii * 3 >= bytes.len() * 2).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn runs(text: &[u8], zone: Region) -> Vec<Region> {
        Runs::new(text, zone, 0).collect()
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        let word = "aB3/dE6+gH9_jK2-mN5pQ8sT1vW4";
        prop_oneof![
            4 => Just(&word[..24]),
            2 => Just(&word[..28]),
            2 => (1..28_usize).prop_map(move |len| &word[..len]),
            5 => Just("\n"),
            1 => Just("\r\n"),
            2 => Just("  "),
            1 => Just("="),
            1 => Just("~"),
        ]
    }

    fn text(most: usize) -> impl Strategy<Value = String> {
        prop::collection::vec(piece(), 0..most).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn every_long_word_is_found(text in text(30), last in 0..400_usize) {
            let bytes = text.as_bytes();
            let mut found = Vec::new();
            let mut from = 0;
            while let Some(word) = long_word(bytes, from, last) {
                from = word.end;
                found.push(word);
            }
            let mut words = Vec::new();
            let mut start = 0;
            for word in bytes.chunk_by(|one, next| is_digit(*one) == is_digit(*next)) {
                words.push(Region::new(start, start + word.len()));
                start += word.len();
            }
            words.retain(|word| is_digit(bytes[word.start]) && word.len() >= SHORTEST && word.start <= last);
            prop_assert_eq!(found, words);
        }

        #[test]
        fn every_run_that_was_none_before_an_edit_is_near_it(
            before in text(8), gone in text(4), come in text(3), behind in text(8),
        ) {
            let old = [&before[..], &gone, &behind].concat().into_bytes();
            let new = [&before[..], &come, &behind].concat().into_bytes();
            let known = runs(&old, Region::new(0, old.len()));
            let zone = Region::new(before.len(), before.len() + come.len());
            let near = runs(&new, neighbours(&new, zone));
            for run in runs(&new, Region::new(0, new.len())) {
                let there = if run.end <= zone.start {
                    Some(run)
                } else if run.start >= zone.end {
                    let moved = |at: usize| at - come.len() + gone.len();
                    Some(Region::new(moved(run.start), moved(run.end)))
                } else {
                    None
                };
                let is_old = there.is_some_and(|there| known.contains(&there));
                prop_assert!(is_old || near.contains(&run), "{run:?} of {new:?}, of which {zone:?} is new, in {old:?}");
            }
        }
    }
}
