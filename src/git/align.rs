//! Finds which lines two versions have in common, in order.
//!
//! Line differences are usually searched for the smallest result, which takes quadratic time for some inputs, and not only
//! for far-fetched ones: where every other of 50,000 lines changed, histogram diff takes many seconds, and so does Myers' for
//! few kinds of lines. A hook must not hang, and needs no smallest result. So lines that both versions have equally often are
//! paired in order, the longest ascending series of pairs is kept, and what lies between them is treated alike. Only in
//! small gaps the most common lines are searched for. That takes `n log n` for any input.

#![allow(clippy::cast_possible_truncation, reason = "lines are numbered in 32 bits, as imara-diff numbers them")]

use imara_diff::Token;

/// How many lines of a gap, in both versions together, are searched for the smallest result.
const SMALL: usize = 256;
/// How often gaps are searched in gaps.
const DEEPEST: usize = 8;

/// Lines that are the same in both versions, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The first line in the old version.
    pub old: usize,
    /// The first line in the new one.
    pub new: usize,
    /// How many.
    pub len: usize,
}

/// The lines that both versions have in common, in ascending order, as runs that are as long as can be. `kinds` is one more
/// than the largest token.
pub(super) fn align(old: &[Token], new: &[Token], kinds: u32) -> Vec<Run> {
    let kinds = kinds as usize;
    let counts = || vec![0_u32; kinds];
    let mut aligner =
        Aligner { in_old: counts(), in_new: counts(), place: counts(), table: Vec::new(), runs: Vec::new() };
    aligner.gap(old, new, (0, 0), 0);
    aligner.runs
}

struct Aligner {
    /// How often the gap has each kind of line in each version; all zero between two gaps.
    in_old: Vec<u32>,
    in_new: Vec<u32>,
    /// Where the lines of a kind are listed.
    place: Vec<u32>,
    /// What is common in a small gap.
    table: Vec<u16>,
    runs: Vec<Run>,
}

impl Aligner {
    /// Finds common lines in a gap that begins at the lines `at`.
    fn gap(&mut self, old: &[Token], new: &[Token], at: (usize, usize), depth: usize) {
        let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        self.push(Run { old: at.0, new: at.1, len: head });
        let (old, new, at) = (&old[head..], &new[head..], (at.0 + head, at.1 + head));
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let ends = (at.0 + old.len() - tail, at.1 + new.len() - tail);
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        if old.is_empty() || new.is_empty() {
            // What is left was only added, or only taken out.
        } else if old.len() + new.len() <= SMALL {
            self.small(old, new, at);
        } else if depth < DEEPEST {
            let mut last = (0, 0);
            let pairs = ascending(&self.pairs(old, new));
            for (before, after) in &pairs {
                self.gap(&old[last.0..*before], &new[last.1..*after], (at.0 + last.0, at.1 + last.1), depth + 1);
                self.push(Run { old: at.0 + before, new: at.1 + after, len: 1 });
                last = (before + 1, after + 1);
            }
            if !pairs.is_empty() {
                self.gap(&old[last.0..], &new[last.1..], (at.0 + last.0, at.1 + last.1), depth + 1);
            }
        }
        self.push(Run { old: ends.0, new: ends.1, len: tail });
    }

    /// Pairs the lines that both versions have equally often: the first with the first, the second with the second. They
    /// come in the order of the new version.
    fn pairs(&mut self, old: &[Token], new: &[Token]) -> Vec<(usize, usize)> {
        for token in old {
            self.in_old[token.0 as usize] += 1;
        }
        for token in new {
            self.in_new[token.0 as usize] += 1;
        }
        // Lists where each kind of line stands in the old version, one kind after the other.
        let mut places = vec![0_u32; old.len()];
        let mut free = 0;
        let mut seen = 0_u32;
        for (at, token) in old.iter().enumerate() {
            let kind = token.0 as usize;
            if self.in_old[kind] != self.in_new[kind] && self.in_old[kind] & LISTED == 0 {
                continue;
            }
            if self.in_old[kind] & LISTED == 0 {
                self.place[kind] = free;
                free += self.in_old[kind];
                self.in_old[kind] = LISTED;
            }
            places[(self.place[kind] + (self.in_old[kind] & !LISTED)) as usize] = at as u32;
            self.in_old[kind] += 1;
            seen += 1;
        }
        let mut pairs = Vec::with_capacity(seen as usize);
        for (after, token) in new.iter().enumerate() {
            let kind = token.0 as usize;
            if self.in_old[kind] & LISTED != 0 {
                pairs.push((places[self.place[kind] as usize] as usize, after));
                self.place[kind] += 1;
            }
        }
        for token in old {
            self.in_old[token.0 as usize] = 0;
        }
        for token in new {
            self.in_new[token.0 as usize] = 0;
        }
        pairs
    }

