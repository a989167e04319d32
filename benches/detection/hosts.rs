//! The files that secrets are put into.

use std::path::{Path, PathBuf};

use crate::made_up::Dice;

/// How much of a file stands before and behind a secret.
const AROUND: usize = 1500;
/// The largest file that is taken.
const LARGEST: u64 = 200_000;

/// Real files, by the end of their names.
pub(crate) struct Hosts(Vec<(String, String)>);

impl Hosts {
    /// The texts in some folders: one in twenty of them, and not more than 4,000.
    pub(crate) fn read(folders: &[PathBuf]) -> Self {
        let mut dice = Dice::new(5);
        let mut texts = Vec::new();
        for folder in folders {
            for (path, bytes) in files(folder) {
                if dice.below(20) == 0
                    && bytes.len() as u64 <= LARGEST
                    && let Ok(text) = String::from_utf8(bytes)
                {
                    texts.push((extension(&path), text));
                }
            }
        }
        texts.truncate(4000);
        if texts.is_empty() {
            let lines: String = (1..60).map(|line| format!("# line {line} says nothing of interest\n")).collect();
            texts.push((String::new(), lines));
        }
        Self(texts)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What stands before and behind a secret in a file of `path`: whole lines of a real file, of the same kind where there is one.
    pub(crate) fn around(&self, path: &str, dice: &mut Dice) -> (String, String) {
        let wanted = extension(path);
        let alike: Vec<&str> = self.0.iter().filter(|(end, _)| *end == wanted).map(|(_, text)| text.as_str()).collect();
        let text =
            if alike.is_empty() { self.0[dice.below(self.0.len())].1.as_str() } else { alike[dice.below(alike.len())] };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let at = dice.below(lines.len().max(1));
        let near = |lines: &mut dyn Iterator<Item = &&str>| -> Vec<String> {
            let mut size = 0;
            lines
                .take_while(|line| {
                    size += line.len();
                    size < AROUND
                })
                .map(|line| (*line).to_owned())
                .collect()
        };
        let mut before = near(&mut lines[..at].iter().rev());
        before.reverse();
        let mut before = before.concat();
        if !before.is_empty() && !before.ends_with('\n') {
            before.push('\n');
        }
        (before, near(&mut lines[at..].iter()).concat())
    }
}

fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase()
}

/// All files of a folder, by their paths in it.
pub(crate) fn files(folder: &Path) -> impl Iterator<Item = (String, Vec<u8>)> {
    let walk = ignore::WalkBuilder::new(folder).standard_filters(false).sort_by_file_name(Ord::cmp).build();
    walk.filter_map(move |entry| {
        let entry = entry.ok().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))?;
        let path = entry.path().strip_prefix(folder).ok()?.to_string_lossy().into_owned();
        Some((path, std::fs::read(entry.path()).ok()?))
    })
}
