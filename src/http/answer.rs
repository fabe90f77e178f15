//! Pieces that the answers of several dialects share.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::json;

use super::body::BadBody;
use crate::{
    domain::credential::Scheme,
    error::{Error, Fault, Why},
};

/// What an answer tells the log: never the wire.
#[derive(Debug, Clone)]
pub struct Told(pub String);

/// An answer that notes for the log why it says no.
pub fn no(status: StatusCode, why: &Error) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    match why {
        Error::Refused(refusal) => response.extensions_mut().insert(Told(format!("{refusal:?}"))),
        Error::Fault(fault) => {
            tracing::error!(fault = %chain(fault), "fault");
            response.extensions_mut().insert(Told("fault".to_owned()))
        }
    };
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
pub fn body_status(bad: &BadBody) -> (StatusCode, String) {
    match bad {
        BadBody::MediaType => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported media type. Send application/json, application/x-www-form-urlencoded or \
             multipart/form-data, in UTF-8."
                .to_owned(),
        ),
        BadBody::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.".to_owned())
        }
        BadBody::TooSlow => {
            (StatusCode::REQUEST_TIMEOUT, "The request body did not arrive in time.".to_owned())
        }
        BadBody::Malformed(how) => {
            (StatusCode::BAD_REQUEST, format!("The request body cannot be read: {how}."))
        }
        BadBody::NotAnObject => {
            (StatusCode::BAD_REQUEST, "Invalid data. Expected an object.".to_owned())
        }
    }
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
pub fn no_credential(why: &Error) -> HttpResponse {
    unauthorized(why, "Authentication credentials were not provided.")
}

/// 401 for a JWT in a body that is not good, as simplejwt tells it.
pub fn bad_jwt(why: &Error) -> HttpResponse {
    no(StatusCode::UNAUTHORIZED, why)
        .insert_header((header::WWW_AUTHENTICATE, CHALLENGE))
        .json(json!({ "detail": "Token is invalid or expired", "code": "token_not_valid" }))
}

/// 401 for a credential that is not good, in the shape its scheme's library gives it.
pub fn bad_credential(why: &Error, scheme: Scheme, reason: Why) -> HttpResponse {
    if scheme == Scheme::Token {
        return unauthorized(why, "Invalid token.");
    }
    let mut response = no(StatusCode::UNAUTHORIZED, why);
    let challenge = challenge(scheme, reason);
    if let Some((code, detail)) = told_alone(reason) {
        return response
            .insert_header((header::WWW_AUTHENTICATE, challenge))
            .json(json!({ "detail": detail, "code": code }));
    }
    response.insert_header((header::WWW_AUTHENTICATE, challenge)).json(json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{
            "token_class": "AccessToken",
            "token_type": "access",
            "message": "Token is invalid or expired",
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

/// What simplejwt tells without a list of messages.
fn told_alone(reason: Why) -> Option<(&'static str, &'static str)> {
    match reason {
        Why::Malformed => Some((
            "bad_authorization_header",
            "Authorization header must contain two space-delimited values",
        )),
        Why::NoSubject => {
            Some(("token_not_valid", "Token contained no recognizable user identification"))
        }
        Why::NoAccount => Some(("user_not_found", "User not found")),
        Why::Inactive => Some(("user_inactive", "User is inactive")),
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
