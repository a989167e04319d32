//! Finds the literals of all patterns in one pass over the text.
//!
//! Each literal is represented by four of its bytes, those that are rarest in text. A bitmap over a hash of four folded bytes
//! says for every position of the text whether one of them could stand there; nearly always it says no, and where it says yes
//! the whole literal is compared. The tables are plain arrays, so the build script makes them, and a hook starts without making
//! any; an Aho-Corasick automaton of the same literals takes milliseconds to build. A test holds that both find the same.
//!
//! The build script includes this folder, so it stands by itself.

mod block;
mod common;

use std::borrow::Cow;
use std::ops::Range;

use block::{Candidates, POSITIONS, STEP, folded, gram_at, has_candidate};
use common::commonness;

/// A literal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Where its first byte stands.
    pub start: usize,
    /// Which literal, counting in the order in which they were given.
    pub literal: usize,
}

/// The bits of the hash that the bitmap is asked with: 32 KiB, which fits the innermost cache.
const MAP_BITS: u32 = 18;
const MAP_BYTES: usize = 1 << (MAP_BITS - 3);
/// The bits of it that choose a bucket of grams.
const BUCKET_BITS: u32 = 16;
/// Knuth's multiplicative hashing, 2^32 divided by the golden ratio.
const MIX: u32 = 0x9E37_79B1;
/// Sets the bit that lower-case ASCII letters have and upper-case ones have not. What else it folds together is told apart when
/// the literal is compared.
const FOLD: u32 = 0x2020_2020;
/// Among how many of a literal's grams the one is chosen that represents it.
const FIRST: usize = 9;
/// How many bytes a gram has.
const GRAM: usize = 4;
/// How many bytes of a pattern's literal are looked for; the pattern looks at the rest. The fewer they are, the less has to be looked at around a place
/// where a version of a file differs from the one before.
pub const LONGEST: usize = 12;
/// What is no longer than this is looked at position by position.
const SHORT: usize = 30;

/// A set of literals, ready to be searched for. Its tables are bytes, so that the build script can write them into files which the
/// program includes as they are; their numbers are little-endian.
#[derive(Debug)]
pub struct Prefilter {
    /// One bit a hash of a gram.
    pub map: Cow<'static, [u8]>,
    /// Where the grams of each bucket begin in `grams`, 16 bits each; one more than there are buckets.
    pub buckets: Cow<'static, [u8]>,
    /// `RECORD` bytes each, in the order of their buckets.
    pub grams: Cow<'static, [u8]>,
    /// All literals, one behind the other.
    pub text: Cow<'static, [u8]>,
    /// Where each literal ends in `text`, 32 bits each.
    pub ends: Cow<'static, [u8]>,
    /// How far behind a literal's start its gram can stand.
    pub reach: u8,
}

/// Four bytes of a literal, folded, and four more that tell most of what only looks like it.
#[derive(Clone, Copy, Debug)]
struct Gram {
    /// The four bytes, the first one lowest.
    folded: u32,
    /// Those of the literal's four bytes that lie farthest from them, folded.
    check: u32,
    /// The literal's number.
    literal: u16,
    /// Where they stand in it.
    offset: u8,
    /// Where the others stand in it.
    check_offset: u8,
    /// Whether its case is ignored.
    ignore_case: bool,
}

/// How many bytes a gram has in the table.
const RECORD: usize = 16;

impl Gram {
    fn to_bytes(self) -> [u8; RECORD] {
        let place = u32::from(self.literal) | u32::from(self.offset) << 16 | u32::from(self.check_offset) << 24;
        let words = [self.folded, self.check, place, self.ignore_case.into()];
        let mut bytes = [0; RECORD];
        for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(words) {
            *bytes = word.to_le_bytes();
        }
        bytes
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "each part is cut out of the whole")]
    fn from_bytes(bytes: &[u8; RECORD]) -> Self {
        let whole = u128::from_le_bytes(*bytes);
        Self {
            folded: whole as u32,
            check: (whole >> 32) as u32,
            literal: (whole >> 64) as u16,
            offset: (whole >> 80) as u8,
            check_offset: (whole >> 88) as u8,
            ignore_case: (whole >> 96) as u8 == 1,
        }
    }
}

