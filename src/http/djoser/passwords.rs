//! `users/set_password/`, `users/reset_password/`, `users/reset_password_confirm/`.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{Refused, mail_links};
use crate::{
    app::App,
    domain::{letter::LetterKind, password::Password, reach::Act},
    error::{FieldCode, FieldError, Refusal},
    http::{body::Body, caller, credential, fields::Reader},
    usecases::{login::Checked, passwords::PasswordLink, profile},
};

/// `POST users/set_password/`: a new password for whoever shows the old one. Every other session ends.
pub async fn set(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let shown = credential::of(&request);
    let me = app.who_to(Act::Change, shown.clone()).await?;
    let me = profile::of(&me)?;
    let mut read = Reader::new(&words);
    let new = read.new_password("new_password", retyped(app.policy().password_change.set_retype));
    let typed = current(&mut read);
    let (new, typed) = read.finish(new.zip(typed))?;
    // A wrong password hides a weak one, as it does at djoser.
    let checked = check_current(&app, &request, &typed).await?;
    app.change_password(shown, (me, checked), &new).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST users/reset_password/`: mails a link for a new password; never tells whether it did.
pub async fn ask_reset(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    mail_links::ask(&app, &request, body, LetterKind::PasswordReset).await
}

/// `POST users/reset_password_confirm/`: a new password for whoever shows the link. Every session ends.
pub async fn reset(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    let mut read = Reader::new(&words);
    let link = mail_links::read(&mut read);
    let new = read.new_password("new_password", retyped(app.policy().password_change.reset_retype));
    let (link, new) = read.finish(link.zip(new))?;
    let link = link.open().map(|(id, token)| PasswordLink::Reset(id, token));
    app.reset_password(caller::of(&request), link, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn retyped(wanted: bool) -> Option<&'static str> {
    wanted.then_some("re_new_password")
}

/// The field of the caller's own password.
pub(super) fn current(read: &mut Reader<'_>) -> Option<Password> {
    read.password("current_password")
}

/// Whether the caller's own password is right.
pub(super) async fn check_current(
    app: &App,
    request: &HttpRequest,
    typed: &Password,
) -> Result<Checked, Refused> {
    let (from, shown) = (caller::of(request), credential::of(request));
    let checked = app.check_current(from, shown, typed).await?;
    let wrong = || FieldError::new("current_password", FieldCode::WrongPassword);
    Ok(checked.ok_or_else(|| Refusal::Fields(vec![wrong()]))?)
}
