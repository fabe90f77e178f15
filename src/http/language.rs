//! The language somebody asks for, and answers that are said in it.

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    body::{EitherBody, MessageBody},
    dev::ServiceResponse,
    http::header::{self, HeaderValue},
};
use serde_json::Value as Json;

use super::{djoser, oauth, rest_jwt, restful, sentences::Tongue};
use crate::domain::language::Language;

/// The language of `Accept-Language`, as far as we speak it.
pub fn of(request: &HttpRequest) -> Option<Language> {
    let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
    Language::accepted(header.to_str().ok()?)
}

/// What to say an answer in: English for who asks for nothing else.
pub fn tongue(request: &HttpRequest) -> Tongue {
    Tongue(of(request).unwrap_or_default())
}

/// A "yes" with a sentence in it.
pub fn said(request: &HttpRequest, body: impl FnOnce(Tongue) -> Json) -> HttpResponse {
    let tongue = tongue(request);
    let mut response = HttpResponse::Ok().json(body(tongue));
    mark(response.headers_mut(), tongue);
    response
}

/// A "no" whose sentences can be said in several languages.
pub trait Spoken: ResponseError {
    /// Whether its words depend on the language; those of RFC 6749 §5.2 are ASCII, so English.
    fn has_tongues(&self) -> bool {
        true
    }

    /// The whole answer in that language.
    fn told(&self, tongue: Tongue) -> HttpResponse;
}

/// What the "no" of every dialect is besides its words: an error of the server that is made of what deeds say
/// no to. It is told in English until its request is known.
macro_rules! dialect_says_no {
    ($no:ty) => {
        impl std::fmt::Display for $no {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("refused")
            }
        }

        impl actix_web::ResponseError for $no {
            fn error_response(&self) -> actix_web::HttpResponse {
                $crate::http::language::Spoken::told(self, $crate::http::sentences::Tongue::ENGLISH)
            }
        }

        impl From<$crate::error::Refusal> for $no {
            fn from(refusal: $crate::error::Refusal) -> Self {
                $crate::error::Error::from(refusal).into()
            }
        }
    };
}

pub(in crate::http) use dialect_says_no;

/// The answer in the language of its request, if it is a "no" and was said in another one.
///
/// Here and not in every door, so that what succeeds never looks at `Accept-Language`.
pub fn retold<B: MessageBody>(response: ServiceResponse<B>) -> ServiceResponse<EitherBody<B>> {
    let Some(no) = spoken(response.response().error()) else {
        return response.map_into_left_body();
    };
    let tongue = tongue(response.request());
    let told = (tongue != Tongue::ENGLISH).then(|| no.told(tongue));
    let mut response = match told {
        Some(told) => response.into_response(told).map_into_right_body(),
        None => response.map_into_left_body(),
    };
    mark(response.headers_mut(), tongue);
    response
}

/// The dialect that says this "no".
pub fn dialect(error: Option<&actix_web::Error>) -> &'static str {
    let Some(error) = error else { return "pages" };
    if error.as_error::<djoser::Refused>().is_some() {
        "djoser"
    } else if error.as_error::<restful::Refused>().is_some() {
        "api"
    } else if error.as_error::<rest_jwt::Refused>().is_some() {
        "signin"
    } else if error.as_error::<oauth::Refused>().is_some() {
        "oauth"
    } else {
        "other"
    }
}

/// Tells caches and readers that the words of an answer depend on the language asked for.
pub fn mark(headers: &mut header::HeaderMap, tongue: Tongue) {
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(tongue.0.tag()));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
}

fn spoken(error: Option<&actix_web::Error>) -> Option<&dyn Spoken> {
    let error = error?;
    let no: &dyn Spoken = if let Some(no) = error.as_error::<djoser::Refused>() {
        no
    } else if let Some(no) = error.as_error::<restful::Refused>() {
        no
    } else if let Some(no) = error.as_error::<rest_jwt::Refused>() {
        no
    } else {
        error.as_error::<oauth::Refused>()?
    };
    no.has_tongues().then_some(no)
}
