//! Letting in a device without a keyboard (RFC 8628).

use cambio::{
    crypto::jwt_key::Algorithm,
    domain::client::{ClientKind, GrantType},
    usecases::clients::RegisterClient,
};
use chrono::TimeDelta;
use serde_json::json;

use super::browser::Browser;
use crate::{
    cases::rows::{Must, Rows},
    support::{
        Call, House, OAuthClient, Said,
        callers::wish,
        signer::{KIND, Signer},
    },
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient, Said) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = tv(&house, "television").await;
    let begun = house.post("/oauth/device").form(&client.signed(&[])).expect(200).await;
    (house, client, begun)
}

async fn tv(house: &House, id: &str) -> OAuthClient {
    let grants = vec![GrantType::DeviceCode, GrantType::RefreshToken];
    house.client_with(RegisterClient { grants, ..wish(id, ClientKind::Public) }).await
}

fn poll(house: &House, client: &OAuthClient, begun: &Said) -> Call {
    let code = begun.text_of("device_code");
    house.token(client, &[("grant_type", GRANT), ("device_code", &code)])
}

/// Types the code, and decides.
async fn decide(house: &House, begun: &Said, decision: &str) -> Said {
    let browser = Browser::new(house);
    let place = begun.text_of("verification_uri_complete");
    let page = browser.follow(&place).await.with_status(200);
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await.with_status(200);
    assert!(page.text.contains(&begun.text_of("user_code")), "{}", page.text);
    let page =
        browser.send(&page, &[("user_code", &begun.text_of("user_code"))]).await.with_status(200);
    assert!(page.text.contains("television") && page.text.contains("see what is in your account"));
    browser.send(&page, &[("decision", decision)]).await.with_status(200)
}