    /// Finds as many common lines as there are in a small gap.
    fn small(&mut self, old: &[Token], new: &[Token], at: (usize, usize)) {
        // For each pair of lines how many are common from there on; a row for each old line.
        let row = new.len() + 1;
        self.table.clear();
        self.table.resize((old.len() + 1) * row, 0);
        for before in (0..old.len()).rev() {
            for after in (0..new.len()).rev() {
                let here = before * row + after;
                self.table[here] = if old[before] == new[after] {
                    self.table[here + row + 1] + 1
                } else {
                    self.table[here + row].max(self.table[here + 1])
                };
            }
        }
        let (mut before, mut after) = (0, 0);
        while before < old.len() && after < new.len() {
            let here = before * row + after;
            if old[before] == new[after] {
                self.push(Run { old: at.0 + before, new: at.1 + after, len: 1 });
                (before, after) = (before + 1, after + 1);
            } else if self.table[here + row] >= self.table[here + 1] {
                before += 1;
            } else {
                after += 1;
            }
        }
    }

    /// Adds a run, or makes the last one longer.
    fn push(&mut self, run: Run) {
        match self.runs.last_mut() {
            _ if run.len == 0 => {}
            Some(last) if last.old + last.len == run.old && last.new + last.len == run.new => last.len += run.len,
            _ => self.runs.push(run),
        }
    }
}

/// Marks a kind whose lines are being listed; what is left of its count then says how many are.
const LISTED: u32 = 1 << 31;

/// The longest series of pairs that ascends on both sides; the second ones do already.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    // For each length the series that ends lowest, by the pair that it ends with.
    let mut ends: Vec<u32> = Vec::new();
    let mut before = vec![u32::MAX; pairs.len()];
    for (at, (old, _)) in pairs.iter().enumerate() {
        let len = ends.partition_point(|end| pairs[*end as usize].0 < *old);
        if len > 0 {
            before[at] = ends[len - 1];
        }
        match ends.get_mut(len) {
            Some(end) => *end = at as u32,
            None => ends.push(at as u32),
        }
    }
    let mut series = Vec::with_capacity(ends.len());
    let mut next = ends.last().copied();
    while let Some(at) = next {
        series.push(pairs[at as usize]);
        next = Some(before[at as usize]).filter(|before| *before != u32::MAX);
    }
    series.reverse();
    series
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(kinds: &[u32]) -> Vec<Token> {
        kinds.iter().map(|kind| Token(*kind)).collect()
    }

    /// How many lines are common; what is told must be true.
    fn common(old: &[u32], new: &[u32]) -> usize {
        let kinds = old.iter().chain(new).max().map_or(0, |most| most + 1);
        let runs = align(&tokens(old), &tokens(new), kinds);
        for run in &runs {
            assert!(run.len > 0);
            assert_eq!(old[run.old..run.old + run.len], new[run.new..run.new + run.len]);
        }
        assert!(runs.windows(2).all(|two| {
            two[0].old + two[0].len <= two[1].old
                && two[0].new + two[0].len <= two[1].new
                && (two[0].old + two[0].len, two[0].new + two[0].len) != (two[1].old, two[1].new)
        }));
        runs.iter().map(|run| run.len).sum()
    }

    #[test]
    fn a_few_edits_in_a_long_content_are_all_that_is_found() {
        let old: Vec<u32> = (0..5000).map(|line| if line % 3 == 0 { 1 } else { line }).collect();
        let mut new = old.clone();
        new[100] = 9000;
        new.remove(2000);
        new.splice(4000..4000, [9001, 9002, 1]);
        assert_eq!(common(&old, &new), old.len() - 2);
    }

    #[test]
    fn contents_that_are_hard_to_compare_take_no_longer() {
        let lines = 100_000_u32;
        let all: Vec<u32> = (0..lines).collect();
        let every_other: Vec<u32> = all.iter().map(|line| if line % 2 == 0 { *line } else { lines + line }).collect();
        assert_eq!(common(&all, &every_other), all.len() / 2);
        let swapped: Vec<u32> = all.chunks(2).flat_map(|two| [two[1], two[0]]).collect();
        assert_eq!(common(&all, &swapped), all.len() / 2);
        let reversed: Vec<u32> = all.iter().rev().copied().collect();
        assert_eq!(common(&all, &reversed), 1);
        let mut seed = 1_u32;
        let mut few = |kinds: u32| -> Vec<u32> {
            (0..lines)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 8) % kinds
                })
                .collect()
        };
        for kinds in [1, 2, 26, 300, lines / 60, lines / 4, lines] {
            let (old, new) = (few(kinds), few(kinds));
            assert!(common(&old, &new) <= old.len());
        }
    }

    proptest! {
        #[test]
        fn what_is_common_is_in_both_in_order(
            old in proptest::collection::vec(0_u32..12, 0..400), new in proptest::collection::vec(0_u32..12, 0..400)
        ) {
            common(&old, &new);
        }

        #[test]
        fn a_content_with_added_lines_keeps_all_it_had(
            old in proptest::collection::vec(0_u32..200, 1..400),
            added in proptest::collection::vec((any::<prop::sample::Index>(), 1000_u32..1100), 0..40),
        ) {
            let mut new = old.clone();
            for (at, line) in added {
                new.insert(at.index(new.len()), line);
            }
            prop_assert_eq!(common(&old, &new), old.len());
        }
    }
}
