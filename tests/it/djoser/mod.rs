//! djoser's contract.

mod activation;
mod usernames;
mod users;
