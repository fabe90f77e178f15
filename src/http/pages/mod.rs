//! Pages for people who open a call in their browser: what it does, a form, and the answer.
//!
//! They stand before the doors and change nothing about them: a form is turned into the very request a program
//! would send, which goes through the doors of this process. There is no cookie and no script, and no token
//! is in an address (ADR 0018).

mod asked;
pub mod calls;
mod played;
mod typed;
mod view;

use std::sync::LazyLock;

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::{MessageBody, to_bytes_limited},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode, header::HeaderMap},
    middleware::Next,
    web::{Bytes, Data},
};
use minijinja::Environment;
use serde_json::Value;

use self::{
    calls::{Call, Scheme},
    typed::{CREDENTIAL, SCHEME, Typed},
    view::{Answer, Carried, Frame, Shown},
};
use super::{
    body::{self, BadBody, Word, Words},
    fixed::Fixed,
    form, language,
    openapi::Document,
    sentences::Tongue,
};
use crate::domain::language::Language;

/// Where the pages are.
const BASE: &str = "/pages";

/// Most bytes of an answer that is shown.
const SHOWN_BYTES: usize = 1024 * 1024;

/// The pages of an installation.
#[derive(Debug)]
pub struct Pages {
    calls: Vec<Call>,
    groups: Vec<(String, Vec<String>)>,
    environment: Environment<'static>,
    style: Fixed,
    site: String,
    public_url: String,
    origin: String,
    has_document: bool,
}

/// The pages, made when one of them is first asked for.
pub type LatePages = LazyLock<Pages, Box<dyn FnOnce() -> Pages + Send>>;

/// What the pages depend on.
#[derive(Debug)]
pub struct About<'a> {
    /// The calls there are.
    pub document: &'a Document,
    /// The name of this installation.
    pub site: &'a str,
    /// The address it is reached at.
    pub public_url: &'a str,
    /// The origin of that address.
    pub origin: String,
    /// Whether the document can be read by everybody.
    pub has_document: bool,
}

impl Pages {
    /// The pages for all calls of a document.
    pub fn new(about: &About<'_>) -> Self {
        let calls = calls::read(about.document);
        let ids = |(name, calls): (String, Vec<&Call>)| {
            (name, calls.into_iter().map(|call| call.id.clone()).collect())
        };
        Self {
            groups: calls::groups(&calls, about.document).into_iter().map(ids).collect(),
            calls,
            environment: view::environment(),
            style: Fixed::new("text/css; charset=utf-8", include_str!("templates/style.css")),
            site: about.site.to_owned(),
            public_url: about.public_url.to_owned(),
            origin: about.origin.clone(),
            has_document: about.has_document,
        }
    }

    /// The calls there are pages for.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    fn frame(&self, tongue: Tongue) -> Frame<'_> {
        Frame { environment: &self.environment, site: &self.site, tongue }
    }

    /// The list of all calls.
    fn index(&self, tongue: Tongue) -> HttpResponse {
        let find = |id: &String| self.call(id);
        let group = |(name, ids): &(String, Vec<String>)| {
            (name.clone(), ids.iter().filter_map(find).collect())
        };
        let groups: Vec<_> = self.groups.iter().map(group).collect();
        self.frame(tongue).index(&groups, self.has_document)
    }

    fn call(&self, id: &str) -> Option<&Call> {
        self.calls.iter().find(|call| call.id == id)
    }

    /// The page of a call with what stands in its form and what it answered.
    fn page(
        &self,
        tongue: Tongue,
        call: &Call,
        typed: &Typed,
        answer: Option<Told>,
    ) -> HttpResponse {
        let frame = self.frame(tongue);
        let beside = |other: &&Call| other.bare_path() == call.bare_path();
        let siblings: Vec<&Call> = self.calls.iter().filter(beside).collect();
        let carried = answer.as_ref().and_then(|told| self.carried(&frame, call, &told.body));
        frame.call(&Shown {
            call,
            siblings: &siblings,
            typed,
            answer: answer
                .map(|Told { status, headers, body }| Answer::new(status, &headers, &body)),
            carried,
            public_url: &self.public_url,
        })
    }

    /// The token in an answer, and the calls of the same place that take it.
    fn carried<'a>(&'a self, frame: &Frame<'a>, from: &Call, body: &[u8]) -> Option<Carried<'a>> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let found = [
            ("auth_token", Scheme::Token),
            ("access_token", Scheme::Bearer),
            ("access", Scheme::Bearer),
            ("token", Scheme::Bearer),
        ];
        let (credential, scheme) = found
            .into_iter()
            .find_map(|(name, scheme)| Some((body.get(name)?.as_str()?.to_owned(), scheme)))?;
        let takes = |call: &&Call| call.schemes.contains(&scheme) && call.prefix() == from.prefix();
        let mut targets: Vec<&Call> = self.calls.iter().filter(takes).collect();
        // Most want to see whose token it is.
        targets.sort_by_key(|call| !call.bare_path().ends_with("/me"));
        let targets: Vec<_> = targets.into_iter().map(|call| frame.link(call)).collect();
        let carried = Carried { credential, scheme: scheme.word(), targets };
        (!carried.targets.is_empty()).then_some(carried)
    }
}

