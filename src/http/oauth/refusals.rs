//! How this dialect says no: `{"error", "error_description"}` of RFC 6749 §5.2, or, for apps written for
//! drf-social-oauth2, the bodies of that library (`dialects.convert_token.errors = "drf"`).

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde_json::json;

use crate::{
    error::{DeviceNo, Error, Fault, FieldCode, FieldError, Refusal, Why},
    http::{
        answer,
        body::BadBody,
        fields,
        language::{self, Spoken},
        sentences::Tongue,
    },
    usecases::clients,
};

/// Whose words the errors of a conversion are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// RFC 6749, and statuses that tell "try again" from "log in again".
    #[default]
    Rfc,
    /// drf-social-oauth2 as it is.
    Drf,
    /// RFC 7591 §3.2.2, where that has codes of its own.
    Registration,
}

/// A "no" of this dialect.
#[derive(Debug)]
pub struct Refused {
    why: Cause,
    style: Style,
}

#[derive(Debug)]
enum Cause {
    Deed(Error),
    Body(BadBody),
}

impl Refused {
    /// The same "no" in another style.
    #[must_use]
    pub fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self { why: Cause::Deed(error), style: Style::Rfc }
    }
}

impl From<BadBody> for Refused {
    fn from(bad: BadBody) -> Self {
        Self { why: Cause::Body(bad), style: Style::Rfc }
    }
}

language::dialect_says_no!(Refused);

impl Spoken for Refused {
    /// RFC 6749 §5.2: an `error_description` is ASCII. What Django REST framework says in its own shapes is not
    /// bound to that.
    fn has_tongues(&self) -> bool {
        let drf = self.style == Style::Drf;
        match &self.why {
            Cause::Body(_) | Cause::Deed(Error::Refused(Refusal::Fields(_))) => drf,
            Cause::Deed(Error::Refused(no)) => {
                matches!(no, Refusal::NoCredential | Refusal::BadCredential(..))
            }
            Cause::Deed(Error::Fault(_)) => false,
        }
    }

    fn told(&self, tongue: Tongue) -> HttpResponse {
        match &self.why {
            Cause::Body(bad) => bad_body(bad, self.style, tongue),
            Cause::Deed(error @ Error::Fault(fault)) => failed(error, fault),
            Cause::Deed(error @ Error::Refused(refusal)) => match self.style {
                Style::Rfc => refused(error, refusal, tongue),
                Style::Drf => as_drf(error, refusal, tongue),
                Style::Registration => {
                    bad_metadata(error, refusal).unwrap_or_else(|| refused(error, refusal, tongue))
                }
            },
        }
    }
}

fn bad_body(bad: &BadBody, style: Style, tongue: Tongue) -> HttpResponse {
    let (status, text) = answer::body_status(bad, tongue);
    match style {
        Style::Rfc | Style::Registration => {
            answer::ok(status, &json!({ "error": "invalid_request", "error_description": text }))
        }
        Style::Drf if *bad == BadBody::NotAnObject => {
            answer::ok(status, &json!({ FieldError::OBJECT: [text] }))
        }
        Style::Drf => answer::ok(status, &json!({ "detail": text })),
    }
}

fn failed(error: &Error, fault: &Fault) -> HttpResponse {
    let (mut response, is_busy) = answer::failed(error, fault);
    response.json(if is_busy {
        said("temporarily_unavailable", "Busy at the moment. Please try again.")
    } else {
        said("server_error", "Something went wrong on our side.")
    })
}

fn said(error: &str, description: &str) -> serde_json::Value {
    json!({ "error": error, "error_description": description })
}

const NOT_FOR_THIS_GRANT: &str = "The client is not registered for this grant type.";
const NOT_FOR_THIS_PROVIDER: &str = "The client is not registered for this provider.";
const BAD_SCOPE: &str = "The scope is unknown, malformed or more than was granted.";
const BAD_TARGET: &str = "The client may not ask for this resource or audience.";

