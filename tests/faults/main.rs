//! Kills the real server without warning while it is at work, again and again, and looks for what was lost.
//!
//! `CRASH_ROUNDS` says how often (3 by default); `HOUSE_DB` names a PostgreSQL, else it is `SQLite`.
//! `scripts/crash` does both.

#[cfg(test)]
mod births;
#[cfg(test)]
mod callers;
#[cfg(test)]
#[path = "../it/support/database.rs"]
#[expect(dead_code, reason = "databases with tables are for the stories")]
mod database;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod load;
#[cfg(test)]
mod place;
#[cfg(test)]
mod post;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod server;
#[cfg(test)]
mod verify;

/// The two tests take turns: how long a start takes is measured.
#[cfg(test)]
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[cfg(test)]
fn alone() -> std::sync::MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
fn rounds() -> usize {
    std::env::var_os("CRASH_ROUNDS").map_or(3, |text| text.to_str().unwrap().parse().unwrap())
}

#[test]
fn what_was_acknowledged_outlives_the_server() {
    let _alone = alone();
    actix_web::rt::System::new().block_on(rounds::play(rounds()));
}

#[test]
fn a_server_killed_while_it_starts_for_the_first_time_starts_the_next_time() {
    let _alone = alone();
    actix_web::rt::System::new().block_on(births::play(rounds()));
}
