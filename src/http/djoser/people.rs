//! `users/`, `users/me/` and `users/{id}/`: who is there, and what they may change of themselves.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode},
    web::Data,
};

use super::{Refused, UserBody, passwords};
use crate::{
    app::App,
    domain::{account::AccountId, policy::LoginField, reach::Act},
    error::Refusal,
    http::{
        answer,
        body::{Body, Words},
        credential,
        fields::Reader,
    },
    usecases::profile::{self, Change, Whose},
};

/// `GET users/`: oneself; for an administrator everybody, in the order of their ids.
pub async fn list(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request);
    let seen = app.read_as(shown, profile::visible).await?;
    let login = app.policy().names.login;
    let bodies: Vec<UserBody> = seen.iter().map(|account| UserBody::new(account, login)).collect();
    Ok(answer::ok(StatusCode::OK, &bodies))
}

/// `GET users/me/`: one's own record. What every application asks for again and again: from memory.
pub async fn own(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let me = app.who(credential::of(&request)).await?;
    let login = app.policy().names.login;
    Ok(answer::ok(StatusCode::OK, &UserBody::new(profile::of(&me)?, login)))
}

/// `GET users/{id}/`: one record.
pub async fn show(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let (login, whose) = (app.policy().names.login, whose(&request));
    let shown = credential::of(&request);
    let account = app.read_as(shown, move |ctx, me| profile::seen(ctx, me, whose)).await?;
    Ok(answer::ok(StatusCode::OK, &UserBody::new(&account, login)))
}

/// `PUT` and `PATCH` of `users/me/` and `users/{id}/`: changes what is sent and may be changed. A new
/// address is not in the answer yet: it counts once it is proven.
pub async fn update(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let (login, whose) = (app.policy().names.login, whose(&request));
    let shown = credential::of(&request);
    app.read_to(Act::Change, shown.clone(), move |ctx, me| profile::seen(ctx, me, whose).map(drop))
        .await?;
    let change = change(&app, &words, request.method())?;
    let changed =
        app.write_as(shown, move |ctx, me| profile::update(ctx, me, whose, &change)).await?;
    Ok(answer::ok(StatusCode::OK, &UserBody::new(&changed, login)))
}

/// `DELETE users/me/`, `DELETE users/{id}/`: for good, with the caller's password.
pub async fn delete(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let whose = whose(&request);
    let shown = credential::of(&request);
    app.read_to(Act::Change, shown.clone(), move |ctx, me| profile::seen(ctx, me, whose).map(drop))
        .await?;
    let mut read = Reader::new(&words);
    let typed = passwords::current(&mut read);
    let typed = read.finish(typed)?;
    let checked = passwords::check_current(&app, &request, &typed).await?;
    app.write_as(shown, move |ctx, me| profile::delete(ctx, me, whose, &checked)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What may be changed: the name; and the address where it is not what people log in with. `PUT` wants
/// an address then, as djoser does of a field that is required.
fn change(app: &App, words: &Words, method: &Method) -> Result<Change, Refusal> {
    let mut read = Reader::new(words);
    let name = read.maybe(Reader::name, "name");
    let email = match app.policy().names.login {
        LoginField::Email => Some(None),
        LoginField::Username | LoginField::Either if method == Method::PUT => {
            read.email("email").map(Some)
        }
        LoginField::Username | LoginField::Either => read.maybe(Reader::email, "email"),
    };
    read.finish(name.zip(email).map(|(name, email)| Change { name, email, username: None }))
}

/// Whose record the path names; the path of `users/me` has no number in it.
fn whose(request: &HttpRequest) -> Whose {
    let Some(id) = request.match_info().get("id") else { return Whose::Own };
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    let id = digits.then(|| id.parse().ok()).flatten();
    id.map_or(Whose::Nobodys, |id| Whose::Of(AccountId(id)))
}