fn refused(error: &Error, refusal: &Refusal, tongue: Tongue) -> HttpResponse {
    let bad =
        |code: &str, text: &str| answer::no(StatusCode::BAD_REQUEST, error).json(said(code, text));
    match refusal {
        Refusal::Fields(errors) => bad("invalid_request", &parameters(errors)),
        Refusal::NoCredential => answer::no_credential(error, tongue),
        Refusal::BadCredential(scheme, why) => answer::bad_credential(error, *scheme, *why, tongue),
        Refusal::BadClient | Refusal::UnknownClient => bad_client(error),
        Refusal::GrantNotAllowed => bad("unauthorized_client", NOT_FOR_THIS_GRANT),
        Refusal::ProviderNotAllowed => bad("unauthorized_client", NOT_FOR_THIS_PROVIDER),
        Refusal::ScopeNotAllowed => bad("invalid_scope", BAD_SCOPE),
        Refusal::BadTarget => bad("invalid_target", BAD_TARGET),
        Refusal::Device(no) => {
            let (code, text) = device(*no);
            bad(code, text)
        }
        Refusal::UnsupportedGrant => bad("unsupported_grant_type", "No such grant type here."),
        Refusal::BadRequest(text) => bad("invalid_request", text),
        Refusal::BadLogin => bad("invalid_grant", "Invalid credentials given."),
        Refusal::Inactive => bad("invalid_grant", "The account is not active."),
        Refusal::BadGrant(why) => bad("invalid_grant", grant_text(*why)),
        Refusal::UnknownProvider => bad("invalid_request", "Invalid backend parameter."),
        // One text for a foreign, a forged and an expired token: who probes learns nothing.
        Refusal::ProviderRefused(_) => bad(
            "invalid_grant",
            "The provider does not vouch for this token for any of our applications.",
        ),
        Refusal::ProviderGaveNoEmail => {
            bad("invalid_grant", "The provider told no e-mail address. Ask for its e-mail scope.")
        }
        Refusal::LinkRefused => bad(
            "invalid_grant",
            "An account with this e-mail address exists. Log in to it and connect the provider.",
        ),
        Refusal::LastLogin
        | Refusal::Changed
        | Refusal::TooLarge
        | Refusal::BadMailUid
        | Refusal::BadMailToken
        | Refusal::StaleMailToken
        | Refusal::RedirectNotAllowed => bad("invalid_request", "The request was refused."),
        Refusal::ScopeMissing(scope) => insufficient(error, scope),
        Refusal::NotAllowed => answer::no(StatusCode::FORBIDDEN, error)
            .json(said("access_denied", "This is not allowed.")),
        Refusal::NotFound => {
            answer::no(StatusCode::NOT_FOUND, error).json(said("invalid_request", "Not found."))
        }
        Refusal::ProviderUnavailable { retry_after, .. } => {
            answer::later(StatusCode::SERVICE_UNAVAILABLE, error, retry_after).json(said(
                "temporarily_unavailable",
                "The provider cannot be asked at the moment. Please try again.",
            ))
        }
        Refusal::ProviderMalformed { .. } => answer::no(StatusCode::BAD_GATEWAY, error)
            .json(said("server_error", "The provider gave no usable answer.")),
        Refusal::TooMany { retry_after } => {
            answer::later(StatusCode::TOO_MANY_REQUESTS, error, retry_after)
                .json(said("temporarily_unavailable", "Too many requests."))
        }
    }
}

/// RFC 8628 §3.5.
fn device(no: DeviceNo) -> (&'static str, &'static str) {
    match no {
        DeviceNo::Waits => ("authorization_pending", "Nobody has let the device in yet."),
        DeviceNo::Slower => ("slow_down", "Wait five seconds longer between two questions."),
        DeviceNo::Denied => ("access_denied", "The device was not let in."),
        DeviceNo::Expired => ("expired_token", "The device code has expired."),
    }
}

/// RFC 6749 §5.2: 401, and a challenge for the scheme the client may use.
fn bad_client(error: &Error) -> HttpResponse {
    answer::no(StatusCode::UNAUTHORIZED, error)
        .insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"cambio\""))
        .json(said("invalid_client", "Unknown client, or its proof is missing or wrong."))
}

/// What a client says of itself will not do.
fn bad_metadata(error: &Error, refusal: &Refusal) -> Option<HttpResponse> {
    let bad = |code: &str, text: &str| {
        Some(answer::no(StatusCode::BAD_REQUEST, error).json(said(code, text)))
    };
    if let Refusal::Fields(errors) = refusal {
        let places = ["redirect_uris", "post_logout_redirect_uris"];
        let is_place = errors.iter().any(|error| places.contains(&error.field));
        let code = if is_place { "invalid_redirect_uri" } else { "invalid_client_metadata" };
        return bad(code, &parameters(errors));
    }
    if let Refusal::BadRequest(text) = refusal {
        let is_place = *text == clients::NO_PLACE;
        let code = if is_place { "invalid_redirect_uri" } else { "invalid_client_metadata" };
        return bad(code, text);
    }
    if *refusal == Refusal::ScopeNotAllowed {
        return bad("invalid_client_metadata", BAD_SCOPE);
    }
    None
}

