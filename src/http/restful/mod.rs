//! Seed 2: `register`, `login`, `refresh`, `logout` and `me`, below `/api` or wherever it was moved.

pub mod accounts;
pub mod refusals;
pub mod sessions;

pub use refusals::Refused;

use actix_web::{
    HttpRequest, HttpResponse, Resource,
    http::{Method, header},
    web,
};

use super::route;

/// A resource of this dialect, which answers other methods than those it has routes for with a refusal.
pub fn call(path: &str, allowed: &'static str) -> Resource {
    route::resource(path).default_service(web::to(move |request: HttpRequest| async move {
        if request.method() == Method::OPTIONS {
            return Ok(HttpResponse::Ok().insert_header((header::ALLOW, allowed)).finish());
        }
        Err(Refused::Method(allowed))
    }))
}
