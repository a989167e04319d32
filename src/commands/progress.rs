//! What those see who wait for an audit: a bar on a terminal, a line now and then where there is none; and Ctrl-C, which stops it cleanly.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{DecimalBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::audit::Watch;

/// How often a bar moves.
const BEAT: Duration = Duration::from_millis(100);
/// How often a line is written where there is no terminal.
const LINE: Duration = Duration::from_secs(10);

/// Runs `work`, shows how far it has come, and tells it to stop when the user does. The second Ctrl-C ends the process at once.
///
/// # Errors
/// When the system lets nobody listen for signals.
pub(super) fn shown<R>(watch: &Watch, is_quiet: bool, work: impl FnOnce() -> R) -> anyhow::Result<R> {
    let stop = watch.stop();
    let listeners = [SIGINT, SIGTERM].map(|signal| {
        let at_once = flag::register_conditional_default(signal, Arc::clone(&stop));
        at_once.and_then(|first| Ok([first, flag::register(signal, Arc::clone(&stop))?]))
    });
    let mut ids = Vec::new();
    for listener in listeners {
        ids.extend(listener.context("Ctrl-C cannot be listened for")?);
    }
    let is_done = AtomicBool::new(false);
    let result = thread::scope(|scope| {
        let teller = (!is_quiet).then(|| scope.spawn(|| tell(watch, &is_done)));
        let result = work();
        is_done.store(true, Ordering::Relaxed);
        // It need not sleep to the end of its beat.
        teller.inspect(|teller| teller.thread().unpark());
        result
    });
    for id in ids {
        signal_hook::low_level::unregister(id);
    }
    Ok(result)
}

fn tell(watch: &Watch, is_done: &AtomicBool) {
    let begin = Instant::now();
    if !io::stderr().is_terminal() {
        let mut next = LINE;
        while !is_done.load(Ordering::Relaxed) {
            thread::park_timeout(BEAT);
            if begin.elapsed() >= next {
                next += LINE;
                super::say_only(&line(watch, begin.elapsed()));
            }
        }
        return;
    }
    let style =
        ProgressStyle::with_template("{bar:30} {percent:>3}% {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style);
    while !is_done.load(Ordering::Relaxed) {
        thread::park_timeout(BEAT);
        bar.set_length(watch.total());
        bar.set_position(watch.objects());
        bar.set_message(line(watch, begin.elapsed()));
    }
    bar.finish_and_clear();
}

/// `12,000 of 849,014 objects, 310 MB, 95 MB/s, 12 seconds left`.
fn line(watch: &Watch, elapsed: Duration) -> String {
    let (objects, total, bytes) = (watch.objects(), watch.total(), watch.bytes());
    let seconds = elapsed.as_secs_f64().max(0.001);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rate is shown in round numbers"
    )]
    let rate = (bytes as f64 / seconds) as u64;
    let left = match u32::try_from(total.saturating_sub(objects)) {
        _ if objects == 0 => String::new(),
        Ok(0) => ", putting it together".to_owned(),
        #[allow(clippy::cast_precision_loss, reason = "a guess")]
        _ => format!(
            ", {} left",
            HumanDuration(Duration::from_secs_f64(seconds * (total - objects.min(total)) as f64 / objects as f64))
        ),
    };
    let (objects, total) = (HumanCount(objects), HumanCount(total));
    format!("{objects} of {total} objects, {}, {}/s{left}", DecimalBytes(bytes), DecimalBytes(rate))
}
