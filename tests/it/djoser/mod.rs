//! djoser's contract.

mod activation;
mod deletion;
mod me;
mod records;
mod usernames;
mod users;
