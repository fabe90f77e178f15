//! A browser at one of the pages: who it is, what language it wants, and what an answer to it carries.

use std::{
    collections::BTreeMap,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::{Method, StatusCode, header},
    web::Data,
};
use minijinja::{Value, context};
use secrecy::SecretString;
use url::{Url, form_urlencoded};

use super::{NoPage, Pages};
use crate::{
    app::App,
    domain::{browser::BrowserSession, browser::SESSION_LIFE, caller::Caller, language::Language},
    error::{Fault, FieldError, Outcome},
    http::{
        body::{Word, Words},
        browser::BrowserCookie,
        caller,
        fields::by_field,
        form, language,
        sentences::Tongue,
    },
    usecases::browsers,
};

/// The word of a query that chooses a language.
const LANGUAGE: &str = "lang";

/// A browser at one of the pages.
#[derive(Clone)]
pub struct Visit {
    /// The house.
    pub app: Data<App>,
    /// The cookies.
    pub cookie: BrowserCookie,
    /// The secret of this browser: its own, or one drawn for it.
    pub browser: SecretString,
    /// The secret of the session it is signed in with, unjudged.
    pub session: Option<SecretString>,
    /// Where it is.
    pub from: Caller,
    /// The language its pages are in.
    pub language: Language,
    /// The language the person has chosen by a link of a page, now or before.
    chosen: Option<Language>,
    /// The request.
    pub request: HttpRequest,
    pages: Data<Pages>,
}

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Self::read(request).ok_or_else(|| {
                actix_web::error::ErrorInternalServerError("the server has no pages")
            }),
        )
    }
}

impl Visit {
    fn read(request: &HttpRequest) -> Option<Self> {
        let app = request.app_data::<Data<App>>()?.clone();
        let cookie = *request.app_data::<Data<BrowserCookie>>()?.get_ref();
        let browser = cookie.read(request);
        let chosen = switched(request).or_else(|| cookie.read_language(request));
        let language = chosen.or_else(|| language::of(request));
        Some(Self {
            browser: browser.unwrap_or_else(|| BrowserCookie::draw(app.entropy())),
            session: cookie.read_session(request),
            from: caller::of(request),
            language: language.unwrap_or(app.policy().language),
            chosen,
            pages: request.app_data::<Data<Pages>>()?.clone(),
            request: request.clone(),
            cookie,
            app,
        })
    }

    /// The same browser, signed in with another session.
    #[must_use]
    pub fn within(&self, session: SecretString) -> Self {
        Self { session: Some(session), ..self.clone() }
    }

    /// The same browser, spoken to in the language that an application asks for, if it does and the person has
    /// not chosen another.
    #[must_use]
    pub fn speaking(&self, language: Option<Language>) -> Self {
        Self { language: self.chosen.or(language).unwrap_or(self.language), ..self.clone() }
    }

