//! Letters: written in three languages, sent by one of four ways.
//!
//! The courier, who decides when a letter goes and what becomes of a failure, lives elsewhere.

mod directory;
mod greeting;
mod html;
pub mod letters;
mod lifetime;
pub mod memory;
pub mod outgoing;
mod smtp;
mod templates;
pub mod transport;
