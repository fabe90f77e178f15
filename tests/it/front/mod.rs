//! The front door: what holds for every request, before anybody looks what it is about.

mod health;
mod passing;
mod tasks;
