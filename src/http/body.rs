//! The one front door for bodies (R9): every dialect reads the same strict words.
//!
//! JSON, form and multipart bodies become a list of named words. Repeated names, bad UTF-8, a wrong content
//! type, a body that is too large or too slow are refused here, before any handler runs.

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    future::Future,
    pin::Pin,
    time::Duration,
};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header, web};
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::time::timeout;

use super::{form, json, multipart};

/// Limits of bodies; part of every worker's data.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    /// Most bytes of a JSON body.
    pub json: usize,
    /// Most bytes of a form or multipart body.
    pub form: usize,
    /// Longest time the whole body may take.
    pub time: Duration,
}

/// One value of a body, as far as any dialect cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A string.
    Text(String),
    /// A number, as it was written.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// A list, an object, or a file.
    Other,
}

impl Word {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Bool(_) | Self::Null | Self::Other => None,
        }
    }
}

/// The one name that may occur more than once in a form (RFC 8707 §2).
const RESOURCE: &str = "resource";

/// The named values of a body; no name occurs twice, but for `resource`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Words {
    named: HashMap<String, Word>,
    resources: Vec<String>,
}

impl fmt::Debug for Words {
    /// Never the values: passwords and tokens are among them (R15).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} of them)", self.named.len())
    }
}

impl Words {
    /// Adds a value; `false` if the name is there already.
    #[must_use]
    pub fn add(&mut self, name: String, word: Word) -> bool {
        if let (RESOURCE, Word::Text(text)) = (name.as_str(), &word) {
            self.resources.push(text.clone());
        }
        match self.named.entry(name) {
            Entry::Vacant(free) => {
                free.insert(word);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// The same for a form, where a resource may be named beside others.
    #[must_use]
    pub fn add_one_of(&mut self, name: String, word: Word) -> bool {
        let is_resource = name == RESOURCE;
        self.add(name, word) || is_resource
    }

    /// Every resource that is named, in their order.
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// The value of that name; of several resources the first.
    pub fn get(&self, name: &str) -> Option<&Word> {
        self.named.get(name)
    }

    /// The names and values of a form, in no order.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.named.iter().filter(|(name, _)| *name != RESOURCE);
        let named = named.filter_map(|(name, word)| match word {
            Word::Text(text) => Some((name.as_str(), text.as_str())),
            _ => None,
        });
        named.chain(self.resources.iter().map(|uri| (RESOURCE, uri.as_str())))
    }
}

/// Why a body could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadBody {
    /// Not a type we read.
    MediaType,
    /// Not a form, where nothing else is read.
    NotAForm,
    /// More bytes than allowed.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// It is not what its type says; the text tells in which way.
    Malformed(&'static str),
    /// Well-formed JSON, but not an object.
    NotAnObject,
}

/// A door's argument that is read by that function. What cannot be read is for the door to refuse, in the words
/// of its dialect.
macro_rules! argument {
    ($(#[$about:meta])* $name:ident($kind:ty) = $read:ident) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name(pub Result<$kind, BadBody>);

        impl FromRequest for $name {
            type Error = actix_web::Error;
            type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

            fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
                let (request, payload) = (request.clone(), payload.take());
                Box::pin(async move { Ok(Self($read(&request, payload).await)) })
            }
        }
    };
}

argument! {
    /// A body, read or not.
    Body(Words) = body
}

argument! {
    /// A form, read or not: what the RFCs of OAuth take, and nothing else.
    Form(Words) = form_alone
}

argument! {
    /// A body that may hold a long text, read or not.
    LongBody(Words) = long_body
}

argument! {
    /// A JSON value of any shape, read or not; also of the type of a merge patch (RFC 7396).
    JsonValue(Value) = any_value
}

argument! {
    /// A body in JSON, read or not, whatever type it says it has: for a dialect whose callers never said one.
    JsonBody(Words) = json_alone
}

/// Most bytes of a [`LongBody`]: 64 KiB of text, of which JSON and forms may write every byte as six.
const LONG_BYTES: usize = 6 * 64 * 1024 + 1024;

/// Most bytes of a [`JsonValue`].
const VALUE_BYTES: usize = 64 * 1024;

async fn body(request: &HttpRequest, payload: Payload) -> Result<Words, BadBody> {
    read(request, payload, |limits, json| if json { limits.json } else { limits.form }).await
}

async fn long_body(request: &HttpRequest, payload: Payload) -> Result<Words, BadBody> {
    read(request, payload, |_, _| LONG_BYTES).await
}

async fn form_alone(request: &HttpRequest, payload: Payload) -> Result<Words, BadBody> {
    let bytes = arrived(request, payload, |limits| limits.form).await?;
    match kind_of(request).map_err(|_other| BadBody::NotAForm)? {
        Some(Kind::Form) => form::read(&bytes),
        None if bytes.is_empty() => Ok(Words::default()),
        _ => Err(BadBody::NotAForm),
    }
}

async fn json_alone(request: &HttpRequest, payload: Payload) -> Result<Words, BadBody> {
    json::read(&arrived(request, payload, |limits| limits.json).await?)
}

/// The form of one of our own pages, which may hold a long text.
pub async fn form(request: &HttpRequest, payload: Payload) -> Result<Words, BadBody> {
    if kind_of(request)? != Some(Kind::Form) {
        return Err(BadBody::MediaType);
    }
    form::read(&arrived(request, payload, |_| LONG_BYTES).await?)
}

async fn any_value(request: &HttpRequest, payload: Payload) -> Result<Value, BadBody> {
    let bytes = arrived(request, payload, |_| VALUE_BYTES).await?;
    let mime = request.mime_type().ok().flatten().ok_or(BadBody::MediaType)?;
    if !["application/json", "application/merge-patch+json"].contains(&mime.essence_str()) {
        return Err(BadBody::MediaType);
    }
    json::read_value(&bytes)
}

/// The types we read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
    Multipart(String),
}

async fn read(
    request: &HttpRequest,
    payload: Payload,
    most: impl FnOnce(BodyLimits, bool) -> usize,
) -> Result<Words, BadBody> {
    let kind = kind_of(request);
    let json = kind == Ok(Some(Kind::Json));
    let bytes = arrived(request, payload, |limits| most(limits, json)).await?;
    // Nothing says nothing, whatever its type.
    if bytes.is_empty() {
        return Ok(Words::default());
    }
    match kind? {
        None => Err(BadBody::MediaType),
        Some(Kind::Json) => json::read(&bytes),
        Some(Kind::Form) => form::read(&bytes),
        Some(Kind::Multipart(boundary)) => multipart::read(bytes, boundary).await,
    }
}

fn kind_of(request: &HttpRequest) -> Result<Option<Kind>, BadBody> {
    if !request.headers().contains_key(header::CONTENT_TYPE) {
        return Ok(None);
    }
    let mime = request.mime_type().ok().flatten().ok_or(BadBody::MediaType)?;
    let utf8 = mime.get_param("charset").is_none_or(|charset| charset == "utf-8");
    match mime.essence_str() {
        "application/json" if utf8 => Ok(Some(Kind::Json)),
        "application/x-www-form-urlencoded" if utf8 => Ok(Some(Kind::Form)),
        "multipart/form-data" => {
            let boundary = mime.get_param("boundary").map(|boundary| boundary.as_str().to_owned());
            boundary
                .map(|boundary| Some(Kind::Multipart(boundary)))
                .ok_or(BadBody::Malformed("the multipart type names no boundary"))
        }
        _ => Err(BadBody::MediaType),
    }
}

/// The whole body, when it is in time and within the limit.
async fn arrived(
    request: &HttpRequest,
    payload: Payload,
    most: impl FnOnce(BodyLimits) -> usize,
) -> Result<Vec<u8>, BadBody> {
    let limits = request
        .app_data::<web::Data<BodyLimits>>()
        .map(|limits| *limits.get_ref())
        .ok_or(BadBody::Malformed("the server has no body limits"))?;
    let gathered = timeout(limits.time, gather(payload, most(limits))).await;
    gathered.map_err(|_elapsed| BadBody::TooSlow)?
}

async fn gather(mut payload: Payload, most: usize) -> Result<Vec<u8>, BadBody> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_torn| BadBody::Malformed("the body was cut off"))?;
        if bytes.len() + chunk.len() > most {
            return Err(BadBody::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
