//! djoser, authtoken and drf-social-oauth2's session calls: bodies and errors of Django REST framework.

pub mod jwt;
pub mod refusals;
pub mod sessions;
pub mod social;
pub mod tokens;
pub mod users;

pub use refusals::Refused;
