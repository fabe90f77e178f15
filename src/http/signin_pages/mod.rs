//! Pages for people in a browser: server-rendered, without JavaScript, in three languages.

pub mod account;
pub mod authorize;
pub mod consent;
pub mod device;
pub mod refusals;
pub mod sign_in;
pub mod sign_out;
pub mod site;
pub mod visit;

pub use refusals::NoPage;
pub use site::Pages;
pub use visit::Visit;
