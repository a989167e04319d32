//! Finds what a new path was renamed from, so that a moved file is not looked at as if all of it were new.
//!
//! The same content first; then, among files, contents of which at least half is the same, those of the same name first. No
//! configuration decides anything here, and the work is bounded: above the limits a moved and edited file is simply new.

use std::collections::{BTreeMap, HashMap};

use super::diff::{Found, Gone};
use super::{Change, GitError, Mode, Objects, Version, compare, general};

/// How many paths that a parent has more are thought of.
const MOST_SOURCES: usize = 50_000;
/// How many pairs of contents are compared when names do not help.
const MOST_PAIRS: usize = 20_000;
/// How many bytes are read to compare contents.
const MOST_BYTES: u64 = 256 << 20;
/// A content that is this much the same, in percent, was renamed.
const SIMILAR: u64 = 50;

/// A path that a parent has and the new side lacks.
struct Source {
    path: Vec<u8>,
    version: Version,
    used: bool,
}

/// Completes the changes with what each parent has under another name.
///
/// # Errors
/// When an object is there and cannot be read.
pub(super) fn find(objects: &Objects, found: Found) -> Result<Vec<Change>, GitError> {
    let Found { mut changes, gone, .. } = found;
    for (parent, gone) in gone.into_iter().enumerate() {
        let is_new = |change: &&mut Change| change.old[parent].is_none() && change.new.mode != Mode::Submodule;
        let mut new: Vec<&mut Change> = changes.iter_mut().filter(is_new).collect();
        if new.is_empty() || gone.is_empty() {
            continue;
        }
        let mut sources = expand(objects, gone)?;
        same_content(parent, &mut new, &mut sources);
        new.retain(|change| change.old[parent].is_none() && is_file(change.new));
        sources.retain(|source| !source.used && is_file(source.version));
        if !new.is_empty() && !sources.is_empty() {
            similar_content(objects, parent, new, &mut sources)?;
        }
    }
    Ok(changes)
}

