//! The authorization server: codes, pages, and what standard clients ask for.

pub mod browser;
pub mod flow;

mod access_jwt;
mod accounts;
mod authorize;
mod clients_admin;
mod code;
mod device;
mod exchange;
mod introspection;
pub mod metadata;
mod metadata_proof;
mod openid;
mod oxide;
mod pages;
mod private_key_jwt;
mod provider_buttons;
mod races;
mod reach;
mod registration;
mod resources;
mod sign_out;
mod token;
mod under_way;
