//! The settings, one section per file.

pub mod providers;
