//! How this dialect says no: `{"status": 4xx, "error": {"message": "…"}}`, whatever it says no to.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{
    domain::credential::Scheme,
    error::{Error, FieldError, Refusal, Why},
    http::{answer, body::BadBody, sentences::sentence},
};

/// What was called: a JWT that is not good is told differently here and there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// `refresh`, which knows no JWT but a good one.
    Refresh,
    /// `get_user`, which takes a JWT as a parameter.
    GetUser,
    /// Any other.
    Other,
}

/// A "no" of this dialect.
#[derive(Debug)]
pub struct Refused {
    why: Cause,
    call: Call,
}

#[derive(Debug)]
enum Cause {
    Deed(Error),
    Body(BadBody),
    Method,
}

impl Refused {
    /// Another method than `POST`.
    pub fn method() -> Self {
        Cause::Method.into()
    }

    /// The same, said by that call.
    #[must_use]
    pub fn of(self, call: Call) -> Self {
        Self { call, ..self }
    }
}

impl From<Cause> for Refused {
    fn from(why: Cause) -> Self {
        Self { why, call: Call::Other }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Cause::Deed(error).into()
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Cause::Deed(refusal.into()).into()
    }
}

impl From<BadBody> for Refused {
    fn from(bad: BadBody) -> Self {
        Cause::Body(bad).into()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl ResponseError for Refused {
    fn error_response(&self) -> HttpResponse {
        match &self.why {
            Cause::Body(bad) => {
                let (status, text) = answer::body_status(bad);
                HttpResponse::build(status).json(said(status, &text))
            }
            Cause::Method => HttpResponse::MethodNotAllowed()
                .insert_header((header::ALLOW, "POST"))
                .json(said(StatusCode::METHOD_NOT_ALLOWED, "Only POST is taken here.")),
            Cause::Deed(error) => {
                let No { status, text, retry } = no(error, self.call);
                let mut response = answer::no(status, error);
                if status == StatusCode::UNAUTHORIZED {
                    let challenge = answer::challenge(Scheme::Bearer, Why::Unknown);
                    response.insert_header((header::WWW_AUTHENTICATE, challenge));
                }
                if let Some(seconds) = retry {
                    response.insert_header((header::RETRY_AFTER, seconds.max(1)));
                }
                response.json(said(status, &text))
            }
        }
    }
}

fn said(status: StatusCode, message: &str) -> serde_json::Value {
    json!({ "status": status.as_u16(), "error": { "message": message } })
}

/// A refusal in this dialect's terms.
struct No {
    status: StatusCode,
    text: String,
    retry: Option<u64>,
}

impl No {
    fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into(), retry: None }
    }

    fn bad(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    fn later(status: StatusCode, text: &str, seconds: u64) -> Self {
        Self { retry: Some(seconds), ..Self::new(status, text) }
    }
}

fn no(error: &Error, call: Call) -> No {
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        Error::Fault(fault) => {
            return match answer::fault_status(fault) {
                (status, Some(seconds)) => No::later(status, "Busy at the moment.", seconds),
                (status, None) => No::new(status, "Something went wrong on our side."),
            };
        }
    };
    match refusal {
        Refusal::Fields(errors) => No::bad(about(errors)),
        Refusal::NoCredential => No::bad("The Authorization header is missing."),
        Refusal::BadCredential(_, why) => bad_jwt(*why, call),
        // One answer for an unknown name, a wrong password and an account that may not sign in.
        Refusal::BadLogin | Refusal::Inactive => {
            No::new(StatusCode::NOT_FOUND, "No account with this name and password.")
        }
        Refusal::BadMailUid | Refusal::BadMailToken | Refusal::StaleMailToken => {
            No::bad("The restoring token is wrong, used or expired.")
        }
        Refusal::BadRequest(text) => No::bad(*text),
        Refusal::NotAllowed => No::new(StatusCode::FORBIDDEN, "This is not allowed."),
        Refusal::NotFound => No::new(StatusCode::NOT_FOUND, "Not found."),
        Refusal::TooMany { retry_after } => {
            let seconds = retry_after.as_secs();
            No::later(StatusCode::TOO_MANY_REQUESTS, "Too many requests.", seconds)
        }
        Refusal::BadGrant(_)
        | Refusal::BadClient
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
        | Refusal::TooLarge => No::bad("The request was refused."),
        Refusal::ProviderUnavailable { retry_after, .. } => {
            let seconds = retry_after.as_secs();
            No::later(StatusCode::SERVICE_UNAVAILABLE, "The provider cannot be asked.", seconds)
        }
        Refusal::ProviderMalformed { .. } => {
            No::new(StatusCode::BAD_GATEWAY, "The provider gave no usable answer.")
        }
    }
}

fn bad_jwt(why: Why, call: Call) -> No {
    const TEXT: &str = "The token is not valid.";
    match call {
        Call::Refresh => No::new(StatusCode::NOT_FOUND, TEXT),
        Call::GetUser if why == Why::NoAccount => No::new(StatusCode::NOT_FOUND, "No such user."),
        Call::GetUser => No::bad(TEXT),
        Call::Other => No::new(StatusCode::UNAUTHORIZED, TEXT),
    }
}

/// One line about every field that is wrong.
fn about(errors: &[FieldError]) -> String {
    let line = |error: &FieldError| format!("{}: {}", error.field, sentence(&error.code));
    errors.iter().map(line).collect::<Vec<_>>().join(" ")
}
