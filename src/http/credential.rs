//! The `Authorization` header, read but not judged.

use actix_web::{HttpMessage as _, HttpRequest, http::header};
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{caller, form};
use crate::domain::{
    client::ClientId,
    credential::{ClientCredential, Credential, Scheme, ShownIn, ShownJwt},
};

/// The bearer credential of a request; an unknown scheme (and `Basic`) is none at all.
///
/// As in the published contract: `Bearer` and `Token` in any letter case, `JWT` in upper case only. Two
/// `Authorization` headers are a malformed one.
pub fn of(request: &HttpRequest) -> Option<Credential> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let first = headers.next()?;
    let text = first.to_str().unwrap_or_default();
    let scheme = scheme_of(first.as_bytes())?;
    if headers.next().is_some() {
        return Some(Credential::Malformed(scheme));
    }
    let read = read(scheme, text);
    if let Credential::Jwt(jwt) = &read {
        // The envelope looks at it again when the answer is on its way out.
        request.extensions_mut().insert(jwt.clone());
    }
    Some(read)
}

fn scheme_of(header: &[u8]) -> Option<Scheme> {
    let word = header.split(|b| *b == b' ').next()?;
    if word.eq_ignore_ascii_case(b"Bearer") {
        Some(Scheme::Bearer)
    } else if word.eq_ignore_ascii_case(b"Token") {
        Some(Scheme::Token)
    } else {
        (word == b"JWT").then_some(Scheme::Jwt)
    }
}

fn read(scheme: Scheme, text: &str) -> Credential {
    let mut rest = text.split_ascii_whitespace().skip(1);
    let (Some(token), None) = (rest.next(), rest.next()) else {
        return Credential::Malformed(scheme);
    };
    let is_jwt = token.starts_with("eyJ") && token.split('.').count() == 3;
    match scheme {
        Scheme::Token => Credential::AuthToken(token.into()),
        Scheme::Jwt => Credential::Jwt(ShownJwt::new(scheme, token)),
        Scheme::Bearer if is_jwt => Credential::Jwt(ShownJwt::new(scheme, token)),
        Scheme::Bearer => Credential::Bearer(token.into()),
    }
}

/// What can be wrong with client credentials before anybody looks whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadClientHeader {
    /// The header is not what RFC 7617 and RFC 6749 §2.3.1 say.
    Malformed,
    /// There are two of them.
    Repeated,
}

/// The client credentials of a `Basic` header, form-decoded as RFC 6749 §2.3.1 wants; `None` without one.
pub fn basic(request: &HttpRequest) -> Result<Option<ClientCredential>, BadClientHeader> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(first) = headers.next() else { return Ok(None) };
    if headers.next().is_some() {
        return Err(BadClientHeader::Repeated);
    }
    let text = first.as_bytes();
    let scheme = text.split(|b| *b == b' ').next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case(b"Basic") {
        return Ok(None);
    }
    // The scheme alone, or with what nobody can read, is a proof that fails: never that of a public client.
    let encoded = text.get(scheme.len()..).unwrap_or_default().trim_ascii();
    let pair = STANDARD.decode(encoded).map_err(|_base64| BadClientHeader::Malformed)?;
    let colon = pair.iter().position(|b| *b == b':').ok_or(BadClientHeader::Malformed)?;
    let (id, secret) = pair.split_at(colon);
    let decoded = |raw: &[u8]| form::decode(raw).map_err(|_utf8| BadClientHeader::Malformed);
    Ok(Some(ClientCredential {
        id: ClientId::parse(&decoded(id)?),
        secret: Some(decoded(secret.get(1..).unwrap_or_default())?.into()),
        assertion: None,
        shown_in: ShownIn::Basic,
        from: caller::of(request),
    }))
}
