//! How this dialect says no: `{"status": 4xx, "error": {"message": "…"}}`, whatever it says no to.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{
    domain::credential::Scheme,
    error::{Error, FieldError, Refusal, Why},
    http::{
        answer,
        body::BadBody,
        language::{self, Spoken},
        sentences::Tongue,
    },
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

impl From<BadBody> for Refused {
    fn from(bad: BadBody) -> Self {
        Cause::Body(bad).into()
    }
}

language::dialect_says_no!(Refused);

impl Spoken for Refused {
    fn told(&self, tongue: Tongue) -> HttpResponse {
        match &self.why {
            Cause::Body(bad) => {
                let (status, text) = answer::body_status(bad, tongue);
                HttpResponse::build(status).json(said(status, &text))
            }
            Cause::Method => HttpResponse::MethodNotAllowed()
                .insert_header((header::ALLOW, "POST"))
                .json(said(StatusCode::METHOD_NOT_ALLOWED, &tongue.say("only-post"))),
            Cause::Deed(error) => {
                let No { status, text, retry } = no(error, self.call, tongue);
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
    fn new(status: StatusCode, text: String) -> Self {
        Self { status, text, retry: None }
    }

    fn bad(text: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, text)
    }

    fn later(status: StatusCode, text: String, seconds: u64) -> Self {
        Self { retry: Some(seconds), ..Self::new(status, text) }
    }
}

fn no(error: &Error, call: Call, tongue: Tongue) -> No {
    let refusal = match error {
        Error::Refused(refusal) => refusal,
        Error::Fault(fault) => {
            return match answer::fault_status(fault) {
                (status, Some(seconds)) => No::later(status, tongue.say("busy-briefly"), seconds),
                (status, None) => No::new(status, tongue.say("fault")),
            };
        }
    };
    match refusal {
        Refusal::Fields(errors) => No::bad(about(errors, tongue)),
        Refusal::NoCredential => No::bad(tongue.say("header-missing")),
        Refusal::BadCredential(_, why) => bad_jwt(*why, call, tongue),
        // One answer for an unknown name, a wrong password and an account that may not sign in.
        Refusal::BadLogin | Refusal::Inactive => {
            No::new(StatusCode::NOT_FOUND, tongue.say("no-such-login"))
        }
        Refusal::BadMailUid | Refusal::BadMailToken | Refusal::StaleMailToken => {
            No::bad(tongue.say("bad-restoring-token"))
        }
        Refusal::BadRequest(text) => No::bad(tongue.phrase(text)),
        Refusal::NotAllowed | Refusal::ScopeMissing(_) => {
            No::new(StatusCode::FORBIDDEN, tongue.say("not-allowed-here"))
        }
        Refusal::NotFound => No::new(StatusCode::NOT_FOUND, tongue.say("not-found")),
        Refusal::TooMany { retry_after } => {
            let text = tongue.say("too-many");
            No::later(StatusCode::TOO_MANY_REQUESTS, text, answer::seconds(retry_after))
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
        | Refusal::TooLarge => No::bad(tongue.say("refused")),
        Refusal::ProviderUnavailable { retry_after, .. } => {
            let text = tongue.say("provider-not-asked");
            No::later(StatusCode::SERVICE_UNAVAILABLE, text, retry_after.as_secs())
        }
        Refusal::ProviderMalformed { .. } => {
            No::new(StatusCode::BAD_GATEWAY, tongue.say("provider-malformed"))
        }
    }
}

fn bad_jwt(why: Why, call: Call, tongue: Tongue) -> No {
    let text = || tongue.say("token-not-good");
    match call {
        Call::Refresh => No::new(StatusCode::NOT_FOUND, text()),
        Call::GetUser if why == Why::NoAccount => {
            No::new(StatusCode::NOT_FOUND, tongue.say("no-such-user"))
        }
        Call::GetUser => No::bad(text()),
        Call::Other => No::new(StatusCode::UNAUTHORIZED, text()),
    }
}

/// One line about every field that is wrong.
fn about(errors: &[FieldError], tongue: Tongue) -> String {
    let line = |error: &FieldError| format!("{}: {}", error.field, tongue.field(&error.code));
    errors.iter().map(line).collect::<Vec<_>>().join(" ")
}
