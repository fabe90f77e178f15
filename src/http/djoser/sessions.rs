//! drf-social-oauth2's calls for people who end what they gave to an application.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use serde_json::json;

use super::Refused;
use crate::{
    app::App,
    domain::{
        client::{Client, ClientId},
        credential::{Credential, Principal},
        reach::Act,
    },
    error::{Outcome, Refusal},
    http::{
        answer,
        body::{BadBody, Body, Words},
        credential,
        fields::{Reader, Text},
    },
    usecases::{
        Ctx,
        disconnect::{self, Tie},
        profile, revoke,
    },
};

/// `POST revoke-token/`: ends the access token that was shown, with its refresh token.
pub async fn revoke_token(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    end(&app, &request, body, revoke::shown_token).await
}

/// `POST invalidate-sessions/`: ends every token the account gave to a client.
pub async fn invalidate_sessions(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    end(&app, &request, body, revoke::sessions).await
}

/// `POST invalidate-refresh-tokens/`: ends every refresh token the account gave to a client.
pub async fn invalidate_refresh(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    end(&app, &request, body, revoke::refresh_tokens).await
}

/// Something that ends what an account gave to a client.
type Ending = fn(&mut Ctx<'_>, &Principal, &Client) -> Outcome<()>;

async fn end(
    app: &App,
    request: &HttpRequest,
    body: Body,
    ending: Ending,
) -> Result<HttpResponse, Refused> {
    let (shown, words) = enter(app, request, body).await?;
    let id = client_id(&words)?;
    app.write_as(shown, move |ctx, me| {
        let client = revoke::named_client(ctx, id.as_ref())?;
        ending(ctx, me, &client)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST disconnect-backend/`: cuts the tie to a provider.
pub async fn disconnect_backend(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let (shown, words) = enter(&app, &request, body).await?;
    let mut read = Reader::new(&words);
    let backend = read.text(Text::filled("backend", 200));
    let association = read.integer("association_id");
    let (backend, association) = read.finish(backend.zip(association))?;
    let provider = app.provider(&backend)?;
    app.write_as(shown, move |ctx, me| {
        disconnect::disconnect(ctx, profile::of(me)?, &provider, association)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The credential of a request, admitted, and its body. The contract wants a body that cannot be read told
/// before the login is asked for, and one that is no object after it.
async fn enter(
    app: &App,
    request: &HttpRequest,
    body: Body,
) -> Result<(Option<Credential>, Words), Refused> {
    if let Err(bad) = &body.0
        && *bad != BadBody::NotAnObject
    {
        return Err(bad.clone().into());
    }
    let shown = credential::of(request);
    app.who_to(Act::Change, shown.clone()).await?;
    Ok((shown, body.0?))
}

/// `GET associations/`: the ties to providers, each with what `disconnect-backend/` wants to know of it.
pub async fn associations(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request);
    let ties = app.read_as(shown, |ctx, me| disconnect::ties(ctx, profile::of(me)?)).await?;
    let told = |tie: &Tie| json!({ "association_id": tie.id, "backend": tie.provider, "uid": tie.subject });
    Ok(answer::ok(StatusCode::OK, &ties.iter().map(told).collect::<Vec<_>>()))
}

/// The client named in the body; `None` when what is named cannot be a client.
fn client_id(words: &Words) -> Result<Option<ClientId>, Refusal> {
    let mut read = Reader::new(words);
    let id = read.text(Text::filled("client_id", 200));
    Ok(ClientId::parse(&read.finish(id)?))
}
