//! Token exchange (RFC 8693) of a provider's token: the standard's words for a conversion.

use actix_web::{HttpRequest, HttpResponse, http::header};

use super::{Refused, convert, token, tokens_body::TokensBody};
use crate::{
    app::{App, Conversion},
    domain::{
        client::GrantType,
        grant::How,
        language::Language,
        provider::{CredentialKind, ProviderCredential},
    },
    error::{Error, Refusal},
    http::{
        body::Words,
        fields::{Reader, Text},
    },
};

/// Its value of `grant_type`.
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Exchanges a provider's token. Clients registered for conversion may do it: it is the same deed.
pub async fn exchange(
    app: &App,
    request: &HttpRequest,
    words: &Words,
) -> Result<HttpResponse, Refused> {
    let client = token::client(request, words)?;
    let proven = app.prove_for(client, GrantType::ConvertToken).await?;
    let mut read = Reader::new(words);
    let subject = read.text(Text::filled("subject_token", ProviderCredential::MAX));
    let kind = read.text(Text::filled("subject_token_type", 200));
    let issuer = read.text(Text::filled("subject_issuer", 200));
    let ((subject, kind), issuer) = read.finish(subject.zip(kind).zip(issuer))?;
    refuse_more(words)?;
    let kind = kind_of(&kind)?;
    if !subject.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Refusal::BadRequest("subject_token is not a token").into());
    }
    let scope = convert::scope(words)?;
    let language = request.headers().get(header::ACCEPT_LANGUAGE);
    let language = language.and_then(|header| Language::accepted(header.to_str().ok()?));
    let shown = ProviderCredential {
        kind: Some(kind),
        language: language.unwrap_or_default(),
        ..ProviderCredential::token(subject.into())
    };
    let wish = Conversion { provider: issuer, shown, scope, language, how: How::TokenExchange };
    let converted = app.convert(proven, wish).await.map_err(bad_subject)?;
    Ok(HttpResponse::Ok().json(TokensBody::exchanged(converted.tokens)))
}

/// What the standard knows and we do not do.
fn refuse_more(words: &Words) -> Result<(), Refusal> {
    let has = |name: &str| words.get(name).is_some();
    if has("actor_token") || has("actor_token_type") {
        return Err(Refusal::BadRequest("actor_token: nobody acts for another here"));
    }
    if has("audience") || has("resource") {
        return Err(Refusal::BadTarget);
    }
    let wanted = Reader::new(words).optional(Text::filled("requested_token_type", 200));
    if has("requested_token_type") && wanted.as_deref() != Some(ACCESS_TOKEN) {
        return Err(Refusal::BadRequest("requested_token_type: only access tokens are issued"));
    }
    Ok(())
}

/// A token's type is a URI here, never one of our short words (RFC 8693 §3).
fn kind_of(word: &str) -> Result<CredentialKind, Refusal> {
    let known = word.starts_with("urn:").then(|| CredentialKind::parse(word)).flatten();
    known.ok_or(Refusal::BadRequest("subject_token_type is unknown"))
}

/// RFC 8693 §2.2.2: a subject token that is not good for whatever reason is `invalid_request`.
fn bad_subject(error: Error) -> Error {
    match error {
        Error::Refused(Refusal::UnknownProvider) => {
            Refusal::BadRequest("subject_issuer names no provider that is known here").into()
        }
        Error::Refused(
            Refusal::ProviderRefused(_)
            | Refusal::BadGrant(_)
            | Refusal::Inactive
            | Refusal::LinkRefused
            | Refusal::ProviderGaveNoEmail,
        ) => Refusal::BadRequest("subject_token is not good for any of our applications").into(),
        other => other,
    }
}
