//! The picture in which bars stand along the time, as the pages have it: its size, and its lines with their numbers.

use std::io::{self, Write};

pub(in crate::output) const WIDTH: usize = 1000;
pub(in crate::output) const HEIGHT: usize = 150;
/// Room for the numbers on the left.
pub(in crate::output) const LEFT: usize = 34;
/// Where the times stand below.
pub(in crate::output) const TIMES: usize = HEIGHT + 18;

/// The picture's begin, up to the even number `top`.
pub(in crate::output) fn begin(label: &str, top: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<svg class=\"timeline\" viewBox=\"0 -8 {WIDTH} {}\" role=\"img\" aria-label=\"{label}\">",
        HEIGHT + 30
    )?;
    for (number, y) in [(top, 0), (top / 2, HEIGHT / 2), (0, HEIGHT)] {
        writeln!(out, "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/>")?;
        writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{number}</text>", LEFT - 8, y + 4)?;
    }
    Ok(())
}
