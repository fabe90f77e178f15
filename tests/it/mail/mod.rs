//! Letters: where they wait, how they leave, what they say.

mod attempts;
mod languages;
mod lease;
mod links;
mod newest;
mod outbox;
mod templates;
