//! A list that grows to millions of things: in blocks, because one that grows as a whole is copied to another place again and again, and leaves behind as
//! much memory as it has.

use std::ops::{Index, Range};

use super::number;

/// How many things are in a block.
const BLOCK: usize = 1 << 12;

/// A list of which 32 bits can say how long it is.
pub(super) struct Blocks<T>(Vec<Vec<T>>);

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Blocks<T> {
    pub(super) fn len(&self) -> u32 {
        number(self.0.last().map_or(0, |last| (self.0.len() - 1) * BLOCK + last.len()))
    }

    pub(super) fn push(&mut self, thing: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < BLOCK => last.push(thing),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(thing);
                self.0.push(block);
            }
        }
    }

    pub(super) fn get(&self, at: u32) -> Option<&T> {
        self.0.get(at as usize / BLOCK)?.get(at as usize % BLOCK)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().flatten()
    }

    /// Those that stand in a range.
    pub(super) fn within(&self, range: Range<u32>) -> impl Iterator<Item = &T> {
        range.map(|at| &self[at])
    }
}

impl<T> Index<u32> for Blocks<T> {
    type Output = T;

    fn index(&self, at: u32) -> &T {
        &self.0[at as usize / BLOCK][at as usize % BLOCK]
    }
}

impl<T> Extend<T> for Blocks<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        for thing in things {
            self.push(thing);
        }
    }
}
