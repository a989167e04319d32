//! Who signed what an audit has looked at, as two tables.

use std::io::{self, Write};

use crate::judge::{Report, Share};
use crate::output::markup::Text;
use crate::output::words::day;

/// More signers are counted and not named.
const MOST: usize = 50;

/// Nothing where nobody has asked for it.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(signed) = &report.signed else { return Ok(()) };
    let Share { all, stand, .. } = signed.total();
    let percent = (stand * 100).checked_div(all).unwrap_or_default();
    writeln!(out, "<section id=\"signed\">\n<h2>Signatures</h2>")?;
    writeln!(out, "<p>{stand} of {all} commits and tags are signed by somebody who may ({percent} %).</p>")?;
    table("State", signed.states.iter().map(|(state, share)| (*state, *share)), out)?;
    let signers = signed.by_number();
    if !signers.is_empty() {
        table("Signer", signers.iter().take(MOST).copied(), out)?;
    }
    if signers.len() > MOST {
        writeln!(out, "<p class=\"faint\">and {} others</p>", signers.len() - MOST)?;
    }
    writeln!(out, "</section>")
}

fn table<'a>(head: &str, rows: impl Iterator<Item = (&'a str, Share)>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<table>\n<thead><tr><th scope=\"col\">{head}</th><th scope=\"col\">Number</th><th scope=\"col\">Accepted</th>\
         <th scope=\"col\">First</th><th scope=\"col\">Last</th></tr></thead>\n<tbody>"
    )?;
    for (name, Share { all, stand, times }) in rows {
        let (first, last) = times.map(|(first, last)| (day(first), day(last))).unwrap_or_default();
        writeln!(
            out,
            "<tr><td>{}</td><td class=\"number\">{all}</td><td class=\"number\">{stand}</td><td>{first}</td><td>{last}</td></tr>",
            Text(name)
        )?;
    }
    writeln!(out, "</tbody>\n</table>")
}
