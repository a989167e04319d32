//! Turns a source into the content that is looked at; one loader a thread, so that a thread's buffer and its object
//! reader serve all of its sources.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::git::{Change, GitError, Loose, Mode, Objects, Oid, Repo};
use crate::scope::{Content, Gap, Place, Source};
use crate::text::Fresh;

/// What is larger is not looked at, and named as a gap: contents are held in memory.
const LARGEST: u64 = 1 << 30;

/// Loads sources.
pub struct Loader<'a> {
    repo: Option<&'a Repo>,
    objects: Option<Objects>,
    whole: bool,
    buffer: Vec<u8>,
}

impl<'a> Loader<'a> {
    /// For one thread. With `whole`, all of a changed file counts as fresh.
    #[must_use]
    pub fn new(repo: Option<&'a Repo>, whole: bool) -> Self {
        Self { repo, objects: None, whole, buffer: Vec::new() }
    }

    /// The content of a source; `None` for a submodule and for what is deleted, which have none. What cannot be read is a gap.
    pub fn load(&mut self, source: &Source) -> Result<Option<Content>, Gap> {
        match source {
            Source::Change { change, commit } => self.change(change, *commit),
            Source::File { path, name } => {
                let place = Place::File(name.clone());
                self.all(place, |buffer| read_file(path, buffer)).map(Some)
            }
            Source::CommitMessage(commit) => self.message(*commit).map(Some),
            Source::Deletion { .. } => Ok(None),
            Source::Tag(tag) => self.tag(*tag).map(Some),
            Source::NamedBlob { oid, name } => self.named_blob(*oid, Place::Ref(name.clone())).map(Some),
            Source::Stdin => self.all(Place::Stdin, |buffer| read(io::stdin().lock(), buffer)).map(Some),
            Source::Bytes { place, bytes, commit } => Ok(Some(Content {
                place: place.clone(),
                blob: None,
                commit: *commit,
                bytes: bytes.clone(),
                fresh: Fresh::all(bytes.len()),
            })),
        }
    }

    /// A large file of which no parent has a version, to be read from its beginning without holding all of it; `None` for all else.
    pub fn large(&mut self, source: &Source) -> Option<Loose> {
        let Source::Change { change, .. } = source else { return None };
        if change.new.mode == Mode::Submodule || change.old.iter().any(Option::is_some) {
            return None;
        }
        self.objects()?.large_blob(change.new.oid)
    }

    /// Takes a content's memory back for the next one.
    pub fn give_back(&mut self, content: Content) {
        self.buffer = content.bytes;
    }

    fn change(&mut self, change: &Change, commit: Option<Oid>) -> Result<Option<Content>, Gap> {
        if change.new.mode == Mode::Submodule {
            return Ok(None);
        }
        let gap = |error: &GitError| Gap::of(&change.path, error);
        let whole = self.whole;
        let Some(objects) = self.objects() else { return Err(without_repository(&change.path)) };
        let bytes = objects.blob(change.new.oid).map_err(|error| gap(&error))?;
        let fresh =
            if whole { Fresh::all(bytes.len()) } else { objects.fresh(change, &bytes).map_err(|error| gap(&error))? };
        let place = Place::File(change.path.clone());
        Ok(Some(Content { place, blob: Some(change.new.oid), commit, bytes, fresh }))
    }

    fn message(&mut self, commit: Oid) -> Result<Content, Gap> {
        let what = format!("message of commit {commit}");
        let Some(objects) = self.objects() else { return Err(without_repository(&what)) };
        let bytes = objects.message(commit).map_err(|error| Gap::of(what, &error))?;
        let fresh = Fresh::all(bytes.len());
        Ok(Content { place: Place::Message, blob: None, commit: Some(commit), bytes, fresh })
    }

    fn tag(&mut self, oid: Oid) -> Result<Content, Gap> {
        let what = format!("tag {oid}");
        let Some(objects) = self.objects() else { return Err(without_repository(&what)) };
        let tag = objects.tag(oid).map_err(|error| Gap::of(what, &error))?;
        let fresh = Fresh::all(tag.text.len());
        Ok(Content { place: Place::Tag(tag.name), blob: None, commit: None, bytes: tag.text, fresh })
    }

    fn named_blob(&mut self, oid: Oid, place: Place) -> Result<Content, Gap> {
        let Some(objects) = self.objects() else { return Err(without_repository(&place)) };
        let bytes = objects.blob(oid).map_err(|error| Gap::of(&place, &error))?;
        let fresh = Fresh::all(bytes.len());
        Ok(Content { place, blob: Some(oid), commit: None, bytes, fresh })
    }

    /// What the loader reads objects with; none outside of a repository.
    pub fn objects(&mut self) -> Option<&Objects> {
        if self.objects.is_none() {
            self.objects = self.repo.map(Repo::objects_of_many_commits);
        }
        self.objects.as_ref()
    }

    /// Something that is read into the thread's buffer, and is fresh all over.
    fn all(&mut self, place: Place, read: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Result<Content, Gap> {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        if let Err(error) = read(&mut bytes) {
            self.buffer = bytes;
            return Err(Gap::of(place, &error));
        }
        let fresh = Fresh::all(bytes.len());
        Ok(Content { place, blob: None, commit: None, bytes, fresh })
    }
}

fn without_repository(what: &dyn fmt::Display) -> Gap {
    Gap { what: what.to_string(), why: "there is no repository to read it from".to_owned() }
}

/// A file's bytes; of a symlink the path that it points to, as git stores it.
fn read_file(path: &Path, buffer: &mut Vec<u8>) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?;
    if kind.is_symlink() {
        buffer.extend_from_slice(fs::read_link(path)?.as_os_str().as_encoded_bytes());
        return Ok(());
    }
    buffer.reserve(usize::try_from(kind.len().min(LARGEST)).unwrap_or(0) + 1);
    read(File::open(path)?, buffer)
}

fn read(from: impl Read, buffer: &mut Vec<u8>) -> io::Result<()> {
    from.take(LARGEST + 1).read_to_end(buffer)?;
    if buffer.len() as u64 > LARGEST {
        let why = "larger than 1 GiB, which is more than is held in memory; split it, or list it under ignore-paths";
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(())
}
