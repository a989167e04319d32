//! Seals: a signature over the hash of a line, and so over all lines up to it. Made with an SSH key that should not be on the machine that writes the log.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use super::verify::Proof;
use super::{Appended, Hash, Log, LogError, io_error};

/// What signatures are made for, so that none can be taken for another.
const NAMESPACE: &str = "palisade-log";

/// A seal, as it stands in `seals.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The line that it vouches for, and with it for all before.
    pub seq: u64,
    /// That line's hash.
    pub hash: String,
    /// When it was made, in milliseconds since 1970 UTC, as whoever made it says.
    pub time: i64,
    /// Whose key: the public key as OpenSSH writes it.
    pub key: String,
    /// The signature, as `ssh-keygen -Y sign` writes it.
    pub signature: String,
}

/// Why a log cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The key cannot be used.
    #[error("{file}: {why}")]
    Key {
        /// The file, cleaned for a terminal.
        file: String,
        /// Why not, and what to do.
        why: String,
    },
    /// What is broken gets no seal.
    #[error("the log is broken ({0}); `palisade log verify` tells all, and nothing broken is sealed")]
    Unsound(String),
    /// There is no line.
    #[error("the log has no line yet, so there is nothing to seal")]
    Empty,
    /// The log cannot be read or written.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Seal {
    /// What is signed.
    fn message(seq: u64, hash: &str, time: i64) -> String {
        format!("palisade log seal 1\nline {seq}\nhash {hash}\ntime {time}\n")
    }

    fn make(end: Appended, time: i64, key: &PrivateKey) -> ssh_key::Result<Self> {
        let hash = end.hash.to_string();
        let signature = key.sign(NAMESPACE, HashAlg::Sha512, Self::message(end.seq, &hash, time).as_bytes())?;
        let signature = signature.to_pem(LineEnding::LF)?;
        let mut public = key.public_key().clone();
        // A comment is no part of the key, and may say who knows what.
        public.set_comment("");
        Ok(Self { seq: end.seq, hash, time, key: public.to_openssh()?, signature })
    }

    /// Whether its signature holds, and is by one of `keys`; by the key that it names itself where none is given. The error says why not.
    pub(super) fn check(&self, keys: &[PublicKey]) -> Result<(), &'static str> {
        let own = PublicKey::from_openssh(&self.key).map_err(|_| "its key cannot be read")?;
        if !keys.is_empty() && !keys.iter().any(|key| key.key_data() == own.key_data()) {
            return Err("it was made with another key");
        }
        let signature = SshSig::from_pem(&self.signature).map_err(|_| "its signature cannot be read")?;
        let message = Self::message(self.seq, &self.hash, self.time);
        own.verify(NAMESPACE, message.as_bytes(), &signature).map_err(|_| "its signature does not hold")
    }

    pub(super) fn hash(&self) -> Option<Hash> {
        Hash::from_hex(self.hash.as_bytes())
    }
}

impl Log {
    /// Vouches for all lines that are there, with the private key in `file`: one of `ssh-keygen -t ed25519`, without a passphrase.
    ///
    /// # Errors
    /// When the key cannot be used, or the log is empty, broken, or cannot be read or written.
    pub fn seal(&self, file: &Path, time: i64) -> Result<Seal, SealError> {
        let key = private_key(file)?;
        let _lock = self.lock()?;
        let proof: Proof = self.verify(&[], None)?;
        if let Some(fault) = proof.faults.first() {
            return Err(SealError::Unsound(fault.to_string()));
        }
        let Some(end) = proof.end else { return Err(SealError::Empty) };
        let seal = Seal::make(end, time, &key).map_err(|error| key_error(file, &format!("it cannot sign: {error}")))?;
        let mut line = serde_json::to_vec(&seal).map_err(LogError::from)?;
        line.push(b'\n');
        let path = self.seals_file();
        let out = OpenOptions::new().append(true).create(true).mode(0o640).open(&path);
        out.and_then(|mut out| out.write_all(&line)).map_err(|error| io_error(&path, error))?;
        Ok(seal)
    }

    /// The seals beside the log, or those in `file`; each line that is none is an error by its number.
    pub(super) fn seals(&self, file: Option<&Path>) -> Result<Vec<Result<Seal, usize>>, LogError> {
        let own = self.seals_file();
        let path = file.unwrap_or(&own);
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && file.is_none() => return Ok(Vec::new()),
            Err(error) => return Err(io_error(path, error)),
        };
        let lines = text.lines().enumerate();
        Ok(lines.map(|(number, line)| serde_json::from_str(line).map_err(|_| number + 1)).collect())
    }
}

fn key_error(file: &Path, why: &str) -> SealError {
    SealError::Key { file: crate::scope::named(file).to_string(), why: why.to_owned() }
}

fn private_key(file: &Path) -> Result<PrivateKey, SealError> {
    let text = fs::read(file).map_err(|error| key_error(file, &error.to_string()))?;
    if PublicKey::from_openssh(&String::from_utf8_lossy(&text)).is_ok() {
        return Err(key_error(
            file,
            "this is the public key; --key takes the private one, which lies beside it without .pub",
        ));
    }
    let make = "make one for the log: ssh-keygen -t ed25519 -N '' -f FILE";
    let key = PrivateKey::from_openssh(&text);
    // What the library says could quote the key.
    let key = key.map_err(|_| key_error(file, &format!("this is no private key of OpenSSH; {make}")))?;
    if key.is_encrypted() {
        return Err(key_error(file, &format!("this key has a passphrase, which nobody asks for here; {make}")));
    }
    Ok(key)
}
