//! `POST token/`: the token endpoint (RFC 6749 §3.2).

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{Refused, client_auth, convert, exchange, tokens_body::TokensBody};
use crate::{
    app::App,
    domain::{
        caller::Caller,
        client::{Client, GrantType},
        credential::ClientCredential,
        password::Password,
    },
    error::{DeviceNo, Error, Refusal},
    http::{
        body::{Body, Form, Words},
        caller, credential,
        fields::{Reader, Text},
    },
    oxide::{
        client_credentials::{self, OwnAccess},
        redeem::{self, Redemption},
        rotate::{self, Rotation},
    },
    usecases::{device, login},
};

/// `POST /auth/token/`: tokens for a grant, as drf-social-oauth2 has it: in JSON, too.
pub async fn endpoint(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    refuse_query(&request)?;
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    // One that cannot be read is none that we know.
    let grant = Reader::new(&words).optional(Text::filled("grant_type", 200));
    answer(&app, &request, &words, grant.as_deref().unwrap_or_default()).await
}

/// `POST /oauth/token`: the same to the letter of the RFCs, in forms alone.
pub async fn standard(
    app: Data<App>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Refused> {
    refuse_query(&request)?;
    let words = form.0?;
    if credential::of(&request).is_some() {
        return Err(Refusal::BadRequest("a client shows its own credentials here, no token").into());
    }
    let mut read = Reader::new(&words);
    let grant = read.text(Text::filled("grant_type", 200));
    let grant = read.finish(grant)?;
    answer(&app, &request, &words, &grant).await
}

fn refuse_query(request: &HttpRequest) -> Result<(), Refusal> {
    if request.query_string().is_empty() {
        return Ok(());
    }
    Err(Refusal::BadRequest("parameters belong into the body, not the URL"))
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    words: &Words,
    grant: &str,
) -> Result<HttpResponse, Refused> {
    if grant == exchange::GRANT {
        return exchange::exchange(app, request, words).await;
    }
    let grant = GrantType::parse(grant).ok_or(Refusal::UnsupportedGrant)?;
    if grant == GrantType::ConvertToken {
        let asked = convert::read_asked(request, words, Vec::new())?;
        return convert::convert(app, asked).await;
    }
    let shown = client(request, words)?;
    let client = app.prove_for(shown, grant).await.map_err(|why| slower(why, grant))?;
    match grant {
        GrantType::AuthorizationCode => redeem(app, client, words).await,
        GrantType::RefreshToken => rotate(app, client, words).await,
        GrantType::Password => password(app, (client, caller::of(request)), words).await,
        GrantType::ClientCredentials => for_itself(app, client, words).await,
        GrantType::DeviceCode => let_in(app, client, words).await,
        GrantType::ConvertToken => Err(Refusal::UnsupportedGrant.into()),
    }
}

/// A device that asks too often is told so in the one word after which it goes on asking (RFC 8628 §3.5).
fn slower(why: Error, grant: GrantType) -> Error {
    match why {
        Error::Refused(Refusal::TooMany { .. }) if grant == GrantType::DeviceCode => {
            Refusal::Device(DeviceNo::Slower).into()
        }
        other => other,
    }
}

async fn redeem(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let mut read = Reader::new(words);
    let code = read.text(Text::filled("code", 4096));
    let redirect_uri = read.optional(Text::filled("redirect_uri", 2000));
    let verifier = read.optional(Text::free("code_verifier", 4096));
    let code = read.finish(code)?.into();
    let shown = Redemption { client, code, redirect_uri, verifier };
    let tokens = app.settle(move |ctx| redeem::redeem(ctx, &shown)).await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

/// The client of a request. One whose name or secret cannot be read is no better than an unknown one.
pub fn client(request: &HttpRequest, words: &Words) -> Result<ClientCredential, Refusal> {
    let shown = client_auth::of(request, words).map_err(|why| match why {
        Refusal::Fields(_) => Refusal::BadClient,
        other => other,
    })?;
    shown.ok_or(Refusal::BadClient)
}

async fn let_in(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let mut read = Reader::new(words);
    let code = read.text(Text::filled("device_code", 4096));
    let code = read.finish(code)?.into();
    let tokens = app.settle(move |ctx| device::redeem(ctx, &client, &code)).await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

async fn rotate(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let mut read = Reader::new(words);
    let token = read.text(Text::filled("refresh_token", 4096));
    let token = read.finish(token)?.into();
    let wanted = convert::scope(words)?;
    let shown = Rotation { client, token, wanted };
    let tokens = app.settle(move |ctx| rotate::rotate(ctx, &shown)).await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

async fn password(
    app: &App,
    (client, from): (Client, Caller),
    words: &Words,
) -> Result<HttpResponse, Refused> {
    let mut read = Reader::new(words);
    let name = read.text(Text::filled("username", 4096));
    let password = read.text(Text::filled("password", 4096));
    let (name, password) = read.finish(name.zip(password))?;
    let wanted = convert::scope(words)?;
    let checked = app.check_login(from, &name, &Password::new(password)).await?;
    let tokens = app
        .write(move |ctx| login::by_password_grant(ctx, &checked, &client, wanted.as_ref()))
        .await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

async fn for_itself(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let wanted = convert::scope(words)?;
    let resources = resources(words, &client)?;
    let shown = OwnAccess { client, wanted, resources };
    let tokens = app.write(move |ctx| client_credentials::issue(ctx, &shown)).await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

/// The resource a token is asked for (RFC 8707); one at most, for a name stands once in a body.
fn resources(words: &Words, client: &Client) -> Result<Vec<String>, Refusal> {
    let named = Reader::new(words).optional(Text::filled("resource", 2000));
    let known = |uri: &String| client.options.resources.contains(uri);
    if words.get("resource").is_some() && !named.as_ref().is_some_and(known) {
        return Err(Refusal::BadTarget);
    }
    Ok(named.into_iter().collect())
}
