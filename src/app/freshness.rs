//! How long what was read may be relied on: until something it hangs on has ended, here or elsewhere.
//!
//! Everything that ends gets the next number, and notes it where it belongs: by account, family or client.
//! Whoever reads something to remember it takes down the last number *before* reading. What is remembered counts as
//! long as nothing that it hangs on has a higher number than the one taken down. Nothing has to be found and removed,
//! and a reader that is overtaken loses: it read before the commit, so it took down its number before what was
//! committed got one, however late it is to write down what it read.
//!
//! Numbers are kept in a fixed count of slots. Two that share one end each other's memory, which costs a reading.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use crate::domain::{account::AccountId, client::ClientKey, ended::Ended, token::FamilyId};

/// For how long what is remembered counts after a moment by which this process knew all that others had ended. So
/// nothing counts longer after a commit elsewhere, which is promised to hold within 100 ms of its answer.
pub(super) const TRUST: Duration = Duration::from_millis(75);
/// How often it asks.
pub(super) const BEAT: Duration = Duration::from_millis(20);
/// After so long nothing that has ended here counts elsewhere.
pub(super) const ELSEWHERE: Duration = Duration::from_millis(100);
/// Nobody wanted to know anything for so many beats: it stops asking until somebody does.
const IDLE: u64 = 100;
/// How many slots there are for numbers of each kind.
const SLOTS: i64 = 4096;
/// More is not kept to be told with the next beat: it is everything then.
const UNTOLD: usize = 1000;

/// On what something remembered hangs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ties {
    pub(super) account: Option<AccountId>,
    pub(super) family: Option<FamilyId>,
    pub(super) client: Option<ClientKey>,
    pub(super) any_client: bool,
}

/// What has ended, by number, and since when others have not been heard.
pub(super) struct Freshness {
    last: AtomicU64,
    everything: AtomicU64,
    any_client: AtomicU64,
    accounts: Box<[AtomicU64]>,
    families: Box<[AtomicU64]>,
    clients: Box<[AtomicU64]>,
    began: Instant,
    /// Microseconds after `began`.
    trusted_until: AtomicU64,
    wanted: AtomicBool,
    idle_beats: AtomicU64,
    untold: Option<Mutex<Vec<Ended>>>,
}

/// The number that somebody took down who is about to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Noted(u64);

/// An instant by the machine's own watch, in microseconds: never the time of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Moment {
    /// Whether there is a beat and more between the two.
    pub(super) fn is_a_beat_before(self, now: Self) -> bool {
        u128::from(now.0.saturating_sub(self.0)) >= BEAT.as_micros()
    }
}

impl Freshness {
    /// Nothing has ended yet, and nobody is trusted. `tells`: whether other nodes are to be told, too.
    pub(super) fn new(tells: bool) -> Self {
        let slots = || (0..SLOTS).map(|_| AtomicU64::new(0)).collect();
        Self {
            last: AtomicU64::new(0),
            everything: AtomicU64::new(0),
            any_client: AtomicU64::new(0),
            accounts: slots(),
            families: slots(),
            clients: slots(),
            began: Instant::now(),
            trusted_until: AtomicU64::new(0),
            wanted: AtomicBool::new(false),
            idle_beats: AtomicU64::new(IDLE),
            untold: tells.then(Mutex::default),
        }
    }

    /// To be called before reading what is to be remembered.
    pub(super) fn note(&self) -> Noted {
        Noted(self.last.load(SeqCst))
    }

    /// These have ended, and that is committed: nothing read before it counts from now on.
    pub(super) fn end(&self, ended: &[Ended]) {
        if ended.is_empty() {
            return;
        }
        let number = self.last.fetch_add(1, SeqCst) + 1;
        for one in ended {
            match one {
                Ended::Account(id) | Ended::Noted(id) => self.raise(&self.accounts, id.0, number),
                Ended::Family(id) | Ended::Replaced(id) => {
                    self.raise(&self.families, id.0, number);
                }
                Ended::Client(key) => {
                    self.any_client.fetch_max(number, SeqCst);
                    self.raise(&self.clients, key.0, number);
                }
                Ended::Everything => {
                    self.everything.fetch_max(number, SeqCst);
                }
            }
        }
    }

    /// The same of what a deed here has ended. What PostgreSQL has not told the others for it is kept for the beat.
    pub(super) fn end_here(&self, ended: &[Ended]) {
        self.end(ended);
        let Some(untold) = &self.untold else { return };
        if ended.iter().all(|ended| ended.is_urgent()) {
            return;
        }
        let mut untold = untold.lock().unwrap_or_else(PoisonError::into_inner);
        untold.extend(ended.iter().filter(|ended| !ended.is_urgent()));
        if untold.len() > UNTOLD {
            *untold = vec![Ended::Everything];
        }
    }

