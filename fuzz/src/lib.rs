//! Everything that reads bytes from outside, fed with any bytes.
//!
//! The tests of the program read `eaters.rs`, too, and feed it with the seeds and what becomes of them.

pub mod eaters;
