//! Hashes, seals and signatures. Every key is handed in.

mod argon2_hash;
mod django_hash;
pub mod fernet;
pub mod fingerprint;
pub mod json;
pub mod jwt;
pub mod jwt_key;
pub mod jwt_time;
pub mod key_set;
pub mod keys;
pub mod password_hash;
mod ring_jwt;
pub mod room;
pub mod seal;
pub mod secret;
#[cfg(test)]
pub(crate) mod test_keys;
