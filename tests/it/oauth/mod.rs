//! The token exchange and the OAuth tokens that come of it.

pub mod desk;
pub mod scene;

mod asked;
mod breaker;
mod client_auth;
mod conversion;
mod drf_errors;
mod egress;
mod fail_closed;
mod id_token;
mod keys;
mod linking;
mod matrix;
mod names;
mod pre_hijack;
mod vk;
mod yandex_jwt;
