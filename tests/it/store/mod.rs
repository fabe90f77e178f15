//! The contract of the store, the same on both databases.

mod cascade;
mod conflicts;
pub mod locked;
mod queue;
mod race;
mod rows;
mod transactions;
