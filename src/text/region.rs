//! Byte ranges of a content, and which of them a change brought in.

use std::ops::Range;

/// A byte range of a content, `start <= end`. An empty region is a seam: the place where lines were taken out and the two
/// sides now meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Region {
    /// The region of `start..end`; an end before the start gives the empty region at `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// How many bytes it spans.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether it is a seam.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether the two share a byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether `other` lies in it entirely.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same bytes as an index for slices.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The bytes of `content` in this region; what lies behind the content's end is cut off.
    #[must_use]
    pub fn of(self, content: &[u8]) -> &[u8] {
        let end = self.end.min(content.len());
        &content[self.start.min(end)..end]
    }
}

impl From<Range<usize>> for Region {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Bytes of a content that were copied from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where they stand in the other one.
    pub from: usize,
    /// Where they stand in this one.
    pub to: usize,
    /// How many.
    pub len: usize,
}

/// Regions in ascending order that neither overlap nor touch, except that seams stand by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Regions(Vec<Region>);

impl Regions {
    /// Sorts and merges `regions`.
    #[must_use]
    pub fn new(mut regions: Vec<Region>) -> Self {
        regions.sort_unstable();
        regions.dedup_by(|next, kept| {
            let joins = next.start <= kept.end;
            if joins {
                kept.end = kept.end.max(next.end);
            }
            joins
        });
        Self(regions)
    }

    /// All of a content of `len` bytes.
    #[must_use]
    pub fn all(len: usize) -> Self {
        Self(vec![Region::new(0, len)])
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = Region> + '_ {
        self.0.iter().copied()
    }

    /// Whether nothing is in it, not even a seam.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes its regions span together.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|region| region.len()).sum()
    }

    /// Whether `region` shares a byte with one of them, or has one of their seams strictly inside.
    #[must_use]
    pub fn touches(&self, region: Region) -> bool {
        let first = self.0.partition_point(|mine| mine.end <= region.start);
        self.0[first..]
            .iter()
            .take_while(|mine| mine.start < region.end)
            .any(|mine| if mine.is_empty() { region.start < mine.start } else { mine.overlaps(region) })
    }
}

impl FromIterator<Region> for Regions {
    fn from_iter<T: IntoIterator<Item = Region>>(iter: T) -> Self {
        Self::new(iter.into_iter().collect())
    }
}

/// What is fresh in a content against each version that it is compared with: one [`Regions`] a parent. Something is
/// fresh when it is fresh against every parent, so that a merge is not blamed for what one of its sides already had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    against: Vec<Regions>,
    /// Whether the content was sifted, see [`Fresh::sifted`].
    is_sifted: bool,
}

impl Fresh {
    /// All of a content of `len` bytes: there is nothing to compare it with.
    #[must_use]
    pub fn all(len: usize) -> Self {
        Self { against: vec![Regions::all(len)], is_sifted: false }
    }

    /// Where whatever may be found in a content stands as a whole, with all that it is found by: nothing beside these regions has to be searched.
    #[must_use]
    pub fn sifted(places: Regions) -> Self {
        Self { against: vec![places], is_sifted: true }
    }

    /// Whether its regions are that.
    #[must_use]
    pub fn is_sifted(&self) -> bool {
        self.is_sifted
    }

    /// Against each of several versions. No version at all would make everything fresh vacuously, so it is refused by
    /// giving the content's length for that case.
    #[must_use]
    pub fn against(versions: Vec<Regions>, len: usize) -> Self {
        if versions.is_empty() { Self::all(len) } else { Self { against: versions, is_sifted: false } }
    }

    /// Whether nothing can be fresh, because one version has it all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.against.iter().any(Regions::is_empty)
    }

    /// Whether `region` is fresh against every version.
    #[must_use]
    pub fn touches(&self, region: Region) -> bool {
        self.against.iter().all(|regions| regions.touches(region))
    }

    /// The regions that have to be searched: those against the version with the fewest fresh bytes.
    #[must_use]
    pub fn smallest(&self) -> &Regions {
        // `against` and `all` leave no empty list behind.
        self.against.iter().min_by_key(|regions| regions.len()).unwrap_or(const { &Regions(Vec::new()) })
    }

    /// The same places after every region went through `map`, as when a content is decoded.
    #[must_use]
    pub fn map(&self, map: impl Fn(Region) -> Region) -> Self {
        let against = self.against.iter().map(|regions| regions.iter().map(&map).collect()).collect();
        Self { against, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(start: usize, end: usize) -> Region {
        Region::new(start, end)
    }

    #[test]
    fn regions_are_sorted_and_merged() {
        let regions = Regions::new(vec![region(8, 9), region(1, 3), region(2, 5), region(5, 6)]);
        assert_eq!(regions.iter().collect::<Vec<_>>(), [region(1, 6), region(8, 9)]);
    }

    #[test]
    fn a_match_touches_a_region_only_when_they_share_a_byte() {
        let regions = Regions::new(vec![region(10, 20)]);
        assert!(!regions.touches(region(0, 10)));
        assert!(regions.touches(region(0, 11)));
        assert!(regions.touches(region(19, 30)));
        assert!(!regions.touches(region(20, 30)));
    }

    #[test]
    fn a_match_touches_a_seam_only_when_it_spans_it() {
        let regions = Regions::new(vec![region(10, 10)]);
        assert!(regions.touches(region(9, 11)));
        assert!(!regions.touches(region(10, 12)));
        assert!(!regions.touches(region(8, 10)));
    }

    #[test]
    fn what_one_parent_has_is_not_fresh() {
        let fresh = Fresh::against(vec![Regions::all(100), Regions::new(vec![region(10, 20)])], 100);
        assert!(fresh.touches(region(15, 30)));
        assert!(!fresh.touches(region(30, 40)));
        assert_eq!(fresh.smallest().len(), 10);
    }
}
