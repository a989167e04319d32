//! The line that a secret stands on, as it may be shown: every secret in it replaced, cut around the finding, cleaned for a terminal.

use crate::finding::Excerpt;
use crate::secret::REDACTED;
use crate::text::{Region, line_around};

/// How much of a long line is shown before and behind a secret, in bytes.
const BEFORE: usize = 60;
const BEHIND: usize = 40;
/// The shortest secret whose other occurrences on the line are replaced too; shorter ones are in every other word.
const SHORTEST_REPEAT: usize = 4;

/// The part of the text that is shown for a secret: its first line, or the part of it that stands around the secret.
pub(super) fn shown(text: &[u8], secret: Region) -> Region {
    let line = line_around(text, Region::new(secret.start, secret.start));
    let start = line.start.max(secret.start.saturating_sub(BEFORE));
    Region::new(start, line.end.min(secret.end.saturating_add(BEHIND)).max(start))
}

/// What may be shown of `shown`, a part of a line with `secret` in it, when `secrets` are all that touch it.
pub(super) fn excerpt(text: &[u8], shown: Region, secret: Region, secrets: &[Region]) -> Excerpt {
    let mut hidden: Vec<Region> =
        secrets.iter().copied().chain([secret]).filter(|region| region.overlaps(shown)).collect();
    let part = shown.of(text);
    for region in hidden.clone() {
        let bytes = region.of(text);
        if bytes.len() >= SHORTEST_REPEAT {
            hidden.extend(
                memchr::memmem::find_iter(part, bytes)
                    .map(|at| Region::new(shown.start + at, shown.start + at + bytes.len())),
            );
        }
    }
    let hidden: crate::text::Regions = hidden.into_iter().collect();
    let line = line_around(text, Region::new(secret.start, secret.start));
    let mut excerpt = Excerpt { text: String::new(), mark: 0 };
    if shown.start > line.start {
        excerpt.text.push('…');
    }
    let mut at = shown.start;
    for region in hidden.iter().filter(|region| region.overlaps(shown)) {
        push_clean(&mut excerpt.text, &text[at.min(region.start)..region.start]);
        if region.contains(Region::new(secret.start, secret.start)) {
            excerpt.mark = excerpt.text.chars().count();
        }
        excerpt.text.push_str(REDACTED);
        at = region.end.min(shown.end);
    }
    push_clean(&mut excerpt.text, &text[at..shown.end]);
    if shown.end < line.end {
        excerpt.text.push('…');
    }
    excerpt
}

/// Adds bytes as they may be shown: what is no UTF-8 as U+FFFD, a tab as a space, and no other control characters.
fn push_clean(line: &mut String, bytes: &[u8]) {
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\t' => line.push(' '),
            '\r' | '\n' => {}
            '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
                line.push(char::REPLACEMENT_CHARACTER);
            }
            _ if character.is_control() => line.push(char::REPLACEMENT_CHARACTER),
            _ => line.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, secret: &str) -> Excerpt {
        let start = text.find(secret).expect("it is there");
        let secret = Region::new(start, start + secret.len());
        excerpt(text.as_bytes(), shown(text.as_bytes(), secret), secret, &[])
    }

    #[test]
    fn a_secret_is_replaced_wherever_it_stands_on_the_line() {
        let found = of("a\nkey = hunter2 # hunter2!\nb", "hunter2");
        assert_eq!(found, Excerpt { text: format!("key = {REDACTED} # {REDACTED}!"), mark: 6 });
    }

    #[test]
    fn a_long_line_is_cut_around_the_secret() {
        let found = of(&format!("{}SECRET{}", "ä".repeat(500), "b".repeat(500)), "SECRET");
        assert!(
            found.text.starts_with('…') && found.text.ends_with('…') && found.text.chars().count() < 120,
            "{}",
            found.text
        );
    }

    #[test]
    fn the_first_line_of_a_longer_secret_is_shown() {
        assert_eq!(of("x: BEGIN\nbody\nEND", "BEGIN\nbody\nEND").text, format!("x: {REDACTED}"));
    }

    #[test]
    fn terminal_escapes_do_not_get_through() {
        assert_eq!(of("\u{1b}[31mkey\u{202e} hunter2", "hunter2").text, format!("\u{fffd}[31mkey\u{fffd} {REDACTED}"));
    }
}
