//! Hashes, seals and signatures. Every key is handed in.

pub mod seal;
pub mod secret;
