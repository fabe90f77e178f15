//! OAuth 2.0: the token endpoint and the conversion of a provider's token.

pub mod client_auth;
pub mod client_metadata;
pub mod clients_admin;
pub mod convert;
pub mod device;
pub mod exchange;
pub mod introspect;
pub mod jwks;
pub mod metadata;
pub mod refusals;
pub mod register;
pub mod revoke;
pub mod token;
pub mod tokens_body;
pub mod userinfo;

pub use refusals::Refused;