impl Prefilter {
    /// Takes literals of at least four bytes each, and whether their case is ignored; shorter ones are never found, and nor are those beyond
    /// the first 65,535. None may be longer than 65,535 bytes.
    pub fn new<'a>(literals: impl IntoIterator<Item = (&'a [u8], bool)>) -> Self {
        let (mut text, mut ends, mut grams) = (Vec::new(), Vec::new(), Vec::new());
        for ((bytes, ignore_case), literal) in literals.into_iter().zip(0_u16..u16::MAX) {
            text.extend_from_slice(bytes);
            ends.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            let parts = || bytes.array_windows::<GRAM>().zip(0_u8..=u8::MAX);
            // The nearer to its beginning, the less has to be looked at around a part of a text.
            let rarest = parts().take(FIRST).min_by_key(|(gram, _)| commonness(**gram));
            grams.extend(rarest.and_then(|(gram, offset)| {
                let (check, check_offset) = parts().max_by_key(|(_, other)| other.abs_diff(offset))?;
                let (folded, check) = (u32::from_le_bytes(*gram) | FOLD, u32::from_le_bytes(*check) | FOLD);
                Some(Gram { folded, check, literal, offset, check_offset, ignore_case })
            }));
        }
        grams.sort_by_key(|gram| bucket(gram.folded));
        let mut map = vec![0; MAP_BYTES];
        let mut buckets = vec![0_u16; (1 << BUCKET_BITS) + 1];
        for gram in &grams {
            let slot = slot(gram.folded);
            map[slot / 8] |= 1 << (slot % 8);
            buckets[bucket(gram.folded) + 1] += 1;
        }
        for index in 1..buckets.len() {
            buckets[index] += buckets[index - 1];
        }
        Self {
            map: map.into(),
            buckets: buckets.iter().flat_map(|start| start.to_le_bytes()).collect(),
            reach: grams.iter().map(|gram| gram.offset).max().unwrap_or(0),
            grams: grams.into_iter().flat_map(Gram::to_bytes).collect(),
            text: text.into(),
            ends: ends.into(),
        }
    }

    /// The bytes of a literal by its number.
    #[must_use]
    pub fn literal(&self, number: usize) -> &[u8] {
        let ends = self.ends.as_chunks::<4>().0;
        let end = |number: usize| ends.get(number).map_or(0, |end| u32::from_le_bytes(*end) as usize);
        let start = number.checked_sub(1).map_or(0, end);
        self.text.get(start..end(number)).unwrap_or_default()
    }

    /// Calls `found` for every literal that begins in `start..end` of `text`, in ascending order up to a literal's length. A literal may
    /// end behind `end`.
    pub fn find(&self, text: &[u8], start: usize, end: usize, mut found: impl FnMut(Hit)) {
        self.find_grams(text, start..end.saturating_add(self.reach.into()), &mut None, &mut |hit: Hit| {
            if (start..end).contains(&hit.start) {
                found(hit);
            }
        });
    }

    /// Calls `found` for every literal of `text` of which one of the [`LONGEST`] bytes from its beginning on stands in one of `places`, or where that is
    /// empty, of which some stand on both sides of it. What stands near two of them may be told twice.
    pub fn find_across(&self, text: &[u8], places: impl IntoIterator<Item = Range<usize>>, mut found: impl FnMut(Hit)) {
        let mut block = None;
        for place in places {
            let starts = (place.start + 1).saturating_sub(LONGEST)..place.end;
            let positions = starts.start..starts.end.saturating_add(self.reach.into());
            self.find_grams(text, positions, &mut block, &mut |hit: Hit| {
                if starts.contains(&hit.start) {
                    found(hit);
                }
            });
        }
    }

    /// Reports every literal whose gram stands at one of `positions`. `block` is for it to work in, and is made where it is needed first.
    fn find_grams(
        &self,
        text: &[u8],
        positions: Range<usize>,
        block: &mut Option<Candidates>,
        report: &mut impl FnMut(Hit),
    ) {
        // A table of known size needs no check of its bounds.
        let Some(map) = self.map.first_chunk::<MAP_BYTES>() else { return };
        let last = positions.end.min(text.len());
        let mut at = positions.start;
        if last.saturating_sub(at) > SHORT {
            at = self.find_blocks(map, text, at..last, block.get_or_insert_default(), report);
        }
        let mut look = |position| {
            if self.is_plausible(text, position) {
                self.compare(text, position, report);
            }
        };
        while at < last
            && let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<8>)
        {
            let word = folded(*word);
            if has_candidate(map, word) {
                (0..STEP).filter(|shift| bit(map, gram_at(word, *shift)) != 0).for_each(|shift| look(at + shift));
            }
            at += STEP;
        }
        (at..last).for_each(look);
    }

    /// As [`Prefilter::find_grams`], block by block as long as there is one; gives the first position that was not looked at.
    fn find_blocks(
        &self,
        map: &[u8; MAP_BYTES],
        text: &[u8],
        positions: Range<usize>,
        block: &mut Candidates,
        report: &mut impl FnMut(Hit),
    ) -> usize {
        let Range { start: mut at, end } = positions;
        while at < end {
            let passed = block.collect(map, &text[at..], end - at);
            if passed.bytes == 0 {
                break;
            }
            let mut plausible = 0;
            for index in 0..passed.candidates {
                let position = block.positions[index % POSITIONS];
                block.positions[plausible % POSITIONS] = position;
                plausible += usize::from(self.is_plausible(text, at + usize::from(position)));
            }
            for position in &block.positions[..plausible.min(POSITIONS)] {
                self.compare(text, at + usize::from(*position), report);
            }
            at += passed.bytes;
        }
        at
    }

    /// The numbers of the grams in the bucket of a folded gram; there are none in most buckets.
    #[inline]
    fn bucket(&self, folded: u32) -> Range<usize> {
        let (starts, _) = self.buckets.as_chunks::<2>();
        let start = |bucket: usize| usize::from(u16::from_le_bytes(starts[bucket]));
        let bucket = bucket(folded);
        start(bucket)..start(bucket + 1)
    }

    /// Whether a literal could have its gram at `position`, as far as two of its grams tell. Nearly without a branch that depends on the text.
    #[inline]
    fn is_plausible(&self, text: &[u8], position: usize) -> bool {
        let Some(folded) = gram(text, position) else { return false };
        let bucket = self.bucket(folded);
        let Some(first) = self.grams.as_chunks::<RECORD>().0.get(bucket.start).map(Gram::from_bytes) else {
            return false;
        };
        let check = gram(text, (position + usize::from(first.check_offset)).wrapping_sub(first.offset.into()));
        let differs = (first.folded ^ folded) | (first.check ^ check.unwrap_or(!first.check));
        bucket.len() > 1 || differs == 0
    }

    /// Compares the literals whose gram could be the one at `position` with what stands around it.
    #[inline(never)]
    fn compare(&self, text: &[u8], position: usize, found: &mut impl FnMut(Hit)) {
        let Some(folded) = gram(text, position) else { return };
        for candidate in self.grams.as_chunks::<RECORD>().0[self.bucket(folded)].iter().map(Gram::from_bytes) {
            let Some(start) = position.checked_sub(candidate.offset.into()).filter(|_| candidate.folded == folded)
            else {
                continue;
            };
            if gram(text, start + usize::from(candidate.check_offset)) != Some(candidate.check) {
                continue;
            }
            let literal = self.literal(candidate.literal.into());
            let Some(there) = text.get(start..start + literal.len()) else { continue };
            if if candidate.ignore_case { there.eq_ignore_ascii_case(literal) } else { there == literal } {
                found(Hit { start, literal: candidate.literal.into() });
            }
        }
    }
}

