//! What is remembered of a check ends with what it was a check of: on this node, on another, at the command line.

mod changes;
mod elsewhere;
mod sweeps;
mod warm;
