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
pub mod meters;

// Floor 1: one outside thing each. They never import one another, but `providers` checks signatures by `crypto`.
pub mod crypto;
pub mod mail;
pub mod providers;
pub mod store;
pub mod traces;

// Floor 2: deeds.
pub mod usecases;

// Between: the state machines of RFC 6749, in quarantine.
pub mod oxide;

// Floor 3: the staircase, and the mail round.
pub mod app;
pub mod courier;

// Floor 4: words in, words out; and the emulated providers, for trying and testing.
pub mod http;
pub mod sandbox;

// Floor 5: put it together, start, stop.
pub mod cli;
pub mod server;
