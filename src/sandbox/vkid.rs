//! VK ID: code exchange, `user_info` and `public_info`. Refusals are told in the body, mostly with status 200.

use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::{
    ask::{Answer, Ask, object},
    codes::Refresh,
    people::Birthday,
    sign::{IdToken, Seal, s256},
    tokens::{Grant, Meaning, Provider},
    world::World,
};

/// How long an access token lives, in seconds.
const LIFETIME: i64 = 3600;
/// VK ID wants states of at least this many characters.
const STATE: usize = 32;

/// `POST /oauth2/auth`: exchanges a code or a refresh token.
pub(super) fn auth(world: &World, ask: &Ask) -> Answer {
    // VK ID knows no client secrets and answers one with 404.
    if ask.either("client_secret").is_some() {
        return Answer::html(StatusCode::NOT_FOUND, "404 Not Found");
    }
    let token = match ask.either("grant_type") {
        Some("authorization_code") => exchange(world, ask),
        Some("refresh_token") => refresh(world, ask),
        Some(_) => Err(refuse("unsupported_grant_type", "grant_type is not supported")),
        None => Err(missing("grant_type")),
    };
    token.and_then(|refresh| hand_out(world, ask, refresh)).unwrap_or_else(|refusal| refusal)
}

/// `POST /oauth2/user_info`: the token in the body or as Bearer, with the application it was issued to.
pub(super) fn user_info(world: &World, ask: &Ask) -> Answer {
    let Some(token) = ask.form("access_token").or_else(|| ask.credential("Bearer")) else {
        return missing("access_token");
    };
    let Some(client_id) = ask.either("client_id") else { return missing("client_id") };
    let told = "access_token is missing or invalid";
    match world.meaning(Provider::VkId, token) {
        Meaning::Grant(grant) if grant.client_id == client_id => {
            Answer::ok(&json!({"user": profile(&grant, ask.russian)}))
        }
        // An empty PHP array stands where an object is due.
        Meaning::EmptyList => Answer::ok(&json!({"user": []})),
        // The body tells, whatever the status: one of them comes with 401.
        Meaning::Expired => {
            let body = json!({"error": "invalid_token", "error_description": told});
            Answer::json(StatusCode::UNAUTHORIZED, &body)
        }
        Meaning::Grant(_)
        | Meaning::Revoked
        | Meaning::Garbage
        | Meaning::Service
        | Meaning::Group => refuse("invalid_token", told),
    }
}

/// `POST /oauth2/public_info`: what an `id_token` opens, masked.
pub(super) fn public_info(world: &World, ask: &Ask) -> Answer {
    let Some(jwt) = ask.form("id_token") else { return missing("id_token") };
    let Some(client_id) = ask.either("client_id") else { return missing("client_id") };
    let holder = world.keyring.verify(jwt).and_then(|jwt| {
        let text = |name| jwt.claims.get(name).and_then(Value::as_str);
        let in_time = jwt.claims.get("exp").and_then(Value::as_i64)? > world.now();
        let fits = text("iss")? == "VK" && text("app")? == client_id && in_time;
        text("jti").filter(|_| fits).map(|token| world.meaning(Provider::VkId, token))
    });
    match holder {
        Some(Meaning::Grant(grant)) => Answer::ok(&json!({"user": masked(&grant, ask.russian)})),
        _ => refuse("invalid_token", "id_token is missing or invalid"),
    }
}

/// The `id_token` of a code exchange. VK publishes no key to verify it with and its audience cannot be relied
/// on: only [`public_info`] reads it, and finds the person by `jti`, the name of the access token.
pub(super) fn id_token<'a>(world: &'a World, token: &str) -> IdToken<'a> {
    let now = world.now();
    let mut claims = object([
        ("iss", Some(json!("VK"))),
        ("iat", Some(json!(now))),
        ("exp", Some(json!(now + LIFETIME))),
        ("jti", Some(json!(token))),
    ]);
    if let Meaning::Grant(grant) = world.meaning(Provider::VkId, token) {
        claims.extend(object([
            ("sub", grant.person.id.as_number()),
            ("app", Some(json!(grant.client_id))),
        ]));
    }
    IdToken::new(&world.keyring, claims, Seal::Rs256(world.keys.signing()))
}

