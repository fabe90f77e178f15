//! Resources that are called in a way they do not take.

use actix_web::{
    FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard,
    http::{Method, header},
    web,
};

use super::{credential, djoser::Refused, route};
use crate::app::App;

/// Whether a resource wants a login before it even says that a method is wrong, as the published contract
/// has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It does not.
    Anyone,
    /// It does.
    Login,
}

/// A resource that answers any method it has no route for: with a refusal that names the methods it
/// takes, and `OPTIONS` with their list.
pub fn only(path: &str, allowed: &'static str, access: Access) -> Resource {
    route::resource(path).default_service(web::to(
        move |app: web::Data<App>, request: HttpRequest| async move {
            refuse(&app, &request, allowed, access).await
        },
    ))
}

/// A resource that takes `POST` alone.
pub fn post<F, A>(path: &str, access: Access, handler: F) -> Resource
where
    F: Handler<A>,
    A: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    only(path, "POST, OPTIONS", access).route(web::post().to(handler))
}

/// A route for reading: `GET`, and `HEAD` alike.
pub fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

async fn refuse(
    app: &App,
    request: &HttpRequest,
    allowed: &'static str,
    access: Access,
) -> Result<HttpResponse, Refused> {
    let shown = credential::of(request);
    match access {
        Access::Anyone => app.admit(shown).await?,
        Access::Login => drop(app.who(shown).await?),
    }
    if request.method() == Method::OPTIONS {
        return Ok(HttpResponse::Ok().insert_header((header::ALLOW, allowed)).finish());
    }
    Err(Refused::Method(allowed))
}
