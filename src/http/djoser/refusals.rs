//! How this dialect says no: `{"field": ["…"]}` for fields, `{"detail": "…"}` for the rest.

use std::time::Duration;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{
    error::{Error, Fault, FieldError, Refusal},
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
    /// There is nothing at this address.
    Nowhere,
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
            Self::Deed(error) => match error {
                Error::Refused(refusal) => refused(error, refusal, tongue),
                Error::Fault(fault) => failed(error, fault, tongue),
            },
            Self::NoActiveAccount(error) => {
                answer::unauthorized(error, &tongue.say("no-active-account"))
            }
            Self::BadJwt(error) => answer::bad_jwt(error, tongue),
            Self::Blacklisted(error) => answer::no(StatusCode::BAD_REQUEST, error)
                .json(json!({ FieldError::OBJECT: [tongue.say("jwt-blacklisted")] })),
            Self::Body(bad) => {
                let (status, detail) = answer::body_status(bad, tongue);
                answer::ok(
                    status,
                    &match bad {
                        BadBody::NotAnObject => json!({ FieldError::OBJECT: [detail] }),
                        _ => json!({ "detail": detail }),
                    },
                )
            }
            Self::Method(allowed) => HttpResponse::MethodNotAllowed()
                .insert_header((header::ALLOW, *allowed))
                .json(json!({ "detail": tongue.say("method-not-allowed") })),
            Self::Nowhere => {
                answer::ok(StatusCode::NOT_FOUND, &json!({ "detail": tongue.say("not-found") }))
            }
        }
    }
}

fn failed(error: &Error, fault: &Fault, tongue: Tongue) -> HttpResponse {
    let (mut response, is_busy) = answer::failed(error, fault);
    response.json(json!({ "detail": tongue.say(if is_busy { "busy" } else { "fault" }) }))
}

/// The shapes in which this dialect says no.
struct No<'a>(&'a Error, Tongue);

impl No<'_> {
    fn detail(&self, status: StatusCode, id: &str) -> HttpResponse {
        answer::no(status, self.0).json(json!({ "detail": self.1.say(id) }))
    }

    fn bad(&self, id: &str) -> HttpResponse {
        self.detail(StatusCode::BAD_REQUEST, id)
    }

    fn field(&self, name: &str, id: &str) -> HttpResponse {
        answer::no(StatusCode::BAD_REQUEST, self.0).json(json!({ name: [self.1.say(id)] }))
    }

    fn login(&self, id: &str) -> HttpResponse {
        self.field(FieldError::OBJECT, id)
    }

    fn later(&self, status: StatusCode, wait: &Duration, id: &str) -> HttpResponse {
        answer::later(status, self.0, wait).json(json!({ "detail": self.1.say(id) }))
    }
}

fn refused(error: &Error, refusal: &Refusal, tongue: Tongue) -> HttpResponse {
    let no = No(error, tongue);
    match refusal {
        Refusal::Fields(errors) => {
            answer::no(StatusCode::BAD_REQUEST, error).json(by_field(errors, tongue))
        }
        Refusal::NoCredential => answer::no_credential(error, tongue),
        Refusal::BadCredential(scheme, why) => answer::bad_credential(error, *scheme, *why, tongue),
        // Clients match on this sentence of djoser's.
        Refusal::BadLogin | Refusal::Inactive | Refusal::BadGrant(_) => no.login("cannot-log-in"),
        Refusal::ProviderRefused(_) => no.login("provider-refused"),
        Refusal::ProviderGaveNoEmail => no.login("provider-gave-no-email"),
        Refusal::LinkRefused => no.login("link-refused"),
        Refusal::BadMailUid => no.field("uid", "bad-uid"),
        Refusal::BadMailToken => no.field("token", "bad-mail-token"),
        Refusal::StaleMailToken => no.detail(StatusCode::FORBIDDEN, "stale-mail-token"),
        Refusal::UnknownProvider => no.field("backend", "unknown-provider"),
        Refusal::UnknownClient => no.bad("unknown-client"),
        Refusal::LastLogin => no.bad("last-login"),
        // djoser answers with a bare string here.
        Refusal::RedirectNotAllowed => {
            answer::no(StatusCode::BAD_REQUEST, error).json(tongue.say("redirect-not-allowed"))
        }
        Refusal::BadRequest(text) => answer::no(StatusCode::BAD_REQUEST, error)
            .json(json!({ "detail": tongue.phrase(text) })),
        Refusal::NotFound => no.detail(StatusCode::NOT_FOUND, "not-found"),
        Refusal::NotAllowed | Refusal::ScopeMissing(_) => {
            no.detail(StatusCode::FORBIDDEN, "not-allowed")
        }
        Refusal::Changed => no.detail(StatusCode::PRECONDITION_FAILED, "changed"),
        Refusal::TooLarge => no.detail(StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        Refusal::TooMany { retry_after } => {
            // Clients read the number out of this sentence of Django REST framework's.
            let wait = [("wait", answer::seconds(retry_after).into())];
            let detail = tongue.say_with("throttled", &wait);
            answer::later(StatusCode::TOO_MANY_REQUESTS, error, retry_after)
                .json(json!({ "detail": detail }))
        }
        Refusal::BadClient
        | Refusal::GrantNotAllowed
        | Refusal::ProviderNotAllowed
        | Refusal::ScopeNotAllowed
        | Refusal::BadTarget
        | Refusal::Device(_)
        | Refusal::UnsupportedGrant => no.bad("refused"),
        Refusal::ProviderUnavailable { retry_after, .. } => {
            no.later(StatusCode::SERVICE_UNAVAILABLE, retry_after, "provider-unavailable")
        }
        Refusal::ProviderMalformed { .. } => {
            no.detail(StatusCode::BAD_GATEWAY, "provider-malformed")
        }
    }
}
