//! Bytes before detection: which parts of a content are fresh, where its lines are, and how its text is encoded.

mod encoding;
mod lines;
mod region;

pub use encoding::{View, has_other_views, views};
pub use lines::{AROUND, Position, Positions, line_around};
pub use region::{Copied, Fresh, Region, Regions};
