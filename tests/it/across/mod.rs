//! What holds across dialects, across nodes, and at the same time.

mod dialects;
mod first_login_race;
mod nodes;
mod refresh_race;
