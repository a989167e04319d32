//! Which lines of a content an older version has not.
//!
//! Lines are compared without their newline, so that a last line which only gets one is not fresh; a carriage return is part
//! of its line. What both versions begin and end with is put aside first: a large file with two new lines costs two passes
//! over its bytes, and no memory. What differs is compared in windows, so that time and memory stay bounded.

use imara_diff::{InternedInput, TokenSource};

use super::align::{Run, align};
use crate::text::{Region, Regions};

/// How many bytes of each version are compared line by line at once.
const WINDOW: usize = 16 << 20;
/// After how many lines in a row that are the same both versions are surely in step again; where there are never that many,
/// any line must do.
const IN_STEP: usize = 16;

/// The lines of `new` that `old` has not, each with its newline; and a seam wherever lines were only taken out.
///
/// It is exact up to 16 MiB of difference. Beyond, where both versions do not come into step again within a window, all the
/// rest up to their common tail is fresh.
#[must_use]
pub fn added(old: &[u8], new: &[u8]) -> Regions {
    added_within(old, new, WINDOW)
}

fn added_within(old: &[u8], new: &[u8], window: usize) -> Regions {
    match (old.is_empty(), new.is_empty()) {
        (true, true) => return Regions::default(),
        (true, false) => return Regions::all(new.len()),
        (false, true) => return Regions::new(vec![Region::new(0, 0)]),
        (false, false) => {}
    }
    // Without the last newline, every newline stands between two lines.
    let old = old.strip_suffix(b"\n").unwrap_or(old);
    let body = new.strip_suffix(b"\n").unwrap_or(new);
    if old == body {
        return Regions::default();
    }
    let head = line_start(body, common_head(old, body));
    let (old, rest) = (&old[head..], &body[head..]);
    let tail = &rest[rest.len() - common_tail(old, rest)..];
    // The tail begins behind its first newline, which then stands between it and the middle.
    let tail = memchr::memchr(b'\n', tail).map_or(0, |newline| tail.len() - newline);
    let mut middle = Middle {
        old: Some(&old[..old.len() - tail]),
        new: Some(&rest[..rest.len() - tail]),
        at: head,
        len: new.len(),
        regions: Vec::new(),
    };
    while middle.step(window) {}
    Regions::new(middle.regions)
}

/// What is still to be compared; none on a side that has no line left.
struct Middle<'a> {
    old: Option<&'a [u8]>,
    new: Option<&'a [u8]>,
    /// Where `new` begins in the new content, and how long that is.
    at: usize,
    len: usize,
    regions: Vec<Region>,
}

impl Middle<'_> {
    /// Compares the next window; false when nothing is left.
    fn step(&mut self, window: usize) -> bool {
        let (old, new) = match (self.old, self.new) {
            (None, None) => return false,
            (Some(_), None) => return self.end(0),
            (None, Some(new)) => return self.end(new.len() + 1),
            (Some(old), Some(new)) if old == new => return false,
            (Some(old), Some(new)) => (old, new),
        };
        let head = line_start(new, common_head(old, new));
        let (old, new) = (&old[head..], &new[head..]);
        self.at += head;
        (self.old, self.new) = (Some(old), Some(new));
        let (Some(old_part), Some(new_part)) = (part(old, window), part(new, window)) else {
            return self.end(new.len() + 1);
        };
        let input = InternedInput::new(Lines(Some(old_part)), Lines(Some(new_part)));
        let mut runs = align(&input.before, &input.after, input.interner.num_tokens());
        // Where the windows end the contents go on, unless both are all that is left.
        let mut ends = (input.before.len(), input.after.len());
        let is_all = old_part.len() == old.len() && new_part.len() == new.len();
        if !is_all {
            let in_step = runs.iter().rposition(|run| run.len >= IN_STEP);
            let Some(last) = in_step.or(runs.len().checked_sub(1)) else {
                return self.end(new.len() + 1);
            };
            runs.truncate(last + 1);
            ends = (runs[last].old + runs[last].len, runs[last].new + runs[last].len);
        }
        let (old_len, new_len) = (Starts::of(old_part).of_line(ends.0), Starts::of(new_part).of_line(ends.1));
        if !is_all && old_len.max(new_len) < window / 4 {
            // Going on in small steps would compare everything over and over.
            return self.end(new.len() + 1);
        }
        self.add_between(&runs, ends, new_part);
        self.at += new_len;
        (self.old, self.new) = (old.get(old_len..), new.get(new_len..));
        true
    }

    /// Adds what lies between runs of common lines, up to the lines `ends`.
    fn add_between(&mut self, runs: &[Run], ends: (usize, usize), part: &[u8]) {
        let mut starts = Starts::of(part);
        let mut last = (0, 0);
        for run in runs.iter().copied().chain([Run { old: ends.0, new: ends.1, len: 0 }]) {
            if (run.old, run.new) != last {
                let start = starts.of_line(last.1);
                let end = starts.of_line(run.new);
                self.add(start, end);
            }
            last = (run.old + run.len, run.new + run.len);
        }
    }

    /// Takes the next `len` bytes for fresh, and no more to be compared.
    fn end(&mut self, len: usize) -> bool {
        self.add(0, len);
        (self.old, self.new) = (None, None);
        false
    }

    /// Adds a region by its offsets from where `new` begins; the newline of the last line may not be there.
    fn add(&mut self, start: usize, end: usize) {
        let place = |offset: usize| (self.at + offset).min(self.len);
        self.regions.push(Region::new(place(start), place(end)));
    }
}

