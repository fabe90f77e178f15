//! From which address a request comes.

use actix_web::dev::ServiceRequest;
use std::net::IpAddr;

/// The address at the other end. The one place that says whose word is taken for it.
pub fn address(request: &ServiceRequest) -> Option<IpAddr> {
    request.peer_addr().map(|peer| peer.ip())
}
