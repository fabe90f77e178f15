//! What this authorization server can do (RFC 8414): exactly what is on.

use actix_web::{HttpResponse, http::header, web::Data};
use serde_json::{Value, json};

use super::exchange;
use crate::{app::App, domain::client::GrantType};

/// `GET /.well-known/oauth-authorization-server`.
pub async fn server(app: Data<App>) -> HttpResponse {
    public(&document(&app))
}

/// A document that everybody may read, from any page, and keep for an hour.
pub fn public(body: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(body)
}

/// The document.
pub fn document(app: &App) -> Value {
    let policy = app.policy();
    let issuer = &policy.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let grants: Vec<&str> = GrantType::ALL
        .into_iter()
        .filter(|grant| !matches!(grant, GrantType::DeviceCode))
        .map(GrantType::word)
        .chain([exchange::GRANT])
        .collect();
    let proofs = ["client_secret_basic", "client_secret_post", "none"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/revoke"),
        "introspection_endpoint": at("/oauth/introspect"),
        "scopes_supported": policy.default_scope.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants,
        "token_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_methods_supported": proofs,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "ui_locales_supported": ["en", "ru", "ko"],
    })
}
