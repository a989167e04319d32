//! Which of the many versions of a file may hold a secret: the first and coarse pass over a history, where a version is known as copies from
//! another one that was sifted before.
//!
//! What stands in copied bytes was found in the version that they were copied from, as long as everything that a pattern can look at was copied
//! with it. So only what was inserted is searched for literals, and those that were copied are remembered; patterns look again at the literals that
//! have something inserted, or a seam, as near as they can look.
//!
//! What is told here is told of any path that the content may have: those that turn out to hold something are scanned again, under each of theirs.

use super::search::Search;
use super::{Detector, MOST_MATCHES, Match};
use crate::checks::secrets::bounds::PAIR_REACH;
use crate::checks::secrets::prefilter::{Hit, LONGEST};
use crate::text::{AROUND, Copied, Region, Regions};

/// How far from a match something can stand that decides whether it is one.
const CONTEXT: usize = AROUND + 64;
// An id beside a secret is told with it.
const _: () = assert!(CONTEXT >= PAIR_REACH);

/// How much work it may be to carry spans over: more than an honest file asks for, and less than looking at it again.
const MOST_CARRIED: usize = 1 << 20;
/// How many literals are remembered of any content, and of a large one for how many of its bytes one: text has one in some five hundred.
const MOST_HITS: usize = 1000;
const BYTES_A_HIT: usize = 64;

/// How many bytes a copy has at least. Around each of its ends more is looked at, and set up, than so many bytes cost, and a version in git's own history
/// has some seventy places where copies end, half of them with nothing inserted.
const SHORTEST_COPY: usize = 96;

/// What a content holds, as far as its copies need to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Where secrets may stand, with the literals that they were found by.
    spans: Vec<Region>,
    /// The literals that a match could begin with or have, in ascending order.
    marks: Vec<Mark>,
    /// Whether there is more than was kept, so that a copy has to be searched from end to end.
    overflow: bool,
    /// Whether there may be escapes in it, in which a copy may hide something.
    pub(in crate::checks::secrets) escapes: bool,
}

/// A literal that was found: where it begins, and below that its number. It is one number, because a version takes most of these from the one that it was
/// made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark(u64);

impl Mark {
    /// The bits of a literal's number: a prefilter has fewer than 65,536.
    const BITS: u32 = 16;

    fn of(hit: Hit) -> Self {
        Self((hit.start as u64) << Self::BITS | hit.literal as u64)
    }

    #[allow(clippy::cast_possible_truncation, reason = "it was made of a place in memory")]
    fn start(self) -> usize {
        (self.0 >> Self::BITS) as usize
    }

    #[allow(clippy::cast_possible_truncation, reason = "the lower bits are what is meant")]
    fn hit(self) -> Hit {
        Hit { start: self.start(), literal: usize::from(self.0 as u16) }
    }

    /// The same in a copy.
    fn moved(self, copied: &Copied) -> Self {
        Self(self.0.wrapping_add((copied.to as u64).wrapping_sub(copied.from as u64) << Self::BITS))
    }
}

