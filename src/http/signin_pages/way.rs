//! Where somebody is going: on with an application's request, to a device's page, or to their own.
//!
//! It goes from page to page in addresses and forms. Over a letter or a provider's page, which know nothing of
//! it, the browser keeps it in a cookie.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
};
use minijinja::{Value, context};
use secrecy::SecretString;

use super::{
    NoPage, Visit, authorize,
    visit::{FormLeads, text_of},
};
use crate::{
    domain::{device::UserCode, language::Language},
    http::{body::Words, form},
    usecases::asks::Pending,
};

/// Where somebody is going: always a page of ours, never an address.
#[derive(Debug, Default)]
pub struct Way {
    /// The request they are on the way with, and as it was sealed.
    pub asked: Option<(Pending, String)>,
    /// The code of a device that waits; empty if it is still to be typed.
    device: Option<String>,
}

impl Way {
    /// Reads where somebody is going. Refuses a request that is of another browser, or too old.
    pub fn read(visit: &Visit, words: &Words) -> Result<Self, NoPage> {
        let device = text_of(words, "to").is_some_and(|to| to == "device");
        let code = text_of(words, "device").as_deref().and_then(UserCode::parse);
        let code = code.map(|code| code.shown()).unwrap_or_default();
        Ok(Self { asked: asked(visit, words)?, device: device.then_some(code) })
    }

    /// What the browser has kept of it; nowhere in particular, if that is not good any more.
    pub fn kept(visit: &Visit) -> Self {
        let words = visit.cookie.read_way(&visit.request).map(|way| form::read(way.as_bytes()));
        let Some(Ok(words)) = words else { return Self::default() };
        Self::read(visit, &words).unwrap_or_default()
    }

    /// The words of a query that say it; empty when there are none.
    pub fn query(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.asked.as_ref().map(|(_, sealed)| format!("ask={sealed}")));
        words.extend(self.device.as_ref().map(|code| format!("to=device&device={code}")));
        words.join("&")
    }

    /// The same for the fields and links of a page.
    pub fn filled(&self) -> Value {
        context! {
            ask => self.asked.as_ref().map(|(_, sealed)| sealed),
            to => self.device.as_ref().map(|_| "device"),
            device => self.device.as_deref(),
            way => self.query(),
        }
    }

    /// The language the application wants its pages in.
    pub fn language(&self) -> Option<Language> {
        self.asked.as_ref().and_then(|(pending, _)| pending.language)
    }

    /// The browser that a letter's link was opened in, in the language of what its person is on the way to.
    pub fn along(visit: &Visit) -> Visit {
        let language = Self::kept(visit).language();
        visit.speaking(language)
    }

    /// Where a form leads by which somebody goes on: it may be the last thing that the application waits for.
    pub fn leads(&self) -> FormLeads {
        if self.asked.is_some() { FormLeads::Away } else { FormLeads::Here }
    }

    /// Lets the browser keep it, or forget what it kept before.
    pub fn keep(&self, visit: &Visit, mut answer: HttpResponse) -> HttpResponse {
        set_cookie(&mut answer, &visit.cookie.write_way(&self.query()));
        answer
    }

    /// On with it, in a session that has just begun.
    pub async fn go_on(self, visit: &Visit, session: SecretString) -> Result<HttpResponse, NoPage> {
        let cookie = visit.cookie.write_session(&session);
        let visit = visit.within(session);
        let path = self.path();
        let mut answer = match self.asked {
            Some((pending, _)) => authorize::go_on(&visit, pending).await?,
            None => visit.on_to(&path),
        };
        set_cookie(&mut answer, &cookie);
        if visit.cookie.read_way(&visit.request).is_some() {
            set_cookie(&mut answer, &visit.cookie.write_way(""));
        }
        Ok(answer)
    }

    fn path(&self) -> String {
        match &self.device {
            None => "/account".to_owned(),
            Some(code) if code.is_empty() => "/device".to_owned(),
            Some(code) => format!("/device?user_code={code}"),
        }
    }
}

/// The request somebody is on the way with, if any, and as it was sealed.
pub fn asked(visit: &Visit, words: &Words) -> Result<Option<(Pending, String)>, NoPage> {
    let Some(sealed) = text_of(words, "ask").filter(|sealed| !sealed.is_empty()) else {
        return Ok(None);
    };
    let pending = visit.app.unpack_ask(&sealed, &visit.browser)?;
    Ok(Some((pending, sealed)))
}

fn set_cookie(answer: &mut HttpResponse, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
