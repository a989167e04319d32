//! How far an audit has come, for those who wait for it, and the word to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What an audit has done so far; it is asked by another thread while the audit runs.
#[derive(Debug, Default)]
pub struct Watch {
    total: AtomicU64,
    objects: AtomicU64,
    bytes: AtomicU64,
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// How many objects there are; none as long as that is not known.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// How many of them were looked at.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// How many bytes these have.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Set to make the audit stop as soon as it can: what was not looked at by then is a gap.
    #[must_use]
    pub fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    pub(super) fn expect(&self, objects: u64) {
        self.total.fetch_add(objects, Ordering::Relaxed);
    }

    pub(super) fn looked_at(&self, objects: u64, bytes: u64) {
        self.objects.fetch_add(objects, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
