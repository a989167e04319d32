//! How every match of a regex begins: for each of its first bytes, the set of bytes that can stand there.
//!
//! The program asks this before it compiles a regex. Nearly every hit of a literal is refused by it, so that a hook that looks at
//! ordinary source text compiles next to nothing.

use std::collections::BTreeSet;

use regex_automata::nfa::thompson::{self, NFA, State};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;

/// The most bytes that an outline describes.
const LONGEST: usize = 48;

/// A set of bytes, as 256 bits.
pub(crate) type Class = [u8; 32];

/// The outline of `regex`: as many sets as its shortest match has bytes, but no more than `LONGEST`.
pub(crate) fn outline(regex: &str, ignore_case: bool) -> Result<Vec<Class>, String> {
    let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(ignore_case);
    let nfa = thompson::Compiler::new().syntax(syntax).build(regex).map_err(|error| error.to_string())?;
    let mut outline = Vec::new();
    let mut states = closure(&nfa, [nfa.start_anchored()]);
    while outline.len() < LONGEST && !states.iter().any(|state| matches!(nfa.state(*state), State::Match { .. })) {
        let mut class: Class = [0; 32];
        let mut next = BTreeSet::new();
        for state in &states {
            for (bytes, target) in steps(nfa.state(*state)) {
                for byte in bytes {
                    class[usize::from(byte / 8)] |= 1 << (byte % 8);
                }
                next.insert(target);
            }
        }
        outline.push(class);
        states = closure(&nfa, next);
    }
    Ok(outline)
}

/// What a state reads, and where that leads.
fn steps(state: &State) -> Vec<(std::ops::RangeInclusive<u8>, StateID)> {
    match state {
        State::ByteRange { trans } => vec![(trans.start..=trans.end, trans.next)],
        State::Sparse(sparse) => sparse.transitions.iter().map(|trans| (trans.start..=trans.end, trans.next)).collect(),
        State::Dense(dense) => (0..=255)
            .map(|byte: u8| (byte..=byte, dense.transitions[usize::from(byte)]))
            .filter(|(_, next)| *next != StateID::ZERO)
            .collect(),
        _ => Vec::new(),
    }
}

/// All states that are reached from `from` without reading; what a look-around asks is taken to hold.
fn closure(nfa: &NFA, from: impl IntoIterator<Item = StateID>) -> BTreeSet<StateID> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<StateID> = from.into_iter().collect();
    while let Some(state) = open.pop() {
        if !reached.insert(state) {
            continue;
        }
        match nfa.state(state) {
            State::Look { next, .. } | State::Capture { next, .. } => open.push(*next),
            State::Union { alternates } => open.extend(alternates.iter().copied()),
            State::BinaryUnion { alt1, alt2 } => open.extend([*alt1, *alt2]),
            _ => {}
        }
    }
    reached
}
