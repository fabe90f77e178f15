//! Pieces that the answers of several dialects share.

use std::time::Duration;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::json;

use super::{body::BadBody, sentences::Tongue};
use crate::{
    domain::credential::Scheme,
    error::{Error, Fault, Refusal, Why},
};

/// What an answer tells the log: never the wire.
#[derive(Debug, Clone)]
pub struct Told {
    /// Why it says no.
    pub why: String,
    /// The refusal, if it was one.
    pub refusal: Option<Refusal>,
    /// The fault with its causes, if it was one.
    pub fault: Option<String>,
}

/// An answer that notes for the log why it says no.
pub fn no(status: StatusCode, why: &Error) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    let told = match why {
        Error::Refused(refusal) => {
            Told { why: format!("{refusal:?}"), refusal: Some(refusal.clone()), fault: None }
        }
        Error::Fault(fault) => {
            Told { why: "fault".to_owned(), refusal: None, fault: Some(chain(fault)) }
        }
    };
    response.extensions_mut().insert(told);
    response
}

/// A fault with its causes, in one line.
fn chain(fault: &Fault) -> String {
    let mut text = fault.to_string();
    let mut next = std::error::Error::source(fault);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// A "no" that says when to try again, not at once (RFC 9110 §10.2.3).
pub fn later(status: StatusCode, why: &Error, wait: &Duration) -> HttpResponseBuilder {
    let mut response = no(status, why);
    response.insert_header((header::RETRY_AFTER, seconds(wait)));
    response
}

/// Whole seconds after which so much has passed.
pub fn seconds(wait: &Duration) -> u64 {
    wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// A failure of ours, and whether trying again may help, of which it then tells.
pub fn failed(why: &Error, fault: &Fault) -> (HttpResponseBuilder, bool) {
    match fault_status(fault) {
        (status, Some(seconds)) => (later(status, why, &Duration::from_secs(seconds)), true),
        (status, None) => (no(status, why), false),
    }
}

/// The status of a failure of ours, and after how many seconds to try again.
pub fn fault_status(fault: &Fault) -> (StatusCode, Option<u64>) {
    match fault {
        Fault::Unavailable { .. } | Fault::Conflict { .. } => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(1))
        }
        Fault::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, None),
    }
}

/// The status of a body that cannot be read, and a sentence about it.
pub fn body_status(bad: &BadBody, tongue: Tongue) -> (StatusCode, String) {
    let (status, id) = match bad {
        BadBody::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "body-type"),
        BadBody::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
        BadBody::TooSlow => (StatusCode::REQUEST_TIMEOUT, "body-too-slow"),
        BadBody::NotAnObject => (StatusCode::BAD_REQUEST, "field-not-an-object"),
        BadBody::Malformed(how) => {
            let how = tongue.phrase(how).into();
            return (StatusCode::BAD_REQUEST, tongue.say_with("body-malformed", &[("how", how)]));
        }
    };
    (status, tongue.say(id))
}

/// `WWW-Authenticate` of a request that shows no credential, or one that is not an OAuth token.
pub const CHALLENGE: &str = "Bearer realm=\"api\"";
const CHALLENGE_INVALID: &str = "Bearer realm=\"api\",error=\"invalid_token\",\
                                 error_description=\"The access token is invalid.\"";
const CHALLENGE_EXPIRED: &str = "Bearer realm=\"api\",error=\"invalid_token\",\
                                 error_description=\"The access token has expired.\"";

/// 401 with a challenge that names no error (RFC 6750 §3).
pub fn unauthorized(why: &Error, detail: &str) -> HttpResponse {
    no(StatusCode::UNAUTHORIZED, why)
        .insert_header((header::WWW_AUTHENTICATE, CHALLENGE))
        .json(json!({ "detail": detail }))
}

/// 401 without a credential.
pub fn no_credential(why: &Error, tongue: Tongue) -> HttpResponse {
    unauthorized(why, &tongue.say("no-credential"))
}

/// 401 for a JWT in a body that is not good, as simplejwt tells it.
pub fn bad_jwt(why: &Error, tongue: Tongue) -> HttpResponse {
    no(StatusCode::UNAUTHORIZED, why)
        .insert_header((header::WWW_AUTHENTICATE, CHALLENGE))
        .json(json!({ "detail": tongue.say("jwt-not-good"), "code": "token_not_valid" }))
}

/// 401 for a credential that is not good, in the shape its scheme's library gives it.
pub fn bad_credential(why: &Error, scheme: Scheme, reason: Why, tongue: Tongue) -> HttpResponse {
    if scheme == Scheme::Token {
        return unauthorized(why, &tongue.say("invalid-token"));
    }
    let mut response = no(StatusCode::UNAUTHORIZED, why);
    let challenge = challenge(scheme, reason);
    if let Some((code, id)) = told_alone(reason) {
        return response
            .insert_header((header::WWW_AUTHENTICATE, challenge))
            .json(json!({ "detail": tongue.say(id), "code": code }));
    }
    response.insert_header((header::WWW_AUTHENTICATE, challenge)).json(json!({
        "detail": tongue.say("jwt-of-no-type"),
        "code": "token_not_valid",
        "messages": [{
            "token_class": "AccessToken",
            "token_type": "access",
            "message": tongue.say("jwt-not-good"),
        }],
    }))
}

/// The challenge names an error where a Bearer was shown that could have been one of ours.
pub fn challenge(scheme: Scheme, reason: Why) -> &'static str {
    match reason {
        _ if scheme != Scheme::Bearer => CHALLENGE,
        Why::Malformed => CHALLENGE,
        Why::Expired => CHALLENGE_EXPIRED,
        _ => CHALLENGE_INVALID,
    }
}

/// What simplejwt tells without a list of messages: its code, and the sentence's id.
fn told_alone(reason: Why) -> Option<(&'static str, &'static str)> {
    match reason {
        Why::Malformed => Some(("bad_authorization_header", "bad-authorization-header")),
        Why::NoSubject => Some(("token_not_valid", "jwt-names-nobody")),
        Why::NoAccount => Some(("user_not_found", "user-not-found")),
        Why::Inactive => Some(("user_inactive", "user-inactive")),
        Why::Unknown
        | Why::Expired
        | Why::Revoked
        | Why::Used
        | Why::ForeignAudience
        | Why::IpBound
        | Why::Forged
        | Why::WrongKind
        | Why::Unavailable => None,
    }
}

/// An answer in JSON.
pub fn ok(status: StatusCode, body: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status).json(body)
}
