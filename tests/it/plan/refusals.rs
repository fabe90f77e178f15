//! Every dialect answers every refusal, in its own shape.

use std::time::Duration;

use actix_web::{HttpResponse, ResponseError, body::to_bytes};
use cambio::{
    domain::credential::Scheme,
    error::{DeviceNo, Fault, FieldCode, FieldError, Refusal, Why},
    http::{
        djoser, oauth,
        oauth::refusals::Style,
        rest_jwt::{self, Call},
        restful,
    },
};
use serde_json::Value;

use super::source::{self, Word, words};

/// One of each kind, of those with a reason one per reason.
pub(super) fn every_refusal() -> Vec<Refusal> {
    let retry_after = Duration::from_secs(7);
    let mut all = vec![
        Refusal::Fields(vec![FieldError::new("email", FieldCode::Required)]),
        Refusal::NoCredential,
        Refusal::BadLogin,
        Refusal::Inactive,
        Refusal::BadClient,
        Refusal::UnknownClient,
        Refusal::GrantNotAllowed,
        Refusal::ProviderNotAllowed,
        Refusal::ScopeNotAllowed,
        Refusal::ScopeMissing("admin"),
        Refusal::UnsupportedGrant,
        Refusal::BadTarget,
        Refusal::Device(DeviceNo::Waits),
        Refusal::Device(DeviceNo::Slower),
        Refusal::Device(DeviceNo::Denied),
        Refusal::Device(DeviceNo::Expired),
        Refusal::RedirectNotAllowed,
        Refusal::BadRequest("a sentence"),
        Refusal::UnknownProvider,
        Refusal::ProviderGaveNoEmail,
        Refusal::ProviderUnavailable { retry_after, status: None },
        Refusal::ProviderUnavailable { retry_after, status: Some(500) },
        Refusal::ProviderMalformed { status: None },
        Refusal::ProviderMalformed { status: Some(302) },
        Refusal::LinkRefused,
        Refusal::LastLogin,
        Refusal::BadMailUid,
        Refusal::BadMailToken,
        Refusal::StaleMailToken,
        Refusal::NotAllowed,
        Refusal::NotFound,
        Refusal::Changed,
        Refusal::TooLarge,
        Refusal::TooMany { retry_after },
    ];
    for why in REASONS {
        let schemes = [Scheme::Bearer, Scheme::Token, Scheme::Jwt];
        all.extend(schemes.map(|scheme| Refusal::BadCredential(scheme, why)));
        all.extend([Refusal::BadGrant(why), Refusal::ProviderRefused(why)]);
    }
    all
}

const REASONS: [Why; 13] = [
    Why::Unknown,
    Why::Expired,
    Why::Revoked,
    Why::Used,
    Why::Malformed,
    Why::ForeignAudience,
    Why::IpBound,
    Why::Forged,
    Why::WrongKind,
    Why::Unavailable,
    Why::NoSubject,
    Why::NoAccount,
    Why::Inactive,
];

/// The variants of an enum of `src/error.rs`.
pub(super) fn variants(name: &str) -> Vec<String> {
    let files = source::files("src");
    let file = files.iter().find(|file| file.place == "error.rs").unwrap();
    let start = file.text.find(&format!("pub enum {name} {{")).unwrap();
    let body = &file.text[start..][..file.text[start..].find("\n}").unwrap()];
    let variant = |line: &str| {
        let line = line.strip_prefix("    ")?;
        let end = line.find(|c: char| !c.is_alphanumeric()).unwrap_or(line.len());
        line.starts_with(char::is_uppercase).then(|| line[..end].to_owned())
    };
    body.lines().filter_map(variant).collect()
}

async fn told(answer: HttpResponse) -> (HttpResponse, Value) {
    let (head, body) = answer.into_parts();
    let bytes = to_bytes(body).await.unwrap();
    let json = serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("no JSON: {bytes:?}"));
    (head.set_body(actix_web::body::BoxBody::new(())), json)
}

/// What holds for an answer of whichever dialect.
fn is_whole(answer: &HttpResponse, refusal: &Refusal) {
    let status = answer.status();
    let has = |name: &str| answer.headers().contains_key(name);
    assert!(status.is_client_error() || status.is_server_error(), "{refusal:?}: {status}");
    assert_ne!(status, 500, "{refusal:?}: a refusal is no failure of ours");
    assert!(status != 401 || has("www-authenticate"), "{refusal:?}: 401 without a challenge");
    let later = status == 503 || status == 429;
    assert!(!later || has("retry-after"), "{refusal:?}: {status} without a time");
}

#[test]
fn every_kind_of_refusal_is_tried_here() {
    let tried = format!("{:?}", every_refusal());
    for name in variants("Refusal").iter().chain(&variants("Why")) {
        assert!(tried.contains(name.as_str()), "{name} is not tried");
    }
    assert_eq!(REASONS.len(), variants("Why").len());
}

