//! The authorization server: codes, pages, and what standard clients ask for.

pub mod browser;
pub mod flow;

mod access_jwt;
mod authorize;
mod client_proof;
mod code;
mod device;
mod exchange;
mod introspection;
mod metadata;
mod openid;
mod oxide;
mod pages;
mod revocation;
mod sign_out;
mod token;
