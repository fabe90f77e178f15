//! `POST convert-token/`: the main job.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header, web::Data};

use super::{Refused, client_auth, refusals::Style, tokens_body::TokensBody};
use crate::{
    app::{App, Conversion},
    domain::{
        client::GrantType,
        credential::ClientCredential,
        grant::How,
        language::Language,
        provider::{CredentialKind, ProviderCredential},
        scope::ScopeSet,
    },
    error::{FieldCode, FieldError, Refusal},
    http::{
        body::{Body, Words},
        credential,
        fields::{Reader, Text},
    },
};

/// `POST convert-token/`: a provider's token for ours.
pub async fn endpoint(
    app: Data<App>,
    style: Data<Style>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    answer(&app, &request, body).await.map_err(|refused| refused.styled(*style.get_ref()))
}

async fn answer(app: &App, request: &HttpRequest, body: Body) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    app.admit(credential::of(request)).await?;
    let mut read = Reader::new(&words);
    let grant = read.text(Text::filled("grant_type", 50));
    let errors = read.errors();
    let asked = read_asked(request, &words, errors)?;
    if grant.as_deref() != Some(GrantType::ConvertToken.word()) {
        return Err(Refusal::UnsupportedGrant.into());
    }
    convert(app, asked).await
}

/// What a conversion needs to know.
pub struct Asked {
    client: ClientCredential,
    wish: Conversion,
}

/// The parameters of a conversion, or everything that is wrong with any of them; `errors` are those found
/// before.
pub fn read_asked(
    request: &HttpRequest,
    words: &Words,
    errors: Vec<FieldError>,
) -> Result<Asked, Refusal> {
    let client = client_auth::of(request, words)?;
    let mut read = Reader::new(words);
    for error in errors {
        read.complain(error);
    }
    if client.is_none() {
        read.complain(FieldError::new("client_id", FieldCode::Required));
    }
    let backend = read.text(Text::filled("backend", 200));
    let language = request.headers().get(header::ACCEPT_LANGUAGE);
    let language = language.and_then(|header| Language::accepted(header.to_str().ok()?));
    let shown = shown(&mut read, language.unwrap_or_default());
    let ((client, provider), shown) = read.finish(client.zip(backend).zip(shown))?;
    let scope = scope(words)?;
    let wish = Conversion { provider, shown, scope, language, how: How::ConvertToken };
    Ok(Asked { client, wish })
}

/// The scope asked for, if any. RFC 6749 §5.2: one that cannot be read is `invalid_scope`.
pub fn scope(words: &Words) -> Result<Option<ScopeSet>, Refusal> {
    if words.get("scope").is_none() {
        return Ok(None);
    }
    let text = Reader::new(words).optional(Text::free("scope", 1000));
    let parsed = text.as_deref().and_then(ScopeSet::parse);
    parsed.map(Some).ok_or(Refusal::ScopeNotAllowed)
}

fn shown(read: &mut Reader<'_>, language: Language) -> Option<ProviderCredential> {
    let token = read.text(Text::filled("token", ProviderCredential::MAX))?;
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        let text = "Only printable ASCII without spaces.";
        read.complain(FieldError::new("token", FieldCode::Invalid(text)));
        return None;
    }
    let kind = read.optional(Text::filled("token_kind", 100));
    let known = kind.as_deref().map(CredentialKind::parse);
    if known == Some(None) {
        read.complain(FieldError::new("token_kind", FieldCode::NotAChoice));
    }
    let secret = |text: Option<String>| text.map(Into::into);
    Some(ProviderCredential {
        kind: known.flatten(),
        nonce: read.optional(Text::filled("nonce", 512)),
        code_verifier: secret(read.optional(Text::filled("code_verifier", 128))),
        device_id: read.optional(Text::filled("device_id", 512)),
        redirect_uri: read.optional(Text::filled("redirect_uri", 2000)),
        state: read.optional(Text::filled("state", 512)),
        id_token: secret(read.optional(Text::filled("id_token", ProviderCredential::MAX))),
        access_token: secret(read.optional(Text::filled("access_token", ProviderCredential::MAX))),
        language,
        ..ProviderCredential::token(token.into())
    })
}

/// Proves the client, asks the provider, and issues.
pub async fn convert(app: &App, asked: Asked) -> Result<HttpResponse, Refused> {
    let proven = app.prove_for(asked.client, GrantType::ConvertToken).await?;
    let converted = app.convert(proven, asked.wish).await?;
    Ok(HttpResponse::build(StatusCode::OK).json(TokensBody::from(converted)))
}
