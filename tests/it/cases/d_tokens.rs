//! 1.D: what a token is worth once its client or itself is over (043, 046, 047), and who may know (044).

use cambio::{
    domain::client::{ClientKind, ClientOptions},
    usecases::clients::RegisterClient,
};
use chrono::TimeDelta;

use super::{
    cast::{Cast, pair},
    rows::{Must, Rows},
};
use crate::{
    across::nodes::Nodes,
    oauth_server::flow::{ask, web},
    store::locked::Lock,
    support::{House, OAuthClient},
};

const NOBODY: Must = Must::Say(401, "invalid_client");
const INVALID: Must = Must::Say(400, "invalid_grant");
const DEAD: Must = Must::Tell("{\"active\":false}");

/// A resource server: it is told of others' access tokens.
async fn resource_server(house: &House) -> OAuthClient {
    let options = ClientOptions { introspects: true, ..ClientOptions::default() };
    let wish = RegisterClient { options, ..web("resource-server", ClientKind::Confidential) };
    house.client_with(wish).await
}

#[tokio::test]
async fn d043_a_client_that_is_switched_off_gets_nothing_and_its_tokens_are_dead() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let server = resource_server(house).await;
    let code = cast.code_with(&cast.conf, &[("scope", "openid read")]).await;
    let (access, refresh) = pair(&house.redeem(&cast.conf, &code).expect(200).await);
    let code = cast.code(&cast.conf).await;
    let own = [("grant_type", "client_credentials")];
    let machines = house.token(&cast.machine, &own).expect(200).await.text_of("access_token");
    cast.disable(&cast.conf).await;
    cast.disable(&cast.machine).await;

    let named = |client: &OAuthClient, token: &str| {
        house.post("/oauth/introspect").form(&client.signed(&[("token", token)]))
    };
    let revoke = house.post("/oauth/revoke").form(&cast.conf.signed(&[("token", &access)]));
    let mut rows = Rows::of(house).await;
    for (name, call, must) in [
        ("a code", house.redeem(&cast.conf, &code), NOBODY),
        ("a refresh", cast.refresh(&cast.conf, &refresh), NOBODY),
        ("a conversion", house.convert(&cast.conf, "google-oauth2", "ok-1"), NOBODY),
        ("client_credentials", house.token(&cast.machine, &own), NOBODY),
        ("a revocation", revoke, NOBODY),
        ("an introspection", named(&cast.conf, &access), NOBODY),
        ("a device", house.post("/oauth/device").form(&cast.conf.signed(&[])), NOBODY),
        ("an authorization request", house.get(&ask(&cast.conf, &[])), Must::Show(400)),
        ("userinfo", house.get("/oauth/userinfo").bearer(&access), Must::Be(401)),
        ("users/me", house.me(&access), Must::Be(401)),
        ("the machine's token", house.me(&machines), Must::Be(401)),
        ("introspected by a resource server", named(&server, &access), DEAD),
        ("the machine's introspected", named(&server, &machines), DEAD),
    ] {
        rows.refuse(name, call, must).await;
    }
    rows.end(13);
    assert!(house.sandbox.log().is_empty());
}

#[tokio::test]
async fn d043_every_node_knows_with_the_next_request_where_nothing_is_remembered() {
    // What is remembered is known to be over 100 ms later at most: `memory/elsewhere.rs`.
    let nodes = Nodes::open(&[("cache.seconds", "0")]).await;
    let client = nodes.first().client("web-client").await;
    let said = nodes.of(0).convert(&client, "yandex-oauth2", "ok-5").expect(200).await;
    let (access, refresh) = pair(&said);
    nodes.of(1).me(&access).expect(200).await;
    nodes.of(0).tamper("update clients set enabled = false").await;
    for node in [nodes.of(1), nodes.of(0)] {
        node.me(&access).expect(401).await;
        node.refresh(&client, &refresh).expect(401).await.error("invalid_client");
    }
}