    /// What is wrong with the fields of a form, in the language of the page.
    pub fn complaints(&self, errors: &[FieldError]) -> BTreeMap<&'static str, Vec<String>> {
        by_field(errors, Tongue(self.language))
    }

    /// Who is signed in, if anybody is.
    pub async fn signed_in(&self) -> Outcome<Option<BrowserSession>> {
        let shown = self.session.clone();
        let found = self.app.read(move |ctx| browsers::find(ctx, shown.as_ref())).await?;
        if let Some(session) = found.clone().filter(|it| browsers::is_stale(it, self.app.now())) {
            self.app.write(move |ctx| browsers::touch(ctx, &session)).await?;
        }
        Ok(found)
    }

    /// The words of the query, none of them twice.
    pub fn query(&self) -> Result<Words, NoPage> {
        Ok(form::read(self.request.query_string().as_bytes())?)
    }

    /// Insists that a page of ours sent the form: by where the browser says it comes from, and by what only
    /// a page of ours could know.
    pub fn insist_own(&self, words: &Words) -> Result<(), NoPage> {
        self.insist_about(words, "")
    }

    /// The same of a form that decides about something, which the page has shown.
    pub fn insist_about(&self, words: &Words, about: &str) -> Result<(), NoPage> {
        let shown = text_of(words, "form_token").unwrap_or_default();
        let known = self.cookie.read(&self.request).is_some()
            && browsers::is_form_token(&shown, (&self.browser, self.session.as_ref()), about);
        if self.is_ours() && known { Ok(()) } else { Err(NoPage::Foreign) }
    }

    /// Whether the browser says that a page of ours sent the form, or says nothing about that.
    fn is_ours(&self) -> bool {
        let header =
            |name: &str| self.request.headers().get(name).map(header::HeaderValue::as_bytes);
        let own = origin_of(&self.app.policy().issuer);
        header("origin").is_none_or(|origin| origin == own.as_bytes())
            && header("sec-fetch-site").is_none_or(|site| site == b"same-origin")
    }

    /// What a form carries that decides about something.
    pub fn form_token(&self, about: &str) -> String {
        browsers::form_token(&self.browser, self.session.as_ref(), about)
    }

    /// A page, and where its form leads.
    pub fn page(
        &self,
        status: StatusCode,
        name: &str,
        filled: Value,
        form: FormLeads,
    ) -> Result<HttpResponse, Fault> {
        let base = context! {
            lang => self.language.tag(),
            root => self.app.policy().issuer.as_str(),
            languages => self.languages(),
            form_token => self.form_token(""),
        };
        let html = self.pages.render(name, context! { ..filled, ..base })?;
        let mut page = HttpResponse::build(status);
        if let Some(language) = switched(&self.request) {
            page.append_header((header::SET_COOKIE, self.cookie.write_language(language)));
        }
        let page = page
            .content_type("text/html; charset=utf-8")
            .insert_header((header::CONTENT_SECURITY_POLICY, policy(form)))
            // Not `no-referrer`: with it browsers send `Origin: null` with our own forms (Fetch, "append a
            // request Origin header"), which are refused like anybody's. Other sites are told nothing either way.
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::CONTENT_LANGUAGE, self.language.tag()))
            .insert_header((header::VARY, "Accept-Language, Cookie"))
            .body(html);
        Ok(self.remembered(page))
    }

    /// The same page in each language, as its links say it. What answers a form has no such links: its address
    /// alone does not lead to it.
    fn languages(&self) -> Vec<Value> {
        if self.request.method() != Method::GET {
            return Vec::new();
        }
        let link = |language: Language| {
            let query = form_urlencoded::parse(self.request.query_string().as_bytes());
            let mut here = form_urlencoded::Serializer::new(String::new());
            here.extend_pairs(query.filter(|(name, _)| name != LANGUAGE));
            here.append_pair(LANGUAGE, language.tag());
            let href = format!("?{}", here.finish());
            context! { tag => language.tag(), name => language.own_name(), href }
        };
        Language::ALL.map(link).to_vec()
    }

    /// On to a page of ours.
    pub fn on_to(&self, path: &str) -> HttpResponse {
        self.remembered(see_other(&format!("{}{path}", self.app.policy().issuer)))
    }

    /// The answer, with the secret by which the browser is known again. A form that came without one may be
    /// another site's, with which browsers send no cookie: its answer must not take the place of the one there is.
    pub fn remembered(&self, mut answer: HttpResponse) -> HttpResponse {
        let is_sure =
            self.request.method() != Method::POST || self.cookie.read(&self.request).is_some();
        let cookie = self.cookie.write(&self.browser, SESSION_LIFE);
        if let Some(cookie) = header::HeaderValue::from_str(&cookie).ok().filter(|_| is_sure) {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }

    /// The same request once more as a `GET`, if another site's form brought it without a cookie: what browsers
    /// keep from such a form (`SameSite=Lax`) they send along when they are led on.
    pub fn asked_again(&self, words: &Words) -> Option<HttpResponse> {
        if self.is_ours() || self.cookie.read(&self.request).is_some() {
            return None;
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(words.texts());
        let path = self.request.path();
        Some(see_other(&format!("{}{path}?{}", self.app.policy().issuer, query.finish())))
    }

    /// The answer, whatever became of the request.
    pub fn answered(&self, done: Result<HttpResponse, NoPage>) -> HttpResponse {
        done.unwrap_or_else(|no| no.page(self))
    }
}

/// The language that a link of a page switches to.
fn switched(request: &HttpRequest) -> Option<Language> {
    let mut query = form_urlencoded::parse(request.query_string().as_bytes());
    query.find(|(name, _)| name == LANGUAGE).and_then(|(_, tag)| Language::parse(&tag))
}

/// Where the answer to a page's form leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormLeads {
    /// To pages of ours.
    Here,
    /// To an application.
    Away,
}

/// 303: whatever the method was, what comes next is a `GET` (RFC 9700 §4.12).
pub fn see_other(place: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, place)).finish()
}

/// A text of a form or query.
pub fn text_of(words: &Words, name: &str) -> Option<String> {
    match words.get(name) {
        Some(Word::Text(text)) if !text.contains('\0') => Some(text.clone()),
        _ => None,
    }
}

/// Scheme, host and port of an address, as browsers write an origin.
fn origin_of(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return String::new() };
    match url.scheme() {
        "http" | "https" => url.origin().ascii_serialization(),
        other => format!("{other}:"),
    }
}

/// What a page may load, and where its form may go.
///
/// Chromium holds every redirect that follows a form against `form-action`: that to the application, and those on
/// which the application sends the person then, which nobody here knows. So a page from which one leaves has none.
fn policy(form: FormLeads) -> &'static str {
    match form {
        FormLeads::Here => {
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
             frame-ancestors 'none'; form-action 'self'"
        }
        FormLeads::Away => {
            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
             frame-ancestors 'none'"
        }
    }
}
