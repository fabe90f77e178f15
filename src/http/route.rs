//! Resources that know by which pattern they are reached, for the log and for what is counted.

use std::{sync::OnceLock, time::Duration};

use actix_web::{HttpRequest, Resource, web};

use crate::meters::{self, Meters};

/// The pattern of a resource, and its counters once the first request has come. One for each worker.
#[derive(Debug)]
struct Known {
    pattern: String,
    meter: OnceLock<meters::Route>,
}

/// A resource that is counted under its pattern.
pub fn resource(pattern: &str) -> Resource {
    let known = Known { pattern: pattern.to_owned(), meter: OnceLock::new() };
    web::resource(pattern.to_owned()).app_data(known)
}

/// The pattern that took the request, never its path: a path may hold what somebody typed.
pub fn pattern(request: &HttpRequest) -> &str {
    request.app_data::<Known>().map_or("unknown", |known| &known.pattern)
}

/// Counts an answer.
pub fn answered(meters: &Meters, request: &HttpRequest, status: u16, took: Duration) {
    let requests = &meters.requests;
    let route = match request.app_data::<Known>() {
        Some(known) => known.meter.get_or_init(|| requests.route(&known.pattern)),
        None => &requests.nowhere,
    };
    route.answered(request.method().as_str(), status, took);
}
