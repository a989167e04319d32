//! Lines and columns of a text, for people: both count from 1, columns in Unicode code points.

use super::Region;

/// Where an offset stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in code points; a byte that is no UTF-8 counts as one.
    pub column: usize,
}

/// Turns ascending offsets of a text into positions in one pass, so that many findings in one long line cost no more than
/// one.
#[derive(Debug)]
pub struct Positions<'a> {
    text: &'a [u8],
    offset: usize,
    at: Position,
}

impl<'a> Positions<'a> {
    /// Begins at the start of `text`.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, offset: 0, at: Position { line: 1, column: 1 } }
    }

    /// Where `offset` stands. An offset before the last one asked for starts the count again.
    pub fn of(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        if offset < self.offset {
            *self = Self::new(self.text);
        }
        let passed = &self.text[self.offset..offset];
        match memchr::memrchr(b'\n', passed) {
            Some(last) => {
                self.at.line += memchr::memchr_iter(b'\n', passed).count();
                self.at.column = 1 + code_points(&passed[last + 1..]);
            }
            None => self.at.column += code_points(passed),
        }
        self.offset = offset;
        self.at
    }
}

/// Counts every byte that does not continue a UTF-8 sequence.
fn code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// How much of a line counts as being around something on it, on each side, in bytes.
pub const AROUND: usize = 1024;

/// The whole lines that `region` lies in, without the last line's newline; of lines of megabytes so much as is around it, because whoever asks
/// asks for every candidate.
#[must_use]
pub fn line_around(text: &[u8], region: Region) -> Region {
    let end = region.end.min(text.len());
    let start = region.start.min(end);
    let from = start.saturating_sub(AROUND);
    let first = memchr::memrchr(b'\n', &text[from..start]).map_or(from, |newline| from + newline + 1);
    // A region that ends with a newline ends on that line, not on the next one.
    let inside = if end > start && text[end - 1] == b'\n' { end - 1 } else { end };
    let until = text.len().min(inside.saturating_add(AROUND));
    let last = memchr::memchr(b'\n', &text[inside..until]).map_or(until, |newline| inside + newline);
    Region::new(first, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_code_points() {
        let text = "a\näöü=x\n".as_bytes();
        let mut positions = Positions::new(text);
        assert_eq!(positions.of(0), Position { line: 1, column: 1 });
        assert_eq!(positions.of(2), Position { line: 2, column: 1 });
        assert_eq!(positions.of(9), Position { line: 2, column: 5 });
        assert_eq!(positions.of(text.len()), Position { line: 3, column: 1 });
        assert_eq!(positions.of(0), Position { line: 1, column: 1 }, "going back starts again");
    }

    #[test]
    fn a_line_ends_before_its_newline() {
        let text = b"one\ntwo\nthree";
        assert_eq!(line_around(text, Region::new(5, 6)), Region::new(4, 7));
        assert_eq!(line_around(text, Region::new(4, 8)), Region::new(4, 7));
        assert_eq!(line_around(text, Region::new(5, 9)), Region::new(4, 13));
        assert_eq!(line_around(text, Region::new(13, 13)), Region::new(8, 13));
    }

    #[test]
    fn of_a_line_of_megabytes_a_part_is_around() {
        let text = vec![b'x'; 1 << 20];
        let middle = Region::new(1 << 19, (1 << 19) + 3);
        assert_eq!(line_around(&text, middle), Region::new(middle.start - AROUND, middle.end + AROUND));
    }
}
