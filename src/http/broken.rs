//! The answer to a request whose door panicked.

use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use super::{envelope, sentences::Tongue};

/// A door panicked; the id finds it in the log.
#[derive(Debug, thiserror::Error)]
#[error("a door panicked")]
pub struct Broken {
    id: String,
}

impl Broken {
    /// Of the request with that id.
    pub fn named(id: String) -> Self {
        Self { id }
    }
}

impl ResponseError for Broken {
    fn error_response(&self) -> HttpResponse {
        let body = json!({ "detail": Tongue::ENGLISH.say("fault") });
        let mut response = HttpResponse::InternalServerError().json(body);
        envelope::seal_headers(response.headers_mut(), &self.id);
        response
    }
}
