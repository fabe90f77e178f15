//! The doors that steer a sandbox from outside: `/_emu/*`, JSON in and JSON out.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::{
    ask::Answer,
    codes::NewCode,
    faults::Rule,
    keys::KeyScenario,
    sign::{KeyName, Seal},
    tokens::{NewToken, Provider},
    world::World,
};

/// What a door says: a document, or the reason why not.
type Reply = Result<Value, String>;

/// Answers `/_emu/{door}`.
pub(super) fn answer(world: &World, method: &Method, door: &str, body: &[u8]) -> Answer {
    let reply = match (method.as_str(), door) {
        ("GET", "log") => Ok(json!(world.log.all())),
        ("GET", "config") => {
            let fragment = super::config_fragment(&world.base_url, &world.apps);
            return Answer::text(StatusCode::OK, &fragment);
        }
        ("POST", "reset") => {
            world.reset();
            Ok(json!({}))
        }
        ("PUT", "faults") => read(body).map(|rules: Vec<Rule>| {
            world.faults.replace(rules);
            json!({})
        }),
        ("POST", "tokens") => read(body).map(|token: NewToken| {
            world.add_token(token);
            json!({})
        }),
        ("POST", "latency") => read(body).map(|Latency { ms }| {
            world.set_latency(Duration::from_millis(ms));
            json!({})
        }),
        ("POST", "codes") => read(body).and_then(|wish| code(world, wish)),
        ("POST", "keys") => read(body).map(|wish| keys(world, wish)),
        ("POST", "id_token") => read(body).and_then(|wish| id_token(world, wish)),
        _ => return Answer::json(StatusCode::NOT_FOUND, &json!({"error": "no such door"})),
    };
    match reply {
        Ok(document) => Answer::ok(&document),
        Err(why) => Answer::json(StatusCode::BAD_REQUEST, &json!({"error": why})),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    ms: u64,
}

#[derive(Deserialize)]
struct CodeWish {
    provider: Provider,
    #[serde(flatten)]
    code: NewCode,
}

fn code(world: &World, wish: CodeWish) -> Reply {
    if wish.provider != Provider::VkId {
        return Err("only vkid exchanges codes".to_owned());
    }
    Ok(json!({"code": world.codes.open(wish.code, world.clock.now())}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeysWish {
    scenario: Option<KeyScenario>,
    /// Absent leaves the header as it is, the empty text leaves it out.
    cache_control: Option<String>,
}

/// Tells the `kid` that signs from now on.
fn keys(world: &World, wish: KeysWish) -> Value {
    if let Some(scenario) = wish.scenario {
        world.keys.play(scenario);
    }
    if let Some(value) = wish.cache_control {
        world.keys.cache_control(Some(value).filter(|value| !value.is_empty()));
    }
    json!({"signing": world.keys.signing().kid()})
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdTokenWish {
    provider: Provider,
    token: String,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    header: Map<String, Value>,
    /// `RS256`, `HS256` or `none`; absent leaves what the provider does.
    alg: Option<String>,
    /// The RSA key; with HS256 its public half is the secret, unless `secret` is given.
    key: Option<KeyName>,
    secret: Option<String>,
}

fn id_token(world: &World, wish: IdTokenWish) -> Reply {
    let key = wish.key.unwrap_or_else(|| world.keys.signing());
    let seal = match (wish.alg.as_deref(), wish.secret) {
        (None, None) if wish.key.is_none() => None,
        (None | Some("HS256"), Some(secret)) => Some(Seal::Hs256(secret)),
        (None | Some("RS256"), None) => Some(Seal::Rs256(key)),
        (Some("HS256"), None) => Some(Seal::Hs256PublicKey(key)),
        (Some("none"), None) => Some(Seal::Unsigned),
        (Some(_), _) => return Err("alg and secret do not go together".to_owned()),
    };
    let mut jwt = world.id_token(wish.provider, &wish.token);
    if let Some(seal) = seal {
        jwt = jwt.seal(seal);
    }
    for (name, value) in wish.claims {
        jwt = jwt.claim(&name, value);
    }
    for (name, value) in wish.header {
        jwt = jwt.header(&name, value);
    }
    jwt.mint().map(|jwt| json!({"id_token": jwt})).map_err(|fault| fault.to_string())
}
