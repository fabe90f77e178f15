//! Tokens of the old VK OAuth: `secure.checkToken` for the application, `users.get` for the person.

use std::time::Duration;

use futures_util::future::join;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{
    answer::{Answer, Record},
    error::{Flaw, Outage, ProviderError, both},
    fetch::Ask,
    flights::Told,
    guard::{Again, Cx, Line},
    person,
    vk::below,
};
use crate::{
    config::providers::vk,
    domain::{
        language::Language,
        provider::{AudienceProof, ProviderCredential, ProviderIdentity},
    },
    error::Why,
};

/// The way to check old tokens; there is none without a service token.
pub(super) struct Legacy {
    api_url: Url,
    version: String,
    service_token: SecretString,
}

impl Legacy {
    pub(super) fn new(settings: &vk::Vk) -> Option<Self> {
        Some(Self {
            api_url: settings.api_url.clone(),
            version: settings.api_version.clone(),
            service_token: settings.service_token.clone()?,
        })
    }

    /// Two questions at once. An old token never tells an e-mail address.
    pub(super) async fn identify(&self, line: &Line, shown: &ProviderCredential, cx: &Cx) -> Told {
        let token = shown.token.expose_secret();
        let service = self.service_token.expose_secret();
        // VK has no Korean names; in English they come transliterated.
        let lang = if shown.language == Language::Russian { "ru" } else { "en" };
        let whose = self
            .method("users.get", &[("access_token", token), ("lang", lang), ("v", &self.version)]);
        let whom = self.method(
            "secure.checkToken",
            &[("access_token", service), ("token", token), ("v", &self.version)],
        );
        let (whose, whom) =
            join(line.ask(&whose, Again::Failed, cx), line.ask(&whom, Again::Failed, cx)).await;
        let (user, owner) = both(whose.and_then(read_user), whom.and_then(read_check))?;
        let subject = person::decimal_subject(&user, "id")?;
        if owner != subject.as_str() {
            return Err(ProviderError::Refused(Why::Forged));
        }
        Ok(ProviderIdentity {
            provider: line.provider().clone(),
            subject,
            audience: AudienceProof::Introspected,
            email: None,
            name: person::name(user.text("first_name"), user.text("last_name"), None),
        })
    }

    fn method(&self, name: &str, fields: &[(&str, &str)]) -> Ask {
        Ask::post(below(&self.api_url, &format!("/{name}")), fields)
    }
}

/// The one person of `users.get`. No one at all means a token of an application, not of a person.
pub(super) fn read_user(answer: Answer) -> Result<Record, ProviderError> {
    let told = answer.whatever_status()?;
    if let Some(error) = told.record("error") {
        return Err(user_error(&error));
    }
    let users = told.list("response").ok_or(ProviderError::Malformed(Flaw::Member("response")))?;
    let user = match users {
        [] => return Err(ProviderError::Refused(Why::WrongKind)),
        [user] => user.as_object().cloned().map(Record::from),
        _ => None,
    };
    let user = user.ok_or(ProviderError::Malformed(Flaw::Member("response")))?;
    if user.value("deactivated").is_some() {
        return Err(ProviderError::Refused(Why::Unavailable));
    }
    Ok(user)
}

/// The id of the person for whom our application was given the token.
pub(super) fn read_check(answer: Answer) -> Result<String, ProviderError> {
    let told = answer.whatever_status()?;
    if let Some(error) = told.record("error") {
        return Err(check_error(&error));
    }
    let owner = told.record("response").filter(|found| found.number("success") == Some(1));
    let owner = owner.ok_or(ProviderError::Malformed(Flaw::Member("success")))?;
    owner.id("user_id").ok_or(ProviderError::Malformed(Flaw::Subject))
}

/// An error about the person's token. The message is looked at, never passed on: VK has been seen to
/// echo tokens in errors. Its `redirect_uri` and `captcha_img` are never followed.
fn user_error(error: &Record) -> ProviderError {
    let says = |words: &str| error.text("error_msg").is_some_and(|text| text.contains(words));
    let code = error.number("error_code").unwrap_or_default();
    let ip_bound = error.number("error_subcode") == Some(1130) || says("another ip address");
    match code {
        5 if ip_bound => ProviderError::Refused(Why::IpBound),
        5 if says("expired") => ProviderError::Refused(Why::Expired),
        27 | 28 => ProviderError::Refused(Why::WrongKind),
        1117 | 3609 => ProviderError::Refused(Why::Expired),
        5 | 17 | 25 | 1114 | 1116 => ProviderError::Refused(Why::Unknown),
        18 | 37 | 3610 => ProviderError::Refused(Why::Unavailable),
        6 | 9 | 14 | 29 | 1105 => {
            ProviderError::RateLimited { retry_after: Duration::from_secs(1) }
        }
        1 | 10 | 13 | 32 | 36 | 43 => ProviderError::Unavailable(Outage::Status(200)),
        2..=4 | 8 | 11 | 15 | 20..=24 | 34 | 35 | 38 | 42 | 100 | 101 => {
            ProviderError::Misconfigured("VK rejects our application or our request (users.get)")
        }
        _ => ProviderError::Malformed(Flaw::Member("error_code")),
    }
}

