//! `/oauth/register`: clients that register themselves (RFC 7591), and look after that (RFC 7592).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value, json};

use super::{Refused, client_metadata as metadata, refusals::Style};
use crate::{
    app::App,
    domain::{
        client::{Client, ClientId},
        credential::{Credential, Scheme},
    },
    http::{
        body::{BadBody, JsonValue},
        credential,
    },
    usecases::{
        client_told,
        self_registration::{self as deed, Welcomed},
    },
};

/// `POST /oauth/register`, with the initial access token. Secret and registration token are told this once.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    register(&app, &request, body).await.map_err(in_its_words)
}

async fn register(
    app: &App,
    request: &HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    let shown = token(request);
    let first = shown.clone();
    app.read(move |ctx| deed::admit(ctx, first.as_ref())).await?;
    let wish = metadata::self_registration(&object(body)?)?;
    let done = app.write(move |ctx| deed::register(ctx, shown.as_ref(), &wish)).await?;
    let Welcomed { registered, token } = done;
    let secret = registered.secret.as_ref();
    Ok(answered(StatusCode::CREATED, told(app, &registered.client, secret, Some(&token))))
}

/// `GET /oauth/register/{id}`, with the registration token. No secret is told: none is kept.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let (id, shown) = (id(&request), token(&request));
    let token = shown.clone();
    let client = app.read(move |ctx| deed::show(ctx, id.as_ref(), shown.as_ref())).await?;
    Ok(answered(StatusCode::OK, told(&app, &client, None, token.as_ref())))
}

/// `PUT /oauth/register/{id}`: all of it anew (RFC 7592 §2.2).
pub async fn replace(
    app: Data<App>,
    request: HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    put(&app, &request, body).await.map_err(in_its_words)
}

async fn put(app: &App, request: &HttpRequest, body: JsonValue) -> Result<HttpResponse, Refused> {
    let (own, shown) = (id(request), token(request));
    let (id, first) = (own.clone(), shown.clone());
    let client = app.read(move |ctx| deed::show(ctx, id.as_ref(), first.as_ref())).await?;
    let (new, token) = (metadata::replacement(&object(body)?, &client.id)?, shown.clone());
    let client =
        app.write(move |ctx| deed::replace(ctx, own.as_ref(), shown.as_ref(), &new)).await?;
    Ok(answered(StatusCode::OK, told(app, &client, None, token.as_ref())))
}

/// `DELETE /oauth/register/{id}`: with every token of the client.
pub async fn delete(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let (id, shown) = (id(&request), token(&request));
    app.write(move |ctx| deed::delete(ctx, id.as_ref(), shown.as_ref())).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// RFC 7591 §3.2.2 has codes of its own for what a client says of itself.
fn in_its_words(refused: Refused) -> Refused {
    refused.styled(Style::Registration)
}

fn object(body: JsonValue) -> Result<Map<String, Value>, Refused> {
    match body.0? {
        Value::Object(members) => Ok(members),
        _ => Err(BadBody::NotAnObject.into()),
    }
}

/// The Bearer token of a request, if it shows one.
fn token(request: &HttpRequest) -> Option<SecretString> {
    match credential::of(request)? {
        Credential::Bearer(token) => Some(token),
        // The operator's may have the form of a JWT.
        Credential::Jwt(shown) if shown.scheme == Scheme::Bearer => Some(shown.token),
        _ => None,
    }
}

fn id(request: &HttpRequest) -> Option<ClientId> {
    request.match_info().get("id").and_then(ClientId::parse)
}

/// RFC 7592 §3: with it comes the registration token, as it was shown or is new; it is kept as a digest alone.
fn told(
    app: &App,
    client: &Client,
    secret: Option<&SecretString>,
    token: Option<&SecretString>,
) -> Map<String, Value> {
    let place = format!("{}/oauth/register/{}", app.policy().issuer, client.id.as_str());
    let mut told = client_told::told(client, secret);
    told.insert("registration_client_uri".to_owned(), json!(place));
    if let Some(token) = token {
        told.insert("registration_access_token".to_owned(), json!(token.expose_secret()));
    }
    told
}

/// RFC 7591 §3.2.1: nobody keeps the answer.
fn answered(status: StatusCode, told: Map<String, Value>) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(Value::Object(told))
}
