//! Whether a request asks for a page, and whether a form was sent from one of our own.

use actix_web::{
    HttpMessage,
    http::header::{self, Accept, HeaderMap, HeaderName, Quality},
};

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const X_REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");

/// Whether somebody opened the address in a browser.
///
/// HTML must be preferred to JSON by its quality value (RFC 9110 §12.5.1), so `*/*`, `application/json` and no
/// `Accept` at all get what they always got. A script's `fetch()` is not a navigation, whatever it accepts,
/// and a browser that navigates shows no credential.
pub fn wants_page(request: &impl HttpMessage) -> bool {
    let headers = request.headers();
    let by_hand = text(headers, &SEC_FETCH_MODE).is_none_or(|mode| mode == "navigate");
    by_hand
        && !headers.contains_key(header::AUTHORIZATION)
        && !headers.contains_key(X_REQUESTED_WITH)
        && prefers_html(request)
}

fn prefers_html(request: &impl HttpMessage) -> bool {
    // Nearly every request ends here.
    let mut accepted = request.headers().get_all(header::ACCEPT);
    if !accepted.any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/"))) {
        return false;
    }
    let Ok(accept) = <Accept as header::Header>::parse(request) else { return false };
    quality(&accept, "text", "html") > quality(&accept, "application", "json")
}

/// The quality of a type: that of the most exact range that takes it.
fn quality(accept: &Accept, kind: &str, subtype: &str) -> Quality {
    let fit = |range: &mime::Mime| {
        let suffixed = || range.suffix().is_some_and(|suffix| suffix == subtype);
        match (range.type_(), range.subtype()) {
            (own, sub) if own == kind && (sub == subtype || suffixed()) => Some(2),
            (own, mime::STAR) if own == kind => Some(1),
            (mime::STAR, mime::STAR) => Some(0),
            _ => None,
        }
    };
    let fitting = accept.0.iter().filter_map(|range| Some((fit(&range.item)?, range.quality)));
    fitting.max().map_or(Quality::ZERO, |(_, quality)| quality)
}

/// Whether a form was sent from a page of this origin.
///
/// The API keeps no session in a cookie, so another site's form could borrow nothing; but neither shall it
/// make a visitor's browser call from his address. `no-referrer` makes `Origin` `null` in browsers that do not
/// send `Sec-Fetch-Site`: they are refused rather than believed.
pub fn is_own(headers: &HeaderMap, public_origin: &str) -> bool {
    if let Some(site) = text(headers, &SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(origin) = text(headers, &header::ORIGIN) else { return false };
    let host = text(headers, &header::HOST).unwrap_or_default();
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    origin == public_origin || authority == Some(host)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::{is_own, wants_page};

    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    fn wants(headers: &[(&'static str, &str)]) -> bool {
        let request = TestRequest::default();
        let request = headers.iter().fold(request, |it, pair| it.insert_header(*pair));
        wants_page(&request.to_http_request())
    }

    #[test]
    fn html_must_be_preferred_to_json() {
        for accept in [BROWSER, "text/html", "text/*", "application/json;q=0.5, text/html;q=0.6"] {
            assert!(wants(&[("accept", accept)]), "{accept}");
        }
        for accept in [
            "*/*",
            "",
            "application/json",
            "application/json, text/plain, */*",
            "application/json, text/html",
            "text/html;q=0.5, application/json",
            "text/html;q=0.5, application/vnd.api+json",
            "text/html;q=0, */*;q=0.1",
            "text/html;q=0.9, */*",
            "text/plain",
            "%%%",
        ] {
            assert!(!wants(&[("accept", accept)]), "{accept}");
        }
        assert!(!wants(&[]));
    }

    #[test]
    fn a_script_and_a_caller_with_a_credential_get_json() {
        assert!(wants(&[("accept", BROWSER), ("sec-fetch-mode", "navigate")]));
        for odd in [
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-mode", "same-origin"),
            ("x-requested-with", "XMLHttpRequest"),
            ("authorization", "Bearer x"),
        ] {
            assert!(!wants(&[("accept", BROWSER), odd]), "{odd:?}");
        }
    }

    #[test]
    fn a_form_of_another_origin_is_not_ours() {
        let own = |headers: &[(&'static str, &str)]| {
            let request = TestRequest::default();
            let request = headers.iter().fold(request, |it, pair| it.insert_header(*pair));
            is_own(request.to_http_request().headers(), "https://id.example")
        };
        let host = ("host", "127.0.0.1:8000");
        assert!(own(&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(own(&[host, ("origin", "http://127.0.0.1:8000")]));
        assert!(own(&[host, ("origin", "https://id.example")]));
        for site in ["same-site", "cross-site", "none"] {
            let origin = ("origin", "http://127.0.0.1:8000");
            assert!(!own(&[host, ("sec-fetch-site", site), origin]), "{site}");
        }
        for origin in ["null", "https://evil.example", "http://127.0.0.1:8000.evil.example"] {
            assert!(!own(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(!own(&[host]));
    }
}
