//! From armour to bytes: base64 with line breaks, and for OpenPGP its header lines and its checksum (RFC 4880, 6.1 and 6.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes of an SSH signature.
pub(super) fn ssh(armour: &[u8]) -> Result<Vec<u8>, &'static str> {
    let text: Vec<u8> = armour.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    STANDARD.decode(text).map_err(|_| "it is no base64")
}

/// The packets of an OpenPGP signature. A checksum may be missing (RFC 9580, 6.1), but must not be wrong.
pub(super) fn openpgp(armour: &[u8]) -> Result<Vec<u8>, &'static str> {
    let (mut text, mut checksum) = (Vec::with_capacity(armour.len()), None);
    let mut lines = armour.split(|byte| *byte == b'\n').peekable();
    // Headers such as `Version: GnuPG v2`, and the empty line behind them.
    while lines.peek().is_some_and(|line| line.is_empty() || line.windows(2).any(|pair| pair == b": ")) {
        lines.next();
    }
    for line in lines.filter(|line| !line.is_empty()) {
        match (line.strip_prefix(b"="), checksum.is_some()) {
            (_, true) => return Err("something stands behind its checksum"),
            (Some(sum), false) => checksum = Some(STANDARD.decode(sum).map_err(|_| "its checksum is no base64")?),
            (None, false) => text.extend_from_slice(line),
        }
    }
    let bytes = STANDARD.decode(text).map_err(|_| "it is no base64")?;
    match checksum {
        Some(sum) if sum != crc24(&bytes) => Err("its checksum is wrong"),
        _ => Ok(bytes),
    }
}

/// RFC 4880, 6.1.
fn crc24(bytes: &[u8]) -> [u8; 3] {
    let mut crc: u32 = 0x00B7_04CE;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4CFB;
            }
        }
    }
    let [_, a, b, c] = crc.to_be_bytes();
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        // Of nothing it is the value that it begins with.
        assert_eq!(crc24(b""), [0xB7, 0x04, 0xCE]);
        assert_eq!(openpgp(b"Version: x\n\nAAAA\n=twTO\n"), Err("its checksum is wrong"));
        assert_eq!(openpgp(b"Version: x\nComment: y\n\nAAAA\n"), Ok(vec![0, 0, 0]));
        assert_eq!(openpgp(b"\nAA==\n=twTO\nAAAA\n"), Err("something stands behind its checksum"));
        assert_eq!(openpgp(b"\n=twTO\n"), Ok(Vec::new()));
    }
}
