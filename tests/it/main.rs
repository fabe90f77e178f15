//! Cambio's behaviour, told in sentences: a whole server per test, spoken to over HTTP.

#[cfg(test)]
mod across;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod djoser;
#[cfg(test)]
mod front;
#[cfg(test)]
mod oauth;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod support;
