//! The front door: what holds for every request, before anybody looks what it is about.

mod bodies;
mod busy;
mod document;
mod headers;
mod health;
mod languages;
mod letters;
mod page;
mod pages;
mod passing;
mod slow;
mod stop;
mod tasks;
mod unknown;