#[tokio::test]
async fn d044_whoever_may_not_know_is_told_nothing() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let (access, refresh) = pair(&cast.tokens().await);
    let server = resource_server(house).await;
    let wrong = OAuthClient { secret: Some("wrong".to_owned()), ..cast.conf.clone() };
    let named = |client: &OAuthClient, token: &str| {
        house.post("/oauth/introspect").form(&client.signed(&[("token", token)]))
    };
    let bare = || house.post("/oauth/introspect");
    let address = format!("/oauth/introspect?token={access}");
    let mut rows = Rows::of(house).await;
    for (name, call, must) in [
        ("nobody", bare().form(&[("token", &access)]), NOBODY),
        (
            "with the token itself as a Bearer",
            bare().bearer(&access).form(&[("token", &access)]),
            NOBODY,
        ),
        ("a public client", named(&cast.app, &access), NOBODY),
        ("a wrong secret", named(&wrong, &access), NOBODY),
        ("another client", named(&cast.conf2, &access), DEAD),
        ("another client, of a refresh token", named(&cast.conf2, &refresh), DEAD),
        ("a resource server, of a refresh token", named(&server, &refresh), DEAD),
        ("a machine", named(&cast.machine, &access), DEAD),
        ("GET", house.get(&address), Must::Be(405)),
        (
            "the token in the address",
            house.post(&address).form(&cast.conf.signed(&[])),
            Must::Say(400, "invalid_request"),
        ),
    ] {
        rows.refuse(name, call, must).await;
    }
    rows.end(10);
    assert!(house.is_live(&server, &access).await && cast.is_live(&access).await);
    assert!(cast.is_live(&refresh).await);
    let live = named(&server, &access).expect(200).await;
    assert!(!live.text.contains(&access), "it says the token: {live:?}");
}