/// As many whole lines as lie in a window; none when there is no whole one.
fn part(rest: &[u8], window: usize) -> Option<&[u8]> {
    if rest.len() <= window {
        return Some(rest);
    }
    memchr::memrchr(b'\n', &rest[..window]).map(|newline| &rest[..newline])
}

/// Where the line that `at` lies in begins.
fn line_start(bytes: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1)
}

/// Where lines begin, asked for in ascending order.
struct Starts<'a> {
    part: &'a [u8],
    newlines: memchr::Memchr<'a>,
    line: usize,
    start: usize,
}

impl<'a> Starts<'a> {
    fn of(part: &'a [u8]) -> Self {
        Self { part, newlines: memchr::memchr_iter(b'\n', part), line: 0, start: 0 }
    }

    /// Behind the last line that is where its newline would end.
    fn of_line(&mut self, line: usize) -> usize {
        while self.line < line {
            self.start = self.newlines.next().unwrap_or(self.part.len()) + 1;
            self.line += 1;
        }
        self.start
    }
}

/// How many bytes both begin with.
pub(super) fn common_head(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    blocks + a[blocks..].iter().zip(&b[blocks..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes both end with.
pub(super) fn common_tail(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let (a, b) = (&a[..a.len() - blocks], &b[..b.len() - blocks]);
    blocks + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Lines with newlines between them, so that there is always one.
#[derive(Clone)]
struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0?;
        match memchr::memchr(b'\n', rest) {
            Some(newline) => {
                self.0 = Some(&rest[newline + 1..]);
                Some(&rest[..newline])
            }
            None => {
                self.0 = None;
                Some(rest)
            }
        }
    }
}

impl<'a> TokenSource for Lines<'a> {
    type Token = &'a [u8];
    type Tokenizer = Self;

    fn tokenize(&self) -> Self {
        self.clone()
    }

    fn estimate_tokens(&self) -> u32 {
        let bytes: usize = self.clone().take(20).map(|line| line.len() + 1).sum();
        let all = self.0.map_or(0, <[u8]>::len);
        u32::try_from(all * 20 / bytes.max(1)).unwrap_or(u32::MAX).min(1 << 20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions(old: &str, new: &str) -> Vec<(usize, usize)> {
        added(old.as_bytes(), new.as_bytes()).iter().map(|region| (region.start, region.end)).collect()
    }

    #[test]
    fn added_lines_are_fresh_with_their_newline() {
        assert_eq!(regions("a\nb\n", "a\nx\nb\n"), [(2, 4)]);
        assert_eq!(regions("a\nb\n", "x\na\nb\ny\n"), [(0, 2), (6, 8)]);
        assert_eq!(regions("a\nb\nc\n", "a\nB\nc\n"), [(2, 4)]);
        assert_eq!(regions("", "a\n"), [(0, 2)]);
    }

    #[test]
    fn a_last_line_that_only_gets_or_loses_its_newline_is_not_fresh() {
        assert_eq!(regions("a\nb", "a\nb\n"), []);
        assert_eq!(regions("a\nb\n", "a\nb"), []);
        assert_eq!(regions("a\nb", "a\nb\nc"), [(4, 5)]);
        assert_eq!(regions("a\nb", "a\nb\nc\n"), [(4, 6)]);
        assert_eq!(regions("a", "a\n\n"), [(2, 3)]);
    }

    #[test]
    fn lines_that_were_only_taken_out_leave_a_seam() {
        assert_eq!(regions("a\nb\nc\n", "a\nc\n"), [(2, 2)]);
        assert_eq!(regions("a\nb\nc\n", "b\nc\n"), [(0, 0)]);
        assert_eq!(regions("a\nb\nc\n", "a\nb\n"), [(4, 4)]);
        assert_eq!(regions("a\nb\nc\n", "a\nb"), [(3, 3)]);
        assert_eq!(regions("a\n", ""), [(0, 0)]);
    }

    #[test]
    fn a_changed_line_end_is_a_changed_line() {
        assert_eq!(regions("a\nb\nc\n", "a\nb\r\nc\n"), [(2, 5)]);
        assert_eq!(regions("a\r\nb\r\n", "a\r\nx\r\nb\r\n"), [(3, 6)]);
    }

    #[test]
    fn equal_contents_have_nothing_fresh() {
        assert_eq!(regions("a\nb\n", "a\nb\n"), []);
        assert_eq!(regions("", ""), []);
    }

    #[test]
    fn large_contents_come_into_step_again() {
        let line = |number: usize| format!("line number {number}\n");
        let old: String = (0..2000).map(line).collect();
        let new: String = (0..2000)
            .map(|number| match number {
                100 => format!("new\n{}", line(100)),
                1500 => String::new(),
                1999 => line(1999) + "end\n",
                _ => line(number),
            })
            .collect();
        let fresh = added_within(old.as_bytes(), new.as_bytes(), 2048);
        assert_eq!(fresh, added(old.as_bytes(), new.as_bytes()));
        let texts: Vec<_> = fresh.iter().map(|region| &new[region.range()]).collect();
        assert_eq!(texts, ["new\n", "", "end\n"]);
    }

    #[test]
    fn large_contents_that_stay_out_of_step_are_fresh_to_the_end() {
        let old: String = (0..500).map(|number| format!("old {number}\n")).collect();
        let new: String = (0..500).map(|number| format!("new {number}\n")).collect();
        let (old, new) = (format!("same\n{old}same\n"), format!("same\n{new}same\n"));
        let fresh = added_within(old.as_bytes(), new.as_bytes(), 1024);
        assert_eq!(fresh, Regions::new(vec![Region::new(5, new.len() - 5)]));
    }

    proptest::proptest! {
        #[test]
        fn without_its_fresh_regions_a_content_is_part_of_the_old_one(
            old in "[ab\n]{0,60}", new in "[ab\n]{0,60}", window in 1_usize..80
        ) {
            let fresh = added_within(old.as_bytes(), new.as_bytes(), window);
            let mut kept = Vec::new();
            let mut at = 0;
            for region in fresh.iter() {
                assert!(region.end <= new.len());
                assert!(region.start == 0 || new.as_bytes()[region.start - 1] == b'\n' || region.start == new.len());
                kept.extend_from_slice(&new.as_bytes()[at..region.start]);
                at = region.end;
            }
            kept.extend_from_slice(&new.as_bytes()[at..]);
            let kept = String::from_utf8(kept).unwrap();
            // Every kept line is found in the old content, in order.
            let mut lines = old.lines();
            for line in kept.lines() {
                assert!(lines.any(|old| old == line), "{line:?} of {new:?} is not in {old:?}");
            }
            // Nothing fresh means that the lines are the same.
            if fresh.is_empty() {
                assert_eq!(old.lines().collect::<Vec<_>>(), new.lines().collect::<Vec<_>>());
            }
        }
    }
}