impl Sifted {
    /// Whether a scan may find something.
    #[must_use]
    pub fn may_hold(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Where; none where that is not known.
    #[must_use]
    pub fn spans(&self) -> Option<Regions> {
        (!self.overflow).then(|| self.spans.iter().copied().collect())
    }

    /// What of a content of `len` bytes decides what is found in it: where something may stand, with what is looked at around it. None where that is not
    /// known.
    #[must_use]
    pub fn decisive(&self, len: usize) -> Option<Regions> {
        let within = |region: Region| Region::new(region.start, region.end.min(len));
        self.spans().map(|spans| spans.iter().map(|span| within(around(span, CONTEXT))).collect())
    }

    /// The spans that stand in copied bytes, at their places in the copy.
    fn carried_spans(&self, copies: &[Copied]) -> Vec<Region> {
        // The same bytes may be copied to several places.
        let everywhere = |region: &Region| {
            let Region { start, end } = *region;
            let within = move |copied: &&Copied| copied.from <= start && end <= copied.from + copied.len;
            let there =
                move |copied: &Copied| Region::new(copied.to + start - copied.from, copied.to + end - copied.from);
            copies.iter().filter(within).map(there)
        };
        self.spans.iter().flat_map(everywhere).collect()
    }

    /// The literals that stand in copied bytes with all that is looked at to find one, at their places in a copy of `len` bytes.
    fn carried_marks(&self, copies: &[Copied], base_len: usize, len: usize) -> Vec<Mark> {
        let mut carried = Vec::with_capacity(self.marks.len() + 4);
        let mut next = 0;
        for copied in copies {
            // Most copies stand in the order of what was copied.
            if next > 0 && copied.from <= self.marks[next - 1].start() {
                next = self.marks.partition_point(|mark| mark.start() < copied.from);
            }
            let end = copied.from + copied.len;
            // At the end of both, what is looked at ends there.
            let is_end = end == base_len && copied.to + copied.len == len;
            let end = if is_end { end } else { (end + 1).saturating_sub(LONGEST) };
            next += self.marks[next..].iter().take_while(|mark| mark.start() < copied.from).count();
            let within = self.marks[next..].iter().take_while(|mark| mark.start() < end);
            let before = carried.len();
            carried.extend(within.map(|mark| mark.moved(copied)));
            next += carried.len() - before;
        }
        carried
    }
}

impl Detector {
    /// Sifts a content: all of it, or what a version that it was made from has not told already. `base_len` is that version's length.
    #[must_use]
    pub fn sift(&self, text: &[u8], base: Option<(&Sifted, &[Copied], usize)>) -> Sifted {
        let base = base.filter(|(base, copies, _)| {
            !base.overflow && base.spans.len().saturating_mul(copies.len()) <= MOST_CARRIED
        });
        let (mut sifted, gaps) = match base {
            Some((base, copies, base_len)) => {
                let sifted = Sifted { spans: base.carried_spans(copies), ..Sifted::default() };
                (sifted, gaps(copies, base_len, text.len()))
            }
            None => (Sifted::default(), vec![Region::new(0, text.len())]),
        };
        let mut marks = Vec::new();
        self.literals.find_across(text, &gaps, |hit| {
            if self.pattern(self.literals.owner(hit.literal)).could_begin_with(text, hit.start) {
                marks.push(Mark::of(hit));
            }
        });
        sifted.marks =
            base.map_or_else(Vec::new, |(base, copies, base_len)| base.carried_marks(copies, base_len, text.len()));
        add(&mut sifted.marks, marks);
        let zones: Regions = gaps.iter().map(|gap| around(*gap, CONTEXT)).collect();
        // Nearly always there is nothing to look at.
        let mut search: Option<Search<'_>> = None;
        self.touched(&sifted.marks, &zones, |hit| {
            let search = search.get_or_insert_with(|| self.search(text, &zones, None).under_any_path());
            let before = search.found.len();
            search.hit(hit);
            // Who scans the span has to come upon the literal.
            let with_literal =
                |found: &Match| Region::new(found.span.start.min(hit.start), found.span.end.max(hit.start + 1));
            sifted.spans.extend(search.found[before..].iter().map(with_literal));
        });
        sifted.overflow = search.is_some_and(|search| search.overflow);
        sifted.spans.sort_unstable();
        sifted.spans.dedup();
        // A copy may be copied many times, and so on: what would grow without end is looked at again instead.
        sifted.overflow |=
            sifted.spans.len() > MOST_MATCHES || sifted.marks.len() > MOST_HITS.max(text.len() / BYTES_A_HIT);
        if sifted.overflow {
            sifted.spans.truncate(1);
            sifted.marks = Vec::new();
        }
        sifted
    }

    /// Those literals whose pattern can look as far as one of the zones, or has as far looked from one before.
    fn touched(&self, marks: &[Mark], zones: &Regions, mut each: impl FnMut(Hit)) {
        let mut behind = None;
        let mut zones = zones.iter().peekable();
        for hit in marks.iter().map(|mark| mark.hit()) {
            while let Some(zone) = zones.next_if(|zone| zone.end <= hit.start) {
                behind = Some(zone.end);
            }
            let longest = self.literals.longest(hit.literal);
            let is_near = zones.peek().is_some_and(|zone| zone.start < hit.start + longest);
            if is_near || behind.is_some_and(|end| hit.start < end + longest) {
                each(hit);
            }
        }
    }
}

/// Adds to marks in ascending order, none of which is among `more`, those in any order.
fn add(marks: &mut Vec<Mark>, mut more: Vec<Mark>) {
    if more.is_empty() {
        return;
    }
    more.sort_unstable();
    more.dedup();
    if marks.is_empty() {
        *marks = more;
        return;
    }
    // Sorting finds the two runs, and merges them.
    marks.append(&mut more);
    marks.sort();
}

/// A region with what stands up to `reach` bytes around it.
fn around(region: Region, reach: usize) -> Region {
    Region::new(region.start.saturating_sub(reach), region.end.saturating_add(reach))
}

/// Copies that are worth it: those that go on from each other as one, and none so short that what stands around it is looked at sooner together with it.
pub(in crate::checks::secrets) fn worthwhile(copies: &[Copied]) -> Vec<Copied> {
    let mut joined: Vec<Copied> = Vec::with_capacity(copies.len());
    for copied in copies {
        match joined.last_mut() {
            Some(last) if last.from + last.len == copied.from && last.to + last.len == copied.to => {
                last.len += copied.len;
            }
            Some(last) if last.len < SHORTEST_COPY => *last = *copied,
            _ => joined.push(*copied),
        }
    }
    joined.pop_if(|last| last.len < SHORTEST_COPY);
    joined
}

/// What was not copied of a content of `len` bytes.
pub(in crate::checks::secrets) fn not_copied(copies: &[Copied], base_len: usize, len: usize) -> Regions {
    gaps(copies, base_len, len).into_iter().collect()
}

/// What was not copied: all that stands between two copies, which may be nothing but a seam. Ascending.
fn gaps(copies: &[Copied], base_len: usize, len: usize) -> Vec<Region> {
    let mut gaps = Vec::with_capacity(copies.len() + 1);
    let (mut from, mut to) = (0, 0);
    for copied in copies {
        if copied.from != from || copied.to != to {
            gaps.push(Region::new(to, copied.to));
        }
        (from, to) = (copied.from + copied.len, copied.to + copied.len);
    }
    if from != base_len || to != len {
        gaps.push(Region::new(to, len));
    }
    gaps
}
