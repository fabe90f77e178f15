//! djoser's contract.

mod activation;
mod social;
mod users;
