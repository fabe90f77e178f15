//! A mailbox in memory, for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{outgoing::Outgoing, transport::SendError};

/// Keeps every letter it is given. Clones share one mailbox.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    letters: Vec<Outgoing>,
    failures: Vec<SendError>,
}

impl Memory {
    /// Every letter so far, the oldest first.
    pub fn letters(&self) -> Vec<Outgoing> {
        self.kept().letters.clone()
    }

    /// Lets the next sendings fail, `times` of them, all for the same reason.
    pub fn fail_next(&self, times: usize, error: &SendError) {
        self.kept().failures.extend(std::iter::repeat_n(error.clone(), times));
    }

    pub(super) fn keep(&self, letter: &Outgoing) -> Result<(), SendError> {
        let mut kept = self.kept();
        if kept.failures.is_empty() {
            kept.letters.push(letter.clone());
            return Ok(());
        }
        Err(kept.failures.remove(0))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
