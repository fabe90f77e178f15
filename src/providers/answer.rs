//! Reading a provider's answer: strict about JSON, lenient about how a scalar is written.

use std::time::Duration;

use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use serde_json::{Map, Value};

use super::{
    error::{Flaw, Outage, ProviderError},
    fetch::Reply,
};
use crate::crypto::json;

/// An answer worth reading: success, or the provider's word on a bad request.
#[derive(Debug)]
pub(super) struct Answer {
    /// The HTTP status, 200 to 299 or 400 to 499.
    pub(super) status: u16,
    /// For how long it may be kept (`Cache-Control: max-age`), in seconds.
    pub(super) max_age: Option<i64>,
    object: Option<Map<String, Value>>,
}

impl Answer {
    /// Sorts out what is no answer: redirects, rate limits, failures, and success without JSON.
    pub(super) fn read(reply: &Reply) -> Result<Self, ProviderError> {
        match reply.status {
            300..=399 => return Err(ProviderError::Malformed(Flaw::Redirect)),
            429 => return Err(ProviderError::RateLimited { retry_after: retry_after(reply) }),
            // 408: a connection that rested was closed just when we asked; nobody has read what was asked.
            408 | 500.. => return Err(ProviderError::Unavailable(Outage::Status(reply.status))),
            _ => {}
        }
        let object = if is_json(reply.header(CONTENT_TYPE)) {
            json::parse_object(&reply.body).ok_or(Flaw::NotJson)
        } else {
            Err(Flaw::ContentType)
        };
        let object = match object {
            Ok(object) => Some(object),
            Err(flaw) if reply.status < 300 => return Err(ProviderError::Malformed(flaw)),
            // What comes with a refusal may be empty, text or HTML: the status says enough.
            Err(_) => None,
        };
        Ok(Self { status: reply.status, max_age: max_age(reply), object })
    }

    /// The object of a success.
    pub(super) fn success(self) -> Result<Record, ProviderError> {
        if !(200..300).contains(&self.status) {
            return Err(ProviderError::Malformed(Flaw::Status(self.status)));
        }
        self.whatever_status()
    }

    /// The object whatever the status, for providers that do not mean their status.
    pub(super) fn whatever_status(self) -> Result<Record, ProviderError> {
        self.object.map(Record).ok_or(ProviderError::Malformed(Flaw::NotJson))
    }

    /// Whether it is a refusal without a word to read.
    pub(super) fn is_mute_refusal(&self) -> bool {
        self.status >= 400 && self.object.is_none()
    }
}

/// A JSON object out of an answer or a verified token.
#[derive(Debug, Clone)]
pub(super) struct Record(Map<String, Value>);

impl From<Map<String, Value>> for Record {
    fn from(object: Map<String, Value>) -> Self {
        Self(object)
    }
}

impl Record {
    /// An id: a string as it stands, or a whole number in decimal. Never a fraction: it has lost digits.
    pub(super) fn id(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::String(id) => Some(id.clone()),
            Value::Number(id) => id.as_u64().map(|id| id.to_string()),
            _ => None,
        }
    }

    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A yes or no: a boolean, `"true"`, `"false"`, 1 or 0; anything else is unsaid.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(word) if word == "true" => Some(true),
            Value::String(word) if word == "false" => Some(false),
            Value::Number(number) if number.as_u64() == Some(1) => Some(true),
            Value::Number(number) if number.as_u64() == Some(0) => Some(false),
            _ => None,
        }
    }

    /// A whole number, also as a string.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// An object within.
    pub(super) fn record(&self, name: &str) -> Option<Self> {
        self.0.get(name)?.as_object().cloned().map(Self)
    }

    /// A list within.
    pub(super) fn list(&self, name: &str) -> Option<&[Value]> {
        self.0.get(name)?.as_array().map(Vec::as_slice)
    }

    /// A member as it stands.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The whole object.
    pub(super) fn members(&self) -> &Map<String, Value> {
        &self.0
    }
}

fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn retry_after(reply: &Reply) -> Duration {
    let told = reply.header(RETRY_AFTER).and_then(|text| text.trim().parse().ok());
    Duration::from_secs(told.unwrap_or(5_u64).clamp(1, 3600))
}