/// What a call answered.
struct Told {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// What a request is, seen from here.
enum Way<'a> {
    /// None of our business.
    On,
    /// Something to show.
    Shown(HttpResponse),
    /// A form for that call.
    Sent(Tongue, &'a Call),
    /// A token to take along to a call that the form names.
    Carry(Tongue),
}

/// Stands before the doors.
pub async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let pages = request.app_data::<Data<LatePages>>().filter(|_| concerns(&request)).cloned();
    let Some(pages) = pages else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    match pages.way(&request) {
        Way::On => Ok(next.call(request).await?.map_into_left_body()),
        Way::Shown(page) => Ok(request.into_response(page).map_into_right_body()),
        Way::Carry(tongue) => Ok(carry(&pages, tongue, request).await.map_into_right_body()),
        Way::Sent(tongue, call) => {
            Ok(send(&pages, tongue, call, request, next).await?.map_into_right_body())
        }
    }
}

/// What can be told at once, for the many requests that are none of our business.
fn concerns(request: &ServiceRequest) -> bool {
    let looks = request.method() == Method::GET || request.method() == Method::HEAD;
    request.path().starts_with(BASE) || looks && asked::wants_page(request)
}

impl Pages {
    fn way(&self, request: &ServiceRequest) -> Way<'_> {
        let (path, accepted) = (request.path(), language::tongue(request.request()));
        let looks = request.method() == Method::GET || request.method() == Method::HEAD;
        let Some(below) = path.strip_prefix(BASE) else { return self.address(path, accepted) };
        let parts: Vec<&str> = below.split('/').collect();
        let tongue = |tag: &str| {
            let known = Language::ALL.into_iter().find(|language| language.tag() == tag);
            known.map(Tongue)
        };
        let note = |status, id| Way::Shown(self.frame(accepted).note(status, id));
        let own = || asked::is_own(request.headers(), &self.origin);
        match parts.as_slice() {
            [""] if looks => Way::Shown(self.index(accepted)),
            ["", "style.css"] if looks => Way::Shown(self.style.answer(request.request())),
            ["", ..] if !looks && request.method() != Method::POST => Way::On,
            ["", ..] if !looks && !own() => note(StatusCode::FORBIDDEN, "page-foreign"),
            ["", tag] => match tongue(tag) {
                Some(tongue) if looks => Way::Shown(self.index(tongue)),
                Some(tongue) => Way::Carry(tongue),
                None => note(StatusCode::NOT_FOUND, "page-unknown"),
            },
            ["", tag, id] => match tongue(tag).zip(self.call(id)) {
                Some((tongue, call)) if looks => {
                    Way::Shown(self.page(tongue, call, &Typed::default(), None))
                }
                Some((tongue, call)) => Way::Sent(tongue, call),
                None => note(StatusCode::NOT_FOUND, "page-unknown"),
            },
            ["", ..] => note(StatusCode::NOT_FOUND, "page-unknown"),
            _ => Way::On,
        }
    }

    /// The page for an address of the API that was opened in a browser.
    fn address(&self, path: &str, tongue: Tongue) -> Way<'_> {
        if path == "/" {
            return Way::Shown(self.index(tongue));
        }
        let found = self.calls.iter().find_map(|call| Some((call, call.filling(path)?)));
        let Some((call, filled)) = found else { return Way::On };
        let mut typed = Typed::default();
        for (name, value) in filled {
            if let Ok(value) = form::decode(value.replace('+', "%2B").as_bytes()) {
                typed.set(format!("path.{name}"), value);
            }
        }
        Way::Shown(self.page(tongue, call, &typed, None))
    }
}

/// The fields of a form, and what is left of its request.
async fn fields(mut request: ServiceRequest) -> (ServiceRequest, Result<Words, BadBody>) {
    let payload = request.take_payload();
    let read = body::form(request.request(), payload).await;
    (request, read)
}

/// Opens the call a form names with the token it brings.
async fn carry(pages: &Pages, tongue: Tongue, request: ServiceRequest) -> ServiceResponse {
    let (request, words) = fields(request).await;
    let frame = pages.frame(tongue);
    let Ok(words) = words else {
        return request.into_response(frame.note(StatusCode::BAD_REQUEST, "page-unreadable"));
    };
    let word = |name: &str| match words.get(name) {
        Some(Word::Text(text)) => text.as_str(),
        _ => "",
    };
    let Some(call) = pages.call(word("to")) else {
        return request.into_response(frame.note(StatusCode::NOT_FOUND, "page-unknown"));
    };
    let mut typed = Typed::default();
    for name in [CREDENTIAL, SCHEME] {
        typed.set(name.to_owned(), word(name).to_owned());
    }
    request.into_response(pages.page(tongue, call, &typed, None))
}

/// Makes the call a form stands for, in this process, and shows what it answers.
async fn send(
    pages: &Pages,
    tongue: Tongue,
    call: &Call,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let (mut request, words) = fields(request).await;
    let unreadable = || pages.frame(tongue).note(StatusCode::BAD_REQUEST, "page-unreadable");
    let Ok(words) = words else { return Ok(request.into_response(unreadable())) };
    let typed = Typed::read(&words, call);
    if played::readdress(&mut request, typed::wish(call, &typed), tongue).is_none() {
        return Ok(request.into_response(unreadable()));
    }
    let (request, answer) = next.call(request).await?.into_parts();
    let (head, body) = answer.into_parts();
    let body = match to_bytes_limited(body, SHOWN_BYTES).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) | Err(_) => Bytes::from_static("…".as_bytes()),
    };
    let told = Told { status: head.status(), headers: head.headers().clone(), body };
    Ok(ServiceResponse::new(request, pages.page(tongue, call, &typed, Some(told))))
}
