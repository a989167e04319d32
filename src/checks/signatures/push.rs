//! The certificate of a push (`git push --signed`; git-send-pack, gitformat-signature(5)): who asked for just these refs to be moved, here
//! and now. Git hands it to the hooks of a server as a blob, with the nonce that it gave out and what it thinks of the one that came back.

use crate::finding::{Attestation, Finding};
use crate::git::{Kind, Objects, RefUpdate};
use crate::rule::{Level, Rule};
use crate::scope::{Arrival, Certificate, Gap, Push};

use super::judge::{Judged, sign_of_push};
use super::signed;
use super::state::State;
use super::trust::Trust;
use super::{One, Signatures, attestation, finding};

/// The rule that a push is signed.
pub(super) static UNSIGNED: Rule = Rule::of_policy(
    "unsigned-push",
    "push without a certificate",
    "Push with `git push --signed`; `git config push.gpgSign if-asked` does so from now on. A server asks for it once `git config receive.certNonceSeed SECRET` is set there.",
);

/// What the server thinks of the nonce that came back.
const FRESH: &[u8] = b"OK";

/// What is said of the certificate of a push: the rule that it breaks, and who made it.
pub(super) type Said = (Option<(Finding, Level)>, Option<Attestation>);

/// Judges the certificate of a push; nothing is said where the hook is not told of it.
pub(super) fn check(check: &Signatures<'_>, push: &Push, trust: &Trust, objects: &Objects) -> Result<Said, Gap> {
    // What it is about, for people: the first ref that it moves.
    let names: Vec<_> = push.updates.iter().map(|update| update.name.clone()).collect();
    match &push.certificate {
        Certificate::Untold => Ok((None, None)),
        Certificate::None => {
            let Some(update) = push.updates.first() else { return Ok((None, None)) };
            let Some(object) = update.new.or(update.old) else { return Ok((None, None)) };
            let arrival = Arrival { oid: object, refs: names };
            let mut judged = sign_of_push(check, &arrival, signed::Reading::Unsigned, trust);
            "the push has no certificate".clone_into(&mut judged.why);
            let level = check.settings.rules.get(UNSIGNED.id).copied().unwrap_or(check.settings.level);
            Ok((Some((finding(&UNSIGNED, &One { oid: object, judged }), level)), None))
        }
        Certificate::Given { blob, nonce, status } => {
            let gap = |error| Gap::of(format_args!("the push certificate {blob}"), &error);
            let (kind, raw) = objects.object(*blob).map_err(gap)?;
            let reading = match kind {
                Kind::Blob => signed::certificate(&raw),
                Kind::Commit | Kind::Tag | Kind::Tree => signed::Reading::Malformed("it is no blob"),
            };
            let arrival = Arrival { oid: *blob, refs: names };
            let mut judged = sign_of_push(check, &arrival, reading, trust);
            if judged.state.stands() {
                hold(&mut judged, &raw, (nonce, status), &push.updates, check);
            }
            judged.why =
                if judged.why.is_empty() { String::new() } else { format!("the push certificate: {}", judged.why) };
            let level = check.settings.level(judged.state);
            let one = One { oid: *blob, judged };
            let broken = one.judged.state.rule().filter(|_| level != Level::Ignore || !one.judged.state.stands());
            let broken = broken.map(|rule| (finding(rule, &one), level));
            Ok((broken, Some(Attestation { subject: "push certificate".to_owned(), tag: None, ..attestation(one) })))
        }
    }
}

/// Whether a certificate whose signature holds is for this push, and nobody has used it before.
fn hold(
    judged: &mut Judged,
    raw: &[u8],
    (nonce, status): (&[u8], &[u8]),
    updates: &[RefUpdate],
    check: &Signatures<'_>,
) {
    let signed_nonce = signed::header(raw, "nonce").unwrap_or_default();
    let stale = match status {
        FRESH if !nonce.is_empty() && signed_nonce == nonce => None,
        b"UNSOLICITED" => Some(
            "the server had asked for no nonce, so that anybody could push it again; set receive.certNonceSeed there",
        ),
        b"MISSING" => Some("it has no nonce, so that anybody could push it again"),
        b"SLOP" => Some("its nonce is one of an earlier time than receive.certNonceSlop of the server allows"),
        _ => Some("its nonce is not the one that the server gave out for this push"),
    };
    if let Some(why) = stale {
        return judged.set(State::Replayed, why);
    }
    let asked = signed::pushed(raw);
    if let Some(update) = updates.iter().find(|update| !asked.contains(update)) {
        return judged.set(State::Tampered, format!("it does not ask for what this push does to {}", update.name));
    }
    // To take a reserved ref away, or move it back, is up to those who may sign for it.
    let is_open = |update: &&RefUpdate| {
        let mut blocks = check.settings.refs.iter().filter(|block| block.fits(update.name.as_bytes()));
        blocks.all(|block| {
            block.signers.iter().any(|name| judged.voice.as_ref().is_some_and(|voice| voice.is_named(name)))
        })
    };
    if let Some(update) = updates.iter().find(|update| !is_open(update)) {
        judged.set(State::NotAllowed, format!("{} is reserved for other signers", update.name));
    }
}
