//! Seed 3: `signup`, `signin`, `refresh`, `restore`, `validation` and `get_user`, at the root or wherever it
//! was moved.

pub mod accounts;
pub mod refusals;
pub mod restore;
pub mod sessions;

pub use refusals::{Call, Refused};

use actix_web::{FromRequest, Handler, Resource, Responder, web};

use super::route;

/// A resource of this dialect: it takes `POST` alone, and says so in its own words.
pub fn call<F, A>(path: &str, handler: F) -> Resource
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route::resource(path)
        .route(web::post().to(handler))
        .default_service(web::to(async || Err::<&str, _>(Refused::method())))
}
