//! Cambio: a bureau de change for identity.
//!
//! The house map, from the ground up. A room may name rooms on lower floors only; `tests/it/plan/floors.rs`
//! holds the exact list.

// Floor 0: values, rules, words. No I/O (config reads its files once).
pub mod clock;
pub mod config;
pub mod domain;
pub mod entropy;
pub mod error;

// Beside the doors: the outside world in small, for development and tests.
pub mod sandbox;
