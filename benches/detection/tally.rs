//! Counts what was found, and prints it.

use std::collections::BTreeMap;

use palisade::rule::Confidence;

/// What became of a case, by the level that its confidence has by default.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Judged {
    Nothing,
    Annotated,
    Rejected,
}

impl Judged {
    pub(crate) fn of(confidence: Option<Confidence>) -> Self {
        match confidence {
            None => Self::Nothing,
            Some(Confidence::Possible) => Self::Annotated,
            Some(Confidence::Likely | Confidence::Certain) => Self::Rejected,
        }
    }
}

#[derive(Default)]
struct Counts {
    all: usize,
    found: usize,
    rejected: usize,
}

impl Counts {
    fn add(&mut self, judged: Judged) {
        self.all += 1;
        self.found += usize::from(judged > Judged::Nothing);
        self.rejected += usize::from(judged == Judged::Rejected);
    }
}

/// Counts by name, and the cases by how they were judged.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<(&'static str, &'static str), Counts>,
    all: Counts,
    cases: BTreeMap<String, (Counts, String)>,
}

impl Tally {
    pub(crate) fn add(&mut self, by: &'static str, name: &'static str, judged: Judged) {
        self.counts.entry((by, name)).or_default().add(judged);
    }

    /// Counts one case of a kind, of which `text` is shown.
    pub(crate) fn case(&mut self, kind: &str, judged: Judged, text: &str) {
        self.all.add(judged);
        let (counts, example) = self.cases.entry(kind.to_owned()).or_default();
        counts.add(judged);
        if example.is_empty() || judged == Judged::Nothing {
            text.clone_into(example);
        }
    }

    /// Prints how much was found, and the `worst` kinds of case.
    pub(crate) fn print(&self, worst: usize) {
        println!("  {:44} {:>6} {:>8} {:>8}", "", "cases", "found", "rejected");
        line("all", &self.all);
        if worst == 0 {
            return;
        }
        for ((by, name), counts) in &self.counts {
            line(&format!("{by}: {name}"), counts);
        }
        let mut cases: Vec<_> = self.cases.iter().filter(|(_, (counts, _))| counts.found < counts.all).collect();
        cases.sort_by_key(|(_, (counts, _))| counts.found * 100 / counts.all);
        // The worst of each family come first, then the second worst: one family would fill the list otherwise.
        let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
        cases.sort_by_cached_key(|(kind, _)| {
            let rank = ranks.entry(kind.split(" | ").next().unwrap_or_default()).or_default();
            *rank += 1;
            *rank
        });
        println!("  {} kinds of case with a miss; the worst:", cases.len());
        for (kind, (counts, text)) in cases.into_iter().take(worst) {
            println!("    {}/{} {kind}: {:.200}", counts.found, counts.all, text.escape_debug().to_string());
        }
    }

    /// Prints how much was taken for a secret, and the `worst` of it.
    pub(crate) fn print_noise(&self, worst: usize) {
        println!("  {:44} {:>6} {:>8} {:>8}", "", "cases", "found", "rejected");
        let mut all = Counts::default();
        for ((by, name), counts) in &self.counts {
            line(&format!("{by}: {name}"), counts);
            all.all += counts.all;
            all.found += counts.found;
            all.rejected += counts.rejected;
        }
        line("all", &all);
        let mut cases: Vec<_> = self.cases.iter().collect();
        cases.sort_by_key(|(_, (counts, _))| std::cmp::Reverse((counts.rejected, counts.found)));
        for (kind, (counts, text)) in cases.into_iter().take(worst) {
            let level = if counts.rejected > 0 { "reject" } else { "annotate" };
            println!("    {level} {kind}: {:.140}", text.escape_debug().to_string());
        }
    }
}

fn line(name: &str, counts: &Counts) {
    let share = |part: usize| 100.0 * part as f64 / counts.all.max(1) as f64;
    println!("  {name:44} {:>6} {:>7.1}% {:>7.1}%", counts.all, share(counts.found), share(counts.rejected));
}
