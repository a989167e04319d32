//! Who signed what an audit has looked at: the share that stands, the states, the signers, and since when.

use std::io::{self, Write};

use super::Paint;
use crate::judge::{Report, Share};
use crate::output::words::{clean, day};

/// More signers are counted and not named.
const MOST: usize = 20;

/// Nothing where nobody has asked for it.
pub(super) fn write(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let Some(signed) = &report.signed else { return Ok(()) };
    let total = signed.total();
    let percent = (total.stand * 100).checked_div(total.all).unwrap_or_default();
    writeln!(out, "{}", paint.bold("Signatures"))?;
    writeln!(out, "{} of {} commits and tags are signed by somebody who may ({percent} %)", total.stand, total.all)?;
    for (state, share) in &signed.states {
        line(state, *share, out)?;
    }
    let signers = signed.by_number();
    if !signers.is_empty() {
        writeln!(out, "by")?;
    }
    for (name, share) in signers.iter().take(MOST) {
        line(&clean(name), *share, out)?;
    }
    if signers.len() > MOST {
        writeln!(out, "  and {} others", signers.len() - MOST)?;
    }
    writeln!(out)
}

fn line(name: &str, Share { all, stand, times }: Share, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "  {all:>7}  {name}")?;
    if stand < all && stand > 0 {
        write!(out, ", {stand} accepted")?;
    }
    match times {
        Some((first, last)) => writeln!(out, ", {} to {}", day(first), day(last)),
        None => writeln!(out),
    }
}
