//! The plan of the house, held: who may name whom, how big a file may be, what every dialect answers.

mod config;
mod ended;
mod floors;
mod migrations;
mod openapi;
mod purity;
mod refusals;
mod sizes;
mod source;
mod tongues;
mod urls;
mod words;
