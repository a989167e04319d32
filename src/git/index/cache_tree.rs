//! The index's cache of trees (extension `TREE`): for each folder the tree that its entries make, and how many they are.
//!
//! What cannot be read of it is passed over: without it more trees are loaded, and the result is the same.

use super::Oid;

/// A folder that the cache of trees knows.
#[derive(Clone, Copy, Debug)]
pub(in crate::git) struct Node {
    /// Its place in the list.
    place: u32,
    /// How many entries lie in it, and the tree that they make; none when something in it has changed.
    pub valid: Option<(usize, Oid)>,
}

/// The cache of trees; empty where there is none.
#[derive(Default)]
pub(super) struct CacheTree<'a> {
    /// Depth first; behind a folder come those in it.
    folders: Vec<Folder<'a>>,
}

struct Folder<'a> {
    name: &'a [u8],
    valid: Option<(usize, Oid)>,
    /// The place behind the last folder in this one.
    end: u32,
}

impl<'a> CacheTree<'a> {
    /// Reads `NAME\0ENTRIES SUBFOLDERS\nOID`, depth first, where the oid is missing when the number of entries is negative.
    pub(super) fn parse(mut body: &'a [u8], hash: usize) -> Self {
        let mut folders = Vec::new();
        // How many folders are still to come in each folder around the present one. A stack, as the depth is not ours.
        let mut open: Vec<(usize, u32)> = Vec::new();
        while !body.is_empty() {
            let Some((folder, children, rest)) = read(body, hash) else { return Self::default() };
            body = rest;
            let place = folders.len();
            folders.push(folder);
            open.push((place, children));
            while let Some((place, 0)) = open.last().copied() {
                let end = u32::try_from(folders.len()).unwrap_or(u32::MAX);
                if let Some(folder) = folders.get_mut(place) {
                    folder.end = end;
                }
                open.pop();
                match open.last_mut() {
                    Some((_, left)) => *left -= 1,
                    // The root is complete: what follows is not part of it.
                    None => return Self { folders },
                }
            }
        }
        Self::default()
    }

    pub(super) fn root(&self) -> Option<Node> {
        self.folders.first().map(|folder| Node { place: 0, valid: folder.valid })
    }

    /// The folders in `node`, in the order in which they were written: shorter names first, then by name.
    pub(super) fn children(&self, node: Node) -> Vec<Node> {
        let mut children = Vec::new();
        let Some(parent) = self.folders.get(node.place as usize) else { return children };
        let mut place = node.place + 1;
        while place < parent.end {
            let Some(folder) = self.folders.get(place as usize) else { break };
            children.push(Node { place, valid: folder.valid });
            place = folder.end;
        }
        children
    }

    /// The folder of that name. Where they are out of order it may not be found, and its trees are loaded.
    pub(super) fn find(&self, children: &[Node], name: &[u8]) -> Option<Node> {
        let found = children.binary_search_by(|node| {
            let other = self.folders[node.place as usize].name;
            (other.len(), other).cmp(&(name.len(), name))
        });
        found.ok().map(|at| children[at])
    }
}

/// One folder, how many folders lie directly in it, and what follows.
fn read(body: &[u8], hash: usize) -> Option<(Folder<'_>, u32, &[u8])> {
    let (name, rest) = split(body, 0)?;
    let (entries, rest) = split(rest, b' ')?;
    let (children, rest) = split(rest, b'\n')?;
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<i64>().ok();
    let children = u32::try_from(number(children)?).ok()?;
    let (valid, rest) = match usize::try_from(number(entries)?) {
        Ok(entries) => {
            let (oid, rest) = rest.split_at_checked(hash)?;
            (Some((entries, Oid::from_bytes(oid)?)), rest)
        }
        Err(_) => (None, rest),
    };
    Some((Folder { name, valid, end: 0 }, children, rest))
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let found = memchr::memchr(at, bytes)?;
    Some((&bytes[..found], &bytes[found + 1..]))
}
