//! The nouns of the house, in reading order: values and rules, no I/O.

pub mod account;
pub mod client;
pub mod credential;
pub mod email;
pub mod grant;
pub mod identity;
pub mod language;
pub mod letter;
pub mod provider;
pub mod scope;
pub mod token;