    /// What is still to be told to the others; whoever takes it tells them.
    pub(super) fn take_untold(&self) -> Vec<Ended> {
        let Some(untold) = &self.untold else { return Vec::new() };
        std::mem::take(&mut untold.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What was taken could not be told: they have to forget more than they would have.
    pub(super) fn owe_everything(&self) {
        if let Some(untold) = &self.untold {
            *untold.lock().unwrap_or_else(PoisonError::into_inner) = vec![Ended::Everything];
        }
    }

    /// Whether nothing that it hangs on has ended since the number was taken down.
    pub(super) fn holds(&self, noted: Noted, ties: &Ties) -> bool {
        let is_old = |slot: &AtomicU64| slot.load(SeqCst) <= noted.0;
        is_old(&self.everything)
            && ties.account.is_none_or(|id| is_old(self.slot(&self.accounts, id.0)))
            && ties.family.is_none_or(|id| is_old(self.slot(&self.families, id.0)))
            && ties.client.is_none_or(|key| is_old(self.slot(&self.clients, key.0)))
            && (!ties.any_client || is_old(&self.any_client))
    }

    /// Now, by the machine's own watch.
    pub(super) fn moment(&self) -> Moment {
        Moment(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Waits on this thread. Whoever parks may be woken before the time, for nothing.
    pub(super) fn let_pass(&self, time: Duration) {
        let until = self.began.elapsed() + time;
        while let Some(rest) =
            until.checked_sub(self.began.elapsed()).filter(|rest| !rest.is_zero())
        {
            std::thread::park_timeout(rest);
        }
    }

    /// All that others had ended by then has been heard.
    pub(super) fn trust_from(&self, moment: Moment) {
        let trust = u64::try_from(TRUST.as_micros()).unwrap_or(0);
        self.trusted_until.fetch_max(moment.0.saturating_add(trust), SeqCst);
    }

    /// Others cannot be heard any more.
    pub(super) fn distrust(&self) {
        self.trusted_until.store(0, SeqCst);
    }

    /// Whether what is remembered counts at this moment. Whoever asks has others listened to.
    pub(super) fn is_trusted(&self) -> bool {
        if !self.wanted.load(SeqCst) {
            self.wanted.store(true, SeqCst);
        }
        self.moment().0 < self.trusted_until.load(SeqCst)
    }

    /// Whether others are to be listened to at this beat: somebody has wanted to know something not long ago, or
    /// there is something to tell.
    pub(super) fn is_wanted(&self) -> bool {
        if self.wanted.swap(false, SeqCst) {
            self.idle_beats.store(0, SeqCst);
            return true;
        }
        let awaits = self.untold.as_ref().is_some_and(|untold| {
            !untold.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
        });
        awaits || self.idle_beats.fetch_add(1, SeqCst) < IDLE
    }

    fn raise(&self, slots: &[AtomicU64], id: i64, number: u64) {
        self.slot(slots, id).fetch_max(number, SeqCst);
    }

    fn slot<'a>(&'a self, slots: &'a [AtomicU64], id: i64) -> &'a AtomicU64 {
        let at = usize::try_from(id.rem_euclid(SLOTS)).unwrap_or_default();
        slots.get(at).unwrap_or(&self.everything)
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, ClientKey, Ended, FamilyId, Freshness, TRUST, Ties};

    const TIES: Ties = Ties {
        account: Some(AccountId(1)),
        family: Some(FamilyId(2)),
        client: Some(ClientKey(3)),
        any_client: false,
    };

    #[test]
    fn whatever_it_hangs_on_ends_it_and_nothing_else_does() {
        for (ended, holds) in [
            (Ended::Account(AccountId(1)), false),
            (Ended::Noted(AccountId(1)), false),
            (Ended::Family(FamilyId(2)), false),
            (Ended::Replaced(FamilyId(2)), false),
            (Ended::Client(ClientKey(3)), false),
            (Ended::Everything, false),
            (Ended::Account(AccountId(2)), true),
            (Ended::Family(FamilyId(1)), true),
            (Ended::Client(ClientKey(1)), true),
        ] {
            let fresh = Freshness::new(false);
            let noted = fresh.note();
            assert!(fresh.holds(noted, &TIES));
            fresh.end(&[ended]);
            assert_eq!(fresh.holds(noted, &TIES), holds, "{ended:?}");
            assert!(fresh.holds(fresh.note(), &TIES), "{ended:?}: read anew");
        }
    }

    #[test]
    fn a_reader_that_is_overtaken_by_a_sweep_remembers_nothing() {
        let fresh = Freshness::new(false);
        let noted = fresh.note();
        // It reads the row here; then the sweep commits; then it writes down what it read.
        fresh.end(&[Ended::Family(FamilyId(2))]);
        assert!(!fresh.holds(noted, &TIES));
        // So does one that began while other sweeps were under way.
        let noted = fresh.note();
        fresh.end(&[Ended::Account(AccountId(9))]);
        assert!(fresh.holds(noted, &TIES));
        fresh.end(&[Ended::Account(AccountId(1))]);
        fresh.end(&[Ended::Account(AccountId(9))]);
        assert!(!fresh.holds(noted, &TIES));
    }

    #[test]
    fn any_clients_change_ends_what_hangs_on_all_of_them() {
        let fresh = Freshness::new(false);
        let all = Ties { any_client: true, ..Ties::default() };
        let noted = fresh.note();
        fresh.end(&[Ended::Account(AccountId(3))]);
        assert!(fresh.holds(noted, &all));
        fresh.end(&[Ended::Client(ClientKey(77))]);
        assert!(!fresh.holds(noted, &all));
    }

    #[test]
    fn nothing_counts_before_others_were_heard_and_once_they_are_not() {
        let fresh = Freshness::new(true);
        assert!(!fresh.is_trusted());
        fresh.trust_from(fresh.moment());
        assert!(fresh.is_trusted());
        fresh.distrust();
        assert!(!fresh.is_trusted());
        // An answer that took too long to come proves nothing about now.
        let long_ago = fresh.moment();
        std::thread::park_timeout(TRUST + TRUST);
        fresh.trust_from(long_ago);
        assert!(!fresh.is_trusted());
    }

    #[test]
    fn what_nobody_lost_anything_by_waits_for_the_beat() {
        let fresh = Freshness::new(true);
        let replaced = Ended::Replaced(FamilyId(1));
        fresh.end_here(&[Ended::Family(FamilyId(5)), replaced]);
        assert!(fresh.is_wanted());
        assert_eq!(fresh.take_untold(), [replaced]);
        for _ in 0..=1000 {
            fresh.end_here(&[replaced]);
        }
        assert_eq!(fresh.take_untold(), [Ended::Everything]);
    }
}
