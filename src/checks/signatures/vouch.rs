//! Whether somebody has signed a statement. A statement is the message of a commit that has neither parents nor files: git signs it as it signs
//! every commit, with the key and the program that its user has configured, and nothing that is committed for its own sake looks like one.

use std::sync::Arc;

use globset::Glob;

use super::judge::judge;
use super::trust::Store;
use super::{Require, Reserved, Settings, Signatures, State, Trust};
use crate::git::{Kind, Oid, Repo};
use crate::scope::{Arrival, Gap};

/// What only who vouches may sign for; there is no ref of this name.
const PLACE: &str = "refs/palisade/statements";

/// Who may sign, as a commit says that was accepted.
pub struct Vouchers {
    settings: Settings,
    trust: Arc<Trust>,
    /// Any object of the repository: its name is as long as all others are.
    anchor: Oid,
    now: i64,
}

impl Vouchers {
    /// As `commit` says. `now` is in seconds since 1970 UTC.
    ///
    /// # Errors
    /// When it cannot be read who may sign.
    pub fn at(repo: &Repo, commit: Oid, settings: &Settings, now: i64) -> Result<Self, Gap> {
        let anchor = settings.trust.unwrap_or(commit);
        let trust = Store::new(settings, repo.objects()).at(anchor)?;
        Ok(Self { settings: settings.clone(), trust, anchor, now })
    }

    /// Whether `who`, by address or fingerprint, has signed `message`; `headers` are those of the commit that was made for it.
    ///
    /// # Errors
    /// Why not, in words that follow "its signature".
    pub fn vouch(&self, who: &str, headers: &str, message: &str) -> Result<(), String> {
        // A header is never empty: where a line is, something has taken its blank away.
        let headers = headers.trim().replace("\r\n", "\n").replace("\n\n", "\n \n");
        let lines = || headers.lines().take_while(|line| !line.is_empty());
        let tree = lines().find_map(|line| line.strip_prefix("tree "));
        let is_empty = tree.and_then(|hex| Oid::from_hex(hex).ok()).is_some_and(|tree| tree.is_empty_object());
        if !is_empty || lines().any(|line| line.starts_with("parent ")) {
            return Err("is none of a statement: `palisade allow --sign` makes one".to_owned());
        }
        let place = Glob::new(PLACE).map_err(|error| error.to_string())?.compile_matcher();
        let own = Settings {
            // A voice is heard only where some are asked for theirs.
            refs: vec![Reserved { glob: place, signers: vec![who.to_owned()], threshold: 1 }],
            // Only who vouches counts, whatever else their key may do.
            forges: Vec::new(),
            bots: Vec::new(),
            require: Require::Trusted,
            ..self.settings.clone()
        };
        let check = Signatures { settings: &own, now: self.now, jobs: None, until: None };
        let arrival = Arrival { oid: self.anchor, refs: Vec::new() };
        let raw = format!("{headers}\n\n{message}");
        let seen = judge(&check, &arrival, Kind::Commit, raw.as_bytes(), &self.trust);
        match (seen.state, &seen.voice) {
            (state, Some(voice)) if state.stands() && voice.is_named(who) => Ok(()),
            (state, _) if state.stands() => Err(format!("is not one of {who}")),
            (State::Tampered, _) => Err("does not belong to what it says".to_owned()),
            (state, _) => Err(format!("does not stand: {}, {}", state.as_str(), seen.why)),
        }
    }
}
