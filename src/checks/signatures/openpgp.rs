//! OpenPGP signatures (RFC 9580, 5.2) against a keyring. Whether the numbers hold is asked of `pgp`; whose key it is, and whether it
//! might sign then, is said here.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Packet, PacketParser, Signature, SignatureConfig, SignatureType, SubpacketData};

use super::armour;
use super::keyring::{Key, Keyring, Revocation, time};
use super::outcome::{Claim, Fault, Outcome, Owner, not_from_the_future};
use super::signed::Signed;
use super::state::State;

/// What a signature is worth when it is looked at `now`. It says itself when it was made.
pub(super) fn verify(signed: &Signed, now: i64, keyring: &Keyring) -> Outcome {
    let signature = match read(&signed.armour) {
        Ok(signature) => signature,
        Err(why) => return Outcome::fault(None, State::Malformed, why),
    };
    let issuer = issuer(&signature);
    let candidates = candidates(&signature, keyring);
    let Some(first) = candidates.first() else {
        let Some(issuer) = issuer else {
            return Outcome::fault(None, State::Malformed, "it does not say which key made it");
        };
        let why = format!("no certificate of the keyring has the key {issuer}");
        return Outcome::fault(Some(issuer), State::UnknownKey, why);
    };
    // Where two keys share a short id, the one that made it is told by the numbers.
    let found = candidates.iter().find(|key| signature.verify(&key.public, signed.payload.as_slice()).is_ok());
    let key = found.unwrap_or(first);
    let claims = match (found, &first.fault) {
        (Some(key), _) => weigh(&signature, key, now),
        (None, Some(fault)) if fault.state == State::Unverified => Err(fault.clone()),
        (None, _) => fault(State::Tampered, "the key has not signed these bytes: they, or the signature, were changed"),
    };
    Outcome { key: Some(key.fingerprint.clone()), primary: key.primary.clone(), claims }
}

fn fault<T>(state: State, why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { state, why: why.into() })
}

/// One signature of bytes as they are, with nothing in it that would have to be understood and is not.
fn read(armour: &[u8]) -> Result<Signature, &'static str> {
    let bytes = armour::openpgp(armour)?;
    let mut packets = PacketParser::new(bytes.as_slice());
    let Some(Ok(Packet::Signature(signature))) = packets.next() else { return Err("it is no OpenPGP signature") };
    if packets.next().is_some() {
        return Err("it holds more than one signature");
    }
    match signature.typ() {
        Some(SignatureType::Binary) => {}
        Some(SignatureType::Text) => return Err("it is one of a text, which does not cover the ends of lines"),
        _ => return Err("it is not one of data"),
    }
    let is_unknown = |data: &SubpacketData| {
        matches!(data, SubpacketData::Experimental(..) | SubpacketData::Other(..) | SubpacketData::Notation(_))
    };
    let said = signature.config().into_iter().flat_map(SignatureConfig::hashed_subpackets);
    if said.into_iter().any(|subpacket| subpacket.is_critical && is_unknown(&subpacket.data)) {
        return Err("it demands something that nobody here understands");
    }
    if signature.created().is_none() {
        return Err("it does not say when it was made");
    }
    Ok(signature)
}

/// The key that it names: by its fingerprint, or by its id.
fn issuer(signature: &Signature) -> Option<String> {
    let by_fingerprint = signature.issuer_fingerprint().first().map(|name| name.to_string().to_ascii_uppercase());
    by_fingerprint.or_else(|| signature.issuer_key_id().first().map(|id| id.to_string().to_ascii_uppercase()))
}

fn candidates<'a>(signature: &Signature, keyring: &'a Keyring) -> Vec<&'a Key> {
    let names = signature.issuer_fingerprint();
    if names.is_empty() {
        let ids = signature.issuer_key_id();
        return ids.iter().map(ToString::to_string).flat_map(|id| keyring.by_id(&id)).collect();
    }
    names.iter().filter_map(|name| keyring.by_fingerprint(&name.to_string().to_ascii_uppercase())).collect()
}

/// What a signature is worth whose numbers hold.
fn weigh(signature: &Signature, key: &Key, now: i64) -> Result<Vec<Claim>, Fault> {
    if let Some(fault) = &key.fault {
        return Err(fault.clone());
    }
    if let Some(HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160) = signature.hash_alg() {
        return fault(State::Weak, "it is made over a digest that can be forged: MD5, SHA-1 or RIPEMD-160");
    }
    let made = time(signature);
    let span = signature.signature_expiration_time().map_or(0, |span| i64::from(span.as_secs()));
    if span > 0 && now >= made + span {
        return fault(State::Expired, format!("it was made to hold until {} only", super::day(made + span)));
    }
    not_from_the_future(made, now)?;
    let mut retired = None;
    for revocation in &key.revocations {
        match revocation {
            Revocation::Hard => {
                return fault(State::Revoked, "its owner has revoked the key, so that nothing it signed stands");
            }
            Revocation::Soft(time) => retired = Some(retired.map_or(*time, |other: i64| other.min(*time))),
        }
    }
    let (state, why) = key.window.weigh(retired, "its owner retired the key", made, now);
    Ok(vec![Claim { state, why, owner: Owner::Users(key.users.to_vec()) }])
}
