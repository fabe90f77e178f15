//! What this authorization server can do (RFC 8414): exactly what is on.

use actix_web::{HttpResponse, http::header, web::Data};
use serde_json::{Value, json};

use super::exchange;
use crate::{app::App, domain::client::GrantType};

/// `GET /.well-known/oauth-authorization-server` and `openid-configuration`.
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

/// The document: one for both standards, so that they agree.
pub fn document(app: &App) -> Value {
    let policy = app.policy();
    let issuer = &policy.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let grants = GrantType::ALL.into_iter().map(GrantType::word);
    let scopes = policy.default_scope.iter().map(ToString::to_string);
    let known = ["openid", "profile", "email", "groups", "offline_access"].map(str::to_owned);
    let proofs = ["client_secret_basic", "client_secret_post", "none"];
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "revocation_endpoint": at("/oauth/revoke"),
        "introspection_endpoint": at("/oauth/introspect"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "device_authorization_endpoint": at("/oauth/device"),
        "end_session_endpoint": at("/oauth/logout"),
        "jwks_uri": at("/oauth/jwks"),
        "scopes_supported": scopes.chain(known).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants.chain([exchange::GRANT]).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_methods_supported": proofs,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [policy.signing.word()],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": CLAIMS,
    })
}

/// What can be told of a person.
const CLAIMS: [&str; 16] = [
    "iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "nonce", "at_hash", "name", "given_name",
    "family_name", "preferred_username", "locale", "email", "email_verified",
];
