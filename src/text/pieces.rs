//! A text that is read from its beginning and looked at piece by piece, because it is too large to be worth holding.

use std::io::{self, Read};

use super::Region;

/// How many bytes one piece adds to those before it. It stays in a core's own cache while it is looked at.
pub const PIECE: usize = 1 << 19;

/// A part of a text, and so much of what stands around it as decides what is in it.
#[derive(Debug, Default)]
pub struct Piece {
    /// The part, and what stands around it.
    pub bytes: Vec<u8>,
    /// The part. The parts of all pieces follow each other and make the text; each begins a multiple of [`PIECE`] behind the first.
    pub part: Region,
}

/// Reads a text and cuts it into pieces.
#[derive(Debug)]
pub struct Pieces<R> {
    from: R,
    around: usize,
    /// The end of the last piece, with which the next one begins.
    kept: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Begin,
    Middle,
    End,
}

impl<R: Read> Pieces<R> {
    /// Cuts what is read from `from`. Each part has `around` bytes of the text on each side, where there are so many.
    pub fn new(from: R, around: usize) -> Self {
        Self { from, around, kept: Vec::new(), state: State::Begin }
    }

    /// Puts the next piece into `piece`, whose memory is used again. False where there is none left.
    ///
    /// # Errors
    /// As reading; nothing can be said about the text then.
    pub fn next(&mut self, piece: &mut Piece) -> io::Result<bool> {
        let (before, more) = match self.state {
            State::Begin => (0, PIECE + self.around),
            State::Middle => (self.around, PIECE),
            State::End => return Ok(false),
        };
        let Piece { bytes, part } = piece;
        bytes.clear();
        bytes.extend_from_slice(&self.kept);
        let read = self.from.by_ref().take(more as u64).read_to_end(bytes)?;
        if read < more {
            self.state = State::End;
            *part = Region::new(before.min(bytes.len()), bytes.len());
            return Ok(true);
        }
        self.state = State::Middle;
        *part = Region::new(before, before + PIECE);
        self.kept.clear();
        self.kept.extend_from_slice(&bytes[part.end.saturating_sub(self.around)..]);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_all_pieces_make_the_text_and_each_has_what_stands_around_it() {
        const AROUND: usize = 1000;
        for len in
            [0, 1, AROUND, PIECE - 1, PIECE, PIECE + AROUND - 1, PIECE + AROUND, PIECE + AROUND + 1, 3 * PIECE + 7]
        {
            let text: Vec<u8> = (0..=250).cycle().take(len).collect();
            let mut pieces = Pieces::new(&text[..], AROUND);
            let mut piece = Piece::default();
            let mut at = 0;
            while pieces.next(&mut piece).expect("a slice can be read") {
                assert_eq!(at % PIECE, 0);
                let part = piece.part;
                let before = at.min(AROUND);
                let after = (len - at - part.len()).min(AROUND);
                assert_eq!(part, Region::new(before, before + part.len()));
                assert!(piece.bytes == text[at - before..at + part.len() + after], "{len} bytes, the piece at {at}");
                at += part.len();
            }
            assert_eq!(at, len);
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_taken_for_the_end() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::InvalidData.into())
            }
        }
        let text = vec![b'x'; PIECE * 2];
        let mut pieces = Pieces::new((&text[..]).chain(Broken), 10);
        let mut piece = Piece::default();
        assert!(pieces.next(&mut piece).expect("the first is there"));
        assert!(pieces.next(&mut piece).is_err());
    }
}
