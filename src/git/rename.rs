//! Finds what a new path was renamed from, so that a moved file is not looked at as if all of it were new.
//!
//! The same content first; then, among files, contents of which at least half is the same, those of the same name first. No
//! configuration decides anything here, and the work is bounded: above the limits a moved and edited file is simply new.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::diff::{Found, Gone};
use super::{Change, GitError, Mode, Objects, Oid, Version, compare, fresh, general};

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
                for source in inner {
                    add([&path[..], &source.path].concat(), source.version);
                }
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
    let (mut of_new, mut of_source) = (vec![0_usize; new.len()], vec![0_usize; sources.len()]);
    for (to, from) in &pairs {
        of_new[*to] += 1;
        of_source[*from] += 1;
    }
    let mut prints = HashMap::new();
    let mut scores = Vec::new();
    for (to, from) in pairs {
        let (a, b) = (new[to].new, sources[from].version);
        let score = if of_new[to] == 1 && of_source[from] == 1 {
            reader.compare(a, b)?
        } else {
            reader.compare_many(a, b, &mut prints)?
        };
        if score >= SIMILAR {
            scores.push((std::cmp::Reverse(score), to, from));
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

/// What a content consists of: its lines, long ones in pieces, each by a hash and with how many bytes it takes in all.
type Print = Vec<(u64, u64)>;

/// Reads and compares contents until enough was read. How similar two are is told in percent of the longer one.
struct Reader<'o> {
    objects: &'o Objects,
    left: u64,
}

impl Reader<'_> {
    /// Compares two contents, of which neither is compared with any other: what they begin and end with mostly tells enough.
    fn compare(&mut self, a: Version, b: Version) -> Result<u64, GitError> {
        let Some(longer) = self.worth(a, b)? else { return Ok(0) };
        let (Some(a), Some(b)) = (self.content(a)?, self.content(b)?) else { return Ok(0) };
        let head = fresh::common_head(&a, &b);
        let tail = fresh::common_tail(&a[head..], &b[head..]);
        let ends = (head + tail) as u64 * 100 / longer;
        Ok(if ends >= SIMILAR { ends } else { shared(&print(&a), &print(&b)) * 100 / longer })
    }

    /// Compares two contents of many, each of which is read once.
    fn compare_many(
        &mut self,
        a: Version,
        b: Version,
        prints: &mut HashMap<Oid, Option<Print>>,
    ) -> Result<u64, GitError> {
        let Some(longer) = self.worth(a, b)? else { return Ok(0) };
        for version in [a, b] {
            if let Entry::Vacant(place) = prints.entry(version.oid) {
                place.insert(self.content(version)?.map(|content| print(&content)));
            }
        }
        match (prints.get(&a.oid), prints.get(&b.oid)) {
            (Some(Some(a)), Some(Some(b))) => Ok(shared(a, b) * 100 / longer),
            _ => Ok(0),
        }
    }

    /// The size of the longer content; none where the sizes tell that the two are not similar, without reading them.
    fn worth(&self, a: Version, b: Version) -> Result<Option<u64>, GitError> {
        let (Some(a), Some(b)) = (known(self.objects.size(a.oid))?, known(self.objects.size(b.oid))?) else {
            return Ok(None);
        };
        let (shorter, longer) = (a.min(b), a.max(b));
        Ok((shorter > 0 && shorter * 100 >= longer * SIMILAR).then_some(longer))
    }

    /// A content; none where it is not there, or enough was read.
    fn content(&mut self, version: Version) -> Result<Option<Vec<u8>>, GitError> {
        let Some(size) = known(self.objects.size(version.oid))?.filter(|size| *size <= self.left) else {
            return Ok(None);
        };
        self.left -= size;
        known(self.objects.blob(version.oid))
    }
}

/// What a partial clone lacks is similar to nothing.
fn known<T>(found: Result<T, GitError>) -> Result<Option<T>, GitError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(GitError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn print(content: &[u8]) -> Print {
    let mut pieces = Print::new();
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
    pieces
}

/// How many bytes two contents share.
fn shared(a: &Print, b: &Print) -> u64 {
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

/// Eight bytes at a time. Who makes two pieces collide only makes a file look moved that was not.
fn hash(piece: &[u8]) -> u64 {
    let word = |bytes: &[u8]| bytes.iter().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    let (words, rest) = piece.as_chunks::<8>();
    let hash = words.iter().fold(piece.len() as u64, |hash, bytes| mix(hash, u64::from_le_bytes(*bytes)));
    mix(hash, word(rest))
}

fn is_file(version: Version) -> bool {
    matches!(version.mode, Mode::File | Mode::Executable)
}

fn file_name(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).map_or(path, |slash| &path[slash + 1..])
}
