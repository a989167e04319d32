//! Goes through a block of text in steps of a few positions, and writes down where a gram could stand.

use super::{FOLD, MAP_BYTES, bit};

/// How many positions one step of the search covers: the grams of that many begin in one word of eight bytes.
const STEP_LENGTH: u16 = 5;
pub(super) const STEP: usize = STEP_LENGTH as usize;
/// How many steps make a block.
const STEPS: usize = 256;
/// At least as many as a block has positions, and a power of two, so that a remainder costs nothing.
pub(super) const POSITIONS: usize = (STEPS * STEP).next_power_of_two();

/// Where the grams of a block could stand. What is found is written down in every case and counted only where it is something: where it
/// is nothing cannot be foreseen, and a branch that is taken by surprise costs more than all of the rest.
pub(super) struct Candidates {
    /// The steps of the block with something in them.
    steps: [u16; STEPS],
    /// Where it is.
    pub positions: [u16; POSITIONS],
}

impl Default for Candidates {
    fn default() -> Self {
        Self { steps: [0; STEPS], positions: [0; POSITIONS] }
    }
}

/// What [`Candidates::collect`] has done.
pub(super) struct Passed {
    /// How many bytes it has looked at: none where fewer are left than a word has.
    pub bytes: usize,
    /// How many positions it has written down.
    pub candidates: usize,
}

impl Candidates {
    /// Looks at the next block of `text`, up to `most` bytes rounded up to a step.
    #[inline(never)]
    pub(super) fn collect(&mut self, map: &[u8; MAP_BYTES], text: &[u8], most: usize) -> Passed {
        let (mut steps, mut step) = (0, 0_u16);
        for _ in 0..STEPS.min(most.div_ceil(STEP)) {
            let Some(word) = text.get(usize::from(step)..).and_then(<[u8]>::first_chunk::<8>) else { break };
            let word = folded(*word);
            self.steps[steps % STEPS] = step;
            steps += usize::from(has_candidate(map, word));
            step += STEP_LENGTH;
        }
        let mut candidates = 0;
        for step in &self.steps[..steps.min(STEPS)] {
            let Some(word) = text.get(usize::from(*step)..).and_then(<[u8]>::first_chunk::<8>) else { break };
            let word = folded(*word);
            for (shift, position) in (0..STEP).zip(*step..) {
                self.positions[candidates % POSITIONS] = position;
                candidates += usize::from(bit(map, gram_at(word, shift)) != 0);
            }
        }
        Passed { bytes: step.into(), candidates }
    }
}

/// Eight bytes in one word, the first one lowest.
#[inline]
pub(super) fn folded(bytes: [u8; 8]) -> u64 {
    u64::from_le_bytes(bytes) | (u64::from(FOLD) << 32 | u64::from(FOLD))
}

/// Whether one of the grams that begin in a word's step could be in the map.
#[inline]
pub(super) fn has_candidate(map: &[u8; MAP_BYTES], word: u64) -> bool {
    (0..STEP).fold(0, |any, shift| any | bit(map, gram_at(word, shift))) != 0
}

/// The gram that begins `shift` bytes into a word.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the lower half is what is meant")]
pub(super) fn gram_at(word: u64, shift: usize) -> u32 {
    (word >> (8 * shift)) as u32
}
