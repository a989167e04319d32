//! What a server let in without having looked at all of it: `palisade/pending` in the repository has the updates of refs, one a line as git tells
//! them to hooks, until `palisade audit --pending` has looked at all that they brought.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// Adds a push to the list, as far as it does not stand there: two hooks may judge one push.
///
/// # Errors
/// When it cannot be written: then nothing may be let in.
pub(super) fn add(repo: &Repo, updates: &[RefUpdate]) -> anyhow::Result<()> {
    let file = list(repo);
    let content = fs::read(&file).unwrap_or_default();
    let known: HashSet<&[u8]> = content.split_inclusive(|byte| *byte == b'\n').collect();
    let lines = updates.iter().filter(|update| update.new.is_some()).map(RefUpdate::to_line);
    let mut lines: Vec<u8> = lines.filter(|line| !known.contains(line.as_slice())).flatten().collect();
    // What a full disk has cut off is no begin of a line of ours.
    if content.last().is_some_and(|last| *last != b'\n') {
        lines.insert(0, b'\n');
    }
    let write = || {
        fs::create_dir_all(file.with_file_name(""))?;
        // In one piece, as many pushes write at once.
        let mut file = OpenOptions::new().create(true).append(true).open(&file)?;
        file.write_all(&lines)?;
        file.sync_data()
    };
    write().with_context(|| format!("{}: what was not looked at cannot be noted there", named(&file)))
}

/// Says how many updates of refs wait, those that somebody looks at just now among them.
pub(super) fn remind(repo: &Repo) {
    let list = list(repo);
    let lines = |file: &Path| fs::read(file).map_or(0, |content| content.split(|byte| *byte == b'\n').count() - 1);
    let waiting = lines(&list) + lines(&list.with_extension("taken"));
    if waiting > 0 {
        let what = if waiting == 1 { "an update of a ref waits" } else { &format!("{waiting} updates of refs wait") };
        super::say_only(&format!(
            "{what} here for `palisade audit --pending` to look at what was let in without a look at all of it"
        ));
    }
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
        let lines = content.split(|byte| *byte == b'\n');
        // What could not be written whole was not let in.
        let mut updates: Vec<_> = lines.filter_map(|line| RefUpdate::read_all(line).ok()).flatten().collect();
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
