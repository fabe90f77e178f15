//! `users/set_password/`, `users/reset_password/`, `users/reset_password_confirm/`.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{Refused, mail_links};
use crate::{
    app::App,
    domain::{credential::Credential, letter::LetterKind, password::Password},
    error::{FieldCode, FieldError, Refusal},
    http::{
        body::Body,
        credential,
        fields::{Reader, Text},
    },
    usecases::{login::Checked, passwords, profile},
};

/// Longest password field read at all; the rules for passwords are stricter.
pub(super) const PASSWORD_BYTES: usize = 4096;

/// `POST users/set_password/`: a new password for whoever shows the old one. Every other session ends.
pub async fn set(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let shown = credential::of(&request);
    let me = app.read_as(shown.clone(), |_, me| Ok(profile::of(me)?.clone())).await?;
    let mut read = Reader::new(&words);
    let new = New::read(&mut read, app.policy().password_change.set_retype);
    let typed = current(&mut read);
    let (new, typed) = read.finish(new.zip(typed))?;
    // A wrong password hides a weak one, as it does at djoser.
    let checked = check_current(&app, shown.clone(), &typed).await?;
    new.weigh(&app, &me.attributes())?;
    let hash = app.hash(&new.password).await?;
    app.write_as(shown, move |ctx, me| passwords::change(ctx, me, &checked, &hash)).await?;
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
    let new = New::read(&mut read, app.policy().password_change.reset_retype);
    let (link, new) = read.finish(link.zip(new))?;
    // What needs no account is told whether or not the link is good; the rest to its holder alone.
    new.weigh(&app, &[])?;
    let (id, token) = link.open()?;
    let shown = token.clone();
    let holder = app.read(move |ctx| passwords::holder_of(ctx, id, &shown)).await?;
    new.weigh(&app, &holder.attributes())?;
    let hash = app.hash(&new.password).await?;
    app.write(move |ctx| passwords::reset(ctx, id, &token, &hash)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A new password, and the second time it was typed.
struct New {
    password: Password,
    retyped: Option<Password>,
}

impl New {
    fn read(read: &mut Reader<'_>, twice: bool) -> Option<Self> {
        let password = read.text(Text::filled("new_password", PASSWORD_BYTES));
        let retyped = if twice {
            read.text(Text::filled("re_new_password", PASSWORD_BYTES)).map(Some)
        } else {
            Some(None)
        };
        let (password, retyped) = password.zip(retyped)?;
        Some(Self { password: Password::new(password), retyped: retyped.map(Password::new) })
    }

    fn weigh(&self, app: &App, attributes: &[(&'static str, &str)]) -> Result<(), Refusal> {
        weigh(app, ("new_password", &self.password), self.retyped.as_ref(), attributes)
    }
}

/// The rules for passwords first, then whether both were the same: as djoser orders its complaints.
pub(super) fn weigh(
    app: &App,
    (field, password): (&'static str, &Password),
    retyped: Option<&Password>,
    attributes: &[(&'static str, &str)],
) -> Result<(), Refusal> {
    passwords::weigh(app.policy(), (field, password), attributes)?;
    if retyped.is_some_and(|retyped| !retyped.is_same(password)) {
        let error = FieldError::new(FieldError::OBJECT, FieldCode::PasswordMismatch);
        return Err(Refusal::Fields(vec![error]));
    }
    Ok(())
}

/// The field of the caller's own password.
pub(super) fn current(read: &mut Reader<'_>) -> Option<Password> {
    read.text(Text::filled("current_password", PASSWORD_BYTES)).map(Password::new)
}

/// Whether the caller's own password is right.
pub(super) async fn check_current(
    app: &App,
    shown: Option<Credential>,
    typed: &Password,
) -> Result<Checked, Refused> {
    let checked = app.check_current(shown, typed).await?;
    let wrong = || FieldError::new("current_password", FieldCode::WrongPassword);
    Ok(checked.ok_or_else(|| Refusal::Fields(vec![wrong()]))?)
}
