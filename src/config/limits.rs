//! The `[limits]` section: how often something may be tried.

use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// How often something may be tried; 0 turns a limit off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Whether anything is counted.
    pub enabled: bool,
    /// Logins with a password from one address in a minute.
    pub logins_per_minute: u32,
    /// Logins with one name from one address that may go wrong before there is a pause.
    pub login_free_tries: u32,
    /// Seconds of the longest pause.
    pub login_longest_pause_seconds: u32,
    /// Logins with one name that may go wrong in a day before strange addresses are slowed down.
    pub login_tries_per_day: u32,
    /// Names with which logins from one address may go wrong before it is closed.
    pub login_names: u32,
    /// Hours within which.
    pub login_names_hours: u32,
    /// Minutes for which it is then closed.
    pub login_block_minutes: u32,
    /// Registrations from one address in an hour.
    pub registrations_per_hour: u32,
    /// Letters asked for from one address in an hour.
    pub letter_requests_per_hour: u32,
    /// Letters to one address of mail in an hour.
    pub letters_per_hour: u32,
    /// Seconds between two of them.
    pub letter_gap_seconds: u32,
    /// Calls of one client at the token endpoint in a second.
    pub token_requests_per_second: u32,
    /// How many of them may come at once.
    pub token_request_burst: u32,
    /// Wrong proofs of one client from one address in a minute.
    pub wrong_secrets_per_minute: u32,
    /// Codes of devices typed from one address or by one account in a minute.
    pub device_codes_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            enabled: true,
            logins_per_minute: 30,
            login_free_tries: 5,
            login_longest_pause_seconds: 900,
            login_tries_per_day: 100,
            login_names: 15,
            login_names_hours: 3,
            login_block_minutes: 60,
            registrations_per_hour: 20,
            letter_requests_per_hour: 20,
            letters_per_hour: 3,
            letter_gap_seconds: 60,
            token_requests_per_second: 50,
            token_request_burst: 200,
            wrong_secrets_per_minute: 20,
            device_codes_per_minute: 20,
        }
    }
}

impl Limits {
    pub(super) fn validate(&self) -> Vec<Finding> {
        let most = 1_000_000;
        let checks = [
            within("logins_per_minute", self.logins_per_minute, 0..=most),
            within("login_free_tries", self.login_free_tries, 0..=1000),
            within("login_longest_pause_seconds", self.login_longest_pause_seconds, 1..=86_400),
            within("login_tries_per_day", self.login_tries_per_day, 0..=most),
            within("login_names", self.login_names, 0..=10_000),
            within("login_names_hours", self.login_names_hours, 1..=24),
            within("login_block_minutes", self.login_block_minutes, 1..=1440),
            within("registrations_per_hour", self.registrations_per_hour, 0..=most),
            within("letter_requests_per_hour", self.letter_requests_per_hour, 0..=most),
            within("letters_per_hour", self.letters_per_hour, 0..=1000),
            within("letter_gap_seconds", self.letter_gap_seconds, 0..=3600),
            within("token_requests_per_second", self.token_requests_per_second, 0..=most),
            within("token_request_burst", self.token_request_burst, 0..=most),
            within("wrong_secrets_per_minute", self.wrong_secrets_per_minute, 0..=most),
            within("device_codes_per_minute", self.device_codes_per_minute, 0..=most),
        ];
        checks.into_iter().flatten().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let guessing = !self.enabled || self.login_free_tries == 0;
        let bombing = !self.enabled || self.letters_per_hour == 0;
        let checks = [
            complain_if(
                !self.enabled,
                "enabled",
                "nothing is counted; turn it on, or let what stands in front count",
            ),
            complain_if(
                self.enabled && guessing,
                "login_free_tries",
                "passwords may be guessed as fast as they can be checked",
            ),
            complain_if(
                self.enabled && bombing,
                "letters_per_hour",
                "anybody may have any number of letters sent to somebody",
            ),
        ];
        checks.into_iter().flatten().collect()
    }
}
