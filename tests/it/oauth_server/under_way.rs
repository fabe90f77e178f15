//! A request that is under way while what it was judged by changes, and people that it does not mean.

use cambio::{
    domain::{
        client::{ClientId, ClientKind, GrantType, RedirectUri},
        scope::ScopeSet,
    },
    usecases::{
        client_changes::{self, ChangeClient},
        clients::RegisterClient,
    },
};

use super::{
    browser::{Browser, sent},
    flow::{ask, web},
};
use crate::support::{House, OAuthClient, Said};

const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let wish = RegisterClient {
        scopes: ScopeSet::parse("openid read write"),
        ..web("app-web-1", ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    (house, client)
}

async fn change(house: &House, wish: ChangeClient) {
    let id = ClientId::parse("app-web-1").unwrap();
    house.app.write(move |ctx| client_changes::change(ctx, &id, &wish)).await.unwrap();
}

async fn question(browser: &Browser<'_>, client: &OAuthClient) -> Said {
    let page = browser.follow(&ask(client, &[("scope", "read write")])).await;
    let on = browser.sign_in(&page, ADA).await;
    browser.follow(on.header("location")).await.with_status(200)
}

#[tokio::test]
async fn what_was_taken_from_a_client_meanwhile_is_not_allowed_to_it() {
    let other = RedirectUri::parse("https://other.example/cb");
    let changes = [
        ChangeClient { redirect_uris: other.map(|uri| vec![uri]), ..ChangeClient::default() },
        ChangeClient { scopes: ScopeSet::parse("read"), ..ChangeClient::default() },
        ChangeClient { grants: Some(vec![GrantType::RefreshToken]), ..ChangeClient::default() },
    ];
    for wish in changes {
        let (house, client) = house().await;
        let browser = Browser::new(&house);
        let page = question(&browser, &client).await;
        change(&house, wish.clone()).await;
        let said = browser.send(&page, &[("decision", "allow")]).await;
        assert_eq!((said.status, said.headers.get("location")), (400, None), "{wish:?}");
        let codes = "select cast(count(*) as text) as line from codes";
        assert_eq!(house.lines(codes).await, ["0"], "{wish:?}");
    }
}

#[tokio::test]
async fn where_somebody_else_is_meant_nobody_is_signed_in() {
    let (house, client) = house().await;
    house.activated("bob").await;
    let bob = Browser::new(&house);
    let back = bob.allow(&client, "bob@example.com", &[("scope", "openid")]).await;
    let said = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let his = said.text_of("id_token");
    let ada = Browser::new(&house);
    ada.allow(&client, ADA, &[("scope", "openid")]).await;

    let silent = |hint: &str| {
        ask(&client, &[("scope", "openid"), ("prompt", "none"), ("id_token_hint", hint)])
    };
    assert_eq!(sent(&ada.open(&silent(&his)).await)["error"], "login_required");
    assert!(sent(&bob.open(&silent(&his)).await).contains_key("code"));
    // What we have not signed says nothing about anybody.
    assert!(sent(&ada.open(&silent("not.a.token")).await).contains_key("code"));
    let page = ada.follow(&ask(&client, &[("scope", "openid"), ("id_token_hint", &his)])).await;
    assert!(page.text.contains("name=\"password\""), "{page:?}");
}

#[tokio::test]
async fn offline_access_is_passed_over_where_it_is_not_registered() {
    let (house, client) = house().await;
    let fields = [("scope", "openid offline_access")];
    let back = Browser::new(&house).allow(&client, ADA, &fields).await;
    let said = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    assert_eq!(said.text_of("scope"), "openid");
    let refresh = said.text_of("refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
        ("scope", "openid offline_access"),
    ];
    assert_eq!(house.token(&client, &fields).expect(200).await.text_of("scope"), "openid");
}
