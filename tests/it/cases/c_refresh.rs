//! 1.C: a refresh token is used once, by the client it was given to, and for no more than was granted (025,
//! 031, 032). Many who show one at once are in `across/refresh_race.rs` (026, 029).

use cambio::{
    domain::{client::ClientId, scope::ScopeSet},
    usecases::{
        Ctx,
        client_changes::{self, ChangeClient},
    },
};
use chrono::TimeDelta;

use super::{
    cast::{Cast, pair},
    rows::{Must, Rows},
};
use crate::support::{OAuthClient, logs};

const INVALID: Must = Must::Say(400, "invalid_grant");

/// The names under which tokens are refreshed.
const DOORS: [&str; 3] = ["/oauth/token", "/o/token/", "/auth/token/"];

#[tokio::test]
async fn c025_a_refresh_token_of_an_earlier_generation_ends_the_family() {
    // Which of R1, R2, R3 is shown once R3 is the one that is good, and how many seconds later.
    for (shown, later) in [(0, 0), (0, 9), (0, 10), (0, 3600), (1, 10), (1, 3600)] {
        for door in DOORS {
            let cast = Cast::open().await;
            let other = cast.tokens().await;
            let mut all = vec![pair(&cast.tokens().await)];
            for _ in 0..2 {
                let next = cast.rotated(&cast.conf, &all.last().unwrap().1).await;
                all.push(next);
            }
            cast.house.forward(TimeDelta::seconds(later));
            let fields = [("grant_type", "refresh_token"), ("refresh_token", &*all[shown].1)];
            let said = cast.house.post(door).form(&cast.conf.signed(&fields)).await;

            let row = format!("R{} after {later} s at {door}: {said:?}", shown + 1);
            assert!(said.status == 400 && said.json()["error"] == "invalid_grant", "{row}");
            for (access, refresh) in &all {
                assert!(!cast.is_live(access).await && !cast.is_live(refresh).await, "{row}");
                let said = cast.refresh(&cast.conf, refresh).await;
                assert_eq!(said.json()["error"], "invalid_grant", "{row}");
            }
            assert!(cast.is_live(&other.text_of("refresh_token")).await, "{row}");
            assert!(!logs::lines_with("a refresh token was used twice").is_empty(), "{row}");
        }
    }
}

#[tokio::test]
async fn c031_no_more_than_was_granted_and_no_more_than_the_client_still_may() {
    let cast = Cast::open().await;
    let code = cast.code_with(&cast.conf, &[("scope", "read write")]).await;
    let first = cast.house.redeem(&cast.conf, &code).expect(200).await.text_of("refresh_token");
    let refresh = |token: &str, scope: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        cast.house.token(&cast.conf, &fields)
    };
    let mut rows = Rows::of(&cast.house).await;
    // `openid` is the client's, and was not granted.
    for scope in [
        "read write openid",
        "openid",
        "admin",
        "read unknown",
        "",
        "read  write",
        "READ",
        "read\0",
    ] {
        let call = refresh(&first, scope);
        rows.refuse(format!("{scope:?}"), call, Must::Say(400, "invalid_scope")).await;
    }
    rows.end(8);

    let narrow = refresh(&first, "read").expect(200).await;
    assert_eq!(narrow.text_of("scope"), "read");
    let live = [("token", &*narrow.text_of("access_token"))];
    let live = cast.house.post("/oauth/introspect").form(&cast.conf.signed(&live));
    assert_eq!(live.expect(200).await.json()["scope"], "read");
    let whole = cast.refresh(&cast.conf, &narrow.text_of("refresh_token")).expect(200).await;
    assert_eq!(whole.text_of("scope"), "read write");

    let id = ClientId::parse(&cast.conf.id).unwrap();
    let less = ChangeClient { scopes: ScopeSet::parse("read openid"), ..ChangeClient::default() };
    let change = move |ctx: &mut Ctx<'_>| client_changes::change(ctx, &id, &less);
    cast.house.app.write(change).await.unwrap();
    let mut rows = Rows::of(&cast.house).await;
    let call = refresh(&whole.text_of("refresh_token"), "read write");
    rows.refuse("what was taken", call, Must::Say(400, "invalid_scope")).await;
    rows.end(1);
    let less = cast.refresh(&cast.conf, &whole.text_of("refresh_token")).expect(200).await;
    assert_eq!(less.text_of("scope"), "read");
}

