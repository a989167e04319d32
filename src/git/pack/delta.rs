//! Applies deltas (git's documentation, gitformat-pack, "Deltified representation").

use super::LARGEST;
use crate::text::Copied;

/// Makes an object in `out` of its base and a delta, and says in `copies` what was copied, in ascending order of `to`; copies that go on
/// where the one before ended are one.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    out: &mut Vec<u8>,
    copies: &mut Vec<Copied>,
) -> Result<(), &'static str> {
    const CUT: &str = "its delta is cut off";
    out.clear();
    copies.clear();
    let mut rest = delta;
    if number(&mut rest).ok_or(CUT)? != base.len() as u64 {
        return Err("its delta was made for another base");
    }
    let len = number(&mut rest).ok_or(CUT)?;
    if len > LARGEST {
        return Err("it is larger than what is held in memory");
    }
    while let Some((code, after)) = rest.split_first() {
        rest = after;
        if code & 0x80 != 0 {
            let (from, len) = copy(*code, &mut rest).ok_or(CUT)?;
            let there = from.checked_add(len).and_then(|end| base.get(from..end));
            let to = out.len();
            out.extend_from_slice(there.ok_or("its delta copies what its base has not")?);
            match copies.last_mut() {
                Some(last) if last.from + last.len == from && last.to + last.len == to => last.len += len,
                _ => copies.push(Copied { from, to, len }),
            }
        } else if *code == 0 {
            return Err("its delta has an instruction that git does not know");
        } else {
            let (fresh, behind) = rest.split_at_checked((*code).into()).ok_or(CUT)?;
            out.extend_from_slice(fresh);
            rest = behind;
        }
        if out.len() as u64 > len {
            return Err("its delta makes more than it says");
        }
    }
    if out.len() as u64 == len { Ok(()) } else { Err("its delta makes less than it says") }
}

/// A number in groups of seven bits, the lowest first.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Where a copy begins in the base, and how long it is: the code says which of the bytes of both follow.
fn copy(code: u8, rest: &mut &[u8]) -> Option<(usize, usize)> {
    let mut part = |bits: std::ops::Range<u8>| {
        let mut value = 0_usize;
        for (bit, shift) in bits.zip((0..).step_by(8)) {
            if code >> bit & 1 == 1 {
                let (byte, after) = rest.split_first()?;
                *rest = after;
                value |= usize::from(*byte) << shift;
            }
        }
        Some(value)
    };
    let from = part(0..4)?;
    let len = part(4..7)?;
    Some((from, if len == 0 { 0x1_0000 } else { len }))
}
