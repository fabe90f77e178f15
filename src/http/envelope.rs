//! Around every request: an id, a line in the log, and the headers that every answer carries.

use std::{panic::AssertUnwindSafe, time::Duration};

use actix_web::{
    Error, HttpMessage as _,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use super::{answer::Told, broken::Broken, caller, language, route, span};
use crate::{
    app::App,
    domain::{
        audit::{Side, Whence},
        credential::ShownJwt,
    },
    meters::{Gauge, Meters},
};

/// The header that names a request in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Seed 0's header: the JWT that was shown lists other groups than its account is in now.
const REFRESH_TOKEN: HeaderName = HeaderName::from_static("x-refresh-token");

/// What every answer carries. Tokens and people's data are never cached, framed, or guessed at.
const HEADERS: [(HeaderName, &str); 7] = [
    // RFC 6749 §5.1 wants both, for caches older than `Cache-Control`.
    (header::CACHE_CONTROL, "no-store"),
    (header::PRAGMA, "no-cache"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Wraps a request.
pub async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let number: [u8; 8] = app.as_ref().map(|app| app.entropy().bytes()).unwrap_or_default();
    let id = hex::encode(number);
    let whence = Whence {
        side: Side::Request,
        address: caller::of(request.request()).address(),
        request: Some(number),
        principal: None,
    };
    let began = tokio::time::Instant::now();
    let method = request.method().clone();
    let _under_way = app.as_ref().map(|app| UnderWay::begin(&app.meters().requests.under_way));
    // What panics in a door is one request's trouble: it is answered, and the connection is good for the next one.
    let span = span::begin(&request, &id);
    let answered = App::on_behalf(whence, next.call(request)).instrument(span.clone());
    let called = AssertUnwindSafe(answered).catch_unwind().await;
    let Ok(called) = called else {
        span::broke(&span);
        log_fault(&id, "a door panicked");
        return Err(Broken::named(id).into());
    };
    let response = called?;
    let dialect = language::dialect(response.response().error());
    let mut response = language::retold(response);
    seal(&mut response, &id);
    span::end(&span, &response);
    let took = began.elapsed();
    log(&response, &method, &id, took);
    if let Some(app) = app {
        count(app.meters(), &response, dialect, took);
    }
    Ok(response)
}

/// A request that is being answered, whichever way that ends.
struct UnderWay(Gauge);

impl UnderWay {
    fn begin(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn count<B>(meters: &Meters, response: &ServiceResponse<B>, dialect: &'static str, took: Duration) {
    route::answered(meters, response.request(), response.status().as_u16(), took);
    if let Some(told) = response.response().extensions().get::<Told>() {
        match &told.refusal {
            Some(refusal) => meters.refusals.refused(dialect, refusal),
            None => meters.refusals.failed(dialect),
        }
    }
}

/// One line about the request, and one about the fault if there was one.
fn log<B>(response: &ServiceResponse<B>, method: &Method, id: &str, took: Duration) {
    let elapsed_us = took.as_micros();
    // The pattern, never the path: a path may hold what somebody typed.
    let route = route::pattern(response.request());
    let status = response.status().as_u16();
    let extensions = response.response().extensions();
    let Some(Told { why, fault, .. }) = extensions.get::<Told>() else {
        tracing::debug!(id, %method, route, status, elapsed_us, "answered");
        return;
    };
    fault.iter().for_each(|fault| log_fault(id, fault));
    tracing::info!(id, %method, route, status, elapsed_us, why, "refused");
}

fn log_fault(id: &str, fault: &str) {
    tracing::error!(id, fault, "fault");
}

/// The headers of every answer: those a door has set itself stay.
fn seal(response: &mut ServiceResponse<impl MessageBody>, id: &str) {
    let outdated =
        response.request().extensions().get::<ShownJwt>().is_some_and(ShownJwt::is_outdated);
    let headers = response.headers_mut();
    seal_headers(headers, id);
    if outdated {
        headers.insert(REFRESH_TOKEN, HeaderValue::from_static("1"));
    }
}

/// The headers of every answer, in an answer that has come by another way.
pub fn seal_headers(headers: &mut header::HeaderMap, id: &str) {
    for (name, value) in &HEADERS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), HeaderValue::from_static(value));
        }
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
}
