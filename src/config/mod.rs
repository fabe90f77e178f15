//! What the operator decides.

pub mod mail;
