//! The table: one finding a row, the most urgent first.

use std::io::{self, Write};

use crate::finding::{Excerpt, Finding, Origin, Sighting};
use crate::judge::{Judged, Report};
use crate::output::markup::Text;
use crate::output::tally::by_urgency;
use crate::output::words::{day, refs, spot};
use crate::secret::REDACTED;

/// The others stand in the details.
const REFS: usize = 3;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    by_urgency(report).into_iter().try_for_each(|judged| row(judged, out))
}

fn row(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let Judged { finding, level } = judged;
    let Finding { rule, confidence, preview, origin, .. } = finding;
    let head = match origin {
        None => "",
        Some(origin) if origin.at_head => "yes",
        Some(_) => "no",
    };
    let (level, rank) = (level.as_str(), *level as u8);
    writeln!(out, "<tr data-rule=\"{}\" data-level=\"{level}\" data-head=\"{head}\">", Text(rule.id))?;
    writeln!(out, "<td data-label=\"Level\" data-sort=\"{rank}\"><span class=\"badge {level}\">{level}</span></td>")?;
    let pair = finding.pair.map_or_else(String::new, |id| format!(", its id on line {}", id.start.line));
    let (id, summary, preview) = (Text(rule.id), Text(rule.summary), Text(preview));
    writeln!(
        out,
        "<td class=\"secret\" data-label=\"Secret\" data-sort=\"{id}\"><span>{summary}</span><span class=\"faint\">{id}, {}{pair}</span><code>{preview}</code></td>",
        confidence.as_str()
    )?;
    place(finding, out)?;
    match head {
        "" => empty("At HEAD", out)?,
        head => {
            let (rank, class) = if head == "yes" { (1, "reject") } else { (0, "plain") };
            let badge = format!("<span class=\"badge {class}\">{head}</span>");
            writeln!(out, "<td data-label=\"At HEAD\" data-sort=\"{rank}\">{badge}</td>")?;
        }
    }
    let origin = origin.as_ref();
    seen("Introduced", origin.and_then(|origin| origin.first.as_ref()), out)?;
    seen("Last seen", origin.and_then(|origin| origin.last.as_ref()), out)?;
    spread(origin, out)?;
    writeln!(out, "</tr>")
}

fn empty(label: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<td class=\"empty\" data-label=\"{label}\"></td>")
}

fn place(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let at = format!("{}:{}:{}", finding.location.name(), finding.location.start.line, finding.location.start.column);
    let repository = finding.origin.as_ref().and_then(|origin| origin.repository.as_deref());
    let at = Text(repository.map_or(at.clone(), |repository| format!("{repository}: {at}")));
    writeln!(out, "<td class=\"where\" data-label=\"Where\" data-sort=\"{at}\"><span class=\"path\">{at}</span>")?;
    excerpt(&finding.excerpt, out)?;
    write!(out, "<details><summary>Details</summary><dl>")?;
    details(finding, out)?;
    writeln!(out, "</dl></details></td>")
}

/// The line, with the finding's place-holder marked.
fn excerpt(excerpt: &Excerpt, out: &mut dyn Write) -> io::Result<()> {
    let at = excerpt.text.char_indices().nth(excerpt.mark).map_or(excerpt.text.len(), |(at, _)| at);
    let (before, after) = excerpt.text.split_at(at);
    write!(out, "<code class=\"excerpt\">{}", Text(before))?;
    match after.strip_prefix(REDACTED) {
        Some(after) => write!(out, "<mark>{REDACTED}</mark>{}", Text(after))?,
        None => write!(out, "{}", Text(after))?,
    }
    writeln!(out, "</code>")
}

/// What is asked for when one finding is looked into.
fn details(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let mut detail = |name: &str, text: &str| write!(out, "<dt>{name}</dt><dd>{}</dd>", Text(text));
    if let Some(repository) = finding.origin.as_ref().and_then(|origin| origin.repository.as_deref()) {
        detail("repository", repository)?;
    }
    detail("why", &finding.reason)?;
    if let Some(fingerprint) = &finding.fingerprint {
        detail("fingerprint", &fingerprint.0)?;
    }
    for (name, oid) in [("blob", finding.location.blob), ("commit", finding.location.commit)] {
        if let Some(oid) = oid {
            detail(name, &oid.to_string())?;
        }
    }
    let Some(origin) = &finding.origin else { return Ok(()) };
    for (name, sighting) in [("introduced", &origin.first), ("last seen", &origin.last)] {
        if let Some(sighting) = sighting {
            detail(name, &format!("{} at {} in {}", sighting.author, spot(sighting), sighting.commit))?;
        }
    }
    if origin.refs.len() > REFS {
        detail("refs", &refs(origin, usize::MAX))?;
    }
    Ok(())
}

fn seen(label: &str, sighting: Option<&Sighting>, out: &mut dyn Write) -> io::Result<()> {
    let Some(Sighting { commit, author, time, .. }) = sighting else { return empty(label, out) };
    let day = Text(day(*time));
    let (author, commit) = (Text(author), commit.short());
    writeln!(
        out,
        "<td class=\"seen\" data-label=\"{label}\" data-sort=\"{time}\"><span>{day}</span><span class=\"faint\">{author}</span><code>{commit}</code></td>"
    )
}

/// How far it has spread.
fn spread(origin: Option<&Origin>, out: &mut dyn Write) -> io::Result<()> {
    let Some(origin) = origin else {
        return ["Refs", "Objects", "Paths"].into_iter().try_for_each(|label| empty(label, out));
    };
    let (number, names) = (origin.refs.len() as u64 + origin.more_refs, Text(refs(origin, REFS)));
    writeln!(
        out,
        "<td class=\"refs\" data-label=\"Refs\" data-sort=\"{number}\"><span class=\"faint\">{names}</span></td>"
    )?;
    for (label, number) in [("Objects", origin.objects), ("Paths", origin.paths)] {
        writeln!(out, "<td class=\"number\" data-label=\"{label}\" data-sort=\"{number}\"><span>{number}</span></td>")?;
    }
    Ok(())
}
