//! One file that a security team opens in a browser: what it adds up to, and a table to search. It asks nothing of any other
//! computer, runs nothing but its own script, and shows all of it without that.

pub(super) mod axis;
mod charts;
mod rows;
mod signed;

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::markup::Text;
use super::remedy::steps;
use super::tally::{Totals, by_kind, by_urgency, has_history};
use super::words;
use super::{count, looked_at};
use crate::judge::{Report, Verdict};
use crate::scope::{Gap, Scope};

/// What Rust fills in stands in double braces.
const PAGE: &str = include_str!("html/page.html");
pub(super) const STYLE: &str = include_str!("html/report.css");
const SCRIPT: &str = include_str!("html/report.js");

/// More of what was not looked at is folded away: it would push everything else off the screen.
const GAPS: usize = 6;

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        out.write_all(before.as_bytes())?;
        fill(name, report, out)?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

fn fill(name: &str, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match name {
        "policy" => policy(out),
        "style" => out.write_all(STYLE.as_bytes()),
        "script" => out.write_all(SCRIPT.as_bytes()),
        "title" => write!(out, "{}", Text(title(&report.scope))),
        "looked" => write!(out, "Looked at: {}", Text(looked_at(report))),
        "verdict" => verdict(report, out),
        "tiles" => tiles(report, out),
        "gaps" => gaps(report, out),
        "timeline" => charts::timeline(report, out),
        "charts" => charts::kinds(report, out),
        "signed" => signed::write(report, out),
        "rules" => rules(report, out),
        "rows" => rows::write(report, out),
        "remedies" => remedies(report, out),
        _ => Err(io::Error::other("the page asks for something that nobody fills in")),
    }
}

/// The browser is told to ask for nothing and to run nothing but these two texts: were there ever a hole in the escaping,
/// what came through it would still not run.
fn policy(out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// As a page's policy names a text that it lets in.
pub(super) fn hash(text: &str) -> String {
    base64(&Sha256::digest(text))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = (0..3).fold(0, |number, at| number << 8 | usize::from(chunk.get(at).copied().unwrap_or_default()));
        for digit in 0..4 {
            let is_there = digit <= chunk.len();
            text.push(if is_there { char::from(DIGITS[number >> (18 - 6 * digit) & 63]) } else { '=' });
        }
    }
    text
}

fn title(scope: &Scope) -> &'static str {
    match scope {
        Scope::Staged { .. } => "Secrets in what is staged",
        Scope::Range(_) => "Secrets in a range of commits",
        Scope::Files { .. } => "Secrets in files",
        Scope::Message(_) => "Secrets in a commit message",
        Scope::Stdin => "Secrets in standard input",
        Scope::History => "Secrets in the whole history",
        Scope::Push(_) => "What a push breaks",
        Scope::Signatures(_) => "Signatures",
    }
}

fn verdict(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let text = match report.verdict {
        Verdict::Accept => "Accepted",
        Verdict::Reject => "Rejected",
        Verdict::Incomplete if report.lets_gaps_in => "Incomplete, and let in all the same",
        Verdict::Incomplete => "Incomplete, so not accepted",
    };
    write!(out, "<p class=\"badge {}\">{text}</p>", report.verdict.as_str())
}

fn tiles(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let totals = Totals::of(report, None);
    let gaps = report.coverage.gaps.len() as u64;
    let providers = by_kind(report, |finding| Some(finding.rule.provider.to_owned())).len() as u64;
    let is_one = totals.all == 1;
    let mut tiles = Vec::new();
    if has_history(report) {
        // An audit has one finding a secret, however often that occurs.
        tiles.push((totals.all, if is_one { "secret" } else { "secrets" }, false));
        tiles.push((totals.at_head, "still at HEAD", totals.at_head > 0));
        tiles.push((totals.on_no_ref, "on no ref", false));
    } else {
        tiles.push((totals.all, if is_one { "finding" } else { "findings" }, false));
    }
    tiles.push((totals.rejected, "at level reject", false));
    tiles.push((totals.annotated, "at level annotate", false));
    tiles.push((providers, if providers == 1 { "provider" } else { "providers" }, false));
    if gaps > 0 {
        tiles.push((gaps, "not looked at", true));
    }
    for (number, name, is_hot) in tiles {
        let class = if is_hot { " class=\"hot\"" } else { "" };
        writeln!(out, "<li{class}><b>{number}</b><span>{name}</span></li>")?;
    }
    Ok(())
}

