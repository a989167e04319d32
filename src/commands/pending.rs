//! What a server let in without having looked at all of it: `palisade/pending` in the repository has the updates of refs, one a line as git tells
//! them to hooks, until `palisade audit --pending` has looked at all that they brought.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;

use crate::git::{RefUpdate, Repo};
use crate::scope::named;

/// What waits, taken out of the list.
pub(super) struct Pending {
    file: PathBuf,
    content: Vec<u8>,
    /// Those whose objects are here: git may have refused a push in the end.
    pub updates: Vec<RefUpdate>,
}

fn list(repo: &Repo) -> PathBuf {
    repo.common_dir().join("palisade/pending")
}

/// Adds a push to the list.
///
/// # Errors
/// When it cannot be written: then nothing may be let in.
pub(super) fn add(repo: &Repo, updates: &[RefUpdate]) -> anyhow::Result<()> {
    let file = list(repo);
    let lines: Vec<u8> = updates.iter().filter(|update| update.new.is_some()).flat_map(RefUpdate::to_line).collect();
    let write = || {
        fs::create_dir_all(file.with_file_name(""))?;
        // In one piece, as many pushes write at once.
        OpenOptions::new().create(true).append(true).open(&file)?.write_all(&lines)
    };
    write().with_context(|| format!("{}: what was not looked at cannot be noted there", named(&file)))
}

impl Pending {
    /// Takes the list, or what an earlier run has taken and not done; none where nothing waits.
    pub(super) fn take(repo: &Repo) -> anyhow::Result<Option<Self>> {
        let (list, file) = (list(repo), list(repo).with_extension("taken"));
        let what = || format!("{}: the list of what waits cannot be read", named(&list));
        if !file.exists() {
            match fs::rename(&list, &file) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                done => done.with_context(what)?,
            }
        }
        let content = fs::read(&file).with_context(what)?;
        let objects = repo.objects();
        let mut updates = RefUpdate::read_all(&content).with_context(what)?;
        updates.retain(|update| update.new.is_some_and(|new| objects.contains(new)));
        Ok(Some(Self { file, content, updates }))
    }

    /// Forgets what was taken. What was added at the last moment waits for the next run.
    pub(super) fn done(self) -> anyhow::Result<()> {
        let is_all = fs::read(&self.file).is_ok_and(|content| content == self.content);
        if is_all {
            fs::remove_file(&self.file).with_context(|| named(&self.file).to_string())?;
        }
        Ok(())
    }
}
