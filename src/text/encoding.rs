//! How the text of a content is encoded.
//!
//! Every content is looked at as the bytes that it is; that is the first view. A content that holds NUL bytes or begins with
//! a byte order mark may hide text from a reader of bytes, so it gets a second view in which UTF-16 is decoded:
//!
//! * with a byte order mark, all of it (Unicode standard, 23.8);
//! * otherwise every run of ASCII characters that are one NUL apart, wherever it stands and whichever byte comes first: a
//!   big-endian run is a little-endian one that begins a byte later. Secrets are ASCII, so this finds them in UTF-16 without a
//!   mark, and in UTF-16 strings inside of binary files.

use std::borrow::Cow;

use super::{Copied, Region};

/// The fewest characters that make a run of UTF-16 without a byte order mark worth looking at.
const SHORTEST_RUN: usize = 6;
/// How many units lie between two checkpoints of the offset map.
const CHECKPOINT: usize = 1024;
/// What stands between two runs in the decoded text: no part of any secret, and not a newline, so that lines stay countable.
const GAP: u8 = 0;

/// One way to read a content: its text, and where each byte of the text comes from.
#[derive(Debug)]
pub struct View<'a> {
    /// The text in an encoding that is a superset of ASCII.
    pub text: Cow<'a, [u8]>,
    map: Map<'a>,
}

#[derive(Debug)]
enum Map<'a> {
    /// The text is the content.
    Same,
    /// The text was decoded from all units of `content`, behind the mark.
    Units { order: ByteOrder, content: &'a [u8], checkpoints: Vec<Point> },
    /// The text is made of runs; each point begins one, whose characters are two bytes apart in the content.
    Runs(Vec<Point>),
}

/// An offset in the text, and the offset in the content that it comes from.
#[derive(Clone, Copy, Debug)]
struct Point {
    text: usize,
    content: usize,
}

#[derive(Clone, Copy, Debug)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn of_mark(content: &[u8]) -> Option<Self> {
        match content {
            [0xFF, 0xFE, ..] => Some(Self::Little),
            [0xFE, 0xFF, ..] => Some(Self::Big),
            _ => None,
        }
    }

    /// The characters of `units` with the offset of each; what is no character is U+FFFD. A last odd byte is left out.
    fn decode(self, units: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
        let mut offset = 0;
        let (pairs, _) = units.as_chunks::<2>();
        char::decode_utf16(pairs.iter().map(move |pair| match self {
            Self::Little => u16::from_le_bytes(*pair),
            Self::Big => u16::from_be_bytes(*pair),
        }))
        .map(move |decoded| {
            let at = offset;
            let character = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
            // A unit that stands alone is replaced by a character of one unit, so this holds for both.
            offset += 2 * character.len_utf16();
            (at, character)
        })
    }
}

/// Whether a content is to be read in more ways than as it is. Of one that was made from a content that is not, only what was not
/// copied from there needs to be asked.
#[must_use]
pub fn has_other_views(content: &[u8], copied: Option<&[Copied]>) -> bool {
    if ByteOrder::of_mark(content).is_some() {
        return true;
    }
    let mut at = 0;
    for copied in copied.into_iter().flatten() {
        let end = copied.to.min(content.len());
        if memchr::memchr(0, &content[at.min(end)..end]).is_some() {
            return true;
        }
        at = copied.to + copied.len;
    }
    content.get(at..).is_some_and(|rest| memchr::memchr(0, rest).is_some())
}

/// All ways in which `content` is to be read: always as it is, and decoded where it holds UTF-16.
#[must_use]
pub fn views(content: &[u8]) -> Vec<View<'_>> {
    let mut views = vec![View { text: Cow::Borrowed(content), map: Map::Same }];
    if let Some(order) = ByteOrder::of_mark(content) {
        views.push(decode_units(content, order));
    } else if memchr::memchr(0, content).is_some() {
        views.extend(decode_runs(content));
    }
    views
}

/// Whether `content` is to be read as the bytes that it is, and in no other way. True for each of the pieces of a content, it is true for the
/// whole.
#[must_use]
pub fn is_plain(content: &[u8]) -> bool {
    !has_other_views(content, None)
}

fn decode_units(content: &[u8], order: ByteOrder) -> View<'_> {
    let mut text = String::with_capacity(content.len() / 2);
    let mut checkpoints = Vec::new();
    for (count, (offset, character)) in order.decode(&content[2..]).enumerate() {
        if count % CHECKPOINT == 0 {
            checkpoints.push(Point { text: text.len(), content: 2 + offset });
        }
        text.push(character);
    }
    View { text: Cow::Owned(text.into_bytes()), map: Map::Units { order, content, checkpoints } }
}

/// Whether a byte is a character of text when a NUL stands beside it.
fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

