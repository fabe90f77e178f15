//! What holds across dialects, across nodes, and at the same time.

mod dialects;
mod first_login_race;
mod key_rotation;
pub mod nodes;
mod one_account;
mod refresh_race;
