//! How often something may be tried. 0 turns a limit off.

use chrono::TimeDelta;

/// The limits that hold over all nodes and restarts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Of logins with a password.
    pub logins: LoginLimits,
    /// Of letters to an address.
    pub letters: LetterLimits,
}

/// How many logins may go wrong.
#[derive(Debug, Clone, Copy)]
pub struct LoginLimits {
    /// Wrong ones with a name from a network before there is a pause.
    pub free: u32,
    /// The longest pause.
    pub longest: TimeDelta,
    /// Wrong ones with a name in a day, from wherever, before strange networks share one try in the longest pause.
    pub per_day: u32,
    /// Names with which it went wrong from one network before the network is closed.
    pub names: u32,
    /// Within which time.
    pub names_within: TimeDelta,
    /// For how long it is then closed.
    pub block: TimeDelta,
}

impl Default for LoginLimits {
    /// All off.
    fn default() -> Self {
        let none = TimeDelta::zero();
        Self { free: 0, longest: none, per_day: 0, names: 0, names_within: none, block: none }
    }
}

impl LoginLimits {
    /// For how long a network is familiar with a name after a login that was good.
    pub const FAMILIAR: TimeDelta = TimeDelta::days(30);

    /// After what time without a try all is forgotten, and over what time a name's are counted.
    pub const DAY: TimeDelta = TimeDelta::days(1);

    /// Whether anything is counted at all.
    pub fn count(&self) -> bool {
        self.free > 0 || self.per_day > 0 || self.names > 0
    }

    /// How long to wait after so many that went wrong: one second after the last free one, twice as long after
    /// each further one.
    pub fn pause_after(&self, wrong: i64) -> TimeDelta {
        let over = wrong - i64::from(self.free);
        if self.free == 0 || over < 0 {
            return TimeDelta::zero();
        }
        // 2^20 seconds are twelve days, more than any pause.
        let doubled = TimeDelta::seconds(1 << over.min(20));
        doubled.min(self.longest)
    }
}

/// How many letters that somebody asked for go to one address.
#[derive(Debug, Clone, Copy, Default)]
pub struct LetterLimits {
    /// In an hour.
    pub per_hour: u32,
    /// The time between two of them.
    pub gap: TimeDelta,
}

impl LetterLimits {
    /// Over what time they are counted.
    pub const HOUR: TimeDelta = TimeDelta::hours(1);

    /// Whether anything is counted at all.
    pub fn count(&self) -> bool {
        self.per_hour > 0 || self.gap > TimeDelta::zero()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::LoginLimits;

    #[test]
    fn pauses_double_after_the_free_tries_up_to_the_longest() {
        let longest = TimeDelta::minutes(15);
        let limits = LoginLimits { free: 5, longest, ..LoginLimits::default() };
        let pauses = |wrong: i64| limits.pause_after(wrong).num_seconds();
        assert_eq!(
            [0, 1, 4, 5, 6, 7, 10, 14, 15, 99].map(pauses),
            [0, 0, 0, 1, 2, 4, 32, 512, 900, 900]
        );
        assert_eq!(pauses(i64::MAX), 900);
        let off = LoginLimits { longest, ..LoginLimits::default() };
        assert_eq!(off.pause_after(1000), TimeDelta::zero());
    }
}