fn decode_runs(content: &[u8]) -> Option<View<'_>> {
    let mut text = Vec::new();
    let mut points = Vec::new();
    let mut from = 0;
    // A run has a NUL behind its first character, so only NULs need to be looked for.
    while let Some(nul) = memchr::memchr(0, &content[from..]).map(|found| from + found) {
        from = nul + 1;
        if nul == 0 || !is_text(content[nul - 1]) {
            continue;
        }
        let start = nul - 1;
        let (pairs, rest) = content[start..].as_chunks::<2>();
        let whole = pairs.iter().take_while(|[low, high]| is_text(*low) && *high == 0).count();
        // In the big-endian order the last character has no NUL behind it.
        let last = match pairs.get(whole) {
            Some([low, _]) => Some(*low),
            None => rest.first().copied(),
        };
        let big = start > 0 && content[start - 1] == 0;
        let last = last.filter(|byte| big && is_text(*byte));
        from = start + 2 * whole;
        if whole + usize::from(last.is_some()) < SHORTEST_RUN {
            continue;
        }
        if !points.is_empty() {
            text.push(GAP);
        }
        // So its units begin at the NUL before.
        let unit = if last.is_some() { start - 1 } else { start };
        points.push(Point { text: text.len(), content: unit });
        text.extend(pairs[..whole].iter().map(|[low, _]| *low).chain(last));
    }
    (!points.is_empty()).then_some(View { text: Cow::Owned(text), map: Map::Runs(points) })
}

impl View<'_> {
    /// Where the byte at `offset` of the text begins in the content.
    #[must_use]
    pub fn content_offset(&self, offset: usize) -> usize {
        match &self.map {
            Map::Same => offset,
            Map::Runs(points) => {
                let point = before(points, |point| point.text <= offset);
                point.content + 2 * (offset - point.text)
            }
            Map::Units { order, content, checkpoints } => {
                let point = before(checkpoints, |point| point.text <= offset);
                let mut text = point.text;
                for (at, character) in order.decode(&content[point.content.min(content.len())..]) {
                    text += character.len_utf8();
                    if text > offset {
                        return point.content + at;
                    }
                }
                content.len()
            }
        }
    }

    /// The region of the content that `region` of the text was decoded from.
    #[must_use]
    pub fn content_region(&self, region: Region) -> Region {
        match &self.map {
            Map::Same => region,
            _ if region.is_empty() => {
                let at = self.content_offset(region.start);
                Region::new(at, at)
            }
            // The last byte's own unit, whole: what follows it may be a gap.
            Map::Runs(_) => Region::new(self.content_offset(region.start), self.content_offset(region.end - 1) + 2),
            Map::Units { .. } => Region::new(self.content_offset(region.start), self.content_offset(region.end)),
        }
    }

    /// The region of the text that `region` of the content is decoded to, rounded outwards to whole characters.
    #[must_use]
    pub fn text_region(&self, region: Region) -> Region {
        Region::new(self.text_offset(region.start, false), self.text_offset(region.end, !region.is_empty()))
    }

    /// Where the content's `offset` stands in the text: the start of the character that it lies in, or the end of it.
    fn text_offset(&self, offset: usize, round_up: bool) -> usize {
        match &self.map {
            Map::Same => offset,
            Map::Runs(points) => {
                let point = before(points, |point| point.content <= offset);
                let next = points.iter().find(|next| next.text > point.text).map_or(self.text.len(), |next| next.text);
                let distance = offset.saturating_sub(point.content);
                (point.text + if round_up { distance.div_ceil(2) } else { distance / 2 }).min(next)
            }
            Map::Units { order, content, checkpoints } => {
                let point = before(checkpoints, |point| point.content <= offset);
                let mut text = point.text;
                for (at, character) in order.decode(&content[point.content.min(content.len())..]) {
                    let start = point.content + at;
                    let end = start + 2 * character.len_utf16();
                    if start >= offset || (!round_up && end > offset) {
                        return text;
                    }
                    text += character.len_utf8();
                }
                text
            }
        }
    }
}

/// The last point for which `holds`, or the first one, or the very beginning.
fn before(points: &[Point], holds: impl Fn(&Point) -> bool) -> Point {
    let index = points.partition_point(holds);
    points.get(index.saturating_sub(1)).copied().unwrap_or(Point { text: 0, content: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    /// Every occurrence of `word` in the second view maps back to its own bytes, and those map to it.
    fn assert_found(content: &[u8], word: &str, encoded: &[u8]) {
        let views = views(content);
        let view = &views[1];
        let start =
            view.text.windows(word.len()).position(|window| window == word.as_bytes()).expect("the word is there");
        let region = Region::new(start, start + word.len());
        let source = view.content_region(region);
        assert_eq!(source.of(content), encoded);
        assert_eq!(view.text_region(source), region);
    }

    #[test]
    fn plain_bytes_have_one_view() {
        assert_eq!(views(b"abc").len(), 1);
        assert_eq!(views(b"").len(), 1);
    }

    #[test]
    fn utf16_is_found_with_and_without_a_mark_in_both_orders() {
        for big in [false, true] {
            let word = utf16("password", big);
            let text = utf16("one\r\ntwo password=three\n", big);
            assert_found(&text, "password", &word);
            let mark: &[u8] = if big { &[0xFE, 0xFF] } else { &[0xFF, 0xFE] };
            assert_found(&[mark, &utf16("äöü😀", big), &text].concat(), "password", &word);
        }
    }

    #[test]
    fn utf16_inside_of_binary_bytes_is_found_at_any_offset() {
        for padding in 0..4 {
            let content = [&[0x90_u8; 3][..], &vec![1; padding], &utf16("token=abc", false), &[0, 0, 7, 0]].concat();
            assert_found(&content, "token=abc", &utf16("token=abc", false));
        }
    }

    #[test]
    fn many_characters_map_through_the_checkpoints() {
        let text = "ä".repeat(5000) + "password" + &"ö".repeat(3000);
        let content = [&[0xFF, 0xFE][..], &utf16(&text, false)].concat();
        assert_found(&content, "password", &utf16("password", false));
    }
}
