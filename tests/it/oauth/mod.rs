//! The token exchange and the OAuth tokens that come of it.

pub mod desk;
pub mod scene;

mod asked;
mod breaker;
mod client_auth;
mod client_credentials;
mod conversion;
mod disconnect;
mod drf_errors;
mod egress;
mod ending_races;
mod fail_closed;
mod id_token;
mod keys;
mod lifetimes;
mod linking;
mod live_state;
mod matrix;
mod names;
mod password_grant;
mod pre_hijack;
mod pruning;
mod revocation;
mod rotation;
mod token_endpoint;
mod vk;
mod yandex_jwt;
