//! Which of the many versions of a file may hold a secret: the first and coarse pass over a history, where a version is known as copies from
//! another one that was sifted before.
//!
//! What stands in copied bytes was found in the version that they were copied from, as long as everything that a pattern can look at was copied
//! with it. So only what was inserted is searched for literals, and those that were copied are remembered; patterns look again at the literals that
//! have something inserted, or a seam, as near as they can look.
//!
//! What is told here is told of any path that the content may have: those that turn out to hold something are scanned again, under each of theirs.

use super::{Detector, FileKind, MOST_MATCHES, Search};
use crate::checks::secrets::prefilter::Hit;
use crate::text::{AROUND, Copied, Region, Regions};

/// How far from a match something can stand that decides whether it is one.
const CONTEXT: usize = AROUND + 64;

/// How much work it may be to carry spans over: more than an honest file asks for, and less than looking at it again.
const MOST_CARRIED: usize = 1 << 20;
/// How many literals are remembered of any content, and of a large one for how many of its bytes one: text has one in some five hundred.
const MOST_HITS: usize = 1000;
const BYTES_A_HIT: usize = 64;

/// What a content holds, as far as its copies need to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Where secrets may stand.
    spans: Vec<Region>,
    /// All literals, in ascending order.
    hits: Vec<Hit>,
    /// Whether there is more than was kept, so that a copy has to be searched from end to end.
    overflow: bool,
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
        let mut fresh = Vec::new();
        for gap in &gaps {
            self.prefilter.find_across(text, gap.start, gap.end, |hit| fresh.push(hit));
        }
        fresh.sort_unstable();
        fresh.dedup();
        sifted.hits = match base {
            Some((base, copies, _)) => merged(self.carried_hits(&base.hits, copies), fresh),
            None => fresh,
        };
        let zones: Regions = gaps.iter().map(|gap| near(*gap, CONTEXT)).collect();
        let mut search = Search { kinds: FileKind::ANY, ..self.search(text, &zones, None) };
        search.speaks.fill(Some(true));
        let mut zones = zones.iter().peekable();
        let mut behind = 0;
        for hit in &sifted.hits {
            while let Some(zone) = zones.next_if(|zone| zone.end <= hit.start) {
                behind = zone.end;
            }
            // Only those patterns look again that can look as far as the next zone, or have as far looked from the one before.
            let ahead = zones.peek().map_or(usize::MAX, |zone| zone.start);
            let longest = self.longest[hit.literal] as usize;
            if hit.start + longest > ahead || (behind > 0 && hit.start < behind + longest) {
                search.hit(*hit);
            }
        }
        sifted.spans.extend(search.found.iter().map(|found| found.span));
        sifted.spans.sort_unstable();
        sifted.spans.dedup();
        // A copy may be copied many times, and so on: what would grow without end is looked at again instead.
        sifted.overflow = search.overflow
            || sifted.spans.len() > MOST_MATCHES
            || sifted.hits.len() > MOST_HITS.max(text.len() / BYTES_A_HIT);
        if sifted.overflow {
            sifted.spans.truncate(1);
            sifted.hits = Vec::new();
        }
        sifted
    }

    /// The literals that stand in copied bytes, at their places in the copy.
    fn carried_hits(&self, hits: &[Hit], copies: &[Copied]) -> Vec<Hit> {
        let mut carried = Vec::with_capacity(hits.len());
        for copied in copies {
            let first = hits.partition_point(|hit| hit.start < copied.from);
            let end = copied.from + copied.len;
            let within = hits[first..].iter().take_while(|hit| hit.start < end);
            let whole = within.filter(|hit| hit.start + self.prefilter.literal(hit.literal).len() <= end);
            carried.extend(whole.map(|hit| Hit { start: copied.to + hit.start - copied.from, literal: hit.literal }));
        }
        carried
    }
}

/// Two lists in ascending order as one.
fn merged(mut one: Vec<Hit>, other: Vec<Hit>) -> Vec<Hit> {
    if other.is_empty() {
        return one;
    }
    // Sorting finds the two runs, and merges them.
    one.extend(other);
    one.sort();
    one
}

/// A region with what stands up to `reach` bytes around it.
fn near(region: Region, reach: usize) -> Region {
    Region::new(region.start.saturating_sub(reach), region.end.saturating_add(reach))
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
