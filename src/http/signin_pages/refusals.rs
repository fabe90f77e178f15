//! How the pages say no: a page with a sentence, never a redirect to a place that is not proven.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use minijinja::context;

use super::{Visit, visit::FormLeads};
use crate::{
    error::{Error, Fault, Refusal},
    http::{answer, body::BadBody, sentences::Tongue},
    oxide::authorize::Nowhere,
};

/// A "no" that is a page.
#[derive(Debug)]
pub enum NoPage {
    /// A deed said no.
    Deed(Error),
    /// What was sent cannot be read.
    Body(BadBody),
    /// The form did not come from a page of ours in this browser.
    Foreign,
    /// Nobody may register themselves here.
    Closed,
    /// Somebody came back from a provider's page without a code.
    Denied,
}

impl From<Error> for NoPage {
    fn from(error: Error) -> Self {
        Self::Deed(error)
    }
}

impl From<Refusal> for NoPage {
    fn from(refusal: Refusal) -> Self {
        Self::Deed(refusal.into())
    }
}

impl From<Fault> for NoPage {
    fn from(fault: Fault) -> Self {
        Self::Deed(fault.into())
    }
}

impl From<BadBody> for NoPage {
    fn from(bad: BadBody) -> Self {
        Self::Body(bad)
    }
}

impl From<Nowhere> for NoPage {
    fn from(why: Nowhere) -> Self {
        Refusal::from(why).into()
    }
}

impl NoPage {
    /// The page.
    pub fn page(&self, visit: &Visit) -> HttpResponse {
        let (status, words) = self.words();
        let error = match self {
            Self::Deed(error) => Some(error),
            Self::Body(_) | Self::Foreign | Self::Closed | Self::Denied => None,
        };
        let told = error.map(|error| answer::no(status, error).finish());
        let page = visit.page(
            status,
            "error.html",
            context! { message => words, again => again(visit, words) },
            FormLeads::Here,
        );
        let mut page = page.unwrap_or_else(|_fault| HttpResponse::build(status).finish());
        if let Some(wait) = self.wait() {
            page.headers_mut().insert(header::RETRY_AFTER, wait.into());
        }
        if let Some(told) = told.and_then(|told| told.extensions().get::<answer::Told>().cloned()) {
            page.extensions_mut().insert(told);
        }
        page
    }

    /// After how many seconds to try again, where that may help.
    fn wait(&self) -> Option<u64> {
        match self {
            Self::Deed(Error::Refused(
                Refusal::TooMany { retry_after } | Refusal::ProviderUnavailable { retry_after, .. },
            )) => Some(answer::seconds(retry_after)),
            Self::Deed(Error::Fault(fault)) => answer::fault_status(fault).1,
            Self::Deed(Error::Refused(_))
            | Self::Body(_)
            | Self::Foreign
            | Self::Closed
            | Self::Denied => None,
        }
    }

    /// The status, and the key of the sentence.
    pub fn words(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Foreign => (StatusCode::FORBIDDEN, "error-foreign"),
            Self::Closed => (StatusCode::FORBIDDEN, "error-closed"),
            Self::Denied => (StatusCode::BAD_REQUEST, "provider-denied"),
            Self::Body(bad) => (answer::body_status(bad, Tongue::ENGLISH).0, "error-request"),
            Self::Deed(Error::Fault(fault)) => match answer::fault_status(fault).0 {
                StatusCode::SERVICE_UNAVAILABLE => (StatusCode::SERVICE_UNAVAILABLE, "error-busy"),
                other => (other, "error-ours"),
            },
            Self::Deed(Error::Refused(refusal)) => of(refusal),
        }
    }
}

/// Where another letter is asked for, in place of one whose link is over.
fn again(visit: &Visit, words: &str) -> Option<&'static str> {
    let path = visit.request.path();
    let letter = if path.starts_with("/auth/activate/") { "resend" } else { "forgot" };
    (words == "error-link" && path.starts_with("/auth/")).then_some(letter)
}

fn of(refusal: &Refusal) -> (StatusCode, &'static str) {
    let bad = |key| (StatusCode::BAD_REQUEST, key);
    match refusal {
        Refusal::UnknownClient | Refusal::BadClient => bad("error-client"),
        Refusal::RedirectNotAllowed => bad("error-place"),
        Refusal::BadGrant(_) => bad("error-expired"),
        Refusal::BadLogin | Refusal::Inactive => bad("error-login"),
        Refusal::BadMailUid | Refusal::BadMailToken => bad("error-link"),
        Refusal::StaleMailToken => bad("error-used"),
        Refusal::ProviderRefused(_) | Refusal::ProviderMalformed { .. } => bad("error-provider"),
        Refusal::ProviderGaveNoEmail => bad("provider-no-email"),
        Refusal::LinkRefused => bad("provider-clash"),
        Refusal::NoCredential | Refusal::BadCredential(..) => {
            (StatusCode::FORBIDDEN, "error-expired")
        }
        Refusal::NotAllowed | Refusal::ScopeMissing(_) => (StatusCode::FORBIDDEN, "error-request"),
        Refusal::NotFound | Refusal::UnknownProvider => (StatusCode::NOT_FOUND, "error-missing"),
        Refusal::ProviderUnavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "error-busy"),
        Refusal::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "error-many"),
        Refusal::Fields(_)
        | Refusal::GrantNotAllowed
        | Refusal::ProviderNotAllowed
        | Refusal::ScopeNotAllowed
        | Refusal::UnsupportedGrant
        | Refusal::BadTarget
        | Refusal::Device(_)
        | Refusal::BadRequest(_)
        | Refusal::LastLogin
        | Refusal::Changed
        | Refusal::TooLarge => bad("error-request"),
    }
}
