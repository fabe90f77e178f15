//! djoser's contract.

mod activation;
mod addresses;
mod changes;
mod deletion;
mod fields;
mod groups;
mod hidden;
mod jwt;
mod jwt_refresh;
mod jwt_rotation;
mod login;
mod logout;
mod me;
mod methods;
mod password_change;
mod password_resets;
mod passwords;
mod paths;
mod records;
mod resend;
mod schemes;
mod sessions;
mod social;
mod username_changes;
mod usernames;
mod users;
