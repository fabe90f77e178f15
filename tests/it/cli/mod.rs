//! What an operator types, run as the program itself.

mod accounts;
mod clients;
mod copies;
mod dev;
mod health;
mod help;
mod keys;
mod letters;
mod migrating;
mod moving;
mod passwords;
pub mod process;
mod secrets;
mod serving;
mod settings;
pub mod shell;
mod unread;
