//! djoser's contract.

mod activation;
mod users;
