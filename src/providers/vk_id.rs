//! VK ID's word on a token: `user_info` and `public_info`.

use url::Url;

use super::{
    answer::{Answer, Record},
    error::{Flaw, ProviderError},
    exchange::{is_ip_bound, refusal},
    fetch::Ask,
    guard::{Again, Cx, Line},
};
use crate::{domain::provider::ProviderCredential, error::Why};

/// Whose a token is, as far as VK ID tells the application that asks.
#[derive(Debug)]
pub(super) enum Owner {
    /// This person's.
    Known(Record),
    /// VK ID knows no such token; the old OAuth may.
    Unknown,
    /// It was issued to another application.
    Foreign,
}

/// Asks for the owner; the form names the application.
pub(super) async fn ask(
    line: &Line,
    (url, fields): (Url, &[(&str, &str)]),
    shown: &ProviderCredential,
    cx: &Cx,
) -> Result<Owner, ProviderError> {
    let ask = Ask::post(url, fields).in_language(shown.language);
    read(line.ask(&ask, Again::Failed, cx).await?)
}

/// VK ID means its body, not its status: an error may come with 200.
pub(super) fn read(answer: Answer) -> Result<Owner, ProviderError> {
    let status = answer.status;
    if answer.is_mute_refusal() && status != 404 {
        return Err(ProviderError::Refused(Why::Unknown));
    }
    let told = answer.whatever_status()?;
    if told.value("error").is_some_and(|error| !error.is_null()) {
        return match told.text("error") {
            Some("invalid_token") if !is_ip_bound(&told) => Ok(Owner::Unknown),
            Some("invalid_client" | "unauthorized_client") => Ok(Owner::Foreign),
            _ => Err(refusal(&told, status)),
        };
    }
    match told.record("user") {
        Some(user) if status < 300 => Ok(Owner::Known(user)),
        Some(_) => Err(ProviderError::Malformed(Flaw::Status(status))),
        None => Err(ProviderError::Malformed(Flaw::Member("user"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Owner, read};
    use crate::{
        error::Why,
        providers::{
            answer::Answer,
            error::{Flaw, Outage, ProviderError},
            fetch::Reply,
        },
    };
    use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

    fn told(status: u16, body: &str) -> Result<Owner, ProviderError> {
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
        read(Answer::read(&Reply { status, headers, body: body.as_bytes().to_vec() })?)
    }

    #[test]
    fn the_body_counts_whatever_the_status() {
        let unknown = r#"{"error":"invalid_token","error_description":"access_token is missing"}"#;
        let foreign = r#"{"error":"invalid_client","error_description":"another client"}"#;
        for status in [200, 400, 401] {
            assert!(matches!(told(status, unknown), Ok(Owner::Unknown)));
            assert!(matches!(told(status, foreign), Ok(Owner::Foreign)));
        }
        assert!(matches!(told(200, r#"{"user":{"user_id":"1"}}"#), Ok(Owner::Known(_))));
    }

    #[test]
    fn an_error_is_a_refusal_a_pause_or_no_answer() {
        for (status, body, wanted) in [
            (403, "{\"error\":{\"code\":403}}", ProviderError::Refused(Why::Unknown)),
            (401, "", ProviderError::Refused(Why::Unknown)),
            (200, "{\"error\":\"access_denied\"}", ProviderError::Refused(Why::Unknown)),
            (404, "{\"error\":\"not_found\"}", ProviderError::Malformed(Flaw::Status(404))),
            (200, "{\"error\":{}}", ProviderError::Malformed(Flaw::Member("error"))),
            (200, "{}", ProviderError::Malformed(Flaw::Member("user"))),
            (200, "{\"user\":[]}", ProviderError::Malformed(Flaw::Member("user"))),
            (200, "{\"error\":\"server_error\"}", ProviderError::Unavailable(Outage::Status(200))),
            (
                200,
                r#"{"error":"invalid_token","error_description":"given to another ip address"}"#,
                ProviderError::Refused(Why::IpBound),
            ),
        ] {
            assert_eq!(told(status, body).expect_err("no owner"), wanted, "{body}");
        }
    }
}