/// An error of `secure.checkToken`: about the token only when it is 15 or 100, otherwise what is
/// rejected is our service token.
fn check_error(error: &Record) -> ProviderError {
    match error.number("error_code") {
        Some(15) => ProviderError::Refused(Why::ForeignAudience),
        Some(100) => ProviderError::Refused(Why::Unknown),
        _ => match user_error(error) {
            ProviderError::Refused(_) | ProviderError::Misconfigured(_) => {
                ProviderError::Misconfigured("VK rejects vk-oauth2.service_token")
            }
            passing => passing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{read_check, read_user};
    use crate::{
        error::Why,
        providers::{
            answer::Answer,
            error::{Flaw, ProviderError},
            fetch::Reply,
        },
    };
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
    use serde_json::{Value, json};

    fn answer(body: &Value) -> Answer {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        let body = body.to_string().into_bytes();
        Answer::read(&Reply { status: 200, headers, body }).expect("an answer")
    }

    fn user_refusal(code: i64, subcode: Option<i64>, text: &str) -> ProviderError {
        let error = json!({"error_code": code, "error_subcode": subcode, "error_msg": text,
            "request_params": [{"key": "access_token", "value": "hush"}]});
        read_user(answer(&json!({ "error": error }))).expect_err("an error")
    }

    #[test]
    fn one_person_is_read_and_nobody_or_two_are_not() {
        let ada = json!({"id": 210_700_286, "first_name": "Ada", "is_closed": false});
        let user = read_user(answer(&json!({"response": [ada]}))).expect("a person");
        assert_eq!(user.id("id").as_deref(), Some("210700286"));
        for (response, wanted) in [
            (json!([]), ProviderError::Refused(Why::WrongKind)),
            (json!([ada, ada]), ProviderError::Malformed(Flaw::Member("response"))),
            (json!([1]), ProviderError::Malformed(Flaw::Member("response"))),
            (json!({}), ProviderError::Malformed(Flaw::Member("response"))),
            (json!([{"id": 1, "deactivated": "banned"}]), ProviderError::Refused(Why::Unavailable)),
        ] {
            let told = read_user(answer(&json!({ "response": response })));
            assert_eq!(told.expect_err("nobody"), wanted, "{response}");
        }
        assert!(read_user(answer(&json!({}))).is_err());
    }

    #[test]
    fn errors_have_their_meanings() {
        let bound = "User authorization failed: access_token was given to another ip address.";
        for (code, subcode, text, why) in [
            (5, Some(1130), "", Why::IpBound),
            (5, None, bound, Why::IpBound),
            (5, None, "access_token has expired.", Why::Expired),
            (5, None, "invalid access_token (4).", Why::Unknown),
            (27, None, "", Why::WrongKind),
            (18, None, "", Why::Unavailable),
            (1117, None, "", Why::Expired),
        ] {
            assert_eq!(user_refusal(code, subcode, text), ProviderError::Refused(why), "{code}");
        }
        let words = [6, 14, 10, 42, 0].map(|code| user_refusal(code, None, "").word());
        let wanted = ["rate_limited", "rate_limited", "unavailable", "misconfigured", "malformed"];
        assert_eq!(words, wanted);
    }

    #[test]
    fn a_token_of_another_application_is_foreign_and_a_bad_service_token_is_our_fault() {
        let check = |told: &Value| read_check(answer(told));
        let good = json!({"response": {"success": 1, "user_id": 7, "date": 1, "expire": 2}});
        assert_eq!(check(&good), Ok("7".to_owned()));
        let code =
            |code: i64| check(&json!({"error": {"error_code": code}})).expect_err("an error");
        assert_eq!(code(15), ProviderError::Refused(Why::ForeignAudience));
        assert!(matches!(code(5), ProviderError::Misconfigured(_)));
        assert!(matches!(code(28), ProviderError::Misconfigured(_)));
        assert!(matches!(code(6), ProviderError::RateLimited { .. }));
        for odd in [json!({"response": {"success": 0, "user_id": 7}}), json!({"response": 1})] {
            assert!(matches!(check(&odd), Err(ProviderError::Malformed(_))), "{odd}");
        }
    }
}
