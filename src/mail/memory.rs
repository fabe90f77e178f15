//! A mailbox in memory, for tests.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{outgoing::Outgoing, transport::SendError};

/// Keeps every letter it is given. Clones share one mailbox.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    letters: Vec<Outgoing>,
    troubles: Vec<Trouble>,
}

#[derive(Debug)]
enum Trouble {
    Fail(SendError),
    Panic,
}

impl Memory {
    /// Every letter so far, the oldest first.
    pub fn letters(&self) -> Vec<Outgoing> {
        self.kept().letters.clone()
    }

    /// Lets the next sendings fail, `times` of them, all for the same reason.
    pub fn fail_next(&self, times: usize, error: &SendError) {
        let fail = || Trouble::Fail(error.clone());
        self.kept().troubles.extend(std::iter::repeat_with(fail).take(times));
    }

    /// Lets the next sending panic.
    pub fn panic_next(&self) {
        self.kept().troubles.push(Trouble::Panic);
    }

    #[expect(clippy::panic, reason = "a test asked for it")]
    pub(super) fn keep(&self, letter: &Outgoing) -> Result<(), SendError> {
        let mut kept = self.kept();
        if kept.troubles.is_empty() {
            kept.letters.push(letter.clone());
            return Ok(());
        }
        let trouble = kept.troubles.remove(0);
        drop(kept);
        match trouble {
            Trouble::Fail(error) => Err(error),
            Trouble::Panic => panic!("as a test has asked for"),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
