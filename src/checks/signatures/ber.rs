//! From BER to DER (X.690): lengths that end with a mark get a number, and strings in parts become one. `gpgsm` writes such, and the readers
//! of certificates take DER alone. What is DER already comes out as it went in.

/// How deep parts lie in parts; a signature with its chain has some twelve levels.
const DEEPEST: usize = 40;
/// More parts than a chain of many certificates has; readers sort some of them.
const MOST: usize = 8_192;

/// Universal tags.
const END: u8 = 0x00;
const STRING: u8 = 0x04;
/// Whether something has parts.
const CONSTRUCTED: u8 = 0x20;

/// What could not be read.
const CUT: &str = "a part of it was cut off";
const ODD: &str = "it is not as ASN.1 is written";

/// The one item that the bytes are, as DER.
pub(super) fn to_der(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut reader = Reader { rest: bytes, left: MOST };
    let mut out = Vec::with_capacity(bytes.len());
    if reader.item(0, &mut out)? == END || !reader.rest.is_empty() {
        return Err(ODD);
    }
    Ok(out)
}

struct Reader<'a> {
    rest: &'a [u8],
    /// How many items may still come.
    left: usize,
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, &'static str> {
        Ok(self.bytes(1)?.first().copied().unwrap_or_default())
    }

    /// Copies an item; its tag.
    fn item(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<u8, &'static str> {
        self.left = self.left.checked_sub(1).ok_or("it has too many parts for a signature")?;
        if depth > DEEPEST {
            return Err("its parts lie too deep in one another");
        }
        let tag = self.byte()?;
        if tag & 0x1F == 0x1F {
            return Err(ODD);
        }
        let len = self.len()?;
        if tag == END {
            return if len == Some(0) { Ok(END) } else { Err(ODD) };
        }
        if tag & CONSTRUCTED == 0 {
            let content = self.bytes(len.ok_or(ODD)?)?;
            put(tag, content, out);
            return Ok(tag);
        }
        // A string in parts.
        let is_string = tag == STRING | CONSTRUCTED;
        let mut content = Vec::new();
        match len {
            Some(len) => {
                let within = self.bytes(len)?;
                let after = std::mem::replace(&mut self.rest, within);
                while !self.rest.is_empty() {
                    if self.part(depth, is_string, &mut content)? == END {
                        return Err(ODD);
                    }
                }
                self.rest = after;
            }
            None => while self.part(depth, is_string, &mut content)? != END {},
        }
        let tag = if is_string { STRING } else { tag };
        put(tag, &content, out);
        Ok(tag)
    }

    /// Copies what lies in an item; of a string only what its parts hold.
    fn part(&mut self, depth: usize, is_string: bool, out: &mut Vec<u8>) -> Result<u8, &'static str> {
        if !is_string {
            return self.item(depth + 1, out);
        }
        let mut part = Vec::new();
        let tag = self.item(depth + 1, &mut part)?;
        match tag {
            END => {}
            STRING => {
                let mut part = Reader { rest: &part, left: 1 };
                part.byte()?;
                part.len()?;
                out.extend_from_slice(part.rest);
            }
            _ => return Err(ODD),
        }
        Ok(tag)
    }

    /// A length; none where a mark ends the item.
    fn len(&mut self) -> Result<Option<usize>, &'static str> {
        let first = self.byte()?;
        match first {
            0x80 => Ok(None),
            0..0x80 => Ok(Some(usize::from(first))),
            0x81..=0x84 => {
                let bytes = self.bytes(usize::from(first & 0x7F))?;
                Ok(Some(bytes.iter().fold(0, |len, byte| len << 8 | usize::from(*byte))))
            }
            _ => Err(ODD),
        }
    }
}

/// An item with the shortest length there is.
fn put(tag: u8, content: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    match u8::try_from(content.len()) {
        Ok(len) if len < 0x80 => out.push(len),
        _ => {
            let bytes = content.len().to_be_bytes();
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let bytes = bytes.get(zeros..).unwrap_or_default();
            out.push(0x80 | u8::try_from(bytes.len()).unwrap_or_default());
            out.extend_from_slice(bytes);
        }
    }
    out.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_with_a_mark_gets_a_length() {
        let ber = [0x30, 0x80, 0x02, 0x01, 7, 0x31, 0x80, 0, 0, 0, 0];
        assert_eq!(to_der(&ber).unwrap(), [0x30, 5, 0x02, 1, 7, 0x31, 0]);
        // Three parts, one of them in parts itself, and a length that is longer than it need be.
        let ber = [0x24, 0x80, 0x04, 0x81, 1, b'a', 0x24, 3, 0x04, 1, b'b', 0x04, 0, 0, 0];
        assert_eq!(to_der(&ber).unwrap(), [0x04, 2, b'a', b'b']);
    }

    #[test]
    fn what_is_der_stays_as_it_is() {
        let mut der = Vec::new();
        put(0x04, &[5; 300], &mut der);
        let mut whole = Vec::new();
        put(0x30, &[der.as_slice(), &[0xA0, 2, 0x05, 0, 0x80, 1, 9]].concat(), &mut whole);
        assert_eq!(to_der(&whole).unwrap(), whole);
        for end in 0..whole.len() {
            assert!(to_der(&whole[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn what_is_neither_is_an_error() {
        let deep = [0x30, 0x80].repeat(DEEPEST + 2);
        let many = [&[0x30, 0x80][..], &[0x05, 0].repeat(MOST), &[0, 0]].concat();
        let cases: [&[u8]; 9] = [
            &[],
            &[0, 0],
            &[0x30],
            &[0x04, 0x80, 0, 0],
            &[0x30, 2, 0, 0],
            &[0x24, 3, 0x02, 1, 1],
            &[0x1F, 1, 0],
            &deep,
            &many,
        ];
        for case in cases {
            assert!(to_der(case).is_err(), "{case:?}");
        }
        assert_eq!(to_der(&[0x05, 0, 0x05, 0]), Err(ODD), "two items");
    }
}
