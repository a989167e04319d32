//! From armour to bytes: base64 with line breaks, and for OpenPGP its header lines and its checksum (RFC 4880, 6.1 and 6.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The bytes of an SSH signature.
pub(super) fn ssh(armour: &[u8]) -> Result<Vec<u8>, &'static str> {
    base64(armour.split(|byte| *byte == b'\n'))
}

/// The packets of an OpenPGP signature. A checksum may be missing (RFC 9580, 6.1), but must not be wrong.
pub(super) fn openpgp(armour: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut lines: Vec<&[u8]> = armour.split(|byte| *byte == b'\n').collect();
    lines.pop_if(|last| last.is_empty());
    // Headers such as `Version: GnuPG v2`, and the empty line behind them.
    let is_header = |line: &[u8]| line.windows(2).any(|pair| pair == b": ");
    let blank =
        lines.iter().position(|line| !is_header(line)).filter(|at| lines.get(*at).is_some_and(|line| line.is_empty()));
    let mut lines = lines.split_off(blank.ok_or("it has no empty line before its first byte")? + 1);
    let checksum = match lines.pop_if(|last| last.starts_with(b"=")) {
        Some(line) => Some(STANDARD.decode(&line[1..]).map_err(|_| "its checksum is no base64")?),
        None => None,
    };
    let bytes = base64(lines.into_iter())?;
    match checksum {
        Some(sum) if sum != crc24(&bytes) => Err("its checksum is wrong"),
        _ => Ok(bytes),
    }
}

/// Base64 with nothing in it but the ends of lines, and none of them empty but the last.
fn base64<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Result<Vec<u8>, &'static str> {
    let mut text = Vec::new();
    let mut is_over = false;
    for line in lines {
        if is_over {
            return Err("it has an empty line within");
        }
        is_over = line.is_empty();
        text.extend_from_slice(line);
    }
    STANDARD.decode(text).map_err(|_| "it is no base64")
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
        assert_eq!(openpgp(b"\n=twTO\n"), Ok(Vec::new()));
    }

    #[test]
    fn nothing_stands_between_its_lines() {
        assert_eq!(openpgp(b"\nAA==\n=twTO\nAAAA\n"), Err("it is no base64"));
        assert_eq!(openpgp(b"AAAA\n"), Err("it has no empty line before its first byte"));
        assert_eq!(openpgp(b"\n\nAAAA\n"), Err("it has an empty line within"));
        assert_eq!(openpgp(b"\nAAAA\n\nAAAA\n"), Err("it has an empty line within"));
        assert_eq!(ssh(b"AAAA\nAA\tAA\n"), Err("it is no base64"));
        assert_eq!(ssh(b"AAAA\nAAAA\n"), Ok(vec![0; 6]));
    }
}
