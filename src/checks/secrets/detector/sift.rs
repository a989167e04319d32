//! Which of the many versions of a file may hold a secret: the first and coarse pass over a history, where a version is known as copies from
//! another one that was sifted before.
//!
//! What stands in copied bytes was found in the version that they were copied from, as long as everything that a pattern can look at was copied
//! with it. So only what was inserted is searched, and around it and around every seam as much as a pattern can look at. The few patterns
//! that look farther than most (private keys, long tokens) have their literals remembered, which are rare.
//!
//! What is told here is told of any path that the content may have: those that turn out to hold something are scanned again, under each of theirs.

use super::{Detector, FileKind, MOST_MATCHES, Search};
use crate::checks::secrets::pattern;
use crate::checks::secrets::prefilter::Hit;
use crate::text::{AROUND, Copied, Region, Regions};

/// The longest match of most patterns. Those that can be longer are the long ones.
const SHORT: usize = 1024;
/// How far from a match something can stand that decides whether it is one.
const CONTEXT: usize = AROUND + 64;

/// How much work it may be to carry things over: more than an honest file asks for, and less than looking at it again.
const MOST_CARRIED: usize = 1 << 20;

/// What a content holds, as far as its copies need to know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    /// Where secrets may stand.
    spans: Vec<Region>,
    /// The literals of long patterns.
    long: Vec<Hit>,
    /// Whether there is more than was kept, so that a copy has to be searched from end to end.
    overflow: bool,
}

impl Sifted {
    /// Whether a scan may find something.
    #[must_use]
    pub fn may_hold(&self) -> bool {
        !self.spans.is_empty() || self.overflow
    }

    /// What of it stands in copied bytes, at its place in the copy.
    fn carried(&self, copies: &[Copied]) -> Self {
        // The same bytes may be copied to several places.
        let everywhere = |region: Region| {
            let within = move |copied: &&Copied| copied.from <= region.start && region.end <= copied.from + copied.len;
            copies.iter().filter(within).map(move |copied| copied.to + region.start - copied.from)
        };
        let spans = self.spans.iter().flat_map(|span| everywhere(*span).map(|to| Region::new(to, to + span.len())));
        let long = self.long.iter().flat_map(|hit| {
            let start = Region::new(hit.start, hit.start + 1);
            everywhere(start).map(|to| Hit { start: to, literal: hit.literal })
        });
        Self { spans: spans.collect(), long: long.collect(), overflow: self.overflow }
    }
}

impl Detector {
    /// Sifts a content: all of it, or what a version that it was made from has not told already. `base_len` is that version's length.
    #[must_use]
    pub fn sift(&self, text: &[u8], base: Option<(&Sifted, &[Copied], usize)>) -> Sifted {
        let base = base.filter(|(base, copies, _)| {
            !base.overflow && (base.spans.len() + base.long.len()).saturating_mul(copies.len()) <= MOST_CARRIED
        });
        let (mut sifted, zones) = match base {
            Some((base, copies, base_len)) => (base.carried(copies), zones(copies, base_len, text.len())),
            None => (Sifted::default(), Regions::all(text.len())),
        };
        if zones.is_empty() {
            return sifted;
        }
        let mut search = Search { kinds: FileKind::ANY, ..self.search(text, &zones, None) };
        search.speaks.fill(Some(true));
        let windows: Regions =
            zones.iter().map(|zone| Region::new(zone.start.saturating_sub(SHORT), zone.end + SHORT)).collect();
        let mut hits = sifted.long.clone();
        let has_carried = !hits.is_empty();
        for window in windows.iter() {
            self.prefilter.find(text, window.start, window.end.min(text.len()), |hit| {
                let is_long = self.patterns[pattern::owner(hit.literal)].longest > SHORT;
                if is_long {
                    sifted.long.push(hit);
                }
                if has_carried { hits.push(hit) } else { search.hit(hit) }
            });
        }
        if has_carried {
            sifted.long.sort_unstable();
            sifted.long.dedup();
            hits.sort_unstable();
            hits.dedup();
            for hit in hits {
                search.hit(hit);
            }
        }
        sifted.spans.extend(search.found.iter().map(|found| found.span));
        sifted.spans.sort_unstable();
        sifted.spans.dedup();
        // A copy may be copied many times, and so on: what would grow without end is looked at again instead.
        sifted.overflow = search.overflow || sifted.spans.len().max(sifted.long.len()) > MOST_MATCHES;
        if sifted.overflow {
            (sifted.spans, sifted.long) = (Vec::new(), Vec::new());
        }
        sifted
    }
}

/// What has to be searched: everything that was not copied, every seam between two copies, and what stands near.
fn zones(copies: &[Copied], base_len: usize, len: usize) -> Regions {
    let mut zones = Vec::with_capacity(copies.len() + 1);
    let mut zone = |start: usize, end: usize| {
        zones.push(Region::new(start.saturating_sub(CONTEXT), end.saturating_add(CONTEXT).min(len)));
    };
    let (mut from, mut to) = (0, 0);
    for copied in copies {
        if copied.from != from || copied.to != to {
            zone(to, copied.to);
        }
        (from, to) = (copied.from + copied.len, copied.to + copied.len);
    }
    if from != base_len || to != len {
        zone(to, len);
    }
    Regions::new(zones)
}