/// Consumes a code, which must be shown with everything it is bound to.
fn exchange(world: &World, ask: &Ask) -> Result<Refresh, Answer> {
    let name = ask.form("code").ok_or_else(|| missing("code"))?;
    let verifier = ask.form("code_verifier").ok_or_else(|| missing("verifier"))?;
    let client_id = ask.either("client_id").ok_or_else(|| missing("client_id"))?;
    let device_id = ask.either("device_id").ok_or_else(|| missing("device_id"))?;
    let redirect_uri = ask.either("redirect_uri").ok_or_else(|| missing("redirect_uri"))?;
    check_state(ask)?;
    let stale = || refuse("invalid_grant", "Code is invalid or expired.");
    let code = world.codes.consume(name, world.clock.now()).ok_or_else(stale)?;
    if s256(verifier) != code.code_challenge {
        return Err(missing("verifier"));
    }
    if code.client_id != client_id {
        return Err(refuse("invalid_client", "client_id is missing or invalid"));
    }
    if code.device_id != device_id || code.redirect_uri != redirect_uri {
        return Err(stale());
    }
    Ok(Refresh { token: code.token, client_id: code.client_id, device_id: code.device_id })
}

/// Consumes a refresh token.
fn refresh(world: &World, ask: &Ask) -> Result<Refresh, Answer> {
    let name = ask.form("refresh_token").ok_or_else(|| missing("refresh_token"))?;
    let client_id = ask.either("client_id").ok_or_else(|| missing("client_id"))?;
    let device_id = ask.either("device_id").ok_or_else(|| missing("device_id"))?;
    check_state(ask)?;
    world
        .codes
        .consume_refresh(name)
        .filter(|tie| tie.client_id == client_id && tie.device_id == device_id)
        .ok_or_else(|| refuse("invalid_grant", "refresh_token is invalid or expired."))
}

/// The tokens behind a code or refresh token. The user's id is a number here and a string in `user_info`.
fn hand_out(world: &World, ask: &Ask, tie: Refresh) -> Result<Answer, Answer> {
    let Meaning::Grant(grant) = world.meaning(Provider::VkId, &tie.token) else {
        return Err(refuse("invalid_grant", "Code is invalid or expired."));
    };
    let id_token = id_token(world, &tie.token)
        .mint()
        .map_err(|_cannot_sign| Answer::empty(StatusCode::INTERNAL_SERVER_ERROR))?;
    let email = if grant.person.email.is_some() { " email" } else { "" };
    let token = tie.token.clone();
    Ok(Answer::ok(&Value::Object(object([
        ("access_token", Some(json!(token))),
        ("refresh_token", Some(json!(world.codes.open_refresh(tie)))),
        ("id_token", Some(json!(id_token))),
        ("token_type", Some(json!("Bearer"))),
        ("expires_in", Some(json!(LIFETIME))),
        ("user_id", grant.person.id.as_number()),
        ("state", ask.either("state").map(Value::from)),
        ("scope", Some(json!(format!("vkid.personal_info{email}")))),
    ]))))
}

fn check_state(ask: &Ask) -> Result<(), Answer> {
    let short = ask.either("state").is_some_and(|state| state.chars().count() < STATE);
    if short { Err(missing("state")) } else { Ok(()) }
}

fn profile(grant: &Grant, russian: bool) -> Value {
    let person = &grant.person;
    let names = person.names(russian);
    let birthday = match person.birthday {
        Birthday::Full => Some("22.04.2000"),
        Birthday::WithoutYear => Some("01.05"),
        Birthday::Hidden => None,
    };
    Value::Object(object([
        ("user_id", person.id.as_text()),
        ("first_name", names.map(|(first, _)| json!(first))),
        ("last_name", names.map(|(_, last)| json!(last))),
        ("avatar", names.map(|_| json!("https://vk.example/demo.png"))),
        ("email", person.email.as_deref().map(Value::from)),
        ("sex", names.map(|_| json!(0))),
        // The account is confirmed; it says nothing of the address.
        ("verified", names.map(|_| json!(false))),
        ("birthday", birthday.map(Value::from)),
    ]))
}

fn masked(grant: &Grant, russian: bool) -> Value {
    let person = &grant.person;
    let names = person.names(russian);
    let initial = names.and_then(|(_, last)| last.chars().next());
    let email = person.email.as_deref().and_then(|email| email.chars().next());
    Value::Object(object([
        ("user_id", person.id.as_text()),
        ("first_name", names.map(|(first, _)| json!(first))),
        ("last_name", initial.map(|letter| json!(format!("{letter}.")))),
        ("avatar", names.map(|_| json!("https://vk.example/demo.png"))),
        ("email", email.map(|letter| json!(format!("{letter}***@***")))),
    ]))
}

fn missing(what: &str) -> Answer {
    refuse("invalid_request", &format!("{what} is missing or invalid"))
}

fn refuse(error: &str, told: &str) -> Answer {
    Answer::ok(&json!({"error": error, "error_description": told}))
}
