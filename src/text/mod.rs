//! Bytes before detection: which parts of a content are fresh, where its lines are, and how its text is encoded.

mod encoding;
mod lines;
mod region;

pub use encoding::{View, views};
pub use lines::{Position, Positions, line_around};
pub use region::{Fresh, Region, Regions};
