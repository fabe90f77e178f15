//! Texts that stay the same as long as the process lives: sent with an `ETag`, and not twice.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use actix_web::{HttpRequest, HttpResponse, http::header, web::Bytes};

/// A text with its type and its tag.
#[derive(Debug, Clone)]
pub struct Fixed {
    kind: &'static str,
    bytes: Bytes,
    tag: String,
    policy: Option<&'static str>,
}

impl Fixed {
    /// A text of that media type.
    pub fn new(kind: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        // Two states of one address are to be told apart, nothing more: no secret hangs on it.
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let tag = format!("\"{:016x}\"", hasher.finish());
        Self { kind, bytes, tag, policy: None }
    }

    /// Under a `Content-Security-Policy` of its own.
    #[must_use]
    pub fn under(self, policy: &'static str) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// The text, or 304 for whoever has it already. It may be kept, but is asked for anew each time: another
    /// configuration makes another text.
    pub fn answer(&self, request: &HttpRequest) -> HttpResponse {
        let mut response =
            if self.is_known(request) { HttpResponse::NotModified() } else { HttpResponse::Ok() };
        response
            .insert_header((header::ETAG, self.tag.as_str()))
            .insert_header((header::CACHE_CONTROL, "no-cache"));
        if let Some(policy) = self.policy {
            response.insert_header((header::CONTENT_SECURITY_POLICY, policy));
        }
        if self.is_known(request) {
            return response.finish();
        }
        response.content_type(self.kind).body(self.bytes.clone())
    }

    /// `If-None-Match` (RFC 9110 §13.1.2): weak comparison.
    fn is_known(&self, request: &HttpRequest) -> bool {
        let headers = request.headers().get_all(header::IF_NONE_MATCH);
        let texts = headers.filter_map(|header| header.to_str().ok());
        let mut tags = texts.flat_map(|text| text.split(',')).map(str::trim);
        tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.tag)
    }
}
