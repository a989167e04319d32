//! The two halves of a pair: an id that stands beside a secret belongs to it, and both are one finding, the secret's.

use super::{Detector, Match, compile};
use crate::checks::secrets::bounds::PAIR_REACH;
use crate::text::{Region, Regions};
use regex_automata::{Input, PatternID};

impl Detector {
    /// Puts each id to the secret that it stands beside. An id that is found by itself, too, is told with its secret and not once more.
    pub(super) fn pair(&self, text: &[u8], matches: &mut Vec<Match>) {
        let mut ids = Vec::new();
        for found in matches.iter_mut() {
            found.pair = found.pattern.pair.and_then(|regex| self.beside(text, found.secret, regex));
            ids.extend(found.pair);
        }
        let ids: Regions = ids.into_iter().collect();
        if !ids.is_empty() {
            matches.retain(|found| found.pair.is_some() || !ids.touches(found.secret));
        }
    }

    /// The id that stands next to a secret: the last one before it, else the first one behind it.
    fn beside(&self, text: &[u8], secret: Region, regex: &'static str) -> Option<Region> {
        let compiled = self.pairs.lock().ok()?.entry(regex).or_insert_with(|| compile(regex, false)).clone()?;
        let group = compiled.group_info().to_index(PatternID::ZERO, "id")?;
        let ids = |window: Region| {
            let found = compiled.captures_iter(Input::new(text).span(window.start..window.end));
            found
                .filter_map(move |found| found.get_group(group))
                .map(|id| Region::new(id.start, id.end))
                .collect::<Vec<_>>()
        };
        let before = ids(Region::new(secret.start.saturating_sub(PAIR_REACH), secret.start));
        let behind = || ids(Region::new(secret.end, (secret.end + PAIR_REACH).min(text.len())));
        before.last().copied().or_else(|| behind().first().copied())
    }
}
