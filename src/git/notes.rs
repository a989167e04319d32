//! Git notes in `refs/notes/palisade`, line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;

use super::command::failed;
use super::{GitError, Oid, Repo};

/// Where they are kept; `git log --notes=palisade` shows them.
const REF: &str = "refs/notes/palisade";
/// The same as a glob: git warns at every amend of a plain name while nothing is there yet (git-config(1), notes.rewriteRef).
const REWRITTEN: &str = "refs/notes/palisad[e]";

/// What `git config` ends with where there is nothing to unset (git-config(1)).
const NOT_SET: i32 = 5;

/// The lines of each note, by the commit that it is on.
pub type Notes = BTreeMap<Oid, BTreeSet<String>>;

impl Repo {
    /// All notes.
    ///
    /// # Errors
    /// When git cannot be asked, or a note cannot be read.
    pub fn notes(&self) -> Result<Notes, GitError> {
        if !self.has_notes()? {
            return Ok(Notes::new());
        }
        let list = self.git.read(&["notes", "--ref=palisade", "list"])?;
        let objects = self.objects();
        let mut notes = Notes::new();
        for line in list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut words = line.split(|byte| *byte == b' ');
            let (Some(note), Some(commit)) = (words.next(), words.next()) else { continue };
            let text = objects.blob(Oid::from_hex(note)?)?;
            let lines = String::from_utf8_lossy(&text);
            let lines = lines.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
            notes.entry(Oid::from_hex(commit)?).or_default().extend(lines);
        }
        Ok(notes)
    }

    /// Adds lines to notes; what stands there stays, and nothing stands there twice.
    ///
    /// # Errors
    /// When git cannot write them.
    pub fn annotate(&self, new: &Notes) -> Result<(), GitError> {
        // Somebody else may be faster, and then what is there has to be read again.
        for _ in 0..3 {
            if self.try_annotate(new).is_ok() {
                return Ok(());
            }
        }
        self.try_annotate(new)
    }

    fn try_annotate(&self, new: &Notes) -> Result<(), GitError> {
        let old = self.notes()?;
        let mut input = format!("commit {REF}\ncommitter Palisade <palisade@localhost> now\ndata 9\nAnnotate\n\n");
        if self.has_notes()? {
            let _ = writeln!(input, "from {REF}^0");
        }
        for (commit, lines) in new {
            let mut lines = lines.clone();
            lines.extend(old.get(commit).cloned().unwrap_or_default());
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            // Writing to a String cannot fail.
            let _ = write!(input, "N inline {commit}\ndata {}\n{text}\n", text.len());
        }
        let args = ["fast-import", "--quiet", "--date-format=now"];
        self.git.stream(&args, input.as_bytes(), |mut output| {
            // It prints statistics that nobody reads.
            output.read_to_end(&mut Vec::new()).map(|_| ()).map_err(GitError::NoGit)
        })
    }

    /// Has git keep notes, or stop doing so, where a commit is amended or rebased, and say how two notes are merged.
    ///
    /// # Errors
    /// When git cannot write its configuration.
    pub fn keep_notes(&self, keep: bool) -> Result<(), GitError> {
        for (key, value) in [("notes.rewriteRef", REWRITTEN), ("notes.palisade.mergeStrategy", "cat_sort_uniq")] {
            // Other values of the same key are the user's own.
            let set = ["config", "--local", "--fixed-value", "--replace-all", key, value, value];
            let unset = ["config", "--local", "--fixed-value", "--unset-all", key, value];
            let args: &[&str] = if keep { &set } else { &unset };
            let output = self.git.run(args)?;
            let was_absent = !keep && output.status.code() == Some(NOT_SET);
            if !output.status.success() && !was_absent {
                return Err(failed(args, &output));
            }
        }
        Ok(())
    }

    fn has_notes(&self) -> Result<bool, GitError> {
        Ok(self.git.ask(&["rev-parse", "--verify", "--quiet", REF])?.is_some())
    }
}
