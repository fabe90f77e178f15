//! The fault tests, by number: each breaks something around real servers and holds what comes of it against the
//! figure its criterion names. `scripts/faults` runs them.
//!
//! Every fault prints one line of JSON. Without a number, as `cargo test` calls it, a few kills on an `SQLite` file
//! are all that is played.

#[cfg(test)]
mod backups;
#[cfg(test)]
mod births;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod callers;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod commits;
#[cfg(test)]
mod copies;
#[cfg(test)]
mod crowds;
#[cfg(test)]
mod disks;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod kills;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod links;
#[cfg(test)]
mod load;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod many;
#[cfg(test)]
mod outages;
#[cfg(test)]
mod pair;
#[cfg(test)]
mod panics;
#[cfg(test)]
mod place;
#[cfg(test)]
mod post;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod providers;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod races;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod server;
#[cfg(test)]
mod shared_file;
#[cfg(test)]
mod smtp;
#[cfg(test)]
mod standbys;
#[cfg(test)]
mod starts;
#[cfg(test)]
mod stops;
#[cfg(test)]
mod verdict;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod wire;

fn main() -> std::process::ExitCode {
    #[cfg(test)]
    return faults::play();
    #[cfg(not(test))]
    std::process::ExitCode::FAILURE
}
