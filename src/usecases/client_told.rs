//! Clients in JSON, in the words of RFC 7591 §3.2.1 and a few of our own: whoever asks is told the same.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::domain::{
    client::{Client, ClientKind, GrantType, ProviderRule, RedirectUri},
    origin::Origin,
    provider::ProviderName,
};

/// How a client proves itself by an assertion, as RFC 7591 calls it.
pub const KEYS: &str = "private_key_jwt";
/// How it shows its secret in the body.
pub const IN_BODY: &str = "client_secret_post";

/// What RFC 7591 §3.2.1 tells of a client; its secret where it is new.
pub fn told(client: &Client, secret: Option<&SecretString>) -> Map<String, Value> {
    let uris = |uris: &[RedirectUri]| -> Vec<String> {
        uris.iter().map(|uri| uri.as_str().to_owned()).collect()
    };
    let keys = client.options.key_set.as_deref();
    let codes = client.may(GrantType::AuthorizationCode);
    let keys: Option<Value> = keys.and_then(|text| serde_json::from_str(text).ok());
    let members = [
        ("client_id", json!(client.id.as_str())),
        ("client_id_issued_at", json!(client.created_at.timestamp())),
        ("client_secret", json!(secret.map(ExposeSecret::expose_secret))),
        ("client_secret_expires_at", json!(secret.map(|_never| 0))),
        ("client_name", json!(client.name)),
        ("token_endpoint_auth_method", json!(method_of(client))),
        ("grant_types", json!(client.grants.iter().map(|grant| grant.word()).collect::<Vec<_>>())),
        ("response_types", json!(if codes { vec!["code"] } else { Vec::new() })),
        ("redirect_uris", json!(uris(&client.redirect_uris))),
        ("post_logout_redirect_uris", json!(uris(&client.options.post_logout_uris))),
        ("scope", json!(client.scopes.to_string())),
        ("jwks", json!(keys)),
    ];
    let members = members.into_iter().filter(|(_, value)| !value.is_null());
    members.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn method_of(client: &Client) -> &'static str {
    let options = &client.options;
    match (client.kind, &options.key_set) {
        (ClientKind::Public, _) => "none",
        (ClientKind::Confidential, Some(_)) => KEYS,
        (ClientKind::Confidential, None) if options.secret_in_body => IN_BODY,
        (ClientKind::Confidential, None) => "client_secret_basic",
    }
}

/// The same, and what only administrators decide.
pub fn told_in_full(client: &Client, secret: Option<&SecretString>) -> Value {
    let providers = match &client.providers {
        ProviderRule::Any => None,
        ProviderRule::Only(names) => {
            Some(names.iter().map(ProviderName::as_str).collect::<Vec<_>>())
        }
    };
    let options = &client.options;
    let origins = options.allowed_origins.iter().map(Origin::as_str);
    let more = [
        ("enabled", json!(client.enabled)),
        ("providers", json!(providers)),
        ("resources", json!(options.resources)),
        ("allowed_origins", json!(origins.collect::<Vec<_>>())),
        ("pkce_optional", json!(options.pkce_optional)),
        ("access_token_format", json!(options.access_form.word())),
        ("introspects", json!(options.introspects)),
    ];
    let mut members = told(client, secret);
    members.extend(more.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(members)
}
