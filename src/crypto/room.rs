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

#[cfg(test)]
mod tests {
    use argon2::{Algorithm, Argon2, Params, Version};

    use super::{KEPT, ROOM, give_back, lend};

    /// What a hash in lent room comes to, and in room that nobody has used.
    fn both_ways(memory_kib: u32, lanes: u32, version: Version) -> [[u8; 32]; 2] {
        let params = Params::new(memory_kib, 2, lanes, Some(32)).expect("parameters");
        let argon2 = Argon2::new(Algorithm::Argon2id, version, params.clone());
        let (mut lent, mut fresh) = ([0; 32], [0; 32]);
        let (password, salt) = (b"dormouse".as_slice(), b"sixteen bytes ..".as_slice());
        let done = lend(&params, |room| {
            argon2.hash_password_into_with_memory(password, salt, &mut lent, room)
        });
        done.expect("a hash");
        argon2.hash_password_into(password, salt, &mut fresh).expect("a hash");
        [lent, fresh]
    }

    #[test]
    fn what_an_earlier_hash_left_behind_changes_nothing() {
        for (memory_kib, lanes, version) in [
            (256, 1, Version::V0x13),
            (64, 2, Version::V0x13),
            (64, 1, Version::V0x10),
            (512, 4, Version::V0x13),
            (64, 1, Version::V0x13),
        ] {
            let [lent, fresh] = both_ways(memory_kib, lanes, version);
            assert_eq!(lent, fresh, "{memory_kib} KiB, {lanes} lanes, {version:?}");
        }
    }

    #[test]
    fn a_thread_keeps_its_room_until_it_is_told_and_never_a_hundred_mebibytes() {
        let blocks = || ROOM.with_borrow(Vec::len);
        both_ways(64, 1, Version::V0x13);
        assert_eq!(blocks(), 64);
        give_back();
        assert_eq!(blocks(), 0);
        let large = u32::try_from(KEPT + 8).expect("a number");
        both_ways(large, 1, Version::V0x13);
        assert_eq!(blocks(), 0);
    }
}
