//! The OpenAPI document: every call of every dialect, where this installation serves it.
//!
//! One file for each group of calls, with `calls` and `schemas`: a new dialect adds its file, a line to `calls` here,
//! one to `schemas` and its tag. `tests/it/plan` holds them against the URL map, and every story against what
//! is answered.

pub mod call;
mod changes;
mod clients;
mod documents;
pub mod door;
pub mod field;
mod house;
mod logins;
pub mod manner;
mod oauth;
mod oauth_pages;
pub mod oauth_server;
pub mod page;
mod people;
mod rest_jwt;
mod restful;
mod security;
mod ties;

use std::{collections::BTreeMap, sync::LazyLock};

use serde_json::{Map, Value, json};

use self::{
    call::{Call, Place},
    manner::Manner,
};
use super::{Places, browser::BrowserCookie, fixed::Fixed};
use crate::domain::policy::Policy;

/// What the document depends on.
#[derive(Debug)]
pub struct About<'a> {
    /// The address under which the calls are reached.
    pub public_url: &'a str,
    /// The name of this installation.
    pub site_name: &'a str,
    /// The rules of the deeds.
    pub policy: &'a Policy,
    /// Where the dialects are that can be moved.
    pub places: &'a Places,
    /// How a conversion says no.
    pub converting: Manner,
    /// Whether there is a key for djoser's JWTs.
    pub has_jwts: bool,
    /// The cookie of people on their way to a provider's page.
    pub cookie: BrowserCookie,
}

/// The document, made once, when it is first asked for.
#[derive(Debug)]
pub struct Document {
    made: LazyLock<Made, Box<dyn FnOnce() -> Made + Send>>,
}

#[derive(Debug)]
struct Made {
    value: Value,
    fixed: Fixed,
}

impl Document {
    /// The document that [`whole`] makes for an installation.
    pub fn new(whole: impl FnOnce() -> Value + Send + 'static) -> Self {
        let made = move || {
            let value = whole();
            let fixed = Fixed::new("application/json", value.to_string());
            Made { value, fixed }
        };
        Self { made: LazyLock::new(Box::new(made)) }
    }

    /// The document.
    pub fn value(&self) -> &Value {
        &self.made.value
    }

    /// The document as it is served.
    fn fixed(&self) -> &Fixed {
        &self.made.fixed
    }

    /// The path below which everything is reached, without a slash at the end.
    fn base(&self) -> String {
        let url = url::Url::parse(text(self.value(), "/servers/0/url"));
        url.map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
    }

    /// The operation object of a method (in small letters) of a path, which may lack its last slash.
    pub fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let paths = self.value().get("paths")?;
        let bare = path.trim_end_matches('/');
        let item = paths.get(bare).or_else(|| paths.get(format!("{bare}/")))?;
        item.get(method)
    }

    /// What a part of the document means: itself, or what its `$ref` refers to.
    pub fn meant<'a>(&'a self, part: &'a Value) -> &'a Value {
        let target = part.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| target.strip_prefix('#'));
        target.and_then(|target| self.value().pointer(target)).unwrap_or(part)
    }
}

/// A text within a part of the document; empty when there is none.
pub fn text<'a>(part: &'a Value, pointer: &str) -> &'a str {
    part.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Every call that this installation serves.
fn calls(about: &About<'_>) -> Vec<Call> {
    let mut calls = house::calls(about.places);
    for (base, prefix) in [("/auth", "auth_"), ("", "root_")] {
        let place = Place { base: base.to_owned(), prefix, tag: "djoser", manner: Manner::Djoser };
        calls.extend(people::calls(about, &place));
        calls.extend(changes::calls(about, &place));
        calls.extend(documents::calls(&place.tagged("documents")));
        calls.extend(logins::calls(about, &place));
    }
    calls.extend(oauth::calls(about));
    calls.extend(oauth_server::calls());
    calls.extend(clients::calls());
    calls.extend(ties::calls(about));
    if let Some(base) = &about.places.api {
        calls.extend(restful::calls(base));
    }
    if let Some(base) = &about.places.signin {
        calls.extend(rest_jwt::calls(base));
    }
    calls
}

/// All that is served by an installation, as one OpenAPI object.
pub fn whole(about: &About<'_>) -> Value {
    let mut paths = Map::new();
    let (mut answers, mut schemas) = (BTreeMap::new(), schemas(about));
    for call in calls(about) {
        let item = paths.entry(call.path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(call.method.to_owned(), Value::Object(call.operation));
        }
        answers.extend(call.answers);
        schemas.extend(call.schemas);
    }
    json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": about.site_name,
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": about.public_url }],
        "tags": TAGS.map(|(name, description)| json!({ "name": name, "description": description })),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": answers,
            "headers": security::headers(),
            "securitySchemes": security::schemes(about.cookie),
        },
    })
}

/// Every schema that is called by its name.
fn schemas(about: &About<'_>) -> Map<String, Value> {
    let parts = [
        manner::schemas(),
        people::schemas(about),
        documents::schemas(),
        logins::schemas(),
        oauth::schemas(),
        clients::schemas(),
        ties::schemas(),
        restful::schemas(),
        rest_jwt::schemas(),
    ];
    let named = parts.into_iter().filter_map(|part| match part {
        Value::Object(schemas) => Some(schemas),
        _ => None,
    });
    named.flatten().collect()
}

const INTRODUCTION: &str = "\
Cambio takes social tokens and e-mail accounts in, and gives local OAuth 2.0 tokens out. It speaks several \
published dialects; they share their accounts, and differ in paths, bodies and the shape of refusals.

* The slash at the end of a path may be left out; nothing is ever redirected.
* Bodies of the same fields may be JSON, a form or multipart. Fields nobody knows are passed over. A number will \
do for a text. Text is trimmed.
* `HEAD` is answered wherever `GET` is, and `OPTIONS` with `Allow`. Any other method is answered with 405 and \
`Allow`.
* A credential that is shown and not good is refused with 401, even where none is needed.
* Sentences are for people and may change. Keys, codes and statuses may not.
* 429 and 503 carry `Retry-After`: nothing was done, and the request may be sent again after so many seconds.";

const TAGS: [(&str, &str); 11] = [
    ("house", "Whether the process lives and can serve, and what it says of itself."),
    ("djoser", "Accounts, as djoser has them."),
    ("documents", "Settings and templates of an account, for the app that keeps them there."),
    ("authtoken", "Auth tokens, as Django REST framework's authtoken has them."),
    ("simplejwt", "JWTs, as djangorestframework-simplejwt has them."),
    (
        "oauth",
        "OAuth 2.0 tokens for a provider's token and for other grants, as drf-social-oauth2 has them.",
    ),
    (
        oauth_server::TAG,
        "OAuth 2.0 and OpenID Connect by the RFCs: for clients that find everything in its metadata.",
    ),
    (
        clients::TAG,
        "The registered applications, for administrators with a token of the scope `admin`.",
    ),
    ("social", "Signing in on a provider's own page, and ties to providers."),
    ("api", "Access JWTs and rotating refresh tokens."),
    ("signin", "One JWT that is renewed by itself. Every answer tells its own status."),
];
