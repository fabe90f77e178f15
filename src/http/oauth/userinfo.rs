//! `/oauth/userinfo` (OpenID Connect Core §5.3).

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::Refused;
use crate::{
    app::App,
    domain::{
        credential::Credential,
        reach::{Act, OPENID},
    },
    error::Refusal,
    http::credential,
    usecases::claims,
};

/// What the scope of an access token tells of the person.
pub async fn endpoint(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request)
        .filter(|shown| matches!(shown, Credential::Bearer(_) | Credential::Jwt(_)));
    let told = app
        .read_to(Act::Identify, shown, |ctx, me| {
            // A client that acts for itself is nobody.
            let person = me.account.as_ref().ok_or(Refusal::ScopeMissing(OPENID))?;
            claims::about(ctx, person, &me.scope)
        })
        .await?;
    Ok(HttpResponse::Ok().json(told))
}
