//! Palisade stands between a change and a git repository: it reads what is about to enter, looks for secrets, and rejects the
//! change, annotates it, or lets it in.
//!
//! ```text
//! argv -> Cli -> Scope -> Changeset -> checks -> findings -> judge (policy) -> Report -> output -> Verdict -> exit code
//! ```
//!
//! The hooks and commands differ in the [`scope::Scope`] that they build, and in nothing else. `commands/judging.rs` is this way in one function, `judge.rs` is
//! its middle, and `checks/secrets/detector.rs` is how a secret is found; an audit of all history goes a way of its own, `audit.rs`, and meets it at the judge.
//!
//! The modules stand in one order, and a module imports only from those before it. A test reads this table and the imports,
//! and fails on an arrow that runs back:
//!
//! | module | what it holds |
//! |---|---|
//! | `text` | bytes before detection: regions, lines, encodings |
//! | `work` | one kind of work on many things, spread over threads |
//! | `git` | all that git tells us, as plain types; nothing else opens a repository or starts git |
//! | `scope` | what can be judged: staged, a push, a range, files; and what was looked at of it |
//! | `changeset` | a scope, read: the contents that it consists of, in their order |
//! | `secret` | a match that cannot be printed |
//! | `rule` | what can be broken, how sure a finding is, what the policy does with it |
//! | `finding` | a rule broken at a location |
//! | `checks` | contents in, findings out |
//! | `redact` | what is said about other things, without the secrets in it |
//! | `policy` | `palisade.toml`, as meant |
//! | `judge` | findings and policy to a report and its verdict: the one place where a verdict is made |
//! | `annotate` | what is annotated, as lines of git notes |
//! | `audit` | all that a repository has ever held, and where each secret came from |
//! | `evidence` | the decision log: every verdict, chained by hash, verifiable later |
//! | `output` | one file a format; gets a finished report and a writer |
//! | `commands` | one file a subcommand |

pub mod annotate;
pub mod audit;
pub mod changeset;
pub mod checks;
#[expect(
    clippy::disallowed_methods,
    reason = "colours, the editor and a merge's other sides are told by the environment"
)]
pub mod commands;
pub mod evidence;
pub mod finding;
#[expect(clippy::disallowed_methods, reason = "git is started here, with the environment that it gave us")]
pub mod git;
pub mod judge;
pub mod output;
pub mod policy;
pub mod redact;
pub mod rule;
pub mod scope;
pub mod secret;
pub mod text;
pub mod work;
