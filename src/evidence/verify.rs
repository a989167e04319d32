//! Whether a log is what was written: every line that was changed, taken out, put in or moved, and where.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use ssh_key::PublicKey;

use super::{Appended, Hash, Log, LogError, LogLine, Seal};
use crate::scope::named;

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file and its line, `0000000001.jsonl:7`, cleaned for a terminal.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// What can be said of a log.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// How many lines there are.
    pub lines: u64,
    /// The last one.
    pub end: Option<Appended>,
    /// The last one that a seal vouches for; 0 where none does.
    pub sealed: u64,
    /// How many seals hold.
    pub seals: u64,
    /// What is not as it was written, in order.
    pub faults: Vec<Fault>,
    /// What is no fault, and worth knowing.
    pub notes: Vec<String>,
}

/// What is known while the lines are gone through.
#[derive(Default)]
struct Walk {
    proof: Proof,
    /// The numbers of all lines that are there, in ascending order.
    all: Vec<u64>,
    /// The line with the highest number so far.
    last: Option<(u64, Hash, String)>,
    /// The hashes that seals and the head ask for, by line.
    asked: HashMap<u64, Option<Hash>>,
    /// Pairs of neighbours of which the second does not name the hash of the first: the second's number, and the places of both.
    joints: Vec<(u64, String, String)>,
    first: Option<(u64, String, String)>,
}

impl Log {
    /// Goes through all lines and seals. Seals must be by one of `keys`, where any is given; they are read from `seals`, or from the log's own folder.
    ///
    /// # Errors
    /// When a file cannot be read; what is wrong in it is no error.
    pub fn verify(&self, keys: &[PublicKey], seals: Option<&Path>) -> Result<Proof, LogError> {
        let head = self.head();
        let seals = self.seals(seals)?;
        let mut walk = Walk::default();
        for line in self.lines()? {
            walk.all.extend(line?.record().map(|record| record.seq));
        }
        walk.all.sort_unstable();
        let asked = seals.iter().flatten().map(|seal| seal.seq).chain(head.map(|head| head.seq));
        walk.asked = asked.map(|seq| (seq, None)).collect();
        let mut lines = self.lines()?.peekable();
        while let Some(line) = lines.next() {
            walk.line(&line?, lines.peek().is_none());
        }
        walk.head(head);
        walk.joints();
        walk.seals(&seals, keys);
        Ok(walk.proof)
    }
}

impl Walk {
    fn fault(&mut self, at: &str, what: impl Into<String>) {
        self.proof.faults.push(Fault { at: at.to_owned(), what: what.into() });
    }

    fn line(&mut self, line: &LogLine, is_last: bool) {
        let name = line.file.file_name().map(|name| named(Path::new(name)).to_string()).unwrap_or_default();
        let at = format!("{name}:{}", line.number);
        if !line.whole && is_last {
            let bytes = line.bytes.len();
            self.proof.notes.push(format!(
                "{at}: {bytes} bytes of a line that was never written to its end: a process was killed; the next one takes them away"
            ));
            return;
        }
        self.proof.lines += 1;
        let expected = self.last.as_ref().map(|(seq, ..)| seq + 1);
        let Some(record) = line.record().filter(|_| line.whole) else {
            self.fault(&at, "this is no record: the line was changed");
            // Its number is what it should be, and the next line is not held against it.
            if let Some(expected) = expected {
                self.last = Some((expected, Hash::NONE, String::new()));
            }
            return;
        };
        let (seq, hash) = (record.seq, line.hash());
        if let Some(lost) = &record.lost {
            self.fault(&at, format!("when this line was written, the log had ended elsewhere (line {}): lines before it were cut off or made anew", named(lost.as_ref())));
        }
        self.order(expected, seq, record.prev, &at);
        if let Some(found) = self.asked.get_mut(&seq) {
            *found = Some(hash);
        }
        if self.last.as_ref().is_none_or(|(last, ..)| seq > *last) {
            self.last = Some((seq, hash, at));
            self.proof.end = Some(Appended { seq, hash });
        }
    }

    /// Whether a line stands where its number says, behind the line that it names.
    fn order(&mut self, expected: Option<u64>, seq: u64, prev: String, at: &str) {
        match expected {
            None => self.first = Some((seq, prev, at.to_owned())),
            Some(expected) if seq > expected && self.all.binary_search(&expected).is_err() => {
                let next = self.all.partition_point(|known| *known < expected);
                let end = self.all.get(next).map_or(seq, |next| *next) - 1;
                let what = if end == expected {
                    format!("line {expected} is")
                } else {
                    format!("lines {expected} to {end} are")
                };
                self.fault(at, format!("{what} not here: taken out before line {seq}"));
            }
            Some(expected) if seq != expected => {
                self.fault(
                    at,
                    format!("line {seq} stands where line {expected} should: lines were moved, or put in twice"),
                );
            }
            Some(_) => {
                let before = self.last.as_ref().filter(|(_, _, place)| !place.is_empty());
                if let Some((_, _, place)) = before.filter(|(_, hash, _)| hash.to_string() != prev) {
                    self.joints.push((seq, place.clone(), at.to_owned()));
                }
            }
        }
    }

