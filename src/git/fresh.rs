//! Which lines of a content an older version has not.
//!
//! Lines are compared without their newline, so that a last line which only gets one is not fresh; a carriage return is part
//! of its line. What both versions begin and end with is put aside first: a large file with two new lines costs two passes
//! over its bytes, and no memory.

use imara_diff::{Algorithm, Diff, InternedInput, TokenSource};

use crate::text::{Region, Regions};

/// How many differing bytes are compared line by line. Beyond it, all between the common head and tail is fresh: searching
/// it costs less than comparing it.
const LARGEST: usize = 64 << 20;

/// The lines of `new` that `old` has not, each with its newline; and a seam wherever lines were only taken out.
#[must_use]
pub fn added(old: &[u8], new: &[u8]) -> Regions {
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
    let head = common_head(old, body);
    let head = memchr::memrchr(b'\n', &body[..head]).map_or(0, |newline| newline + 1);
    let (old, body) = (&old[head..], &body[head..]);
    let tail = &body[body.len() - common_tail(old, body)..];
    // The tail begins behind its first newline, which then stands between it and the middle.
    let tail = memchr::memchr(b'\n', tail).map_or(0, |newline| tail.len() - newline);
    let (old, body) = (&old[..old.len() - tail], &body[..body.len() - tail]);
    if old.len() + body.len() > LARGEST {
        return Regions::new(vec![Region::new(head, (head + body.len() + 1).min(new.len()))]);
    }
    compare(old, body, head, new.len())
}

/// Compares two middles line by line; `head` bytes come before them, and the new content has `len`.
fn compare(old: &[u8], body: &[u8], head: usize, len: usize) -> Regions {
    let input = InternedInput::new(Lines(Some(old)), Lines(Some(body)));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    let mut lines = memchr::memchr_iter(b'\n', body);
    // Where the line of number `passed` begins.
    let (mut start, mut passed) = (head, 0);
    let mut begin_of = |line: u32| {
        while passed < line {
            start = lines.next().map_or(len, |newline| head + newline + 1);
            passed += 1;
            // Behind the last line stands the newline before the tail, or the one that ends the content.
            if start == len {
                start = (head + body.len() + 1).min(len);
            }
        }
        start
    };
    let regions = diff.hunks().map(|hunk| {
        let start = begin_of(hunk.after.start);
        Region::new(start, begin_of(hunk.after.end))
    });
    Regions::new(regions.collect())
}

/// How many bytes both begin with.
fn common_head(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    blocks + a[blocks..].iter().zip(&b[blocks..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes both end with.
fn common_tail(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 4096;
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let (a, b) = (&a[..a.len() - blocks], &b[..b.len() - blocks]);
    blocks + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Lines with newlines between them, so that there is always one.
#[derive(Clone, Copy)]
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
        *self
    }

    fn estimate_tokens(&self) -> u32 {
        let bytes: usize = self.take(20).map(|line| line.len() + 1).sum();
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

    proptest::proptest! {
        #[test]
        fn without_its_fresh_regions_a_content_is_part_of_the_old_one(
            old in "[ab\n]{0,40}", new in "[ab\n]{0,40}"
        ) {
            let fresh = added(old.as_bytes(), new.as_bytes());
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
