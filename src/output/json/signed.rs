//! Who signed, as JSON has it: each commit and tag, and what an audit adds up.

use serde::Serialize;

use crate::finding::Attestation;
use crate::judge::{self, Report};
use crate::output::words::moment;

/// Who signed what an audit has looked at.
#[derive(Serialize)]
pub(in crate::output) struct Signed<'a> {
    all: u64,
    accepted: u64,
    states: Vec<Share<'a>>,
    signers: Vec<Share<'a>>,
}

#[derive(Serialize)]
struct Share<'a> {
    name: &'a str,
    all: u64,
    accepted: u64,
    first: Option<String>,
    last: Option<String>,
}

impl<'a> Signed<'a> {
    pub(in crate::output) fn of(report: &'a Report) -> Option<Self> {
        let signed = report.signed.as_ref()?;
        let total = signed.total();
        let share = |(name, share): (&'a str, judge::Share)| Share {
            name,
            all: share.all,
            accepted: share.stand,
            first: share.times.and_then(|(first, _)| moment(first)),
            last: share.times.and_then(|(_, last)| moment(last)),
        };
        let states = signed.states.iter().map(|(state, number)| share((state, *number))).collect();
        let signers = signed.by_number().into_iter().map(share).collect();
        Some(Self { all: total.all, accepted: total.stand, states, signers })
    }
}

/// Who signed a commit or a tag.
#[derive(Serialize)]
pub(in crate::output) struct Signature<'a> {
    object: String,
    tag: Option<&'a str>,
    subject: &'a str,
    author: &'a str,
    state: &'a str,
    accepted: bool,
    format: Option<&'a str>,
    key: Option<&'a str>,
    signer: Option<&'a str>,
    why: &'a str,
}

impl<'a> Signature<'a> {
    pub(in crate::output) fn of(attestation: &'a Attestation) -> Self {
        Self {
            object: attestation.object.to_string(),
            tag: attestation.tag.as_deref(),
            subject: &attestation.subject,
            author: &attestation.author,
            state: attestation.state,
            accepted: attestation.stands,
            format: attestation.format,
            key: attestation.key.as_deref(),
            signer: attestation.signer.as_deref(),
            why: &attestation.why,
        }
    }
}
