//! Cambio's behaviour, told in sentences: a whole server per test, spoken to over HTTP.
#![expect(clippy::string_slice, reason = "a story that cuts wrongly fails")]

#[cfg(test)]
mod across;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod djoser;
#[cfg(test)]
mod front;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod oauth_server;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod rest_jwt;
#[cfg(test)]
mod restful;
#[cfg(test)]
mod seeds;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