#[tokio::test]
async fn d044_whatever_is_not_live_is_one_answer() {
    let cast = Cast::open().await;
    let (over, kept) = pair(&cast.tokens().await);
    cast.house.forward(TimeDelta::hours(1));
    let (revoked, revoked_refresh) = pair(&cast.tokens().await);
    let end = cast.conf.signed(&[("token", &revoked_refresh)]);
    cast.house.post("/oauth/revoke").form(&end).expect(200).await;
    let (used_access, used) = pair(&cast.tokens().await);
    cast.rotated(&cast.conf, &used).await;
    let foreign = cast.tokens_of(&cast.conf2).await.text_of("access_token");
    let code = cast.code(&cast.conf).await;
    let auth_token = cast.house.log_in("alice@example.com").expect(200).await.text_of("auth_token");
    let jwts = cast.house.jwts("alice@example.com").await;
    let (long, bent) = ("x".repeat(10_000), format!("{}x", &used_access[..used_access.len() - 1]));
    let mut rows = Rows::of(&cast.house).await;
    for (name, token) in [
        ("expired", over.as_str()),
        ("revoked", &revoked),
        ("a revoked refresh token", &revoked_refresh),
        ("replaced by a refresh", &used_access),
        ("a refresh token that was used", &used),
        ("bent", &bent),
        ("made up", "nobody"),
        ("the prefix alone", "cat_"),
        ("10 kB", &long),
        ("another client's", &foreign),
        ("a code", &code),
        ("an auth token", &auth_token),
        ("a JWT of /auth/jwt", &jwts.access),
        ("an unsigned JWT", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
        ("not of ASCII", "\u{442}\u{43e}\u{43a}\u{435}\u{43d}"),
    ] {
        for hint in ["", "access_token", "refresh_token", "strange"] {
            let fields = [("token", token), ("token_type_hint", hint)];
            let call = cast.house.post("/oauth/introspect").form(&cast.conf.signed(&fields));
            rows.refuse(format!("{name}, hint {hint:?}"), call, DEAD).await;
        }
    }
    rows.end(60);
    // RFC 7662 §2.1: a hint that is wrong must not hide a token. So a refresh token that is live is told of
    // under whatever hint.
    for hint in ["access_token", "refresh_token", "strange"] {
        let fields = [("token", kept.as_str()), ("token_type_hint", hint)];
        let call = cast.house.post("/oauth/introspect").form(&cast.conf.signed(&fields));
        assert_eq!(call.expect(200).await.json()["active"], true, "{hint}");
    }
}

#[tokio::test]
async fn d046_either_token_ends_both_whatever_the_hint() {
    for door in ["/oauth/revoke", "/o/revoke_token/"] {
        for (kind, hint) in [
            ("access_token", ""),
            ("access_token", "refresh_token"),
            ("refresh_token", ""),
            ("refresh_token", "access_token"),
            ("refresh_token", "strange"),
        ] {
            let cast = Cast::open().await;
            let said = cast.tokens().await;
            let (access, refresh) = pair(&said);
            let (next_access, next) = cast.rotated(&cast.conf, &refresh).await;
            let other = cast.tokens().await;
            let shown = if kind == "access_token" { &next_access } else { &next };
            let fields = [("token", shown.as_str()), ("token_type_hint", hint)];
            let call = cast.house.post(door).form(&cast.conf.signed(&fields)).expect(200);
            assert_eq!(call.await.text, "", "{door} {kind} {hint}");
            let mut rows = Rows::of(&cast.house).await;
            let row = |what: &str| format!("{what} after {kind} with hint {hint:?} at {door}");
            for token in [&access, &next_access] {
                rows.refuse(row("an access token"), cast.house.me(token), Must::Be(401)).await;
            }
            for token in [&refresh, &next] {
                rows.refuse(row("a refresh token"), cast.refresh(&cast.conf, token), INVALID).await;
            }
            rows.end(4);
            assert!(cast.is_live(&other.text_of("access_token")).await, "{}", row("another grant"));
        }
    }
}

#[tokio::test]
async fn d046_what_is_not_the_clients_is_not_ended_and_nobody_is_told() {
    let cast = Cast::open().await;
    let (access, refresh) = pair(&cast.tokens().await);
    let wrong = OAuthClient { secret: Some("wrong".to_owned()), ..cast.conf.clone() };
    let mut rows = Rows::of(&cast.house).await;
    for token in [&access, &refresh] {
        let revoke = |client: &OAuthClient| {
            cast.house.post("/oauth/revoke").form(&client.signed(&[("token", token)]))
        };
        rows.refuse("another client", revoke(&cast.conf2), Must::Tell("")).await;
        rows.refuse("a public client", revoke(&cast.app), Must::Tell("")).await;
        rows.refuse("a wrong secret", revoke(&wrong), NOBODY).await;
        let bare = cast.house.post("/oauth/revoke").form(&[("token", token)]);
        rows.refuse("nobody", bare, NOBODY).await;
    }
    for token in ["nobody-knows-this", "cat_", "eyJhbGciOiJub25lIn0.e30."] {
        let call = cast.house.post("/oauth/revoke").form(&cast.conf.signed(&[("token", token)]));
        rows.refuse(token, call, Must::Tell("")).await;
    }
    let none = cast.house.post("/oauth/revoke").form(&cast.conf.signed(&[]));
    rows.refuse("no token", none, Must::Say(400, "invalid_request")).await;
    rows.end(12);
    assert!(cast.is_live(&access).await && cast.is_live(&refresh).await);
}

#[tokio::test]
async fn d047_a_revocation_that_cannot_be_kept_is_never_said_to_be_done() {
    let cast = Cast::with(&[("database.lock_timeout_ms", "100")]).await;
    let (access, refresh) = pair(&cast.tokens().await);
    for token in [&access, &refresh] {
        for door in ["/oauth/revoke", "/o/revoke_token/"] {
            let lock = Lock::on(&cast.house).await;
            let fields = cast.conf.signed(&[("token", token)]);
            let said = cast.house.post(door).form(&fields).expect(503).await;
            said.clone().error("temporarily_unavailable");
            assert!(!said.header("retry-after").is_empty(), "{said:?}");
            drop(lock);
            assert!(cast.is_live(token).await, "{door}");
        }
    }
    // A table that is gone stands for a disk that is.
    cast.house.tamper("alter table families rename to lost").await;
    let fields = cast.conf.signed(&[("token", &access)]);
    let said = cast.house.post("/oauth/revoke").form(&fields).await;
    assert!([500, 503].contains(&said.status), "{said:?}");
    cast.house.tamper("alter table lost rename to families").await;
    assert!(cast.is_live(&access).await);
    cast.house.post("/oauth/revoke").form(&fields).expect(200).await;
    assert!(!cast.is_live(&access).await);
}
