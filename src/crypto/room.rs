//! The memory that hashes are computed in.
//!
//! Asking the system for it costs nearly as much as the hash itself: every page of it is a fault. So a thread that has
//! hashed keeps its room for the next hash, until it is told to give it back.

use std::cell::RefCell;

use argon2::{Block, Params};

/// What glibc gives back to the system as soon as it is free, in bytes: anything above 32 MiB. Smaller pieces
/// it keeps, and with every hash thread some more of them.
const GIVEN_BACK: usize = 33 * 1024 * 1024;

/// What a thread keeps at most, in blocks: Django's hashes ask for 100 MiB, which is too much to be kept.
const KEPT: usize = 64 * 1024 * 1024 / Block::SIZE;

thread_local! {
    static ROOM: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// Lends the room that a hash with these parameters needs. What an earlier hash has left there is overwritten before it is
/// read (RFC 9106 §3.2, steps 3 to 5).
pub(super) fn lend<T>(params: &Params, hashing: impl FnOnce(&mut [Block]) -> T) -> T {
    let count = params.block_count();
    ROOM.with_borrow_mut(|room| {
        if room.len() < count {
            // Not beside it: the two would be in memory at the same time.
            *room = Vec::new();
            *room = fresh(count);
        }
        // The crate takes as much as it needs of what it is lent.
        let done = hashing(room);
        if room.len() > KEPT {
            *room = Vec::new();
        }
        done
    })
}

/// Gives back what this thread has kept.
pub fn give_back() {
    ROOM.with_borrow_mut(|room| *room = Vec::new());
}

/// Room that is never touched costs nothing.
fn fresh(count: usize) -> Vec<Block> {
    let mut blocks = Vec::with_capacity(count.max(GIVEN_BACK / Block::SIZE));
    blocks.resize(count, Block::default());
    blocks
}
