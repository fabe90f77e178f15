//! VK's legacy API: `users.get` and `secure.checkToken`. Every answer has status 200, the refusals too.

use serde_json::{Value, json};

use super::{
    ask::{Answer, Ask, object},
    people::Birthday,
    tokens::{Grant, Meaning, Provider, Quirk},
    world::World,
};

/// `GET,POST /method/users.get`, of the holder of the token.
pub(super) fn users_get(world: &World, ask: &Ask) -> Answer {
    let token = match opened(ask) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    match world.meaning(Provider::Vk, token) {
        Meaning::Grant(grant) => match grant.quirk {
            Quirk::IpBound => ip_bound(ask),
            Quirk::Nothing | Quirk::Deactivated | Quirk::Mismatch(_) => {
                Answer::ok(&json!({"response": [profile(&grant, ask)]}))
            }
        },
        // These know of no current user.
        Meaning::Service | Meaning::EmptyList => Answer::ok(&json!({"response": []})),
        Meaning::Group => {
            refuse(ask, 27, "Group authorization failed: method is unavailable with group auth.")
        }
        Meaning::Expired => refuse(ask, 5, "User authorization failed: access_token has expired."),
        Meaning::Revoked => {
            refuse(ask, 5, "User authorization failed: user revoke access for this token.")
        }
        Meaning::Garbage => refuse(ask, 5, "User authorization failed: invalid access_token (4)."),
    }
}

/// `GET,POST /method/secure.checkToken`: only for the application's service token, only of its own tokens.
pub(super) fn check_token(world: &World, ask: &Ask) -> Answer {
    let service = match opened(ask) {
        Ok(token) => token,
        Err(refusal) => return refusal,
    };
    if service != world.apps.vk_service_token {
        return refuse(ask, 28, "Application authorization failed: method is unavailable");
    }
    let Some(token) = ask.either("token") else {
        return refuse(ask, 100, MISSING_TOKEN);
    };
    let grant = match world.meaning(Provider::Vk, token) {
        Meaning::Grant(grant) => grant,
        Meaning::EmptyList => return Answer::ok(&json!({"response": []})),
        Meaning::Expired
        | Meaning::Revoked
        | Meaning::Garbage
        | Meaning::Service
        | Meaning::Group => return refuse(ask, 15, BAD_TOKEN),
    };
    if !world.apps.is_ours(Provider::Vk, &grant.client_id) {
        return refuse(ask, 15, BAD_TOKEN);
    }
    let now = world.now();
    Answer::ok(&json!({"response": object([
        ("success", Some(json!(1))),
        ("user_id", grant.introspected_id().as_number()),
        ("date", Some(json!(now - 60))),
        ("expire", Some(json!(now + 86_340))),
    ])}))
}

const MISSING_TOKEN: &str =
    "One of the parameters specified was missing or invalid: token is undefined";
const BAD_TOKEN: &str = "Access denied: token is invalid or belongs to another application";

/// The access token of a call that is in order: it names a version, and shows its token as a parameter.
fn opened(ask: &Ask) -> Result<&str, Answer> {
    if ask.either("v").is_none_or(str::is_empty) {
        return Err(refuse(ask, 8, "Invalid request: v (version) is required"));
    }
    ask.either("access_token")
        .filter(|token| !token.is_empty())
        .ok_or_else(|| refuse(ask, 5, "User authorization failed: no access_token passed."))
}

fn profile(grant: &Grant, ask: &Ask) -> Value {
    let person = &grant.person;
    let fields = ask.either("fields").unwrap_or_default();
    let asked = |field: &str| fields.split(',').any(|name| name.trim() == field);
    let russian = ask.either("lang").map_or(ask.russian, |lang| lang == "ru" || lang == "0");
    let names = person.names(russian);
    let bdate = match person.birthday {
        Birthday::Full => Some("22.4.2000"),
        Birthday::WithoutYear => Some("1.5"),
        Birthday::Hidden => None,
    };
    let banned = matches!(grant.quirk, Quirk::Deactivated).then_some("banned");
    Value::Object(object([
        ("id", person.id.as_number()),
        ("first_name", names.map(|(first, _)| json!(first))),
        ("last_name", names.map(|(_, last)| json!(last))),
        ("can_access_closed", names.map(|_| json!(true))),
        ("is_closed", names.map(|_| json!(false))),
        ("deactivated", banned.map(Value::from)),
        ("screen_name", asked("screen_name").then(|| json!(format!("id{}", person.id.text)))),
        ("sex", asked("sex").then(|| json!(0))),
        ("bdate", bdate.filter(|_| asked("bdate")).map(Value::from)),
    ]))
}

/// An error object. VK has been seen to echo the token in it, so this does too: never log such a body.
fn refuse(ask: &Ask, code: u32, message: &str) -> Answer {
    Answer::ok(&json!({"error": error(ask, code, message)}))
}

fn ip_bound(ask: &Ask) -> Answer {
    let told = "User authorization failed: access_token was given to another ip address.";
    let mut error = error(ask, 5, told);
    if let Some(fields) = error.as_object_mut() {
        fields.insert("error_subcode".to_owned(), json!(1130));
    }
    Answer::ok(&json!({"error": error}))
}

fn error(ask: &Ask, code: u32, message: &str) -> Value {
    let params = ask.query.iter().chain(&ask.form);
    let echo: Vec<Value> = params.map(|(key, value)| json!({"key": key, "value": value})).collect();
    json!({"error_code": code, "error_msg": message, "request_params": echo})
}