#[tokio::test]
async fn a_device_waits_until_somebody_lets_it_in_and_gets_its_tokens_once() {
    let (house, client, begun) = house().await;
    assert_eq!((&begun.json()["interval"], &begun.json()["expires_in"]), (&5.into(), &600.into()));
    assert_eq!(begun.text_of("verification_uri"), format!("{}/device", house.base()));
    poll(&house, &client, &begun).expect(400).await.error("authorization_pending");

    let done = decide(&house, &begun, "allow").await;
    assert!(done.text.contains("Your device is connected"));

    let said = poll(&house, &client, &begun).expect(200).await;
    assert_eq!(house.me(&said.text_of("access_token")).expect(200).await.json()["email"], ADA);
    assert!(said.json()["refresh_token"].is_string());
    poll(&house, &client, &begun).expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn who_asks_too_early_pauses_five_seconds_longer_for_good() {
    let (house, client, begun) = house().await;
    poll(&house, &client, &begun).await.error("authorization_pending");
    house.forward(TimeDelta::seconds(4));
    poll(&house, &client, &begun).await.error("slow_down");
    house.forward(TimeDelta::seconds(9));
    poll(&house, &client, &begun).await.error("slow_down");
    house.forward(TimeDelta::seconds(15));
    poll(&house, &client, &begun).await.error("authorization_pending");
}

#[tokio::test]
async fn no_is_told_and_so_is_the_end() {
    let (house, client, begun) = house().await;
    decide(&house, &begun, "deny").await;
    poll(&house, &client, &begun).expect(400).await.error("access_denied");

    let begun = house.post("/oauth/device").form(&client.signed(&[])).expect(200).await;
    house.forward(TimeDelta::minutes(10));
    poll(&house, &client, &begun).expect(400).await.error("expired_token");
}

#[tokio::test]
async fn a_code_is_another_clients_or_used_and_nobody_is_let_in() {
    let (house, client, begun) = house().await;
    let other = tv(&house, "other-television").await;
    poll(&house, &other, &begun).expect(400).await.error("invalid_grant");
    let web = house.web_client("web-client").await;
    let said = house.post("/oauth/device").form(&web.signed(&[])).expect(400).await;
    said.error("unauthorized_client");

    decide(&house, &begun, "allow").await;
    let browser = Browser::new(&house);
    let page = browser.follow("/device").await;
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await;
    let used = begun.text_of("user_code");
    for code in [used.as_str(), "BBBB-BBBB", "nonsense"] {
        let said = browser.send(&page, &[("user_code", code)]).await.with_status(400);
        assert!(said.text.contains("wrong, has expired or has been used"));
    }
    poll(&house, &client, &begun).expect(200).await;
}

#[tokio::test]
async fn a_form_from_elsewhere_lets_no_device_in() {
    let (house, client, begun) = house().await;
    let code = begun.text_of("user_code");
    let fields = [("user_code", code.as_str()), ("decision", "allow")];
    house.post("/device").form(&fields).expect(403).await;
    poll(&house, &client, &begun).await.error("authorization_pending");
}

#[tokio::test]
async fn a_yes_is_worth_nothing_once_the_account_is_switched_off() {
    let (house, client, begun) = house().await;
    decide(&house, &begun, "allow").await;
    house.deactivate(ADA).await;
    poll(&house, &client, &begun).expect(400).await.error("invalid_grant");
    house.reactivate(ADA).await;
    poll(&house, &client, &begun).expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn an_application_whose_access_was_ended_lets_no_device_in_that_waits() {
    let (house, client, first) = house().await;
    decide(&house, &first, "allow").await;
    poll(&house, &client, &first).expect(200).await;
    let second = house.post("/oauth/device").form(&client.signed(&[])).expect(200).await;
    decide(&house, &second, "allow").await;

    let browser = Browser::new(&house);
    let page = browser.open("/account/sign-in").await;
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await.with_status(200);
    browser.send(&page, &[("client_id", &client.id)]).await.with_status(303);

    poll(&house, &client, &second).expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn a_device_that_signs_shows_an_assertion_for_each_call_and_each_once() {
    let house = House::open().await;
    house.activated("ada").await;
    let own = Signer::new("television", Algorithm::ES256);
    house.client_with(own.wish(&[GrantType::DeviceCode])).await;
    let stranger = Signer::machine(&house, "machine-one").await;
    let ask = |shown: &str| house.post("/oauth/device").form(&[KIND, ("client_assertion", shown)]);

    let shown = own.assertion(&house);
    let begun = ask(&shown).expect(200).await;
    let mut rows = Rows::of(&house).await;
    let nobody = Must::Say(401, "invalid_client");
    let other = own.claiming(&house, &json!({ "aud": "https://other.example" }));
    for (name, shown, must) in [
        ("the same again", shown.as_str(), nobody),
        ("for somebody else", &other, nobody),
        ("unsigned", "eyJhbGciOiJub25lIn0.e30.", nobody),
        ("without the grant", &stranger.assertion(&house), Must::Say(400, "unauthorized_client")),
    ] {
        rows.refuse(name, ask(shown), must).await;
    }
    let named = house.post("/oauth/device").form(&[("client_id", "television")]);
    rows.refuse("by its name alone", named, nobody).await;
    let code = begun.text_of("device_code");
    let poll = |shown: &str| {
        let fields = [("grant_type", GRANT), ("device_code", &code), KIND];
        house.post("/oauth/token").form(&[&fields[..], &[("client_assertion", shown)]].concat())
    };
    rows.refuse("the same at the token endpoint", poll(&shown), nobody).await;
    rows.end(6);

    poll(&own.assertion(&house)).expect(400).await.error("authorization_pending");
    decide(&house, &begun, "allow").await;
    let shown = own.assertion(&house);
    let said = poll(&shown).expect(200).await;
    assert_eq!(house.me(&said.text_of("access_token")).expect(200).await.json()["email"], ADA);
    poll(&shown).expect(401).await;
}

#[tokio::test]
async fn what_a_page_shows_of_one_device_lets_no_other_in() {
    let (house, client, begun) = house().await;
    let other = house.post("/oauth/device").form(&client.signed(&[])).expect(200).await;
    let browser = Browser::new(&house);
    let page = browser.follow("/device").await;
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await.with_status(200);
    let shown = browser.send(&page, &[("user_code", &begun.text_of("user_code"))]).await;
    let fields = [("user_code", &*other.text_of("user_code")), ("decision", "allow")];

    browser.send(&shown, &fields).await.with_status(403);
    browser.send(&page, &fields).await.with_status(403);

    poll(&house, &client, &other).expect(400).await.error("authorization_pending");
    browser.send(&shown, &[("decision", "allow")]).await.with_status(200);
    poll(&house, &client, &begun).expect(200).await;
}