#[tokio::test]
async fn djoser_answers_every_refusal_with_a_detail_or_with_fields() {
    for refusal in every_refusal() {
        let (answer, body) = told(djoser::Refused::from(refusal.clone()).error_response()).await;
        is_whole(&answer, &refusal);
        let sentence = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        let list = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(sentence));
        // One call of djoser's answers with the bare sentence.
        let fields = body.as_object().is_some_and(|it| it.values().all(list)) || sentence(&body);
        let complaint = answer.status() == 400 && fields;
        assert!(sentence(&body["detail"]) || complaint, "{refusal:?}: {body}");
    }
}

#[tokio::test]
async fn oauth_answers_every_refusal_with_an_error_code() {
    for refusal in every_refusal() {
        let refused = oauth::Refused::from(refusal.clone());
        let (answer, body) = told(refused.error_response()).await;
        is_whole(&answer, &refusal);
        let bearer = matches!(refusal, Refusal::NoCredential | Refusal::BadCredential(..));
        let code = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let coded = body["error"].as_str().is_some_and(code);
        assert!(coded || bearer && body["detail"].is_string(), "{refusal:?}: {body}");
    }
}

#[tokio::test]
async fn seed_2_answers_every_refusal_with_an_error_or_with_fields() {
    for refusal in every_refusal() {
        let (answer, body) = told(restful::Refused::from(refusal.clone()).error_response()).await;
        is_whole(&answer, &refusal);
        let fields = matches!(refusal, Refusal::Fields(_)) && body["email"].is_array();
        assert!(body["error"].is_string() || fields, "{refusal:?}: {body}");
        assert_eq!(body.as_object().unwrap().len(), 1, "{refusal:?}: {body}");
    }
}

#[tokio::test]
async fn seed_3_answers_every_refusal_with_its_status_and_a_message() {
    for (refusal, call) in every_refusal().into_iter().flat_map(|refusal| {
        [Call::Refresh, Call::GetUser, Call::Other].map(|call| (refusal.clone(), call))
    }) {
        let refused = rest_jwt::Refused::from(refusal.clone()).of(call);
        let (answer, body) = told(refused.error_response()).await;
        is_whole(&answer, &refusal);
        assert_eq!(body["status"], answer.status().as_u16(), "{refusal:?}: {body}");
        assert!(body["error"]["message"].is_string(), "{refusal:?}: {body}");
    }
}

#[tokio::test]
async fn the_words_of_drf_answer_every_refusal() {
    for refusal in every_refusal() {
        let refused = oauth::Refused::from(refusal.clone()).styled(Style::Drf);
        let (answer, body) = told(refused.error_response()).await;
        let status = answer.status();
        assert!(status.is_client_error() || status.is_server_error(), "{refusal:?}");
        assert!(body.as_object().is_some_and(|body| !body.is_empty()), "{refusal:?}: {body}");
    }
}

#[tokio::test]
async fn a_fault_is_never_blamed_on_the_caller_and_never_explained() {
    let faults = [(Fault::internal("a hush word"), 500), (Fault::unavailable("a hush word"), 503)];
    for (fault, status) in faults {
        let hidden = |body: &Value| !body.to_string().contains("hush");
        let in_oauth = match &fault {
            Fault::Internal { .. } => Fault::internal("a hush word"),
            _ => Fault::unavailable("a hush word"),
        };
        let again = || match status {
            500 => cambio::error::Error::from(Fault::internal("a hush word")),
            _ => Fault::unavailable("a hush word").into(),
        };
        let two = restful::Refused::from(again()).error_response();
        let three = rest_jwt::Refused::from(again()).error_response();
        for answer in [two, three] {
            let (answer, body) = told(answer).await;
            assert!(answer.status() == status && hidden(&body), "{body}");
        }
        let (answer, body) = told(djoser::Refused::Deed(fault.into()).error_response()).await;
        assert!(answer.status() == status && hidden(&body), "{body}");
        let refused = oauth::Refused::from(cambio::error::Error::from(in_oauth));
        let (answer, body) = told(refused.error_response()).await;
        assert!(answer.status() == status && hidden(&body), "{body}");
        let retry = answer.headers().contains_key("retry-after");
        assert_eq!(retry, status == 503);
    }
}

#[test]
fn no_dialect_passes_over_a_refusal() {
    let dialects: Vec<_> = source::files("src")
        .into_iter()
        .filter(|file| file.place.starts_with("http/") && file.text.contains("match refusal {"))
        .collect();
    assert!(dialects.len() >= 2);
    for file in dialects {
        for arms in file.code().split("match refusal {").skip(1) {
            let arms = words(block(arms));
            let wild = arms.windows(3).any(|it| {
                let [Word::Name(name), Word::Sign("="), Word::Sign(">")] = it else { return false };
                name.starts_with(|c: char| c == '_' || c.is_lowercase())
            });
            assert!(
                !wild,
                "src/{}: name every refusal, so that a new one is not missed",
                file.place
            );
        }
    }
}

/// The text up to the brace that closes it.
fn block(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0
    });
    &text[..end.unwrap()]
}
