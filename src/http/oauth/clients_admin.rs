//! `/admin/api/clients`: clients, for administrators who show an access token of the scope `admin`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use serde_json::{Map, Value};

use super::{Refused, client_metadata as metadata};
use crate::{
    app::App,
    domain::{
        client::{Client, ClientId},
        reach::Act,
    },
    error::{Outcome, Refusal},
    http::{
        answer,
        body::{BadBody, JsonValue},
        credential,
    },
    usecases::{Ctx, administration::admitted, client_changes, client_told::told_in_full, clients},
};

/// `GET /admin/api/clients`: every client, in the order of registration.
pub async fn list(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let all = app
        .read_to(Act::Administer, credential::of(&request), |ctx, me| {
            admitted(me)?;
            clients::list(ctx)
        })
        .await?;
    let all: Vec<Value> = all.iter().map(|client| told_in_full(client, None)).collect();
    Ok(answer::ok(StatusCode::OK, &all))
}

/// `POST /admin/api/clients`: registers one. Its secret is told this once.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    let members = members(&app, &request, body).await?;
    let wish = metadata::registration(&app, &members)?;
    let done = app
        .write_to(Act::Administer, credential::of(&request), move |ctx, me| {
            admitted(me)?;
            clients::register(ctx, &wish)
        })
        .await?;
    Ok(secretive(StatusCode::CREATED, &done))
}

/// `GET /admin/api/clients/{id}`.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let id = id(&request);
    let client = app
        .read_to(Act::Administer, credential::of(&request), move |ctx, me| {
            admitted(me)?;
            clients::show(ctx, known(id.as_ref())?)
        })
        .await?;
    Ok(answer::ok(StatusCode::OK, &told_in_full(&client, None)))
}

/// `PATCH /admin/api/clients/{id}`: what is not sent stays.
pub async fn change(
    app: Data<App>,
    request: HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    let members = members(&app, &request, body).await?;
    let wish = metadata::change(&app, &members)?;
    on_one(&app, &request, move |ctx, id| client_changes::change(ctx, id, &wish)).await
}

/// `DELETE /admin/api/clients/{id}`: for good, with every token it was given.
pub async fn delete(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let id = id(&request);
    app.write_to(Act::Administer, credential::of(&request), move |ctx, me| {
        admitted(me)?;
        clients::delete(ctx, known(id.as_ref())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /admin/api/clients/{id}/rotate-secret`: the new secret is told this once.
pub async fn rotate_secret(
    app: Data<App>,
    request: HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    let members = members(&app, &request, body).await?;
    let (overlap, chosen) = metadata::rotation(&members)?;
    let id = id(&request);
    let done = app
        .write_to(Act::Administer, credential::of(&request), move |ctx, me| {
            admitted(me)?;
            clients::rotate_secret(ctx, known(id.as_ref())?, overlap, chosen.clone())
        })
        .await?;
    Ok(secretive(StatusCode::OK, &done))
}

/// `POST /admin/api/clients/{id}/disable`.
pub async fn disable(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    on_one(&app, &request, |ctx, id| clients::switch(ctx, id, false)).await
}

/// `POST /admin/api/clients/{id}/enable`.
pub async fn enable(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    on_one(&app, &request, |ctx, id| clients::switch(ctx, id, true)).await
}

/// Changes something about the client of the path, and tells how it is then.
async fn on_one(
    app: &App,
    request: &HttpRequest,
    deed: impl Fn(&mut Ctx<'_>, &ClientId) -> Outcome<Client> + Send + Sync + 'static,
) -> Result<HttpResponse, Refused> {
    let id = id(request);
    let client = app
        .write_to(Act::Administer, credential::of(request), move |ctx, me| {
            admitted(me)?;
            deed(ctx, known(id.as_ref())?)
        })
        .await?;
    Ok(answer::ok(StatusCode::OK, &told_in_full(&client, None)))
}

/// The body of an administrator. Whoever is none hears that, and nothing about the body.
async fn members(
    app: &App,
    request: &HttpRequest,
    body: JsonValue,
) -> Result<Map<String, Value>, Refused> {
    admitted(&*app.known(credential::of(request)).await?)?;
    match body.0? {
        Value::Object(members) => Ok(members),
        _ => Err(BadBody::NotAnObject.into()),
    }
}

/// The client that the path names; nothing that cannot be an id is one.
fn id(request: &HttpRequest) -> Option<ClientId> {
    request.match_info().get("id").and_then(ClientId::parse)
}

fn known(id: Option<&ClientId>) -> Outcome<&ClientId> {
    Ok(id.ok_or(Refusal::NotFound)?)
}

/// RFC 6749 §5.1: nobody keeps an answer with a secret.
fn secretive(status: StatusCode, done: &clients::Registered) -> HttpResponse {
    let told = told_in_full(&done.client, done.secret.as_ref());
    HttpResponse::build(status).insert_header((header::CACHE_CONTROL, "no-store")).json(told)
}
