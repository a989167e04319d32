//! A signature as `gitsign` makes it, by a certificate of ten minutes, and a transparency log that is trusted and says of it what it is told to
//! say. The keys are always the same, so that what the fuzzer finds is found again.

use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use palisade::checks::signatures::Trust;
use palisade::git::Kind;
use sha2::{Digest, Sha256};
use x509_cert::attr::Attribute;
use x509_cert::der::asn1::{BitString, Ia5String, ObjectIdentifier, OctetString, SetOfVec, UtcTime};
use x509_cert::der::oid::AssociatedOid;
use x509_cert::der::{Any, Encode as _, Tag};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

use crate::signature;

/// When the certificate is valid: from here on, in seconds since 1970 UTC, and for so many.
pub const BEGIN: i64 = 1_767_322_800;
pub const LASTS: i64 = 600;

const ECDSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const LOG_ENTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.57264.3.1");

pub struct Gitsign {
    own: Certificate,
    signer: SignerInfo,
    log: SigningKey,
    /// The name of the log.
    pub name: Vec<u8>,
    /// The entry of the signature, as the log keeps it.
    pub body: String,
    trust: Trust,
}

impl Gitsign {
    pub fn new() -> Self {
        let [key, log] = [1, 2].map(|number| SigningKey::from_slice(&[number; 32]).expect("a key"));
        let own = certificate(&key);
        let signer = signer(&own, &key);
        let key = public(&log).to_der().expect("DER");
        let name = Sha256::digest(&key).to_vec();
        let log_file = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(key));
        let roots = [("own".to_owned(), own.to_der().expect("DER")), ("log".to_owned(), log_file.into_bytes())];
        let trust = Trust::read(b"", b"", &[], &roots).expect("roots");
        let body = body(&own, &signer);
        Self { own, signer, log, name, body, trust }
    }

    /// What the log has signed.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self::sign(&self.log, message)
    }

    /// Whether the commit stands, of which the log says this.
    pub fn stands(&self, entry: &[u8]) -> bool {
        let value = Any::new(Tag::OctetString, entry).expect("a value");
        let signer = SignerInfo { unsigned_attrs: Some(set([attribute(LOG_ENTRY, value)])), ..self.signer.clone() };
        let data = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: set([algorithm(SHA256)]),
            encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
            certificates: Some(CertificateSet(set([CertificateChoices::Certificate(self.own.clone())]))),
            crls: None,
            signer_infos: SignerInfos(set([signer])),
        };
        let message = ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&data).expect("DER") };
        let raw = signature::commit("SIGNED MESSAGE", "", &message.to_der().expect("DER"));
        signature::stands(Kind::Commit, raw.as_bytes(), &self.trust)
    }
}

fn set<T: x509_cert::der::DerOrd, const N: usize>(items: [T; N]) -> SetOfVec<T> {
    SetOfVec::try_from(items).expect("a set")
}

fn algorithm(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid, parameters: None }
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Attribute {
    Attribute { oid, values: set([value]) }
}

fn time(seconds: i64) -> Time {
    let since = Duration::from_secs(u64::try_from(seconds).expect("after 1970"));
    Time::UtcTime(UtcTime::from_unix_duration(since).expect("before 2050"))
}

fn public(key: &SigningKey) -> SubjectPublicKeyInfoOwned {
    SubjectPublicKeyInfoOwned::from_key(*key.verifying_key()).expect("a key")
}

fn sign(key: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: Signature = key.sign(message);
    signature.to_der().as_bytes().to_vec()
}

/// A certificate by itself, which is trusted where it is named: a chain would take time, and the other targets look at it.
fn certificate(key: &SigningKey) -> Certificate {
    let mail = GeneralName::Rfc822Name(Ia5String::new("a@example.org").expect("ASCII"));
    let names = SubjectAltName(vec![mail]).to_der().expect("DER");
    let extn_value = OctetString::new(names).expect("a value");
    let name = Name::from_str("CN=own").expect("a name");
    let tbs_certificate = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::new(&[1]).expect("a number"),
        signature: algorithm(ECDSA),
        issuer: name.clone(),
        validity: Validity { not_before: time(BEGIN), not_after: time(BEGIN + LASTS) },
        subject: name,
        subject_public_key_info: public(key),
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(vec![Extension { extn_id: SubjectAltName::OID, critical: true, extn_value }]),
    };
    let signature = sign(key, &tbs_certificate.to_der().expect("DER"));
    let signature = BitString::from_bytes(&signature).expect("bits");
    Certificate { tbs_certificate, signature_algorithm: algorithm(ECDSA), signature }
}

/// The signature of the commit.
fn signer(own: &Certificate, key: &SigningKey) -> SignerInfo {
    let digest = Sha256::digest(signature::payload()).to_vec();
    let attributes = set([
        attribute(CONTENT_TYPE, Any::encode_from(&DATA).expect("DER")),
        attribute(MESSAGE_DIGEST, Any::new(Tag::OctetString, digest).expect("a value")),
        attribute(SIGNING_TIME, Any::encode_from(&time(BEGIN)).expect("DER")),
    ]);
    let signature = sign(key, &attributes.to_der().expect("DER"));
    let tbs = &own.tbs_certificate;
    let name = IssuerAndSerialNumber { issuer: tbs.issuer.clone(), serial_number: tbs.serial_number.clone() };
    SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(name),
        digest_alg: algorithm(SHA256),
        signed_attrs: Some(attributes),
        signature_algorithm: algorithm(ECDSA),
        signature: OctetString::new(signature).expect("a value"),
        unsigned_attrs: None,
    }
}

/// The entry of a signature (`hashedrekord` 0.0.1).
fn body(own: &Certificate, signer: &SignerInfo) -> String {
    let der = STANDARD.encode(own.to_der().expect("DER"));
    let lines: Vec<_> = der.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n").collect();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", lines.concat());
    let message = signer.signed_attrs.as_ref().expect("attributes").to_der().expect("DER");
    format!(
        "{{\"apiVersion\":\"0.0.1\",\"kind\":\"hashedrekord\",\"spec\":{{\"data\":{{\"hash\":{{\"algorithm\":\"sha256\",\
         \"value\":\"{}\"}}}},\"signature\":{{\"content\":\"{}\",\"publicKey\":{{\"content\":\"{}\"}}}}}}}}",
        hex(&Sha256::digest(message)),
        STANDARD.encode(signer.signature.as_bytes()),
        STANDARD.encode(pem),
    )
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
