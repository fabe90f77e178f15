//! What the calls around mailed links have in common: asking for one, and showing its `uid` and `token`.

use actix_web::{HttpRequest, HttpResponse, web::Data};
use secrecy::SecretString;

use super::Refused;
use crate::{
    app::App,
    domain::{account::AccountId, letter::LetterKind},
    error::Refusal,
    http::{
        body::Body,
        caller, credential,
        fields::{Reader, Text},
    },
};

/// A link as it is shown.
pub(super) struct ShownLink {
    uid: String,
    token: String,
}

impl ShownLink {
    /// Whose it claims to be, and its token. A `uid` that can be nobody's is refused.
    pub(super) fn open(self) -> Result<(AccountId, SecretString), Refusal> {
        let id = AccountId::from_uid(&self.uid).ok_or(Refusal::BadMailUid)?;
        Ok((id, self.token.into()))
    }
}

/// The fields of a link.
pub(super) fn read(read: &mut Reader<'_>) -> Option<ShownLink> {
    let uid = read.text(Text::filled("uid", 64));
    let token = read.text(Text::filled("token", 512));
    uid.zip(token).map(|(uid, token)| ShownLink { uid, token })
}

/// Asks for a letter to an address; never tells whether it goes.
pub(super) async fn ask(
    app: &Data<App>,
    request: &HttpRequest,
    body: Body,
    letter: LetterKind,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(request)).await?;
    let mut read = Reader::new(&words);
    let email = read.email("email");
    let email = read.finish(email)?;
    app.ask_letter(caller::of(request), letter, email).await?;
    Ok(HttpResponse::NoContent().finish())
}
