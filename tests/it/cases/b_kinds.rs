//! 1.B: each kind of token opens its own door and no other (022).

use serde_json::json;

use super::{
    cast::{Cast, pair, redeeming},
    rows::{Must, Rows},
};
use crate::{oauth_server::flow::redemption, support::Call};

const INVALID: Must = Must::Say(400, "invalid_grant");
const DEAD: Must = Must::Tell("{\"active\":false}");

/// Every call that wants an access token, with something else.
fn as_access<'a>(cast: &'a Cast, token: &'a str) -> Vec<(String, Call)> {
    let get = |path: &str| (format!("as a Bearer at {path}"), cast.house.get(path).bearer(token));
    vec![get("/auth/users/me/"), get("/oauth/userinfo"), get("/api/me/"), get("/admin/api/clients")]
}

#[tokio::test]
async fn b022_a_code_opens_no_other_door_and_is_not_used_up() {
    let cast = Cast::open().await;
    let code = cast.code(&cast.conf).await;
    let mut rows = Rows::of(&cast.house).await;
    for (name, call) in as_access(&cast, &code) {
        rows.refuse(name, call, Must::Be(401)).await;
    }
    let fields = |path: &str| cast.house.post(path).form(&cast.conf.signed(&[("token", &code)]));
    rows.refuse("as a refresh token", cast.refresh(&cast.conf, &code), INVALID).await;
    rows.refuse("introspected", fields("/oauth/introspect"), DEAD).await;
    // RFC 7009 §2.2: what is no token is answered like one that has ended.
    rows.refuse("revoked", fields("/oauth/revoke"), Must::Tell("")).await;
    rows.end(7);
    cast.house.redeem(&cast.conf, &code).expect(200).await;
}

#[tokio::test]
async fn b022_a_refresh_token_opens_no_other_door() {
    let cast = Cast::open().await;
    let (access, refresh) = pair(&cast.tokens().await);
    let mut rows = Rows::of(&cast.house).await;
    for (name, call) in as_access(&cast, &refresh) {
        rows.refuse(name, call, Must::Be(401)).await;
    }
    for scheme in ["Token", "JWT"] {
        let call = cast.house.get("/auth/users/me/");
        let call = call.header("Authorization", &format!("{scheme} {refresh}"));
        rows.refuse(format!("a refresh token as {scheme}"), call, Must::Be(401)).await;
    }
    rows.refuse("a refresh token as a code", cast.house.redeem(&cast.conf, &refresh), INVALID)
        .await;
    let body = json!({ "refresh": refresh });
    let call = cast.house.post("/auth/jwt/refresh/").json(&body);
    rows.refuse("as a refresh token of a JWT", call, Must::Be(401)).await;
    let body = json!({ "refresh_token": refresh });
    let call = cast.house.post("/api/refresh/").json(&body);
    rows.refuse("as a refresh token of /api", call, Must::Be(401)).await;
    rows.refuse("an access token as a refresh token", cast.refresh(&cast.conf, &access), INVALID)
        .await;
    rows.refuse("an access token as a code", cast.house.redeem(&cast.conf, &access), INVALID).await;
    let call = cast.house.get("/auth/users/me/").token(&access);
    rows.refuse("an opaque access token as Token", call, Must::Be(401)).await;
    rows.end(12);
    cast.rotated(&cast.conf, &refresh).await;
}

#[tokio::test]
async fn b022_links_and_tokens_of_the_dialects_open_no_door_of_oauth() {
    let cast = Cast::open().await;
    let house = &cast.house;
    house.register("bob").await;
    let (uid, activation) = house.mail.link_to("bob@example.com").await;
    let auth_token = house.person("carol").await.auth_token;
    let jwts = house.jwts("alice@example.com").await;
    let code = cast.code(&cast.conf).await;
    let mut rows = Rows::of(house).await;
    for (kind, token) in [
        ("an activation token", activation.as_str()),
        ("an auth token", auth_token.as_str()),
        ("a JWT", jwts.access.as_str()),
        ("a refresh JWT", jwts.refresh.as_str()),
    ] {
        let fields = redeeming(&code, "code", token);
        rows.refuse(format!("{kind} as a code"), house.token(&cast.conf, &fields), INVALID).await;
        let call = cast.refresh(&cast.conf, token);
        rows.refuse(format!("{kind} as a refresh token"), call, INVALID).await;
        let call = house.post("/oauth/introspect").form(&cast.conf.signed(&[("token", token)]));
        rows.refuse(format!("{kind} introspected"), call, DEAD).await;
        let call = house.post("/oauth/revoke").form(&cast.conf.signed(&[("token", token)]));
        rows.refuse(format!("{kind} revoked"), call, Must::Tell("")).await;
    }
    for (kind, token) in [("an activation token", &activation), ("an auth token", &auth_token)] {
        for (name, call) in as_access(&cast, token) {
            rows.refuse(format!("{kind} {name}"), call, Must::Be(401)).await;
        }
    }
    let call = house.get("/oauth/userinfo").bearer(&jwts.access);
    rows.refuse("a JWT at userinfo", call, Must::Be(403)).await;
    let body = json!({ "uid": uid, "token": code });
    let call = house.post("/auth/users/activation/").json(&body);
    rows.refuse("a code as an activation token", call, Must::Be(400)).await;
    rows.end(26);

    let body = json!({ "uid": uid, "token": activation });
    house.post("/auth/users/activation/").json(&body).expect(204).await;
    house.get("/auth/users/me/").token(&auth_token).expect(200).await;
    house.me(&jwts.access).expect(200).await;
    house.token(&cast.conf, &redemption(&code)).expect(200).await;
}
