//! `POST /oauth/introspect` (RFC 7662).

use actix_web::{HttpRequest, HttpResponse, web::Data};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Refused, token};
use crate::{
    app::App,
    domain::{email::Email, username::Username},
    http::{
        body::Form,
        fields::{Reader, Text},
    },
    usecases::introspect::Live,
};

/// Tells a client that proves itself what a token is worth; of what it may not know, that it is not active.
pub async fn endpoint(
    app: Data<App>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Refused> {
    let words = form.0?;
    let shown = token::client(&request, &words)?;
    let mut read = Reader::new(&words);
    let token: Option<SecretString> = read.text(Text::filled("token", 16 * 1024)).map(Into::into);
    let live = app.introspect(shown, token).await?;
    read.finish(words.get("token").map(|_| ()))?;
    let issuer = &app.policy().issuer;
    Ok(HttpResponse::Ok().json(live.map_or(json!({ "active": false }), |live| body(&live, issuer))))
}

fn body(live: &Live, issuer: &str) -> Value {
    let mut body = json!({
        "active": true,
        "iss": issuer,
        "scope": live.scope.to_string(),
        "client_id": live.client.id.as_str(),
        "exp": live.expires_at.map(|end| end.timestamp()),
        "iat": live.issued_at.map(|at| at.timestamp()),
        "token_type": live.access.then_some("Bearer"),
        "aud": (!live.resources.is_empty()).then_some(&live.resources),
        "sub": live.account.as_ref().map(|account| account.id.0.to_string()),
        "username": live.account.as_ref().and_then(|account| {
            let name = account.username.as_ref().map(Username::as_str);
            // An address is told with its scope alone (OpenID Connect Core §5.4).
            let address = account.email.as_ref().filter(|_| live.scope.has("email"));
            name.or(address.map(Email::as_str))
        }),
    });
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    body
}
