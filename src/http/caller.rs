//! Who calls, as far as limits go: by the connection, or by what proxies say that are believed.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};

use crate::domain::caller::{Caller, Proxies};

/// The one header that is read. A proxy sets one of this and `Forwarded` (RFC 7239) and hands on the other as it
/// came: whoever reads both believes anybody.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Who sent a request.
pub fn of(request: &HttpRequest) -> Caller {
    let Some(peer) = request.peer_addr() else { return Caller::NOBODY };
    let Some(proxies) = request.app_data::<Data<Proxies>>() else { return Caller::new(peer.ip()) };
    let lines: Vec<&str> = request
        .headers()
        .get_all(FORWARDED_FOR)
        // One that cannot be read ends the trail like any other word.
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    proxies.caller(peer.ip(), &lines)
}

impl FromRequest for Caller {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(of(request)))
    }
}
