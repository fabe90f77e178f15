//! djoser's contract.

mod activation;
mod changes;
mod deletion;
mod fields;
mod hidden;
mod jwt;
mod login;
mod logout;
mod me;
mod methods;
mod passwords;
mod records;
mod resend;
mod schemes;
mod sessions;
mod social;
mod usernames;
mod users;
