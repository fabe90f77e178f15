//! Scripts of pages elsewhere that call us from a browser (CORS, the Fetch standard).
//!
//! Off unless a client is registered with the page's origin, and never with credentials of the browser: whoever
//! calls shows a token. Pages of ours, administration and introspection are for no scripts at all (RFC 9700 §2.6).

use actix_web::{
    Error, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};

use super::Places;
use crate::{app::App, domain::origin::Origin};

/// What anybody's scripts may read: it is the same for everybody.
const OPEN: [&str; 3] =
    ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/oauth/jwks"];

/// Where registered origins are let in; paths below these, too.
const BY_ORIGIN: [&str; 18] = [
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/o/token",
    "/o/revoke_token",
    "/auth/convert-token",
    "/auth/token",
    "/auth/revoke-token",
    "/auth/invalidate-sessions",
    "/auth/invalidate-refresh-tokens",
    "/auth/disconnect-backend",
    "/auth/associations",
    "/auth/users",
    "/auth/jwt",
    "/auth/o",
    "/token",
    "/users",
    "/jwt",
];

/// The same of the dialects that can be moved, below where they begin.
const API: [&str; 5] = ["/register", "/login", "/refresh", "/logout", "/me"];
const SIGNIN: [&str; 6] =
    ["/signup", "/signin", "/refresh", "/restore", "/validation", "/get_user"];

/// What a script may send and read besides what browsers allow anyway, and for how long (in seconds) a browser
/// remembers that it may.
const ALLOWED: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, X-Requested-With"),
    (header::ACCESS_CONTROL_MAX_AGE, "600"),
];
const EXPOSED: &str = "WWW-Authenticate, Retry-After, X-Request-Id, X-Refresh-Token";

/// Wraps a request.
pub async fn wrap(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let shown = request.headers().get(header::ORIGIN);
    let Some((origin, readers)) = shown.and_then(|origin| Some((origin, readers(&request)?)))
    else {
        // No cache keeps what is told by origin (`no-store`): without one, nobody is told that it varies.
        return Ok(next.call(request).await?.map_into_left_body());
    };
    let allowed = match readers {
        Readers::Anybody => Some(HeaderValue::from_static("*")),
        Readers::Registered => registered(&request, origin).await,
    };
    let is_preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if allowed.is_some() && is_preflight {
        let mut answer = HttpResponse::NoContent().finish();
        for (name, value) in ALLOWED {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        request.into_response(answer).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    tell(response.headers_mut(), allowed, readers);
    Ok(response)
}

fn tell(headers: &mut HeaderMap, allowed: Option<HeaderValue>, readers: Readers) {
    if readers == Readers::Registered {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if let Some(origin) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static(EXPOSED);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

/// Whose scripts may read the answers of a path, if anybody's may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    Anybody,
    Registered,
}

fn readers(request: &ServiceRequest) -> Option<Readers> {
    let path = request.path();
    if OPEN.contains(&path) {
        return Some(Readers::Anybody);
    }
    let moved = request.app_data::<Data<Places>>().is_some_and(|places| {
        let is_at = |base: &Option<String>, calls: &[&str]| {
            base.as_ref()
                .and_then(|base| path.strip_prefix(base.as_str()))
                .is_some_and(|call| calls.contains(&call))
        };
        is_at(&places.api, &API) || is_at(&places.signin, &SIGNIN)
    });
    let below = |root: &str| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    (moved || BY_ORIGIN.into_iter().any(below)).then_some(Readers::Registered)
}

/// The origin, if a client is registered with it. While the database cannot be asked, nobody's is.
async fn registered(request: &ServiceRequest, shown: &HeaderValue) -> Option<HeaderValue> {
    let origin = Origin::parse(shown.to_str().ok()?)?;
    let app = request.app_data::<Data<App>>()?;
    app.is_allowed_origin(&origin).await.unwrap_or(false).then(|| shown.clone())
}
