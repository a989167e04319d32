//! The key that fingerprints are made with.
//!
//! A team has one, `.palisade/key`, which is committed: only with the same key a decision of one is a decision of all, and on the server as well. It
//! keeps those from guessing who read a report and not the repository. Until a decision is shared a clone has one of its own, `.git/palisade/key`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::git::Repo;
use crate::policy::Side;
use crate::scope::named;
use crate::text::hex;

/// How many random bytes a key has.
const BYTES: usize = 32;
/// The team's key, from the root of the work tree.
pub(super) const SHARED: &str = ".palisade/key";

/// The key of a repository: that of the side which decides, else its own; none where it has neither. What is staged has that of the work tree:
/// it only gives names.
pub(super) fn of(repo: &Repo, side: Option<&Side<'_>>) -> anyhow::Result<Option<Vec<u8>>> {
    let shared = match side {
        None | Some(Side::Nothing) => None,
        Some(Side::Index(repo)) => match repo.work_dir() {
            Some(root) => Side::WorkTree(root.to_owned()).file(SHARED),
            None => Ok(None),
        }
        .transpose(),
        Some(side) => side.file(SHARED).transpose(),
    };
    if let Some(shared) = shared {
        let shared =
            shared.map_err(|gap| anyhow::anyhow!("{}: the fingerprint key cannot be read: {}", gap.what, gap.why))?;
        let mend = "`git log` knows how it was; without it, what was decided by fingerprint lets nothing in";
        return parse(&shared).map(Some).with_context(|| format!("{SHARED}: {mend}"));
    }
    let file = own_file(repo);
    match fs::read(&file) {
        Ok(hex) => parse(&hex)
            .map(Some)
            .with_context(|| format!("{}: remove it, and `palisade install` makes a new one", named(&file))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{}: the fingerprint key cannot be read", named(&file))),
    }
}

fn parse(hex: &[u8]) -> anyhow::Result<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = hex.trim_ascii().chunks(2);
    let bytes: Option<Vec<u8>> = pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect();
    bytes.filter(|bytes| bytes.len() == BYTES).context("not a fingerprint key (64 hexadecimal digits)")
}

/// The key that a repository has of its own; one is made where there is none. None where that cannot be.
pub(super) fn own(repo: &Repo) -> Option<Vec<u8>> {
    let file = own_file(repo);
    make(&file).ok()?;
    parse(&fs::read(file).ok()?).ok()
}

/// The file of the key that a repository has of its own, shared by its linked worktrees.
pub(super) fn own_file(repo: &Repo) -> PathBuf {
    repo.common_dir().join("palisade").join("key")
}

/// Makes the team's key where there is none, of the repository's own, so that fingerprints stay what they are; whether it did.
pub(super) fn share(repo: &Repo, root: &Path) -> anyhow::Result<bool> {
    let shared = root.join(SHARED);
    if fs::symlink_metadata(&shared).is_ok() {
        return Ok(false);
    }
    let own = own_file(repo);
    let hex = match fs::read(&own) {
        Ok(hex) => {
            parse(&hex).with_context(|| named(&own).to_string())?;
            hex
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => line(&random()?).into_bytes(),
        Err(error) => {
            return Err(error).with_context(|| format!("{}: the fingerprint key cannot be read", named(&own)));
        }
    };
    let write = || {
        fs::create_dir_all(root.join(".palisade"))?;
        fs::write(&shared, hex)
    };
    write().with_context(|| format!("{SHARED}: the key cannot be written there"))?;
    Ok(true)
}

/// A key that nobody has had before.
pub(super) fn random() -> anyhow::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    Ok(bytes)
}

/// A key as a file has it.
fn line(key: &[u8]) -> String {
    hex(key) + "\n"
}

/// Makes a key where there is none; whether it did. A key is never replaced: fingerprints would change with it.
pub(super) fn make(file: &Path) -> anyhow::Result<bool> {
    if fs::symlink_metadata(file).is_ok() {
        return Ok(false);
    }
    if let Some(folder) = file.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let key = line(&random()?);
    let mut out = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        other => other?,
    };
    out.write_all(key.as_bytes()).inspect_err(|_| {
        let _ = fs::remove_file(file);
    })?;
    Ok(true)
}
