//! What this authorization server can do (RFC 8414): exactly what is on.

use actix_web::{HttpResponse, http::header, web::Data};
use serde_json::{Value, json};

use super::{Refused, exchange};
use crate::{
    app::App,
    domain::{client::GrantType, language::Language, scope::ScopeSet},
    error::Refusal,
};

/// `GET /.well-known/oauth-authorization-server`.
pub async fn server(app: Data<App>) -> Result<HttpResponse, Refused> {
    let mut document = document(&app);
    if !app.keeps_keys() {
        without_pages(&mut document);
    }
    Ok(public(&document))
}

/// `GET /.well-known/openid-configuration`; nowhere without a key.
pub async fn provider(app: Data<App>) -> Result<HttpResponse, Refused> {
    if !app.keeps_keys() {
        return Err(Refusal::NotFound.into());
    }
    Ok(public(&document(&app)))
}

/// What is left where nobody can sign in on a page and nothing is signed.
fn without_pages(document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    for name in NEED_A_KEY {
        members.remove(name);
    }
    members.insert("response_types_supported".to_owned(), json!([]));
    for (name, gone) in
        [("grant_types_supported", &["authorization_code"][..]), ("scopes_supported", &OPENID[..])]
    {
        if let Some(words) = members.get_mut(name).and_then(Value::as_array_mut) {
            words.retain(|word| !word.as_str().is_some_and(|word| gone.contains(&word)));
        }
    }
}

/// Members about pages and signatures.
const NEED_A_KEY: [&str; 13] = [
    "registration_endpoint",
    "authorization_endpoint",
    "end_session_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "response_modes_supported",
    "code_challenge_methods_supported",
    "authorization_response_iss_parameter_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "prompt_values_supported",
    "ui_locales_supported",
    "claims_supported",
];

/// The scopes of OpenID Connect that tell something here.
const OPENID: [&str; 4] = ["openid", "profile", "email", "groups"];

/// A document that everybody may read, from any page, and keep for an hour.
pub fn public(body: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(body)
}

/// The document: one for both standards, so that they agree.
pub fn document(app: &App) -> Value {
    let mut document = always(app);
    let policy = app.policy();
    if let (Some(_), Some(members)) = (policy.initial_access, document.as_object_mut()) {
        let place = format!("{}/oauth/register", policy.issuer);
        members.insert("registration_endpoint".to_owned(), json!(place));
    }
    document
}

fn always(app: &App) -> Value {
    let policy = app.policy();
    let issuer = &policy.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let grants = GrantType::ALL.into_iter().map(GrantType::word);
    let known = ScopeSet::parse(&OPENID.join(" ")).unwrap_or_default();
    let scopes = policy.default_scope.with(&known);
    let proofs = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    let signed = ["ES256", "EdDSA", "RS256", "PS256"];
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
        "scopes_supported": scopes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": grants.chain([exchange::GRANT]).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": proofs,
        "token_endpoint_auth_signing_alg_values_supported": signed,
        "revocation_endpoint_auth_methods_supported": proofs,
        "revocation_endpoint_auth_signing_alg_values_supported": signed,
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "introspection_endpoint_auth_signing_alg_values_supported": signed,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [policy.signing.word()],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": Language::ALL.map(Language::tag),
        "claims_supported": CLAIMS,
    })
}

/// What can be told of a person.
const CLAIMS: [&str; 17] = [
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "locale",
    "email",
    "email_verified",
    "groups",
];