fn gaps(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let gaps = &report.coverage.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"gaps\">\n<h2>Not looked at</h2>")?;
    let (shown, folded) = gaps.split_at(gaps.len().min(GAPS));
    list(shown, out)?;
    if !folded.is_empty() {
        write!(out, "<details><summary>and {} more</summary>", folded.len())?;
        list(folded, out)?;
        writeln!(out, "</details>")?;
    }
    writeln!(out, "</section>")
}

fn list(gaps: &[Gap], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<ul>")?;
    for gap in gaps {
        writeln!(out, "<li>{}: {}</li>", Text(&gap.what), Text(&gap.why))?;
    }
    writeln!(out, "</ul>")
}

/// The rules to choose from.
fn rules(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rules = by_kind(report, |finding| Some(finding.rule.id.to_owned()));
    rules.sort_by(|a, b| a.name.cmp(&b.name));
    rules.iter().try_for_each(|rule| write!(out, "<option>{}</option>", Text(&rule.name)))
}

fn advice(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<ol>")?;
    for step in steps(Totals::of(report, None)) {
        write!(out, "<li>{}", Text(step.what))?;
        if !step.commands.is_empty() {
            let commands: Vec<_> = step.commands.iter().map(|command| Text(command).to_string()).collect();
            write!(out, "<pre><code>{}</code></pre>", commands.join("\n"))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ol>")
}

/// Where each kind is revoked and how it is replaced, once a rule.
fn remedies(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut told = std::collections::HashSet::new();
    let rules: Vec<_> = by_urgency(report).into_iter().map(|judged| judged.finding.rule).collect();
    let rules: Vec<_> = rules.into_iter().filter(|rule| told.insert(rule.id)).collect();
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section class=\"remedies\">\n<h2>What to do</h2>")?;
    if has_history(report) {
        advice(report, out)?;
    }
    writeln!(out, "<dl>")?;
    for rule in rules {
        let number = report.findings.iter().filter(|judged| judged.finding.rule.id == rule.id).count() as u64;
        let (id, number, revoke) = (Text(rule.id), count(number, "finding", "findings"), Text(rule.revoke));
        writeln!(out, "<dt>{}<br><span class=\"faint\">{id}, {number}</span></dt>", Text(rule.summary))?;
        if let Some(mend) = rule.mend() {
            writeln!(out, "<dd>{}</dd>", Text(mend))?;
            continue;
        }
        let is_address = rule.revoke.starts_with("https://") && rule.revoke.bytes().all(|byte| byte.is_ascii_graphic());
        let revoke = if is_address {
            format!("<a href=\"{revoke}\" rel=\"noopener noreferrer\">{revoke}</a>")
        } else {
            revoke.to_string()
        };
        writeln!(out, "<dd>Revoke: {revoke}<br>Rotate: {}</dd>", Text(rule.rotate))?;
    }
    writeln!(out, "</dl>\n</section>")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::finding::Excerpt;
    use crate::git::RepoPath;
    use crate::scope::Place;

    fn shown(report: &Report) -> String {
        let mut out = Vec::new();
        write(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The page without the two texts that are ours.
    fn outside(page: &str) -> String {
        page.replace(STYLE, "").replace(SCRIPT, "")
    }

    const HOSTILE: &str = "</code></td></script><script>alert(1)</script><img src=x onerror='alert(2)'>\"'`]]>--><!--{{rows}}&lt;\u{0}\u{1b}[2J\u{85}\u{202E}\u{2066}\u{200B}\r\n";

    #[test]
    fn a_history_has_totals_pictures_and_a_row_a_secret() {
        let page = shown(&sample::history());
        for part in [
            "<h1>Secrets in the whole history</h1>",
            "<p class=\"badge reject\">Rejected</p>",
            "<li><b>5</b><span>secrets</span></li>\n<li class=\"hot\"><b>1</b><span>still at HEAD</span></li>\n<li><b>1</b><span>on no ref</span></li>",
            "<li>big.bin: permission denied</li>",
            "<h2>When they were brought in</h2>",
            "<h2>By rule</h2>",
            "<li><a href=\"#q=A%20U%20Thor%20%3Cauthor%40example.org%3E\" title=\"A U Thor &lt;author@example.org&gt;\">",
            "<option>aws-access-key-id</option><option>generic-password</option>",
            "<tr data-rule=\"aws-access-key-id\" data-level=\"reject\" data-head=\"yes\">",
            "<code class=\"excerpt\">key = &quot;<mark>********</mark>&quot;</code>",
            "data-sort=\"1709632800\"><span>2024-03-05</span><span class=\"faint\">A U Thor &lt;author@example.org&gt;</span><code>aaaaaaaaaaaa</code>",
            "<a href=\"https://console.aws.amazon.com/iam\" rel=\"noopener noreferrer\">",
            "git filter-repo",
        ] {
            assert!(page.contains(part), "{part}\n{}", outside(&page));
        }
        assert_eq!(page.matches("<tr data-rule=").count(), 5);
        assert_eq!(page.matches("Revoke: ").count(), 2, "what is the same for all is said once");
        // Without a script all rows stand there, and nothing that would need one.
        assert!(!page.split("<tr ").skip(1).any(|row| row.split('>').next().unwrap_or_default().contains("hidden")));
        assert!(page.contains("<div id=\"controls\" class=\"controls\" hidden>"));
    }

    #[test]
    fn without_a_history_its_columns_are_empty_and_nothing_else_is_missing() {
        let page = shown(&sample::report(2));
        assert_eq!(page.matches("<tr data-rule=").count(), 2);
        assert_eq!(page.matches("<td class=\"empty\"").count(), 12);
        assert!(!page.contains("When they were brought in") && !page.contains("By author"), "{page}");
        let nothing = shown(&sample::report(0));
        assert!(nothing.contains("<li><b>0</b><span>findings</span></li>") && !nothing.contains("What to do"));
    }

    #[test]
    fn nothing_of_a_repository_is_markup() {
        let plain = outside(&shown(&sample::history()));
        let mut report = sample::history();
        report.coverage.gaps = vec![Gap { what: HOSTILE.to_owned(), why: HOSTILE.to_owned() }];
        for (number, judged) in report.findings.iter_mut().enumerate() {
            let finding = &mut judged.finding;
            let path = RepoPath::new([HOSTILE.as_bytes(), b"\xFF<"].concat());
            let mark = if number == 0 { 0 } else { 30 };
            finding.excerpt = Excerpt { text: format!("{HOSTILE}{HOSTILE}"), mark };
            finding.preview = HOSTILE.to_owned();
            finding.reason = HOSTILE.to_owned();
            finding.location.place = if number == 1 { Place::Tag(path) } else { Place::File(path) };
            let mut first = sample::sighting('a', HOSTILE, 1_709_632_800, Some(HOSTILE), 1);
            let origin = finding.origin.as_mut().unwrap();
            origin.last = Some(first.clone());
            first.line = 2;
            origin.first = Some(first);
            origin.refs = (0..6).map(|number| format!("refs/heads/{number}{HOSTILE}")).collect();
        }
        let page = outside(&shown(&report));
        for markup in ["<script>alert", "<img", "onerror='", "onerror=\"", "]]>", "<!--", "</script><"] {
            assert!(!page.contains(markup), "{markup} in {page}");
        }
        assert!(page.contains("{{rows}}"), "a text that names a part of the page is not that part");
        let hidden = page.chars().find(|character| *character != '\n' && super::super::is_hidden(*character));
        assert_eq!(hidden, None, "{page}");
        // Every tag is one of ours: the hostile page has none that the plain one has not.
        let tags = |page: &str| {
            let names = page.split('<').skip(1).map(|rest| rest.split([' ', '>', '\n']).next().unwrap_or_default());
            names.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        assert!(tags(&page).is_subset(&tags(&plain)), "{:?} and {:?}", tags(&page), tags(&plain));
        // And no quote ends an attribute: between two tags the quotes are even.
        let is_even = |rest: &str| rest.split('>').next().unwrap_or_default().matches('"').count().is_multiple_of(2);
        assert!(page.split('<').skip(1).all(is_even), "{page}");
    }

    #[test]
    fn the_page_asks_nothing_of_anybody() {
        let page = shown(&sample::history());
        for word in [
            "src=\"",
            "@import",
            "url(",
            "fetch(",
            "XMLHttpRequest",
            "<link",
            "<iframe",
            "<base",
            "style=\"",
            "onclick",
        ] {
            assert!(!page.contains(word), "{word}");
        }
        assert!(page.contains("default-src 'none'; style-src 'sha256-"), "{page}");
        assert!(!page.contains("unsafe-"), "{page}");
    }

    #[test]
    fn hashes_are_written_as_browsers_read_them() {
        assert_eq!([&b""[..], b"f", b"fo", b"foo", b"foob"].map(base64), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
