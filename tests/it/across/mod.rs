//! What holds across dialects, across nodes, and at the same time.

mod dialects;
mod first_login_race;
pub mod nodes;
mod one_account;
mod refresh_race;
