//! One kind of work on many things, spread over threads. A handful is done where it stands, because a hook that looks at
//! one file must not pay for threads.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// How many threads may work; all cores where it is not said.
pub type Jobs = Option<NonZeroUsize>;

/// So few things are done sooner than a second thread has started.
const HANDFUL: usize = 8;

/// Calls `each` once for every item, on as many threads as are worth it. Each thread begins with its own state and collects
/// in it; the states come back, one a thread, and say by the items' numbers what belongs where.
pub fn spread<T, S>(
    jobs: Jobs,
    items: &[T],
    begin: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, usize, &T) + Sync,
) -> Vec<S>
where
    T: Sync,
    S: Send,
{
    let next = AtomicUsize::new(0);
    let work = || {
        let mut state = begin();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { return state };
            each(&mut state, number, item);
        }
    };
    let threads = threads(jobs, items.len());
    if threads == 1 {
        return vec![work()];
    }
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut states = vec![work()];
        for other in others {
            match other.join() {
                Ok(state) => states.push(state),
                // What it had looked at is lost, so nothing may be said about the whole.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        states
    })
}

/// Lets `next` fill one state after the other, and `each` look at what was filled: while one thread fills its own, the others look at
/// theirs. `items` tells about how many fillings there are. It ends when `next` has no more, or when `each` says false; then the
/// answer is false as well.
pub fn relay<S: Default>(
    jobs: Jobs,
    items: usize,
    next: impl FnMut(&mut S) -> bool + Send,
    each: impl Fn(&S) -> bool + Sync,
) -> bool {
    let next = Mutex::new(next);
    let goes_on = AtomicBool::new(true);
    let work = || {
        let mut state = S::default();
        while goes_on.load(Ordering::Relaxed)
            // Where another thread has panicked, that is told when it is joined.
            && next.lock().is_ok_and(|mut next| next(&mut state))
        {
            if !each(&state) {
                goes_on.store(false, Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads(jobs, items)).map(|_| scope.spawn(work)).collect();
        work();
        for other in others {
            if let Err(panic) = other.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    goes_on.into_inner()
}

/// How many threads so many items are worth. The cores are counted only when there is something to share out: the count
/// reads files.
#[must_use]
pub fn threads(jobs: Jobs, items: usize) -> usize {
    if items <= HANDFUL {
        return 1;
    }
    let cores = jobs.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    cores.min(items / (HANDFUL / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_done_once() {
        let items: Vec<usize> = (0..1000).collect();
        let states = spread(NonZeroUsize::new(4), &items, Vec::new, |done, number, item| {
            assert_eq!(number, *item);
            done.push(number);
        });
        assert_eq!(states.len(), 4);
        let mut done = states.concat();
        done.sort_unstable();
        assert_eq!(done, items);
    }

    #[test]
    fn what_one_thread_fills_is_looked_at_once_by_some_thread() {
        let mut left = 1000_usize;
        let sum = AtomicUsize::new(0);
        let next = |state: &mut usize| {
            *state = left;
            left = left.saturating_sub(1);
            *state > 0
        };
        let all = relay(NonZeroUsize::new(4), 1000, next, |state| {
            sum.fetch_add(*state, Ordering::Relaxed);
            true
        });
        assert!(all);
        assert_eq!(sum.into_inner(), 500_500);
    }

    #[test]
    fn a_relay_ends_when_one_says_so() {
        for jobs in [1, 4] {
            assert!(!relay(NonZeroUsize::new(jobs), 1000, |_: &mut u8| true, |_| false));
        }
    }

    #[test]
    fn a_handful_needs_no_second_thread() {
        assert_eq!(spread(NonZeroUsize::new(4), &[1, 2, 3], || 0, |sum, _, item| *sum += item), [6]);
    }
}
