//! How a client shows itself: by the `Basic` header, by the body, or by an assertion; never by two of them
//! (RFC 6749 §2.3, RFC 7521 §4.2).

use actix_web::HttpRequest;

use crate::{
    domain::{
        caller::Caller,
        client::ClientId,
        credential::{ClientCredential, ShownIn},
    },
    error::Refusal,
    http::{
        body::Words,
        caller,
        credential::{self, BadClientHeader},
        fields::{Reader, Text},
    },
};

/// The one type of assertions that is known here (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a body says of a client.
struct Named {
    id: Option<String>,
    secret: Option<String>,
    assertion: Option<String>,
    assertion_type: Option<String>,
}

/// The client of a request; `None` when it names none at all.
///
/// A `Basic` header beside a secret in the body is refused, whether or not they agree: a wrong header must
/// not be mended by a right body. So is an assertion beside either. A `client_id` in the body that equals the
/// header's is fine.
pub fn of(request: &HttpRequest, words: &Words) -> Result<Option<ClientCredential>, Refusal> {
    let basic = credential::basic(request).map_err(|bad| match bad {
        BadClientHeader::Malformed => Refusal::BadClient,
        BadClientHeader::Repeated => Refusal::BadRequest("more than one Authorization header"),
    })?;
    let named = named(words)?;
    let is_secret_shown = named.secret.as_ref().is_some_and(|secret| !secret.is_empty());
    if named.assertion.is_some() || named.assertion_type.is_some() {
        if basic.is_some() || is_secret_shown {
            return Err(Refusal::BadRequest("a client assertion beside other client credentials"));
        }
        return signed(named, caller::of(request)).map(Some);
    }
    let Some(basic) = basic else {
        return Ok(named.id.map(|id| ClientCredential {
            id: ClientId::parse(&id),
            secret: named.secret.map(Into::into),
            assertion: None,
            shown_in: ShownIn::Body,
            from: caller::of(request),
        }));
    };
    if is_secret_shown {
        return Err(Refusal::BadRequest("client credentials in the header and in the body"));
    }
    if named.id.is_some_and(|id| basic.id.as_ref().is_none_or(|basic| basic.as_str() != id)) {
        return Err(Refusal::BadRequest("two different clients in the header and in the body"));
    }
    Ok(Some(basic))
}

fn named(words: &Words) -> Result<Named, Refusal> {
    let mut read = Reader::new(words);
    let named = Named {
        id: read.optional(Text::filled("client_id", 200)),
        secret: read.optional(Text::free("client_secret", 4096)),
        assertion: read.optional(Text::filled("client_assertion", 8192)),
        assertion_type: read.optional(Text::filled("client_assertion_type", 200)),
    };
    read.finish(Some(named))
}

/// A client that signs. Whom the assertion names is enough (RFC 7521 §4.2); a `client_id` beside it must agree.
fn signed(named: Named, from: Caller) -> Result<ClientCredential, Refusal> {
    let (Some(assertion), Some(kind)) = (named.assertion, named.assertion_type) else {
        let text = "client_assertion and client_assertion_type come together";
        return Err(Refusal::BadRequest(text));
    };
    if kind != ASSERTION_TYPE {
        return Err(Refusal::BadClient);
    }
    let id = named.id.map(|id| ClientId::parse(&id).ok_or(Refusal::BadClient)).transpose()?;
    let shown_in = ShownIn::Body;
    Ok(ClientCredential { id, secret: None, assertion: Some(assertion.into()), shown_in, from })
}
