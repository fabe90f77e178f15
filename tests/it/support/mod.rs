//! What every story needs: a house of its own, people and clients to call on it, and its mail.

pub mod call;
pub mod callers;
pub mod clock;
pub mod collector;
pub mod database;
pub mod described;
pub mod events;
pub mod house;
pub mod logs;
pub mod mailbox;
pub mod people;
pub mod said;
pub mod scrape;
pub mod sessions;
pub mod signer;
pub mod tables;

pub use call::Call;
pub use callers::{OAuthClient, Person};
pub use house::House;
pub use said::Said;
