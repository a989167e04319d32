//! Values that a name is given beside one in an assignment: the rest of a list, what stands in a map or a block, and a column of a table.

use crate::text::{Region, line_around};

/// How far into a text the names of a table's columns may stand.
const LONGEST_HEAD: usize = 400;

/// The `first` value of a name, and the others where it stands in a list or a map.
pub(super) fn in_braces(text: &[u8], name: Region, first: Region) -> Vec<Region> {
    let map = if is_many(name.of(text)) { in_map(text, first) } else { None };
    map.unwrap_or_else(|| [vec![first], in_list(text, first)].concat())
}

/// The quoted strings behind the `first` one of a list, `["VALUE", "VALUE"]`.
fn in_list(text: &[u8], first: Region) -> Vec<Region> {
    let [before @ .., quote @ (b'"' | b'\'')] = &text[..first.start] else { return Vec::new() };
    if !matches!(before.trim_ascii_end(), [.., b'[' | b'{']) {
        return Vec::new();
    }
    let next = |last: &Region| next_in_list(text, last.end, *quote);
    std::iter::successors(next(&first), next).collect()
}

/// The values of a map whose first key is `first`: `{"a": "VALUE", "b": "VALUE"}`. None where it is no key.
fn in_map(text: &[u8], first: Region) -> Option<Vec<Region>> {
    let [before @ .., quote @ (b'"' | b'\'')] = &text[..first.start] else { return None };
    let value = |key: Region| string_behind(text, key.end, *quote, b':');
    let next = |last: &Region| string_behind(text, last.end, *quote, b',').and_then(value);
    let first = value(first).filter(|_| before.trim_ascii_end().ends_with(b"{"))?;
    Some(std::iter::successors(Some(first), next).collect())
}

/// What `name` is given on the lines below it: `keys:`, and then `- VALUE` or `word: VALUE` on each, deeper than its own.
fn in_block(text: &[u8], name: Region) -> Vec<Region> {
    let indent = |line: &[u8]| line.iter().take_while(|byte| **byte == b' ').count();
    let own = line_around(text, Region::new(name.start, name.start)).start;
    let depth = indent(&text[own..]);
    let mut found = Vec::new();
    let Some(head) = memchr::memchr(b'\n', &text[name.end..]) else { return found };
    if text[name.end..name.end + head].trim_ascii() != b":" || own + depth != name.start {
        return found;
    }
    let mut at = name.end + head + 1;
    for line in text[at..].split_inclusive(|byte| *byte == b'\n') {
        let start = at;
        at += line.len();
        let told = line.trim_ascii();
        let is_item = told.starts_with(b"- ");
        if !(indent(line) > depth || indent(line) == depth && is_item) || told.is_empty() {
            break;
        }
        let value = if is_item {
            told.get(2..)
        } else {
            memchr::memmem::find(told, b": ").and_then(|colon| told.get(colon + 2..))
        };
        let Some(value) = value.map(<[u8]>::trim_ascii) else { continue };
        let bare = value.strip_prefix(b"\"").or_else(|| value.strip_prefix(b"'")).unwrap_or(value);
        let quotes = value.len() - bare.len();
        let from = start + line.trim_ascii_end().len() - bare.len();
        found.push(Region::new(from, from + bare.len().saturating_sub(quotes)));
    }
    found
}

/// The string of a list behind the one that ends at `end`, on its line or the next.
fn next_in_list(text: &[u8], end: usize, quote: u8) -> Option<Region> {
    // Keys of a map are none.
    string_behind(text, end, quote, b',').filter(|next| !text[next.end + 1..].trim_ascii_start().starts_with(b":"))
}

/// The string behind a sign behind the string that ends at `end`.
fn string_behind(text: &[u8], end: usize, quote: u8, sign: u8) -> Option<Region> {
    let space = |bytes: &[u8]| bytes.iter().take(40).take_while(|byte| byte.is_ascii_whitespace()).count();
    let rest = text.get(end..)?.strip_prefix(&[quote])?;
    let rest = rest[space(rest)..].strip_prefix(&[sign])?;
    let rest = rest[space(rest)..].strip_prefix(&[quote])?;
    let len = rest.iter().position(|byte| *byte == quote || matches!(byte, b'\n' | b'\\'))?;
    let start = text.len() - rest.len();
    (rest[len] == quote).then(|| Region::new(start, start + len))
}

/// Whether values may stand below `name`, as those of a block or a column do.
pub(super) fn may_head(text: &[u8], name: Region) -> bool {
    heads_block(text, name) || heads_column(text, name)
}

/// The values that stand below `name`.
pub(super) fn below(text: &[u8], name: Region) -> Vec<Region> {
    if heads_block(text, name) { in_block(text, name) } else { in_column(text, name) }
}