fn max_age(reply: &Reply) -> Option<i64> {
    let told = reply.header(CACHE_CONTROL)?;
    told.split(',').find_map(|part| part.trim().strip_prefix("max-age=")?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::{Answer, Record};
    use crate::providers::{
        error::{Flaw, Outage, ProviderError},
        fetch::Reply,
    };
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    use serde_json::json;

    fn reply(status: u16, header: (&'static str, &'static str), body: &str) -> Reply {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(header.0), HeaderValue::from_static(header.1));
        Reply { status, headers, body: body.as_bytes().to_vec() }
    }

    fn read(status: u16, content_type: &'static str, body: &str) -> Result<Answer, ProviderError> {
        Answer::read(&reply(status, ("content-type", content_type), body))
    }

    fn record(value: &serde_json::Value) -> Record {
        value.as_object().expect("an object").clone().into()
    }

    #[test]
    fn success_must_be_a_json_object_that_says_so() {
        assert!(read(200, "application/json; charset=utf-8", "{}").is_ok());
        assert!(read(200, "application/scim+json", "{}").is_ok());
        for (content_type, body, flaw) in [
            ("text/html", "<h1>Sorry</h1>", Flaw::ContentType),
            ("text/html", "{}", Flaw::ContentType),
            ("application/json", "[]", Flaw::NotJson),
            ("application/json", "false", Flaw::NotJson),
            ("application/json", "", Flaw::NotJson),
            ("application/json", "{\"id\":1,\"id\":2}", Flaw::NotJson),
        ] {
            let why = read(200, content_type, body).expect_err("no answer");
            assert_eq!(why, ProviderError::Malformed(flaw), "{body}");
        }
    }

    #[test]
    fn what_comes_with_a_refusal_need_not_be_json() {
        for body in ["", "<h1>401</h1>", "no"] {
            assert!(read(401, "text/html", body).expect("an answer").is_mute_refusal());
        }
    }

    #[test]
    fn redirects_limits_and_failures_are_no_answers() {
        let at = |status| read(status, "application/json", "{}").expect_err("no answer");
        assert_eq!(at(302), ProviderError::Malformed(Flaw::Redirect));
        assert_eq!(at(503), ProviderError::Unavailable(Outage::Status(503)));
        assert_eq!(at(408), ProviderError::Unavailable(Outage::Status(408)));
        let limited = Answer::read(&reply(429, ("retry-after", "7"), "")).expect_err("limited");
        assert_eq!(
            limited,
            ProviderError::RateLimited { retry_after: std::time::Duration::from_secs(7) }
        );
    }

    #[test]
    fn the_age_limit_of_a_cache_is_read() {
        let told = reply(404, ("cache-control", "public, max-age=20055, must-revalidate"), "");
        assert_eq!(Answer::read(&told).expect("an answer").max_age, Some(20055));
    }

    #[test]
    fn scalars_are_read_leniently_but_never_guessed() {
        let odd = record(&json!({
            "int": 18_446_744_073_709_551_615_u64, "text": "210700286", "float": 1.0, "neg": -5,
            "null": null, "empty": "", "list": [1], "yes": "true", "no": "FALSE", "one": 1, "two": 2,
        }));
        assert_eq!(odd.id("int").as_deref(), Some("18446744073709551615"));
        assert_eq!(odd.id("text").as_deref(), Some("210700286"));
        for name in ["float", "neg", "null", "list", "absent"] {
            assert_eq!(odd.id(name), None, "{name}");
        }
        assert_eq!(odd.text("empty"), None);
        assert_eq!([odd.flag("yes"), odd.flag("one")], [Some(true); 2]);
        assert_eq!([odd.flag("no"), odd.flag("two"), odd.flag("null")], [None; 3]);
        assert_eq!(odd.number("text"), Some(210_700_286));
    }

    proptest! {
        #[test]
        fn whatever_a_provider_sends_as_an_id_is_a_subject_only_when_it_can_be(
            id in prop_oneof![
                any::<i64>().prop_map(|n| json!(n)),
                any::<f64>().prop_map(|n| json!(n)),
                "\\PC{0,300}".prop_map(|s| json!(s)),
                Just(json!(null)), Just(json!([])), Just(json!({})), Just(json!(true)),
                prop::sample::select(vec!["None", "null", "undefined", "", "0", " 1"])
                    .prop_map(|s| json!(s)),
            ],
        ) {
            use crate::domain::provider::Subject;
            let told = record(&json!({"id": id})).id("id");
            if let Some(subject) = told.as_deref().and_then(Subject::parse) {
                prop_assert!(subject.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert!(!subject.as_str().eq_ignore_ascii_case("none"));
            }
            if let Some(subject) = told.as_deref().and_then(Subject::parse_decimal) {
                prop_assert!(subject.as_str().bytes().all(|b| b.is_ascii_digit()));
            }
        }
    }
}
