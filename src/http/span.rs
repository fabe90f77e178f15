//! The span of a request: which route took it, what it was answered, and nothing that was typed.

use actix_web::{
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, StatusCode},
    web::Data,
};
use tracing::{Span, field::Empty};

use super::route;
use crate::traces::{self, Callers, TARGET};

/// The methods that are told; any other may be made up (OpenTelemetry's conventions for HTTP call it so).
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"];

/// The span of a request that has come. Disabled, and free, unless there is a collector.
pub fn begin(request: &ServiceRequest, id: &str) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        "request",
        otel.kind = "server",
        otel.name = method(request.method()),
        otel.status_code = Empty,
        http.request.method = method(request.method()),
        http.route = Empty,
        http.response.status_code = Empty,
        request.id = id,
    );
    if !span.is_disabled()
        && let Some(theirs) = request.headers().get("traceparent")
        && let Ok(theirs) = theirs.to_str()
    {
        let callers = request.app_data::<Data<Callers>>().map(|callers| ***callers);
        callers.unwrap_or(Callers::Linked).read(&span, theirs);
    }
    span
}

/// What is known of a request once it is answered. Its name is the route: a path may hold what somebody typed.
pub fn end<B>(span: &Span, response: &ServiceResponse<B>) {
    if span.is_disabled() {
        return;
    }
    let (request, route) = (response.request(), route::pattern(response.request()));
    traces::rename(span, format!("{} {route}", method(request.method())));
    span.record("http.route", route);
    answered(span, response.status());
}

/// A request whose door panicked: its route is not known any more.
pub fn broke(span: &Span) {
    answered(span, StatusCode::INTERNAL_SERVER_ERROR);
}

fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

fn method(method: &Method) -> &'static str {
    METHODS.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::method;

    #[test]
    fn a_method_that_somebody_made_up_is_not_told() {
        assert_eq!(method(&Method::PATCH), "PATCH");
        let typed = Method::from_bytes(b"ADA").expect("a method");
        assert_eq!(method(&typed), "_OTHER");
    }
}
