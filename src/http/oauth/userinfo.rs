//! `/oauth/userinfo` (OpenID Connect Core §5.3).

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::Refused;
use crate::{
    app::App,
    domain::credential::{Credential, Via},
    error::Refusal,
    http::credential,
    usecases::claims,
};

/// What the scope of an access token tells of the person.
pub async fn endpoint(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request)
        .filter(|shown| matches!(shown, Credential::Bearer(_) | Credential::Jwt(_)));
    let told = app
        .read_as(shown, |ctx, me| match &me.account {
            Some(account) if me.via == Via::AccessToken && me.scope.has("openid") => {
                claims::about(ctx, account, &me.scope)
            }
            _ => Err(Refusal::ScopeMissing("openid").into()),
        })
        .await?;
    Ok(HttpResponse::Ok().json(told))
}