/// The folded gram at `position`.
#[inline]
fn gram(text: &[u8], position: usize) -> Option<u32> {
    text.get(position..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes) | FOLD)
}

/// The bits of a byte; a look into this table is cheaper than a shift by what is not known before.
const MASKS: [u8; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// Not zero where the gram could be in the map.
#[inline]
fn bit(map: &[u8; MAP_BYTES], folded: u32) -> u8 {
    let slot = slot(folded);
    map[slot / 8] & MASKS[slot % 8]
}

#[inline]
fn slot(folded: u32) -> usize {
    (folded.wrapping_mul(MIX) >> (32 - MAP_BITS)) as usize
}

#[inline]
fn bucket(folded: u32) -> usize {
    (folded.wrapping_mul(MIX) >> (32 - BUCKET_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use aho_corasick::AhoCorasick;
    use proptest::prelude::*;

    use super::*;
    use crate::checks::secrets::pattern::patterns;

    fn hits(prefilter: &Prefilter, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        prefilter.find(text, 0, text.len(), |hit| hits.push(hit));
        hits.sort_unstable();
        hits
    }

    /// What Aho-Corasick finds, overlapping, without regard to case, narrowed to the literals whose case matters.
    fn witness(literals: &[(&[u8], bool)], text: &[u8]) -> Vec<Hit> {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(literals.iter().map(|(bytes, _)| bytes))
            .expect("builds");
        let mut hits: Vec<Hit> = automaton
            .find_overlapping_iter(text)
            .map(|found| (found.range(), found.pattern().as_usize()))
            .filter(|(range, literal)| literals[*literal].1 || text[range.clone()] == *literals[*literal].0)
            .map(|(range, literal)| Hit { start: range.start, literal })
            .collect();
        hits.sort_unstable();
        hits
    }

    proptest! {
        #[test]
        fn it_finds_what_aho_corasick_finds(
            literals in prop::collection::vec(("[abAB_]{4,7}|[ab]{13,15}", any::<bool>()), 1..12),
            text in "[abAB_ ]{0,3000}",
        ) {
            let literals: Vec<(&[u8], bool)> = literals.iter().map(|(literal, fold)| (literal.as_bytes(), *fold)).collect();
            let prefilter = Prefilter::new(literals.iter().copied());
            prop_assert_eq!(hits(&prefilter, text.as_bytes()), witness(&literals, text.as_bytes()));
        }

        #[test]
        fn a_part_of_the_text_gives_the_hits_that_begin_in_it(text in "[abAB_ ]{0,200}", start in 0_usize..200, len in 0_usize..200) {
            let prefilter = Prefilter::new([(&b"abab_"[..], true), (b"aAbB", false), (b"__aa", false)]);
            let text = text.as_bytes();
            let mut part = Vec::new();
            prefilter.find(text, start, start + len, |hit| part.push(hit));
            part.sort_unstable();
            let all: Vec<Hit> = hits(&prefilter, text).into_iter().filter(|hit| (start..start + len).contains(&hit.start)).collect();
            prop_assert_eq!(part, all);
        }
    }

    #[test]
    fn every_literal_of_every_pattern_is_found_wherever_it_stands() {
        let literals: Vec<(&[u8], bool)> = patterns()
            .flat_map(|pattern| pattern.literals().map(|literal| (literal.as_bytes(), pattern.ignore_case)))
            .collect();
        let prefilter = Prefilter::new(literals.iter().copied());
        for (number, (literal, _)) in literals.iter().enumerate() {
            for padding in 0..9 {
                let text = [&vec![b'~'; padding], *literal].concat();
                assert!(
                    hits(&prefilter, &text).contains(&Hit { start: padding, literal: number }),
                    "{}",
                    literal.escape_ascii()
                );
            }
        }
    }
}
