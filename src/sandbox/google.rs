//! Google: userinfo, tokeninfo and the certs endpoint.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    ask::{Answer, Ask, object},
    people::Person,
    sign::{IdToken, Seal, Verified},
    tokens::{Grant, Meaning, Provider},
    world::World,
};

/// How long an access token or an `id_token` lives, in seconds.
const LIFETIME: i64 = 3599;

/// `GET /oauth2/v3/userinfo`: only `Authorization: Bearer`; a parameter of the URL is not looked at.
pub(super) fn userinfo(world: &World, ask: &Ask) -> Answer {
    let Some(token) = ask.credential("Bearer") else { return unauthorized(ErrorShape::Text) };
    match world.meaning(Provider::Google, token) {
        Meaning::Grant(grant) => Answer::ok(&Value::Object(profile(&grant.person, ask.russian))),
        Meaning::EmptyList => Answer::ok(&json!([])),
        // Both shapes of the error occur.
        Meaning::Revoked => unauthorized(ErrorShape::Object),
        Meaning::Expired | Meaning::Garbage | Meaning::Service | Meaning::Group => {
            unauthorized(ErrorShape::Text)
        }
    }
}

/// `GET,POST /tokeninfo`: exactly one of `access_token` and `id_token`; every value comes back a string.
pub(super) fn tokeninfo(world: &World, ask: &Ask) -> Answer {
    match (ask.either("access_token"), ask.either("id_token")) {
        (Some(token), None) => access_tokeninfo(world, token),
        (None, Some(jwt)) => id_tokeninfo(world, jwt),
        (None, None) | (Some(_), Some(_)) => {
            let told = "Either access_token or id_token required";
            let body = json!({"error": "invalid_request", "error_description": told});
            Answer::json(StatusCode::BAD_REQUEST, &body)
        }
    }
}

/// `GET /oauth2/v3/certs`.
pub(super) fn certs(world: &World, _ask: &Ask) -> Answer {
    world.keys.answer(&world.keyring)
}

/// What Google would sign for the holder of a token.
pub(super) fn id_token<'a>(world: &'a World, token: &str) -> IdToken<'a> {
    let mut claims = Map::new();
    let mut client_id = world.apps.client_id(Provider::Google).to_owned();
    if let Meaning::Grant(grant) = world.meaning(Provider::Google, token) {
        claims = profile(&grant.person, false);
        client_id = grant.client_id;
    }
    let now = world.now();
    claims.extend(object([
        ("iss", Some(json!("https://accounts.google.com"))),
        ("azp", Some(json!(client_id))),
        ("aud", Some(json!(client_id))),
        ("iat", Some(json!(now))),
        ("exp", Some(json!(now + LIFETIME))),
    ]));
    IdToken::new(&world.keyring, claims, Seal::Rs256(world.keys.signing()))
}

fn access_tokeninfo(world: &World, token: &str) -> Answer {
    let grant = match world.meaning(Provider::Google, token) {
        Meaning::Grant(grant) => grant,
        Meaning::EmptyList => return Answer::ok(&json!([])),
        Meaning::Expired
        | Meaning::Revoked
        | Meaning::Garbage
        | Meaning::Service
        | Meaning::Group => return invalid_value(),
    };
    let email = grant.person.email.as_deref();
    let verified = grant.person.email_verified.to_string();
    Answer::ok(&Value::Object(object([
        ("azp", Some(json!(grant.client_id))),
        ("aud", Some(json!(grant.client_id))),
        ("sub", grant.introspected_id().as_text()),
        ("scope", Some(json!(scope(&grant)))),
        ("exp", Some(json!((world.now() + LIFETIME).to_string()))),
        ("expires_in", Some(json!(LIFETIME.to_string()))),
        ("email", email.map(Value::from)),
        ("email_verified", email.map(|_| json!(verified))),
        ("access_type", Some(json!("online"))),
    ])))
}

fn id_tokeninfo(world: &World, jwt: &str) -> Answer {
    let Some(Verified { header, claims }) = world.keyring.verify(jwt) else {
        return invalid_value();
    };
    if claims.get("exp").and_then(Value::as_i64).is_none_or(|exp| exp <= world.now()) {
        return invalid_value();
    }
    let as_text = |(key, value): (String, Value)| match value {
        Value::String(text) => (key, json!(text)),
        other => (key, json!(other.to_string())),
    };
    Answer::ok(&header.into_iter().chain(claims).map(as_text).collect())
}

fn profile(person: &Person, russian: bool) -> Map<String, Value> {
    let names = person.names(russian);
    let email = person.email.as_deref();
    object([
        ("sub", person.id.as_text()),
        ("name", names.map(|(first, last)| json!(format!("{first} {last}")))),
        ("given_name", names.map(|(first, _)| json!(first))),
        ("family_name", names.map(|(_, last)| json!(last))),
        ("picture", names.map(|_| json!("https://lh3.example/demo.png"))),
        ("email", email.map(Value::from)),
        ("email_verified", email.map(|_| json!(person.email_verified))),
    ])
}

fn scope(grant: &Grant) -> String {
    const BASE: &str = "https://www.googleapis.com/auth/userinfo";
    let profile = grant.person.profile.then(|| format!("{BASE}.profile"));
    let email = grant.person.email.as_ref().map(|_| format!("{BASE}.email"));
    let words = [Some("openid".to_owned()), profile, email];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The two shapes in which Google says 401.
#[derive(Clone, Copy)]
enum ErrorShape {
    Text,
    Object,
}

fn unauthorized(shape: ErrorShape) -> Answer {
    let body = match shape {
        ErrorShape::Text => {
            json!({"error": "invalid_request", "error_description": "Invalid Credentials"})
        }
        ErrorShape::Object => json!({"error": {
            "code": 401,
            "message": "Request had invalid authentication credentials.",
            "status": "UNAUTHENTICATED",
        }}),
    };
    let challenge = r#"Bearer realm="https://accounts.google.com/", error="invalid_token""#;
    Answer::json(StatusCode::UNAUTHORIZED, &body).header("WWW-Authenticate", challenge)
}

fn invalid_value() -> Answer {
    let body = json!({"error": "invalid_token", "error_description": "Invalid Value"});
    Answer::json(StatusCode::BAD_REQUEST, &body)
}