/// Whether `name` is that of several things, and its line ends behind it.
fn heads_block(text: &[u8], name: Region) -> bool {
    matches!(&text[name.end..], [b':', b'\n' | b'\r', ..]) && is_many(name.of(text))
}

fn is_many(name: &[u8]) -> bool {
    const ENDS: &[&[u8]] = &[b"secrets", b"tokens", b"keys", b"credentials", b"creds"];
    let name = name.to_ascii_lowercase();
    ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether `name` stands where the columns of a table are named.
fn heads_column(text: &[u8], name: Region) -> bool {
    name.start < LONGEST_HEAD && !text[..name.start].contains(&b'\n')
}

/// The values of the column that `name` heads, where the text is a table: its first line names as many columns as the others have.
fn in_column(text: &[u8], name: Region) -> Vec<Region> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let head = lines.next().unwrap_or_default();
    let is_head = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-. \"',;\t\r\n".contains(byte);
    let separator = head.iter().copied().find(|byte| b",;\t".contains(byte));
    let Some(separator) = separator.filter(|_| heads_column(text, name) && head.iter().all(is_head)) else {
        return Vec::new();
    };
    let columns = memchr::memchr_iter(separator, head).count();
    let column = memchr::memchr_iter(separator, &head[..name.start]).count();
    let mut at = head.len();
    let mut found = Vec::new();
    for line in lines.take_while(|line| memchr::memchr_iter(separator, line).count() == columns) {
        let field = line.split(|byte| *byte == separator).nth(column).unwrap_or_default();
        let start = at + line.split(|byte| *byte == separator).take(column).map(|field| field.len() + 1).sum::<usize>();
        at += line.len();
        let is_sign = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
        let Some(first) = field.iter().position(|byte| !is_sign(byte)) else { continue };
        let last = field.iter().rposition(|byte| !is_sign(byte)).unwrap_or(first);
        found.push(Region::new(start + first, start + last + 1));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, regions: Vec<Region>) -> Vec<&str> {
        regions.iter().map(|region| &text[region.range()]).collect()
    }

    #[test]
    fn a_list_goes_on_behind_its_first_string() {
        let rest = |text: &'static str| {
            let start = text.find("one").expect("it is there");
            told(text, in_list(text.as_bytes(), Region::new(start, start + 3)))
        };
        assert_eq!(rest("keys = ['one', 'two',\n  'three']"), ["two", "three"]);
        assert_eq!(rest("keys = {\"one\", \"two\"}"), ["two"]);
        assert_eq!(rest("call('one', 'two')"), [""; 0]);
        assert_eq!(rest("key = 'one', 'two'"), [""; 0]);
        assert_eq!(rest("keys = {'one', 'two': 'three'}"), [""; 0]);
    }

    #[test]
    fn a_map_holds_what_its_keys_are_given() {
        let values = |text: &'static str| {
            let start = text.find("one").expect("it is there");
            in_map(text.as_bytes(), Region::new(start, start + 3)).map(|values| told(text, values))
        };
        assert_eq!(values("keys = {'one': '1', 'two':\n  '2', 'three': 3}"), Some(vec!["1", "2"]));
        assert_eq!(values("keys = {'one', 'two'}"), None);
        assert_eq!(values("call('one': '1')"), None);
    }

    #[test]
    fn a_block_holds_what_stands_deeper_than_its_name() {
        let values = |text: &'static str| {
            let start = text.find("keys").expect("it is there");
            told(text, in_block(text.as_bytes(), Region::new(start, start + 4)))
        };
        assert_eq!(values("api:\n  keys:\n    - one\n    - \"two\"\n  other:\n    - three\n"), ["one", "two"]);
        assert_eq!(values("keys:\n- one\nother: two\n"), ["one"]);
        assert_eq!(values("keys:\n  a: one\n  b: 'two'\n\n  c: three"), ["one", "two"]);
        assert_eq!(values("keys: one\n  - two\n"), [""; 0]);
        assert_eq!(values("my keys:\n  - two\n"), [""; 0]);
    }

    #[test]
    fn a_column_holds_what_its_head_names() {
        let column = |text: &'static str| {
            let start = text.find("token").expect("it is there");
            told(text, in_column(text.as_bytes(), Region::new(start, start + 5)))
        };
        assert_eq!(column("id,token,name\n1,one,a\n2, \"two\" ,b\n"), ["one", "two"]);
        assert_eq!(column("token;id\r\none;1\r\n"), ["one"]);
        assert_eq!(column("id,token\n1,one\nthe end\n2,two\n"), ["one"]);
        assert_eq!(column("call(id, token)\na, b\n"), [""; 0]);
        assert_eq!(column("# a table\nid,token\n1,one\n"), [""; 0]);
    }
}
