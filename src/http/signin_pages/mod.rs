//! Pages for people in a browser: server-rendered, without JavaScript, in three languages.

pub mod account;
pub mod activation;
pub mod authorize;
pub mod consent;
pub mod device;
pub mod done;
pub mod letters;
pub mod new_password;
pub mod providers;
pub mod refusals;
pub mod register;
pub mod sign_in;
pub mod sign_out;
pub mod site;
pub mod visit;
pub mod way;

pub use refusals::NoPage;
pub use site::Pages;
pub use visit::Visit;
