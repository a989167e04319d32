//! Made-up secrets, put together at run time so that no file holds anything that looks like one, and the texts around them.

/// A sequence that looks random and is the same in every run (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Mixed once, or else seeds that follow each other would give the same sequence, shifted.
        Self(Self(seed).next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    /// One of `from`.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// `count` characters of `alphabet`.
    pub(crate) fn text(&mut self, alphabet: &str, count: usize) -> String {
        (0..count).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }

    /// `count` bytes.
    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

pub(crate) const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The rule that [`aws_key`] breaks.
pub(crate) const AWS: &str = "aws-access-key-id";
/// The rule that [`github_token`] breaks.
pub(crate) const GITHUB: &str = "github-personal-access-token";

/// An AWS access key id.
pub(crate) fn aws_key(seed: u64) -> String {
    format!("AK{}{}", "IA", Dice::new(seed).text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16))
}

/// A GitHub personal access token, with its checksum.
pub(crate) fn github_token(seed: u64) -> String {
    let random = Dice::new(seed).text(BASE62, 30);
    let mut sum = crc32fast::hash(random.as_bytes()) as usize;
    let mut digits = Vec::new();
    for _ in 0..6 {
        digits.push(BASE62.as_bytes()[sum % 62]);
        sum /= 62;
    }
    digits.reverse();
    format!("gh{}{random}{}", "p_", String::from_utf8(digits).expect("base62"))
}

/// A password that a person did not think up.
pub(crate) fn password(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let start = dice.text("abcdefghjkmnpqrstuvwxyz", 4);
    let middle = dice.text(BASE62, 12);
    format!("{start}{}{middle}{}", dice.below(10), dice.text("ABCDEFGHJKLMNPQRSTUVWXYZ", 3))
}

/// An RSA private key as PEM: well-formed, of random numbers. Lines end with `\n`.
pub(crate) fn private_key(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let mut number = |len: usize, lead: bool| {
        let mut bytes = dice.bytes(len);
        bytes[0] = if lead { bytes[0] | 0x80 } else { bytes[0] & 0x7F | 1 };
        if lead {
            bytes.insert(0, 0);
        }
        der(0x02, &bytes)
    };
    let mut body = der(0x02, &[0]);
    body.extend(number(256, true));
    body.extend(der(0x02, &[1, 0, 1]));
    body.extend(number(256, false));
    for lead in [true, true, false, false, false] {
        body.extend(number(128, lead));
    }
    let label = concat!("RSA PRIV", "ATE KEY");
    let body = base64(&der(0x30, &body));
    let lines: Vec<&str> = (0..body.len()).step_by(64).map(|at| &body[at..body.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let mut out = vec![tag];
    match len {
        0..0x80 => out.push(u8::try_from(len).expect("short")),
        0x80..0x100 => out.extend([0x81, u8::try_from(len).expect("one byte")]),
        _ => {
            out.push(0x82);
            out.extend(u16::try_from(len).expect("two bytes").to_be_bytes());
        }
    }
    out.extend(content);
    out
}

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_usize, |word, at| word << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let sextet = word >> (18 - 6 * at) & 63;
            out.push(if at <= chunk.len() { char::from(ALPHABET[sextet]) } else { '=' });
        }
    }
    out
}

/// `count` numbered lines of harmless text.
pub(crate) fn lines(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("line {number} says nothing of interest")).collect()
}

/// The lines as a file.
pub(crate) fn file(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A file of `count` harmless lines, in which each numbered line of `changes` is another one.
pub(crate) fn file_with(count: usize, changes: &[(usize, &str)]) -> String {
    let mut lines = lines(count);
    for (number, line) in changes {
        lines[number - 1] = (*line).into();
    }
    file(&lines)
}

/// UTF-16 of `text`, without a byte order mark.
pub(crate) fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}
