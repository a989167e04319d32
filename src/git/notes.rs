//! Git notes in `refs/notes/palisade`, line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

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
    /// All notes: its own, and those that were fetched.
    ///
    /// # Errors
    /// When git cannot be asked, or a note cannot be read.
    pub fn notes(&self) -> Result<Notes, GitError> {
        let mut notes = Notes::new();
        let refs = self.git.read(&["for-each-ref", "--format=%(refname)", REF, &theirs("*")])?;
        for name in String::from_utf8_lossy(&refs).lines() {
            for (commit, lines) in self.notes_of(name)? {
                notes.entry(commit).or_default().extend(lines);
            }
        }
        Ok(notes)
    }

    fn notes_of(&self, name: &str) -> Result<Notes, GitError> {
        let list = self.git.read(&["notes", &format!("--ref={name}"), "list"])?;
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
        let is_there = self.has_notes()?;
        let old = if is_there { self.notes_of(REF)? } else { Notes::new() };
        let mut input = format!("commit {REF}\ncommitter Palisade <palisade@localhost> now\ndata 9\nAnnotate\n\n");
        if is_there {
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
        self.configure("notes.rewriteRef", REWRITTEN, keep)?;
        self.configure("notes.palisade.mergeStrategy", "cat_sort_uniq", keep)
    }

    /// Has `git fetch` bring the notes of all remotes, or stop doing so.
    ///
    /// # Errors
    /// When git cannot write its configuration.
    pub fn fetch_notes(&self, wanted: bool) -> Result<(), GitError> {
        let remotes = self.git.read(&["remote"])?;
        for remote in String::from_utf8_lossy(&remotes).lines().filter(|name| !name.starts_with('-')) {
            let (key, value) = (format!("remote.{remote}.fetch"), brought(remote));
            self.configure(&key, &value, wanted)?;
        }
        Ok(())
    }

    /// Brings the notes of a remote together with one's own, and has it take what it did not have. This asks the network.
    ///
    /// # Errors
    /// When git cannot fetch, merge or push.
    pub fn share_notes(&self, remote: &str) -> Result<(), GitError> {
        // Somebody else may be faster, and then what is there has to be fetched again.
        self.try_to_share(remote).or_else(|_| self.try_to_share(remote))
    }

    fn try_to_share(&self, remote: &str) -> Result<(), GitError> {
        // An address is no name of a ref.
        let is_named = self.config(&format!("remote.{remote}.url")).is_some();
        let from = if is_named { remote } else { "elsewhere" };
        self.git.read(&["fetch", "--quiet", "--no-tags", "--end-of-options", remote, &brought(from)])?;
        let theirs = theirs(from);
        if self.git.ask(&["rev-parse", "--verify", "--quiet", &theirs])?.is_some() {
            self.git.read(&["notes", "--ref=palisade", "merge", "--quiet", "--strategy=cat_sort_uniq", &theirs])?;
        }
        if self.has_notes()? {
            self.git.read(&["push", "--quiet", "--no-verify", "--end-of-options", remote, REF])?;
        }
        Ok(())
    }

    fn has_notes(&self) -> Result<bool, GitError> {
        Ok(self.git.ask(&["rev-parse", "--verify", "--quiet", REF])?.is_some())
    }

    /// Sets a value of a key that may have others, which are the user's own, or takes it away.
    fn configure(&self, key: &str, value: &str, wanted: bool) -> Result<(), GitError> {
        let set = ["config", "--local", "--fixed-value", "--replace-all", key, value, value];
        let unset = ["config", "--local", "--fixed-value", "--unset-all", key, value];
        let args: &[&str] = if wanted { &set } else { &unset };
        let output = self.git.run(args)?;
        let was_absent = !wanted && output.status.code() == Some(NOT_SET);
        if output.status.success() || was_absent { Ok(()) } else { Err(failed(args, &output)) }
    }

    /// Adds trailers to a message that is being written, but those that are there.
    ///
    /// # Errors
    /// When git cannot write the file.
    pub fn add_trailers(&self, file: &Path, key: &str, values: &[String]) -> Result<(), GitError> {
        // Git stands in the repository's folder, and the hook may stand elsewhere.
        let file = std::path::absolute(file).map_err(|source| GitError::Io { path: file.to_owned(), source })?;
        let text = file.to_str().ok_or_else(|| GitError::Malformed {
            path: file.clone(),
            reason: "trailers can only be written to a path that is UTF-8".to_owned(),
        })?;
        let mut args =
            ["interpret-trailers", "--in-place", "--no-divider", "--if-exists=addIfDifferent", "--if-missing=add"]
                .map(str::to_owned)
                .to_vec();
        args.extend(values.iter().map(|value| format!("--trailer={key}: {value}")));
        args.extend(["--end-of-options".to_owned(), text.to_owned()]);
        self.git.read(&args.iter().map(String::as_str).collect::<Vec<_>>()).map(|_| ())
    }

    /// The values of the trailers of this name in the messages of a range, by commit.
    ///
    /// # Errors
    /// When git cannot be asked, or does not know the range.
    pub fn trailers(&self, key: &str, range: &str) -> Result<Notes, GitError> {
        let format = format!("--format=%H%x00%(trailers:key={key},valueonly,separator=%x00)%x00%x00");
        let revisions = range.split_ascii_whitespace();
        let args: Vec<&str> = ["log", &format, "--end-of-options"].into_iter().chain(revisions).chain(["--"]).collect();
        let said = self.git.read(&args)?;
        let mut notes = Notes::new();
        for commit in String::from_utf8_lossy(&said).split("\0\0\n") {
            let mut words = commit.split('\0').filter(|word| !word.is_empty());
            let Some(hex) = words.next() else { continue };
            let lines: BTreeSet<_> = words.map(str::to_owned).collect();
            if !lines.is_empty() {
                notes.insert(Oid::from_hex(hex)?, lines);
            }
        }
        Ok(notes)
    }
}

/// Where the notes of a remote are kept.
fn theirs(remote: &str) -> String {
    format!("refs/notes/from/{remote}/palisade")
}

/// The refspec that brings them; a glob, because git fails to fetch a plain name while nothing is there yet.
fn brought(remote: &str) -> String {
    format!("+refs/notes/palisad*:refs/notes/from/{remote}/palisad*")
}
