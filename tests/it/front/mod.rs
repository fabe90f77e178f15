//! The front door: what holds for every request, before anybody looks what it is about.

mod bodies;
mod busy;
mod headers;
mod health;
mod slow;
mod stop;
mod unknown;
