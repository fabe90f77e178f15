//! `/oauth/userinfo` (OpenID Connect Core §5.3).

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::Data,
};
use serde_json::{Map, Value, json};

use super::Refused;
use crate::{
    app::App,
    domain::credential::{Credential, Via},
    error::{Error, Refusal},
    http::{answer, credential},
    usecases::claims,
};

/// What the scope of an access token tells of the person.
pub async fn endpoint(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request)
        .filter(|shown| matches!(shown, Credential::Bearer(_) | Credential::Jwt(_)));
    let told: Option<Map<String, Value>> = app
        .read_as(shown, |ctx, me| match &me.account {
            Some(account) if me.via == Via::AccessToken && me.scope.has("openid") => {
                claims::about(ctx, account, &me.scope).map(Some)
            }
            _ => Ok(None),
        })
        .await?;
    Ok(told.map_or_else(insufficient, |claims| HttpResponse::Ok().json(claims)))
}

/// RFC 6750 §3.1.
fn insufficient() -> HttpResponse {
    let challenge = "Bearer realm=\"api\",error=\"insufficient_scope\",scope=\"openid\"";
    answer::no(StatusCode::FORBIDDEN, &Error::from(Refusal::ScopeNotAllowed))
        .insert_header((header::WWW_AUTHENTICATE, challenge))
        .json(json!({
            "error": "insufficient_scope",
            "error_description": "The access token was not issued for openid.",
        }))
}
