//! How this dialect says no: `{"field": ["…"]}` for fields, `{"error": "…"}` for the rest.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{
    error::{Error, Fault, Refusal},
    http::{
        answer,
        body::BadBody,
        fields::by_field,
        language::{self, Spoken},
        sentences::Tongue,
    },
};

/// A "no" of this dialect.
#[derive(Debug)]
pub enum Refused {
    /// A deed was refused, or failed.
    Deed(Error),
    /// A logout was refused: a refresh token that is not good is a bad request there.
    Logout(Error),
    /// The body could not be read.
    Body(BadBody),
    /// The resource is not to be called that way; the methods it takes.
    Method(&'static str),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Deed(error)
    }
}

impl From<BadBody> for Refused {
    fn from(bad: BadBody) -> Self {
        Self::Body(bad)
    }
}

language::dialect_says_no!(Refused);

impl Spoken for Refused {
    fn told(&self, tongue: Tongue) -> HttpResponse {
        match self {
            Self::Logout(error @ Error::Refused(Refusal::BadGrant(_))) => {
                answer::no(StatusCode::BAD_REQUEST, error)
                    .json(said(&tongue.say("unknown-refresh-token")))
            }
            Self::Deed(error @ Error::Refused(refusal))
            | Self::Logout(error @ Error::Refused(refusal)) => refused(error, refusal, tongue),
            Self::Deed(error @ Error::Fault(fault)) | Self::Logout(error @ Error::Fault(fault)) => {
                failed(error, fault, tongue)
            }
            Self::Body(bad) => {
                let (status, text) = answer::body_status(bad, tongue);
                answer::ok(status, &said(&text))
            }
            Self::Method(allowed) => HttpResponse::MethodNotAllowed()
                .insert_header((header::ALLOW, *allowed))
                .json(said(&tongue.say("method-not-allowed"))),
        }
    }
}

fn said(text: &str) -> serde_json::Value {
    json!({ "error": text })
}

fn failed(error: &Error, fault: &Fault, tongue: Tongue) -> HttpResponse {
    let (mut response, is_busy) = answer::failed(error, fault);
    response.json(said(&tongue.say(if is_busy { "busy" } else { "fault" })))
}

fn refused(error: &Error, refusal: &Refusal, tongue: Tongue) -> HttpResponse {
    let said = |id: &str| said(&tongue.say(id));
    let no = |status: StatusCode, id: &str| answer::no(status, error).json(said(id));
    let bad = |id: &str| no(StatusCode::BAD_REQUEST, id);
    let later = |status, wait, id: &str| answer::later(status, error, wait).json(said(id));
    // RFC 9110 §15.5.2: a 401 says how to do better.
    let unauthorized = |challenge: &'static str, id: &str| {
        answer::no(StatusCode::UNAUTHORIZED, error)
            .insert_header((header::WWW_AUTHENTICATE, challenge))
            .json(said(id))
    };
    match refusal {
        Refusal::Fields(errors) => {
            answer::no(StatusCode::BAD_REQUEST, error).json(by_field(errors, tongue))
        }
        Refusal::NoCredential => unauthorized(answer::CHALLENGE, "no-credential"),
        Refusal::BadCredential(scheme, why) => {
            unauthorized(answer::challenge(*scheme, *why), "access-token-not-good")
        }
        // One answer for an unknown address, a wrong password and an account that may not log in.
        Refusal::BadLogin | Refusal::Inactive => {
            unauthorized(answer::CHALLENGE, "wrong-email-or-password")
        }
        Refusal::BadGrant(_) => unauthorized(answer::CHALLENGE, "refresh-token-not-good"),
        Refusal::NotAllowed => no(StatusCode::FORBIDDEN, "not-allowed-here"),
        Refusal::ScopeMissing(scope) => {
            answer::insufficient(error, scope).json(said("not-allowed-here"))
        }
        Refusal::NotFound => no(StatusCode::NOT_FOUND, "not-found"),
        Refusal::TooMany { retry_after } => {
            later(StatusCode::TOO_MANY_REQUESTS, retry_after, "too-many")
        }
        Refusal::BadRequest(text) => {
            answer::no(StatusCode::BAD_REQUEST, error).json(json!({ "error": tongue.phrase(text) }))
        }
        Refusal::BadMailUid | Refusal::BadMailToken | Refusal::StaleMailToken => bad("bad-link"),
        Refusal::BadClient
        | Refusal::UnknownClient
        | Refusal::GrantNotAllowed
        | Refusal::ProviderNotAllowed
        | Refusal::ScopeNotAllowed
        | Refusal::BadTarget
        | Refusal::Device(_)
        | Refusal::UnsupportedGrant
        | Refusal::RedirectNotAllowed
        | Refusal::UnknownProvider
        | Refusal::ProviderRefused(_)
        | Refusal::ProviderGaveNoEmail
        | Refusal::LinkRefused
        | Refusal::LastLogin
        | Refusal::Changed
        | Refusal::TooLarge => bad("refused"),
        Refusal::ProviderUnavailable { retry_after, .. } => {
            later(StatusCode::SERVICE_UNAVAILABLE, retry_after, "provider-unavailable")
        }
        Refusal::ProviderMalformed { .. } => no(StatusCode::BAD_GATEWAY, "provider-malformed"),
    }
}
