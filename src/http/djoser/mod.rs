//! djoser, authtoken and drf-social-oauth2's session calls: bodies and errors of Django REST framework.

pub mod documents;
pub mod jwt;
mod mail_links;
pub mod names;
pub mod passwords;
pub mod people;
pub mod refusals;
pub mod register;
pub mod sessions;
pub mod social;
pub mod tokens;
mod user_body;

pub use refusals::Refused;
pub use user_body::UserBody;
