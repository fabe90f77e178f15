//! The nouns of the house, in reading order: values and rules, no I/O.

pub mod account;
pub mod common_passwords;
pub mod email;
pub mod identity;
pub mod language;
pub mod letter;
pub mod password;
pub mod provider;
pub mod scope;
pub mod similarity;
