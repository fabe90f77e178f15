//! djoser's contract.

mod activation;
mod fields;
mod hidden;
mod jwt;
mod login;
mod logout;
mod me;
mod methods;
mod passwords;
mod resend;
mod schemes;
mod usernames;
mod users;
