//! Bytes before detection: which parts of a content are fresh, where its lines are, how its text is encoded, what is encoded
//! or packed in it, and how a large one is read.

mod archive;
mod encoded;
mod encoding;
mod hex;
mod lines;
mod pieces;
mod region;

pub use archive::{Packed, is_packed, unpack};
pub use encoded::{DEPTH, Decoded, Which, decode, has_escapes, is_cut};
pub use encoding::{View, has_other_views, is_plain, views};
pub use hex::hex;
pub use lines::{AROUND, Position, Positions, line_around};
pub use pieces::{PIECE, Piece, Pieces};
pub use region::{Copied, Fresh, Region, Regions};