/// The files among what is gone, by their paths; folders are read only now that somebody asks.
fn expand(objects: &Objects, gone: Vec<Gone>) -> Result<Vec<Source>, GitError> {
    let mut sources = Vec::new();
    for gone in gone {
        if sources.len() >= MOST_SOURCES {
            break;
        }
        let mut add = |path, version| sources.push(Source { path, version, used: false });
        let done = match gone {
            Gone::File(path, version) => {
                add(path, version);
                Ok(())
            }
            Gone::Dir(path, tree) => general::flatten_tree(objects, &path, tree, &mut add),
            Gone::Within { path, new, old } => compare::tree(objects, new, &[old]).and_then(|found| {
                let inner = expand(objects, found.gone.into_iter().flatten().collect())?;
                inner.into_iter().for_each(|source| add([&path[..], &source.path].concat(), source.version));
                Ok(())
            }),
        };
        match done {
            // What a partial clone lacks was renamed to nothing that we could tell.
            Ok(()) | Err(GitError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    sources.truncate(MOST_SOURCES);
    sources.retain(|source| source.version.mode != Mode::Submodule);
    sources.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

/// Finds the same content under another name; of several the one of the same file name, then one that nobody has yet.
fn same_content(parent: usize, new: &mut [&mut Change], sources: &mut [Source]) {
    let mut by_oid = HashMap::<_, Vec<usize>>::new();
    for (at, source) in sources.iter().enumerate() {
        by_oid.entry(source.version.oid).or_default().push(at);
    }
    for change in new {
        let Some(candidates) = by_oid.get(&change.new.oid) else { continue };
        let name = file_name(change.path.as_bytes());
        // Thousands of empty files are all the same.
        let best = candidates
            .iter()
            .take(100)
            .filter(|at| sources[**at].version.mode.same_kind(change.new.mode))
            .min_by_key(|at| (file_name(&sources[**at].path) != name, sources[**at].used));
        if let Some(&at) = best {
            sources[at].used = true;
            change.old[parent] = Some(sources[at].version);
        }
    }
}

/// Finds contents of which half is the same.
fn similar_content(
    objects: &Objects,
    parent: usize,
    mut new: Vec<&mut Change>,
    sources: &mut [Source],
) -> Result<(), GitError> {
    let mut reader = Reader { objects, left: MOST_BYTES };
    let mut by_name = HashMap::<&[u8], Vec<usize>>::new();
    for (at, source) in sources.iter().enumerate() {
        by_name.entry(file_name(&source.path)).or_default().push(at);
    }
    let mut pairs = Vec::new();
    for (to, change) in new.iter().enumerate() {
        // Many files of one name (`mod.rs`, `__init__.py`) are no better than files of any name.
        if let Some(candidates) = by_name.get(file_name(change.path.as_bytes())).filter(|found| found.len() <= 8) {
            pairs.extend(candidates.iter().map(|from| (to, *from)));
        }
    }
    take_best(&mut reader, parent, &mut new, sources, pairs)?;
    let open: Vec<usize> = (0..new.len()).filter(|to| new[*to].old[parent].is_none()).collect();
    let free: Vec<usize> = (0..sources.len()).filter(|from| !sources[*from].used).collect();
    if open.len().saturating_mul(free.len()) > MOST_PAIRS {
        return Ok(());
    }
    let pairs = open.iter().flat_map(|to| free.iter().map(|from| (*to, *from))).collect();
    take_best(&mut reader, parent, &mut new, sources, pairs)
}

/// Compares the pairs and takes the most similar first, each path once.
fn take_best(
    reader: &mut Reader<'_>,
    parent: usize,
    new: &mut [&mut Change],
    sources: &mut [Source],
    pairs: Vec<(usize, usize)>,
) -> Result<(), GitError> {
    let mut prints = BTreeMap::new();
    let mut scores = Vec::new();
    for (to, from) in pairs {
        let (a, b) = (new[to].new, sources[from].version);
        // Sizes tell most of what is not similar, without reading anything.
        let (Some(len_a), Some(len_b)) = (reader.size(a)?, reader.size(b)?) else { continue };
        if len_a.min(len_b) * 100 < len_a.max(len_b) * SIMILAR || len_a.min(len_b) == 0 {
            continue;
        }
        for version in [a, b] {
            if !prints.contains_key(&version.oid) {
                prints.insert(version.oid, reader.print(version)?);
            }
        }
        if let (Some(Some(a)), Some(Some(b))) = (prints.get(&a.oid), prints.get(&b.oid)) {
            let score = shared(a, b) * 100 / len_a.max(len_b);
            if score >= SIMILAR {
                scores.push((std::cmp::Reverse(score), to, from));
            }
        }
    }
    scores.sort_unstable();
    for (_, to, from) in scores {
        if new[to].old[parent].is_none() && !sources[from].used {
            sources[from].used = true;
            new[to].old[parent] = Some(sources[from].version);
        }
    }
    Ok(())
}

/// Reads contents until enough was read.
struct Reader<'o> {
    objects: &'o Objects,
    left: u64,
}

impl Reader<'_> {
    /// How long a content is; none where it is not there.
    fn size(&self, version: Version) -> Result<Option<u64>, GitError> {
        match self.objects.size(version.oid) {
            Ok(size) => Ok(Some(size)),
            Err(GitError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a content consists of: its lines, long ones in pieces, each with how many bytes it takes in all.
    fn print(&mut self, version: Version) -> Result<Option<Vec<(u64, u64)>>, GitError> {
        let Some(size) = self.size(version)?.filter(|size| *size <= self.left) else { return Ok(None) };
        self.left -= size;
        let content = match self.objects.blob(version.oid) {
            Ok(content) => content,
            Err(GitError::Missing { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut pieces: Vec<(u64, u64)> = Vec::new();
        for line in content.split_inclusive(|byte| *byte == b'\n') {
            pieces.extend(line.chunks(64).map(|piece| (hash(piece), piece.len() as u64)));
        }
        pieces.sort_unstable();
        pieces.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Ok(Some(pieces))
    }
}

/// How many bytes two contents share.
fn shared(a: &[(u64, u64)], b: &[(u64, u64)]) -> u64 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut bytes = 0;
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.0.cmp(&y.0) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                bytes += x.1.min(y.1);
                a.next();
                b.next();
            }
        }
    }
    bytes
}

/// FNV-1a: pieces are short, and who makes two of them collide only makes a file look moved that was not.
fn hash(piece: &[u8]) -> u64 {
    piece.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3))
}

fn is_file(version: Version) -> bool {
    matches!(version.mode, Mode::File | Mode::Executable)
}

fn file_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}
