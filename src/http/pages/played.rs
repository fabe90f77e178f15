//! A form of ours, played back as the request that a program would have sent.

use actix_web::{
    dev::{Payload, ServiceRequest},
    http::{
        Uri,
        header::{self, HeaderName, HeaderValue},
    },
    web::Bytes,
};

use super::typed::Wish;
use crate::http::sentences::Tongue;

/// What a program would not send: the browser's own headers, and whatever belongs to the form.
const STRIPPED: [HeaderName; 12] = [
    header::ACCEPT,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::AUTHORIZATION,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::ORIGIN,
    header::REFERER,
    header::TRANSFER_ENCODING,
];

/// Makes the form's request the one it stands for; nothing if there can be no such request.
pub fn readdress(request: &mut ServiceRequest, wish: Wish, tongue: Tongue) -> Option<()> {
    // As `NormalizePath` does it, which has been passed already.
    let (path, query) = wish.target.split_once('?').unwrap_or((&wish.target, ""));
    let path = path.trim_end_matches('/');
    let target = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let uri: Uri = target.parse().ok()?;
    let mut headers = Vec::new();
    for (name, value) in wish.headers {
        headers.push((
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(&value).ok()?,
        ));
    }
    request.match_info_mut().get_mut().update(&uri);
    let head = request.head_mut();
    head.method = wish.method;
    head.uri = uri;
    for name in &STRIPPED {
        head.headers.remove(name);
    }
    head.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let tag = HeaderValue::from_static(tongue.0.tag());
    head.headers.insert(header::ACCEPT_LANGUAGE, tag);
    for (name, value) in headers {
        head.headers.insert(name, value);
    }
    request.set_payload(Payload::from(Bytes::from(wish.body)));
    Some(())
}
