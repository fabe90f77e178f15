//! Yandex ID: the info endpoint, as JSON and as a JWT.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::{
    ask::{Answer, Ask, object},
    people::Birthday,
    sign::{IdToken, Seal},
    tokens::{Grant, Meaning, Provider},
    world::World,
};

/// What signs the JWT of a token that was issued to an application other than ours.
const FOREIGN_SECRET: &str = "the secret of somebody else's application";

/// `GET /info`: only `Authorization: OAuth`. A token in the URL works at Yandex, is documented as insecure,
/// and is refused here.
pub(super) fn info(world: &World, ask: &Ask) -> Answer {
    if ask.secret_key_in_url() {
        return Answer::text(StatusCode::BAD_REQUEST, "a token must not be in the URL");
    }
    let Some(token) = ask.credential("OAuth") else {
        return Answer::empty(StatusCode::UNAUTHORIZED);
    };
    let grant = match world.meaning(Provider::Yandex, token) {
        Meaning::Grant(grant) => grant,
        Meaning::EmptyList => return Answer::ok(&json!([])),
        refused => return unauthorized(&refused),
    };
    match ask.query("format").unwrap_or("json") {
        "json" => Answer::ok(&profile(&grant, ask.russian)),
        "jwt" => jwt(world, token).mint().map_or_else(
            |_cannot_sign| Answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
            |jwt| Answer::text(StatusCode::OK, &jwt),
        ),
        _ => Answer::text(StatusCode::BAD_REQUEST, "unknown format"),
    }
}

/// The JWT form: HS256 under the application's secret, without `client_id` and `aud`; the id is a number.
pub(super) fn jwt<'a>(world: &'a World, token: &str) -> IdToken<'a> {
    let now = world.now();
    let mut claims = object([
        ("iss", Some(json!("login.yandex.ru"))),
        ("iat", Some(json!(now))),
        ("exp", Some(json!(now + 3600))),
        ("jti", Some(json!(format!("{token}/{now}")))),
    ]);
    let mut secret = world.apps.yandex_client_secret.as_str();
    if let Meaning::Grant(grant) = world.meaning(Provider::Yandex, token) {
        if !world.apps.is_ours(Provider::Yandex, &grant.client_id) {
            secret = FOREIGN_SECRET;
        }
        let person = &grant.person;
        let names = person.names(false);
        claims.extend(object([
            ("uid", person.id.as_number()),
            ("login", Some(json!(person.login()))),
            ("psuid", Some(json!(psuid(&grant)))),
            ("email", person.email.as_deref().map(Value::from)),
            ("birthday", names.map(|_| birthday(person.birthday))),
            ("name", names.map(|(first, last)| json!(format!("{first} {last}")))),
            ("display_name", names.map(|(first, _)| json!(first))),
        ]));
    }
    IdToken::new(&world.keyring, claims, Seal::Hs256(secret.to_owned()))
}

fn profile(grant: &Grant, russian: bool) -> Value {
    let person = &grant.person;
    let names = person.names(russian);
    let email = person.email.as_deref();
    // An account made at a social network has an empty address and an empty list.
    let address = names.map(|_| json!(email.unwrap_or_default()));
    let addresses = names.map(|_| email.map_or(json!([]), |email| json!([email])));
    Value::Object(object([
        ("id", person.id.as_text()),
        ("login", Some(json!(person.login()))),
        ("client_id", Some(json!(grant.client_id))),
        ("psuid", Some(json!(psuid(grant)))),
        ("default_email", address),
        ("emails", addresses),
        ("first_name", names.map(|(first, _)| json!(first))),
        ("last_name", names.map(|(_, last)| json!(last))),
        ("display_name", names.map(|(first, _)| json!(first))),
        ("real_name", names.map(|(first, last)| json!(format!("{first} {last}")))),
        ("sex", names.map(|_| Value::Null)),
        ("birthday", names.map(|_| birthday(person.birthday))),
        ("is_avatar_empty", names.map(|_| json!(true))),
    ]))
}

/// Unknown parts are zeros, an unknown whole is `null`.
fn birthday(told: Birthday) -> Value {
    match told {
        Birthday::Full => json!("2000-04-22"),
        Birthday::WithoutYear => json!("0000-12-23"),
        Birthday::Hidden => Value::Null,
    }
}

/// The id of this person at this application.
fn psuid(grant: &Grant) -> String {
    format!("1.{}.{}", grant.client_id, grant.person.id.text)
}

/// 401 with a body that nobody documents: nothing, a page or a word.
fn unauthorized(meaning: &Meaning) -> Answer {
    match meaning {
        Meaning::Revoked => Answer::html(StatusCode::UNAUTHORIZED, "401 Unauthorized"),
        Meaning::Garbage | Meaning::Service | Meaning::Group => {
            Answer::text(StatusCode::UNAUTHORIZED, "Unauthorized")
        }
        Meaning::Expired | Meaning::Grant(_) | Meaning::EmptyList => {
            Answer::empty(StatusCode::UNAUTHORIZED)
        }
    }
}
