//! Cryptography: JWTs, and the small tools they and the provider rooms share.

pub mod fingerprint;
pub mod json;
pub mod jwt;
pub mod jwt_key;
pub mod jwt_time;
mod ring_jwt;
#[cfg(test)]
pub(crate) mod test_keys;
