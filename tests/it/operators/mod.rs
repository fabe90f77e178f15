//! What an operator sees: numbers, and who did what.

mod accounts;
mod clients;
mod command;
mod contrib;
mod metrics;
mod refusals;
mod traces;
