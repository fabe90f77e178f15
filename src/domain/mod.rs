//! The nouns of the house, in reading order: values and rules, no I/O.

pub mod account;
pub mod audit;
pub mod browser;
pub mod caller;
pub mod client;
pub mod code;
pub mod common_passwords;
pub mod credential;
pub mod device;
pub mod email;
pub mod ended;
pub mod grant;
pub mod identity;
pub mod language;
pub mod letter;
pub mod limits;
pub mod origin;
pub mod password;
pub mod policy;
pub mod provider;
pub mod scope;
pub mod signing;
mod similarity;
pub mod template;
pub mod token;
pub mod username;
