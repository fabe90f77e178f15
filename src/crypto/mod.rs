//! Secrets made, kept and compared.

mod argon2_hash;
mod django_hash;
pub mod password_hash;
