//! JWTs that were never issued: unsigned, signed as they should not be, or with claims that are none.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::{Value, json};

use crate::support::{House, callers::PASSWORD};

/// The one key of every dialect in these stories.
const KEY: &str = "qZ7xkVn3Tt0sLr9uWb5yHc1mPd8gJe2fAa4iRo6Kw+E=";

/// Good JWTs of one person, one of each kind; the next number is somebody else's.
struct Good {
    house: House,
    access: String,
    refresh: String,
    api: String,
    signin: String,
}

impl Good {
    async fn new() -> Self {
        let keys = [("dialects.api.jwt_secret", KEY), ("dialects.signin.jwt_secret", KEY)];
        let house = House::with(&keys).await;
        let ada = house.person("ada").await;
        house.person("eve").await;
        let jwts = house.jwts(&ada.email).await;
        let body = json!({ "email": ada.email, "username": ada.email, "password": PASSWORD });
        let api = house.post("/api/login/").json(&body).expect(200).await.text_of("access_token");
        let signin = house.post("/signin").json(&body).expect(200).await.text_of("token");
        Self { house, access: jwts.access, refresh: jwts.refresh, api, signin }
    }

    /// What each dialect says to its own token, bent: nobody is let in, and nothing breaks.
    async fn are_refused(&self, bent: impl Fn(&str) -> String) {
        let named = |path: &str, field: &str, token: &str| {
            self.house.post(path).json(&json!({ field: bent(token) }))
        };
        for (call, status) in [
            (self.house.me(&bent(&self.access)), 401),
            (named("/auth/jwt/verify/", "token", &self.access), 401),
            (named("/auth/jwt/refresh/", "refresh", &self.refresh), 401),
            (self.house.get("/api/me/").bearer(&bent(&self.api)), 401),
            (named("/get_user", "token", &self.signin), 400),
            (named("/validation", "token", &self.signin), 401),
            (self.house.post("/refresh").bearer(&bent(&self.signin)), 404),
        ] {
            call.expect(status).await;
        }
    }

    /// That the stories bend what is good: with its own header and claims each is let in.
    async fn are_good(&self) {
        let again = |token: &str| signed(&part(token, 0), &part(token, 1));
        self.house.me(&again(&self.access)).expect(200).await;
        self.house.get("/api/me/").bearer(&again(&self.api)).expect(200).await;
        let body = json!({ "token": again(&self.signin) });
        self.house.post("/get_user").json(&body).expect(200).await;
    }
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Header and claims, signed with the right key as HS256 whatever the header says.
fn signed(header: &Value, claims: &Value) -> String {
    signed_text(&header.to_string(), &claims.to_string())
}

fn signed_text(header: &str, claims: &str) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes());
    let signature = hmac::sign(&key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The token with one claim set otherwise, or taken out, signed with the right key.
fn with(token: &str, claim: &str, value: Option<&Value>) -> String {
    let mut claims = part(token, 1);
    match value {
        Some(value) => claims[claim] = value.clone(),
        None => drop(claims.as_object_mut().unwrap().remove(claim)),
    }
    signed(&part(token, 0), &claims)
}

#[tokio::test]
async fn h097_a_jwt_without_a_signature_opens_nothing() {
    let good = Good::new().await;
    good.are_good().await;
    for alg in ["none", "nOnE", "NONE", "", "HS256", "RS256"] {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "typ": "JWT" }).to_string());
        good.are_refused(|token| format!("{header}.{}.", token.split('.').nth(1).unwrap())).await;
        good.are_refused(|token| format!("{header}.{}", token.split('.').nth(1).unwrap())).await;
    }
    let unsigned = |token: &str| token.rsplit_once('.').unwrap().0.to_owned();
    good.are_refused(|token| format!("{}.", unsigned(token))).await;
    good.are_refused(|token| format!("{}.{}", unsigned(token), "A".repeat(43))).await;
}

#[tokio::test]
async fn h098_the_header_does_not_choose_how_a_jwt_is_verified() {
    let good = Good::new().await;
    for header in [
        json!({ "alg": "none", "typ": "JWT" }),
        json!({ "alg": "HS384", "typ": "JWT" }),
        json!({ "alg": "HS512", "typ": "JWT" }),
        json!({ "alg": "RS256", "typ": "JWT" }),
        json!({ "alg": "ES256", "typ": "JWT" }),
        json!({ "alg": "EdDSA", "typ": "JWT" }),
        json!({ "alg": ["HS256"], "typ": "JWT" }),
        json!({ "typ": "JWT" }),
    ] {
        good.are_refused(|token| signed(&header, &part(token, 1))).await;
    }
    // A key that comes with the token is nobody's.
    let key = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("of my own") });
    let header = json!({ "alg": "HS256", "typ": "JWT", "jwk": key, "jku": "http://evil.example/" });
    let own = hmac::Key::new(hmac::HMAC_SHA256, b"of my own");
    good.are_refused(|token| {
        let text = signed(&header, &part(token, 1)).rsplit_once('.').unwrap().0.to_owned();
        let signature = hmac::sign(&own, text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    })
    .await;
}

#[tokio::test]
async fn h100_instants_that_are_none_do_not_make_a_jwt_last() {
    let good = Good::new().await;
    let now = good.house.app.now().timestamp();
    for exp in [
        json!("9999999999"),
        json!(null),
        json!(-1),
        json!(0),
        json!([9_999_999_999_i64]),
        json!(now - 20 * 86_400),
    ] {
        good.are_refused(|token| with(token, "exp", Some(&exp))).await;
    }
    good.are_refused(|token| with(token, "exp", None)).await;
    for huge in ["1e400", "9999999999.5", "99999999999999999999"] {
        good.are_refused(|token| {
            let (mut claims, header) = (part(token, 1), part(token, 0).to_string());
            claims["exp"] = json!("HERE");
            signed_text(&header, &claims.to_string().replace("\"HERE\"", huge))
        })
        .await;
    }
    for claim in ["nbf", "iat"] {
        for value in [json!(now + 86_400), json!("0"), json!({})] {
            good.are_refused(|token| with(token, claim, Some(&value))).await;
        }
    }
}

#[tokio::test]
async fn h100_accounts_that_are_none_are_nobodys() {
    let good = Good::new().await;
    let own =
        |token: &str| if part(token, 1).get("userid").is_some() { "userid" } else { "user_id" };
    for value in [
        json!(["1"]),
        json!({ "$gt": 0 }),
        json!(null),
        json!(true),
        json!(1.5),
        json!("1 or 1=1"),
        json!(2),
        json!("2"),
    ] {
        good.are_refused(|token| with(token, own(token), Some(&value))).await;
    }
    good.are_refused(|token| with(token, own(token), None)).await;
    good.are_refused(|token| {
        let token = with(token, "sub", Some(&json!(1)));
        with(&token, own(&token), None)
    })
    .await;
    for value in [json!(null), json!(["x"]), json!("0".repeat(32))] {
        let named = |token: &str| {
            if part(token, 1).get("sid").is_some() { ["sid", "jti"] } else { ["jti"; 2] }
        };
        good.are_refused(|token| {
            let [first, second] = named(token);
            with(&with(token, first, Some(&value)), second, Some(&value))
        })
        .await;
    }
}