#[tokio::test]
async fn c032_nobody_but_its_client_uses_a_refresh_token_or_ends_it() {
    let cast = Cast::open().await;
    let (access, refresh) = pair(&cast.tokens().await);
    let (app_access, app_refresh) = pair(&cast.tokens_of(&cast.app).await);
    let fields = |token: &'static str| [("grant_type", "refresh_token"), ("refresh_token", token)];
    let (own, apps): (&'static str, &'static str) = (refresh.leak(), app_refresh.leak());
    let (own, apps) = (fields(own), fields(apps));
    let post = || cast.house.post("/oauth/token");
    let other = cast.conf2.secret.clone().unwrap();
    let known = OAuthClient { secret: Some("cs_wrong".to_owned()), ..cast.conf.clone() };
    let unproven = OAuthClient { secret: None, ..cast.conf.clone() };
    let named = |id: &'static str, rest: &[(&'static str, &'static str)]| {
        post().form(&[&[("client_id", id)], rest].concat())
    };
    let nobody = Must::Say(401, "invalid_client");
    let mut rows = Rows::of(&cast.house).await;
    for (name, call, must) in [
        ("by another's header", post().basic("other-client", &other).form(&own), INVALID),
        ("by another's body", cast.house.token(&cast.conf2, &own), INVALID),
        ("by a public client", cast.house.token(&cast.app, &own), INVALID),
        ("by nobody", post().form(&own), nobody),
        ("by its client without a secret", cast.house.token(&unproven, &own), nobody),
        ("by its client with a wrong one", cast.house.token(&known, &own), nobody),
        (
            "by another header and its own name",
            {
                let body = [&[("client_id", "web-client")], &own[..]].concat();
                post().basic("other-client", &other).form(&body)
            },
            Must::Say(400, "invalid_request"),
        ),
        ("a public client's by nobody", post().form(&apps), nobody),
        ("a public client's by another name", named("other-client", &apps), nobody),
        ("a public client's by an unknown name", named("nobody-here", &apps), nobody),
        ("a public client's by another client", cast.house.token(&cast.conf2, &apps), INVALID),
        (
            "a public client's with a secret",
            {
                post().form(
                    &[&[("client_id", "app-client"), ("client_secret", "any")], &apps[..]].concat(),
                )
            },
            nobody,
        ),
        (
            "by a client without the grant",
            cast.house.token(&cast.machine, &own),
            Must::Say(400, "unauthorized_client"),
        ),
    ] {
        rows.refuse(name, call, must).await;
    }
    rows.end(13);
    cast.house.me(&access).expect(200).await;
    cast.house.me(&app_access).expect(200).await;
    cast.house.token(&cast.app, &apps).expect(200).await;
    cast.house.token(&cast.conf, &own).expect(200).await;
}

#[tokio::test]
async fn c032_a_used_refresh_token_in_another_clients_hand_ends_nothing() {
    let cast = Cast::open().await;
    let (_, used) = pair(&cast.tokens().await);
    let (access, next) = cast.rotated(&cast.conf, &used).await;
    cast.house.forward(TimeDelta::minutes(1));
    let mut rows = Rows::of(&cast.house).await;
    rows.refuse("another's", cast.refresh(&cast.conf2, &used), INVALID).await;
    rows.refuse("a public client's", cast.refresh(&cast.app, &used), INVALID).await;
    rows.end(2);
    cast.house.me(&access).expect(200).await;
    cast.rotated(&cast.conf, &next).await;
}
