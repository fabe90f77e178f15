//! What is asked of an emulator and what it answers, as plain values.

use actix_web::{
    HttpRequest,
    http::{Method, StatusCode, header},
};
use serde_json::{Map, Value};
use url::form_urlencoded;

/// Parameters that carry a token or a secret, and so have no business in a URL.
const SECRETS: [&str; 7] = [
    "access_token",
    "id_token",
    "oauth_token",
    "token",
    "refresh_token",
    "code_verifier",
    "client_secret",
];

type Pairs = Vec<(String, String)>;

/// A request, read.
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Pairs,
    /// Empty unless the body says it is a form.
    pub(super) form: Pairs,
    /// The word before the credential in `Authorization`.
    pub(super) scheme: Option<String>,
    credential: Option<String>,
    /// Whether the caller named its software.
    pub(super) user_agent: bool,
    /// Whether `Accept-Language` asks for Russian first.
    pub(super) russian: bool,
}

impl Ask {
    pub(super) fn read(request: &HttpRequest, body: &[u8]) -> Self {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
        let authorization = text(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        let is_form = text(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        Self {
            method: request.method().clone(),
            path: request.path().to_owned(),
            query: pairs(request.query_string().as_bytes()),
            form: pairs(if is_form { body } else { b"" }),
            scheme: authorization.map(|(scheme, _)| scheme.to_owned()),
            credential: authorization.map(|(_, credential)| credential.trim().to_owned()),
            user_agent: text(header::USER_AGENT).is_some_and(|agent| !agent.is_empty()),
            russian: text(header::ACCEPT_LANGUAGE).is_some_and(|first| first.starts_with("ru")),
        }
    }

    /// A parameter of the URL.
    pub(super) fn query(&self, key: &str) -> Option<&str> {
        find(&self.query, key)
    }

    /// A parameter of the body.
    pub(super) fn form(&self, key: &str) -> Option<&str> {
        find(&self.form, key)
    }

    /// A parameter of the body or else of the URL.
    pub(super) fn either(&self, key: &str) -> Option<&str> {
        self.form(key).or_else(|| self.query(key))
    }

    /// The credential, when it came under this scheme (RFC 9110 §11.1: in any letter case).
    pub(super) fn credential(&self, scheme: &str) -> Option<&str> {
        let given = self.scheme.as_deref()?;
        given.eq_ignore_ascii_case(scheme).then_some(self.credential.as_deref()?)
    }

    /// Every value that came where a token may come.
    pub(super) fn shown_tokens(&self) -> impl Iterator<Item = &str> {
        const PLACES: [&str; 4] = ["access_token", "id_token", "oauth_token", "token"];
        let named = self.query.iter().chain(&self.form);
        let values = named
            .filter(|(key, _)| PLACES.contains(&key.as_str()))
            .map(|(_, value)| value.as_str());
        self.credential.as_deref().into_iter().chain(values)
    }

    /// Whether the URL has a parameter that carries a token or a secret.
    pub(super) fn secret_key_in_url(&self) -> bool {
        self.query.iter().any(|(key, _)| SECRETS.contains(&key.as_str()))
    }
}

fn pairs(text: &[u8]) -> Pairs {
    form_urlencoded::parse(text).into_owned().collect()
}

fn find<'a>(pairs: &'a Pairs, key: &str) -> Option<&'a str> {
    pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

/// An answer, before anything is done to spoil it.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: Option<String>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// A JSON document.
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    /// A JSON document with status 200.
    pub(super) fn ok(body: &Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    /// Plain text.
    pub(super) fn text(status: StatusCode, body: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", body.to_owned())
    }

    /// A page for human eyes.
    pub(super) fn html(status: StatusCode, title: &str) -> Self {
        let page = format!("<!doctype html><title>{title}</title><h1>{title}</h1>");
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// Nothing but a status.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, content_type: None, headers: Vec::new(), body: Vec::new() }
    }

    /// The same answer with one more header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn new(status: StatusCode, content_type: &str, body: String) -> Self {
        let content_type = Some(content_type.to_owned());
        Self { status, content_type, headers: Vec::new(), body: body.into_bytes() }
    }
}

/// A JSON object of the fields that have a value; `Some(Value::Null)` is written as `null`.
pub(super) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}
