//! How this dialect says no: `{"field": ["…"]}` for fields, `{"detail": "…"}` for the rest.

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{
    error::{Error, Fault, FieldError, Refusal},
    http::{answer, body::BadBody, fields::by_field},
};

/// A "no" of this dialect.
#[derive(Debug)]
pub enum Refused {
    /// A deed was refused, or failed.
    Deed(Error),
    /// A login was refused in simplejwt's way, which is 401.
    NoActiveAccount(Error),
    /// A JWT in a body is no good, in simplejwt's way.
    BadJwt(Error),
    /// A JWT in a body has been used up.
    Blacklisted(Error),
    /// The body could not be read.
    Body(BadBody),
    /// The resource is not to be called that way; the methods it takes.
    Method(&'static str),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Deed(error)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Deed(refusal.into())
    }
}

impl From<BadBody> for Refused {
    fn from(bad: BadBody) -> Self {
        Self::Body(bad)
    }
}

impl ResponseError for Refused {
    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Deed(error) => match error {
                Error::Refused(refusal) => refused(error, refusal),
                Error::Fault(fault) => failed(error, fault),
            },
            Self::NoActiveAccount(error) => {
                answer::unauthorized(error, "No active account found with the given credentials")
            }
            Self::BadJwt(error) => answer::bad_jwt(error),
            Self::Blacklisted(error) => answer::no(StatusCode::BAD_REQUEST, error)
                .json(json!({ FieldError::OBJECT: ["Token is blacklisted"] })),
            Self::Body(BadBody::NotAnObject) => answer::ok(
                StatusCode::BAD_REQUEST,
                &json!({ FieldError::OBJECT: [answer::body_status(&BadBody::NotAnObject).1] }),
            ),
            Self::Body(bad) => {
                let (status, detail) = answer::body_status(bad);
                answer::ok(status, &json!({ "detail": detail }))
            }
            Self::Method(allowed) => HttpResponse::MethodNotAllowed()
                .insert_header((header::ALLOW, *allowed))
                .json(json!({ "detail": "Method not allowed." })),
        }
    }
}

fn failed(error: &Error, fault: &Fault) -> HttpResponse {
    let (status, retry) = answer::fault_status(fault);
    let mut response = answer::no(status, error);
    if let Some(seconds) = retry {
        response.insert_header((header::RETRY_AFTER, seconds));
        return response.json(json!({ "detail": "Busy at the moment. Please try again." }));
    }
    response.json(json!({ "detail": "Something went wrong on our side." }))
}

/// The shapes in which this dialect says no.
struct No<'a>(&'a Error);

impl No<'_> {
    fn detail(&self, status: StatusCode, text: &str) -> HttpResponse {
        answer::no(status, self.0).json(json!({ "detail": text }))
    }

    fn bad(&self, text: &str) -> HttpResponse {
        self.detail(StatusCode::BAD_REQUEST, text)
    }

    fn field(&self, name: &str, text: &str) -> HttpResponse {
        answer::no(StatusCode::BAD_REQUEST, self.0).json(json!({ name: [text] }))
    }

    fn login(&self, text: &str) -> HttpResponse {
        self.field(FieldError::OBJECT, text)
    }

    fn later(&self, status: StatusCode, wait: &Duration, text: &str) -> HttpResponse {
        answer::no(status, self.0)
            .insert_header((header::RETRY_AFTER, wait.as_secs().max(1)))
            .json(json!({ "detail": text }))
    }
}

fn refused(error: &Error, refusal: &Refusal) -> HttpResponse {
    let no = No(error);
    match refusal {
        Refusal::Fields(errors) => {
            answer::no(StatusCode::BAD_REQUEST, error).json(by_field(errors))
        }
        Refusal::NoCredential => answer::no_credential(error),
        Refusal::BadCredential(scheme, why) => answer::bad_credential(error, *scheme, *why),
        // Clients match on this sentence of djoser's.
        Refusal::BadLogin | Refusal::Inactive | Refusal::BadGrant(_) => {
            no.login("Unable to log in with provided credentials.")
        }
        Refusal::ProviderRefused(_) => no.login("The provider does not vouch for this sign-in."),
        Refusal::ProviderGaveNoEmail => {
            no.login("The provider told no e-mail address, and one is needed here.")
        }
        Refusal::LinkRefused => no.login(
            "An account with this e-mail address exists. Log in to it and connect the provider.",
        ),
        Refusal::BadMailUid => no.field("uid", "Invalid user id or user doesn't exist."),
        Refusal::BadMailToken => no.field("token", "Invalid token for given user."),
        Refusal::StaleMailToken => no.detail(StatusCode::FORBIDDEN, "Stale token for given user."),
        Refusal::UnknownProvider => no.field("backend", "No provider goes by this name here."),
        Refusal::UnknownClient => no.bad("No application with this client_id."),
        Refusal::LastLogin => {
            no.bad("This is the only way to log in to the account. Set a password first.")
        }
        // djoser answers with a bare string here.
        Refusal::RedirectNotAllowed => answer::no(StatusCode::BAD_REQUEST, error)
            .json("redirect_uri must be one of those this installation allows."),
        Refusal::BadRequest(text) => no.bad(text),
        Refusal::NotFound => no.detail(StatusCode::NOT_FOUND, "Not found."),
        Refusal::NotAllowed => {
            no.detail(StatusCode::FORBIDDEN, "You do not have permission to perform this action.")
        }
        Refusal::Changed => no.detail(
            StatusCode::PRECONDITION_FAILED,
            "It was changed meanwhile. Read it again before you change it.",
        ),
        Refusal::TooLarge => {
            no.detail(StatusCode::PAYLOAD_TOO_LARGE, "This is larger than what is kept.")
        }
        Refusal::TooMany { retry_after } => {
            no.later(StatusCode::TOO_MANY_REQUESTS, retry_after, "Request was throttled.")
        }
        Refusal::BadClient
        | Refusal::GrantNotAllowed
        | Refusal::ProviderNotAllowed
        | Refusal::ScopeNotAllowed
        | Refusal::BadTarget
        | Refusal::Device(_)
        | Refusal::UnsupportedGrant => no.bad("The request was refused."),
        Refusal::ProviderUnavailable { retry_after, .. } => {
            let text = "The provider cannot be asked at the moment.";
            no.later(StatusCode::SERVICE_UNAVAILABLE, retry_after, text)
        }
        Refusal::ProviderMalformed { .. } => {
            no.detail(StatusCode::BAD_GATEWAY, "The provider gave no usable answer.")
        }
    }
}
