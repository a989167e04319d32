//! A key of OpenPGP, with what it takes to verify prepared once. `pgp` asks it as it asks its own keys; of RSA `numbers` answers, which takes
//! a fraction of the time where one key has signed thousands of commits.

use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::errors::Result;
use pgp::packet::{PublicKey, PublicSubkey};
use pgp::ser::Serialize as _;
use pgp::types::{Fingerprint, KeyDetails, KeyId, KeyVersion, PublicParams, SignatureBytes, Timestamp, VerifyingKey};

use super::numbers::{Hash, Rsa};

/// A primary key, or one that it vouches for.
#[derive(Debug)]
pub(super) struct Public {
    key: Part,
    rsa: Option<Rsa>,
}

#[derive(Debug)]
enum Part {
    Primary(PublicKey),
    Subkey(PublicSubkey),
}

impl Public {
    pub(super) fn primary(key: PublicKey) -> Self {
        Self { rsa: rsa(key.public_params()), key: Part::Primary(key) }
    }

    pub(super) fn subkey(key: PublicSubkey) -> Self {
        Self { rsa: rsa(key.public_params()), key: Part::Subkey(key) }
    }

    fn details(&self) -> &dyn KeyDetails {
        match &self.key {
            Part::Primary(key) => key,
            Part::Subkey(key) => key,
        }
    }
}

/// The two numbers of an RSA key, each behind its length in bits (RFC 9580, 3.2).
fn rsa(params: &PublicParams) -> Option<Rsa> {
    fn number<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
        let (bits, behind) = rest.split_first_chunk::<2>()?;
        let (number, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*bits)).div_ceil(8))?;
        *rest = behind;
        Some(number)
    }
    if !matches!(params, PublicParams::RSA(_)) {
        return None;
    }
    let bytes = params.to_bytes().ok()?;
    let mut rest = bytes.as_slice();
    Rsa::new(number(&mut rest)?, number(&mut rest)?)
}

impl KeyDetails for Public {
    fn version(&self) -> KeyVersion {
        self.details().version()
    }

    fn legacy_key_id(&self) -> KeyId {
        self.details().legacy_key_id()
    }

    fn fingerprint(&self) -> Fingerprint {
        self.details().fingerprint()
    }

    fn algorithm(&self) -> PublicKeyAlgorithm {
        self.details().algorithm()
    }

    fn created_at(&self) -> Timestamp {
        self.details().created_at()
    }

    fn legacy_v3_expiration_days(&self) -> Option<u16> {
        self.details().legacy_v3_expiration_days()
    }

    fn public_params(&self) -> &PublicParams {
        self.details().public_params()
    }
}

impl VerifyingKey for Public {
    fn verify(&self, hash: HashAlgorithm, digest: &[u8], signature: &SignatureBytes) -> Result<()> {
        let known = match hash {
            HashAlgorithm::Sha256 => Some(Hash::Sha256),
            HashAlgorithm::Sha384 => Some(Hash::Sha384),
            HashAlgorithm::Sha512 => Some(Hash::Sha512),
            _ => None,
        };
        if let (Some(rsa), Some(hash), SignatureBytes::Mpis(numbers)) = (&self.rsa, known, signature)
            && let [number] = numbers.as_slice()
            && rsa.holds(hash, digest, number.as_ref())
        {
            return Ok(());
        }
        // Whatever does not hold is told by the library whose key it is.
        match &self.key {
            Part::Primary(key) => key.verify(hash, digest, signature),
            Part::Subkey(key) => key.verify(hash, digest, signature),
        }
    }
}
