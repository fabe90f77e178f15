//! What an operator sees: numbers, and who did what.

mod metrics;
