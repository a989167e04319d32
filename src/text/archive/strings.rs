//! The texts in files that keep them in a form of their own, one below the other, so that none runs into the next.

/// The shortest text that is worth a line.
const SHORTEST: usize = 4;
/// How many times its size is taken out of a database: many rows can name the same pages.
const MOST_TIMES: usize = 2;

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x80..))
}

fn push(text: &mut Vec<u8>, part: &[u8], end: u8) {
    text.extend_from_slice(part);
    text.push(end);
}

/// The strings of a compiled Python module, in the format of Python's `marshal`: a letter that says that it is one, its length, and the text. What
/// stands around them differs from version to version, and is not read.
pub(super) fn python(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut at = 8;
    while at < bytes.len() {
        let string = match (bytes[at] & 0x7F, &bytes[at + 1..]) {
            // Short ones, interned or not.
            (b'z' | b'Z', [len, rest @ ..]) => rest.get(..usize::from(*len)).map(|string| (2, string)),
            (b'a' | b'A' | b'u' | b't' | b's', [a, b, c, d, rest @ ..]) => {
                let len = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
                rest.get(..len).map(|string| (5, string))
            }
            _ => None,
        };
        match string.filter(|(_, string)| string.len() >= SHORTEST && is_text(string)) {
            Some((head, string)) => {
                push(&mut text, string, b'\n');
                at += head + string.len();
            }
            None => at += 1,
        }
    }
    text
}

/// The constant pool of a Java class (The Java Virtual Machine Specification, 4.4).
pub(super) fn java(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = bytes.get(10..).unwrap_or_default();
    loop {
        let len = match rest {
            [1, high, low, string @ ..] => {
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                let string = string.get(..len).unwrap_or(string);
                if string.len() >= SHORTEST && is_text(string) {
                    push(&mut text, string, b'\n');
                }
                3 + len
            }
            [3 | 4 | 9..=12 | 17 | 18, ..] => 5,
            [5 | 6, ..] => 9,
            [7 | 8 | 16 | 19 | 20, ..] => 3,
            [15, ..] => 4,
            _ => return text,
        };
        rest = rest.get(len..).unwrap_or_default();
    }
}

/// The rows of a database of `SQLite`, one a line, their texts a tab apart (<https://www.sqlite.org/fileformat2.html>).
pub(super) fn sqlite(bytes: &[u8]) -> Vec<u8> {
    let Some(database) = Database::of(bytes) else { return Vec::new() };
    let mut text = Vec::new();
    for page in 0..bytes.len() / database.page {
        database.rows(page, &mut text);
        if text.len() > MOST_TIMES * bytes.len() {
            break;
        }
    }
    text
}

struct Database<'a> {
    bytes: &'a [u8],
    page: usize,
    usable: usize,
}

impl<'a> Database<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let page = match u16_at(bytes, 16)? {
            1 => 65536,
            page => page,
        };
        let usable = page.checked_sub(usize::from(*bytes.get(20)?))?;
        (page.is_power_of_two() && page >= 512 && usable >= 480).then_some(Self { bytes, page, usable })
    }

    /// The rows of a page, if it is a leaf of a tree.
    fn rows(&self, page: usize, text: &mut Vec<u8>) -> Option<()> {
        let start = page * self.page;
        let here = self.bytes.get(start..start + self.page)?;
        let header = if page == 0 { 100 } else { 0 };
        let is_table = match here.get(header)? {
            0x0D => true,
            0x0A => false,
            _ => return None,
        };
        for cell in 0..u16_at(here, header + 3)? {
            let at = u16_at(here, header + 8 + 2 * cell)?;
            // A row that makes no sense says nothing of the next one.
            let Some(payload) = here.get(at..).and_then(|cell| self.payload(cell, is_table)) else { continue };
            if row(&payload, text).is_some() {
                text.push(b'\n');
            }
        }
        Some(())
    }

    /// What a cell holds: what does not fit into its page is in others, each of which names the next.
    fn payload(&self, cell: &[u8], is_table: bool) -> Option<Vec<u8>> {
        let (len, mut rest) = varint(cell)?;
        if is_table {
            rest = varint(rest)?.1;
        }
        let len = usize::try_from(len).ok().filter(|len| *len <= self.bytes.len())?;
        let most = if is_table { self.usable - 35 } else { (self.usable - 12) * 64 / 255 - 23 };
        if len <= most {
            return rest.get(..len).map(<[u8]>::to_vec);
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (len - least) % (self.usable - 4);
        let local = if fitting <= most { fitting } else { least };
        let mut payload = rest.get(..local)?.to_vec();
        let mut next = u32_at(rest, local)?;
        // It ends, because each page adds something.
        while payload.len() < len && next > 0 {
            let page = self.bytes.get((next - 1).checked_mul(self.page)?..)?.get(..self.usable)?;
            next = u32_at(page, 0)?;
            payload.extend_from_slice(&page[4..4 + (len - payload.len()).min(self.usable - 4)]);
        }
        Some(payload)
    }
}

/// The texts of a record.
fn row(payload: &[u8], text: &mut Vec<u8>) -> Option<()> {
    let (header, mut types) = varint(payload)?;
    let header = usize::try_from(header).ok()?;
    types = types.get(..header.checked_sub(payload.len() - types.len())?)?;
    let mut values = payload.get(header..)?;
    while !types.is_empty() {
        let (kind, rest) = varint(types)?;
        types = rest;
        let len = match kind {
            0 | 8..=11 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            _ => (kind - 12) / 2,
        };
        let len = usize::try_from(len).ok()?;
        let value = values.get(..len)?;
        if kind >= 12 && is_text(value) {
            push(text, value, b'\t');
        }
        values = &values[len..];
    }
    Some(())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk::<2>().map(|bytes| u16::from_be_bytes(*bytes).into())
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(at..)?.first_chunk::<4>().and_then(|bytes| usize::try_from(u32::from_be_bytes(*bytes)).ok())
}

/// A number of seven bits a byte, the highest first, and what follows it; the ninth byte has eight.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        if at == 8 {
            return Some((value << 8 | u64::from(*byte), &bytes[9..]));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}
