//! `users/` and `users/me/`: who is there, and who one is.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};

use super::{Refused, UserBody};
use crate::{
    app::App,
    http::{answer, credential},
    usecases::profile,
};

/// `GET users/`: oneself; for an administrator everybody, in the order of their ids.
pub async fn list(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request);
    let seen = app.read_as(shown, |ctx, me| profile::visible(ctx, profile::of(me)?)).await?;
    let login = app.policy().names.login;
    let bodies: Vec<UserBody> = seen.iter().map(|account| UserBody::new(account, login)).collect();
    Ok(answer::ok(StatusCode::OK, &bodies))
}

/// `GET users/me/`: who the credential is.
pub async fn me(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let login = app.policy().names.login;
    let shown = credential::of(&request);
    let body = app.read_as(shown, move |_, me| Ok(UserBody::new(profile::of(me)?, login))).await?;
    Ok(answer::ok(StatusCode::OK, &body))
}
