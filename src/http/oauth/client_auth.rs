//! How a client shows itself: by the `Basic` header or by the body, never by both (RFC 6749 §2.3).

use actix_web::HttpRequest;

use crate::{
    domain::{
        client::ClientId,
        credential::{ClientCredential, ShownIn},
    },
    error::Refusal,
    http::{
        body::Words,
        credential::{self, BadClientHeader},
        fields::{Reader, Text},
    },
};

/// The client of a request; `None` when it names none at all.
///
/// A `Basic` header beside a secret in the body is refused, whether or not they agree: a wrong header must
/// not be mended by a right body. A `client_id` in the body that equals the header's is fine.
pub fn of(request: &HttpRequest, words: &Words) -> Result<Option<ClientCredential>, Refusal> {
    let basic = credential::basic(request).map_err(|bad| match bad {
        BadClientHeader::Malformed => Refusal::BadClient,
        BadClientHeader::Repeated => Refusal::BadRequest("more than one Authorization header"),
    })?;
    let mut read = Reader::new(words);
    let id = read.optional(Text::filled("client_id", 200));
    let secret = read.optional(Text::free("client_secret", 4096));
    let (id, secret) = read.finish(Some((id, secret)))?;
    let Some(basic) = basic else {
        return Ok(id.map(|id| ClientCredential {
            id: ClientId::parse(&id),
            secret: secret.map(Into::into),
            shown_in: ShownIn::Body,
        }));
    };
    if secret.is_some_and(|secret| !secret.is_empty()) {
        return Err(Refusal::BadRequest("client credentials in the header and in the body"));
    }
    if id.is_some_and(|id| basic.id.as_ref().is_none_or(|basic| basic.as_str() != id)) {
        return Err(Refusal::BadRequest("two different clients in the header and in the body"));
    }
    Ok(Some(basic))
}