/// RFC 6750 §3.1: 403, and a challenge that names the scope.
fn insufficient(error: &Error, scope: &str) -> HttpResponse {
    let text = format!("The access token was not issued for {scope}.");
    answer::insufficient(error, scope).json(said("insufficient_scope", &text))
}

fn grant_text(why: Why) -> &'static str {
    match why {
        Why::Expired => "It has expired.",
        Why::Unknown
        | Why::Revoked
        | Why::Used
        | Why::Malformed
        | Why::ForeignAudience
        | Why::IpBound
        | Why::Forged
        | Why::WrongKind
        | Why::Unavailable
        | Why::NoSubject
        | Why::NoAccount
        | Why::Inactive => "It is unknown, used up or revoked.",
    }
}

/// One line about every parameter that is wrong.
fn parameters(errors: &[FieldError]) -> String {
    let about = |error: &FieldError| match error.code {
        FieldCode::Required => format!("Missing parameter: {}.", error.field),
        _ => format!("Parameter {}: {}", error.field, Tongue::ENGLISH.field(&error.code)),
    };
    errors.iter().map(about).collect::<Vec<_>>().join(" ")
}

/// The words of drf-social-oauth2, where they differ.
fn as_drf(error: &Error, refusal: &Refusal, tongue: Tongue) -> HttpResponse {
    match refusal {
        Refusal::Fields(errors) => {
            answer::no(StatusCode::BAD_REQUEST, error).json(fields::by_field(errors, tongue))
        }
        // social-core takes a 503 for a provider that cannot be reached.
        Refusal::ProviderRefused(_)
        | Refusal::LinkRefused
        | Refusal::ProviderUnavailable { status: None | Some(503), .. } => {
            answer::no(StatusCode::BAD_REQUEST, error)
                .json(said("access_denied", "Your credentials aren't allowed."))
        }
        Refusal::ProviderUnavailable { status: Some(status), .. }
        | Refusal::ProviderMalformed { status: Some(status) } => {
            answer::no(StatusCode::BAD_REQUEST, error)
                .json(said("invalid_request", &format!("Backend responded with HTTP {status}.")))
        }
        Refusal::NoCredential
        | Refusal::BadCredential(..)
        | Refusal::BadLogin
        | Refusal::Inactive
        | Refusal::BadClient
        | Refusal::UnknownClient
        | Refusal::GrantNotAllowed
        | Refusal::ProviderNotAllowed
        | Refusal::ScopeNotAllowed
        | Refusal::ScopeMissing(_)
        | Refusal::UnsupportedGrant
        | Refusal::BadTarget
        | Refusal::Device(_)
        | Refusal::BadRequest(_)
        | Refusal::BadGrant(_)
        | Refusal::UnknownProvider
        | Refusal::ProviderGaveNoEmail
        | Refusal::ProviderMalformed { status: None }
        | Refusal::LastLogin
        | Refusal::Changed
        | Refusal::TooLarge
        | Refusal::BadMailUid
        | Refusal::BadMailToken
        | Refusal::StaleMailToken
        | Refusal::RedirectNotAllowed
        | Refusal::NotAllowed
        | Refusal::NotFound
        | Refusal::TooMany { .. } => refused(error, refusal, tongue),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::{ResponseError as _, body::to_bytes};
    use serde_json::{Value, json};

    use super::{Refused, Style};
    use crate::{error::Refusal, http::body::BadBody};

    async fn told(refused: Refused) -> (u16, Value) {
        let answer = refused.styled(Style::Drf).error_response();
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body()).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    #[actix_web::test]
    async fn in_the_words_of_drf_a_provider_that_is_away_denies_and_one_that_fails_is_told() {
        let retry_after = Duration::from_secs(5);
        let rows = [
            (Refusal::ProviderUnavailable { retry_after, status: None }, "access_denied"),
            (Refusal::ProviderUnavailable { retry_after, status: Some(503) }, "access_denied"),
            (Refusal::ProviderUnavailable { retry_after, status: Some(500) }, "invalid_request"),
            (Refusal::ProviderUnavailable { retry_after, status: Some(429) }, "invalid_request"),
            (Refusal::ProviderMalformed { status: Some(404) }, "invalid_request"),
        ];
        for (refusal, code) in rows {
            let (status, body) = told(refusal.clone().into()).await;
            assert_eq!((status, body.get("error")), (400, Some(&json!(code))), "{refusal:?}");
        }
    }

    #[actix_web::test]
    async fn in_the_words_of_drf_a_body_that_is_no_object_is_a_complaint_about_the_whole() {
        let (status, body) = told(BadBody::NotAnObject.into()).await;
        let complaint = json!({ "non_field_errors": ["Invalid data. Expected an object."] });
        assert_eq!((status, body), (400, complaint));
    }
}
