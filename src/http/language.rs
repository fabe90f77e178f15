//! The language somebody asks for.

use actix_web::{HttpRequest, http::header};

use crate::domain::language::Language;

/// The language of `Accept-Language`, as far as we speak it.
pub fn of(request: &HttpRequest) -> Option<Language> {
    let header = request.headers().get(header::ACCEPT_LANGUAGE)?;
    Language::accepted(header.to_str().ok()?)
}