    /// What was written beside the log about where it ends.
    fn head(&mut self, head: Option<Appended>) {
        let Some((last, last_hash, at)) = self.last.clone() else {
            if let Some(head) = head {
                self.fault("head", format!("the log has no line, and had {}", head.seq));
            }
            return;
        };
        let Some(head) = head else {
            self.proof.notes.push(
                "there is no head beside the log: only a seal can tell whether lines were cut off its end".to_owned(),
            );
            return;
        };
        if head.seq > last {
            self.fault(
                &at,
                format!("the log ends here, at line {last}, and had {}: lines were cut off its end", head.seq),
            );
        } else if head.seq == last && head.hash != last_hash {
            // As if one more line named another hash.
            self.joints.push((last + 1, at, "head".to_owned()));
        } else if head.seq < last && self.hash_of(head.seq).is_some_and(|hash| hash != head.hash) {
            self.fault("head", format!("it names another line {} than is there: the log was made anew", head.seq));
        } else if head.seq + 1 == last {
            self.proof.notes.push(format!(
                "{at}: line {last} was written and head was not: a process was killed in between, or something else wrote it"
            ));
        } else if head.seq < last {
            self.fault(
                &at,
                format!("lines {} to {last} were not written by Palisade: head knows of {}", head.seq + 1, head.seq),
            );
        }
    }

    fn hash_of(&self, seq: u64) -> Option<Hash> {
        *self.asked.get(&seq)?
    }

    /// Who is to blame where neighbours do not fit: a line that was changed in its hash of the one before fits neither neighbour, and any other
    /// changed line does not fit the next one.
    fn joints(&mut self) {
        let joints = std::mem::take(&mut self.joints);
        let mut run: Vec<&(u64, String, String)> = Vec::new();
        for (number, joint) in joints.iter().enumerate() {
            run.push(joint);
            if joints.get(number + 1).is_some_and(|next| next.0 == joint.0 + 1) {
                continue;
            }
            let blamed: Vec<(u64, &String)> = match run.as_slice() {
                [(seq, before, _)] => vec![(seq - 1, before)],
                several => several[..several.len() - 1].iter().map(|(seq, _, at)| (*seq, at)).collect(),
            };
            for (seq, at) in blamed {
                self.fault(at, format!("line {seq} was changed: what follows it was written after another line"));
            }
            run.clear();
        }
    }

    fn seals(&mut self, seals: &[Result<Seal, usize>], keys: &[PublicKey]) {
        let first = self.first.clone();
        let mut anchored = first.as_ref().is_none_or(|(seq, prev, _)| *seq == 1 && *prev == Hash::NONE.to_string());
        for (number, seal) in seals.iter().enumerate() {
            let at = format!("seals.jsonl:{}", number + 1);
            let seal = match seal {
                Ok(seal) => seal,
                Err(line) => {
                    self.fault(&at, format!("line {line} is no seal"));
                    continue;
                }
            };
            if let Err(why) = seal.check(keys) {
                self.fault(&at, format!("this seal does not count: {why}"));
                continue;
            }
            anchored |= self.seal(seal, &at);
        }
        if let (false, Some((seq, _, at))) = (anchored, first) {
            let what = if seq == 1 {
                "the first line names a line before it: what stood there is gone".to_owned()
            } else {
                format!("lines 1 to {} are not here, and no seal vouches for line {}", seq - 1, seq - 1)
            };
            self.fault(&at, what);
        }
        if !keys.is_empty() && self.proof.seals == 0 {
            self.fault("seals.jsonl", "no seal by this key holds");
        }
    }

    /// Holds a seal that counts against the line that it vouches for; whether that is the one before the first that is here, as it is where segments were put
    /// away.
    fn seal(&mut self, seal: &Seal, at: &str) -> bool {
        let starts = self.first.as_ref().map_or(1, |(seq, ..)| *seq);
        match self.hash_of(seal.seq) {
            Some(hash) if Some(hash) == seal.hash() => {
                self.proof.seals += 1;
                self.proof.sealed = self.proof.sealed.max(seal.seq);
            }
            Some(_) => {
                let (from, to) = (self.proof.sealed + 1, seal.seq);
                self.fault(
                    at,
                    format!("it vouches for another line {to}: something from line {from} to line {to} was made anew"),
                );
            }
            None if seal.seq < starts => {
                return self.first.as_ref().is_some_and(|(seq, prev, _)| seal.seq + 1 == *seq && *prev == seal.hash);
            }
            None => self.fault(
                at,
                format!("it vouches for line {}, which is not here: lines were cut off or taken out", seal.seq),
            ),
        }
        false
    }
}
