//! What an operator types, run as the program itself.

mod accounts;
mod clients;
mod dev;
mod health;
mod help;
mod keys;
mod letters;
mod migrating;
mod passwords;
mod process;
mod secrets;
mod serving;
mod settings;
mod shell;
mod unread;
