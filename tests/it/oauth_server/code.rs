//! Redeeming codes (security cases 013 to 023).

use chrono::TimeDelta;
use serde_json::Value;

use super::{
    browser::Browser,
    flow::{CALLBACK, VERIFIER, redemption},
};
use crate::support::{House, OAuthClient};

/// A house, a client, somebody, and the code that came of it.
async fn with_code() -> (House, OAuthClient, String) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    (house, client, code)
}

fn with<'a>(code: &'a str, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let fields = redemption(code);
    let rest = fields.into_iter().filter(|(field, _)| *field != name);
    rest.chain([(name, value)].into_iter().filter(|(_, value)| !value.is_empty())).collect()
}

#[tokio::test]
async fn a_code_is_redeemed_for_tokens_that_work() {
    let (house, client, code) = with_code().await;

    let said = house.redeem(&client, &code).expect(200).await;

    assert_eq!(said.header("cache-control"), "no-store");
    assert_eq!(said.json()["token_type"], "Bearer");
    assert_eq!(said.json()["expires_in"], 3600);
    assert_eq!(said.json()["scope"], "read write");
    let me = house.me(&said.text_of("access_token")).expect(200).await;
    assert_eq!(me.json()["email"], "ada@example.com");
    let again = [("grant_type", "refresh_token"), ("refresh_token", &said.text_of("refresh_token"))];
    house.token(&client, &again).expect(200).await;
}

#[tokio::test]
async fn case_013_a_code_redeemed_twice_ends_what_came_of_it() {
    let (house, client, code) = with_code().await;
    let first = house.redeem(&client, &code).expect(200).await;
    let (access, refresh) = (first.text_of("access_token"), first.text_of("refresh_token"));
    let rotate = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let second = house.token(&client, &rotate).expect(200).await.text_of("access_token");

    house.redeem(&client, &code).expect(400).await.error("invalid_grant");

    for token in [&access, &refresh, &second] {
        assert!(!house.is_live(&client, token).await);
    }
    house.me(&second).expect(401).await;
}

#[tokio::test]
async fn case_014_a_used_code_with_wrong_parameters_ends_nothing() {
    let (house, client, code) = with_code().await;
    let access = house.redeem(&client, &code).expect(200).await.text_of("access_token");
    let other = house.web_client("other-client").await;

    let wrong = VERIFIER.replace('d', "e");
    let fields = with(&code, "code_verifier", &wrong);
    house.token(&client, &fields).expect(400).await.error("invalid_grant");
    house.redeem(&other, &code).expect(400).await.error("invalid_grant");

    assert!(house.is_live(&client, &access).await);
}

#[tokio::test]
async fn case_016_another_clients_code_is_unknown_and_not_burned() {
    let (house, client, code) = with_code().await;
    let (other, public) = (house.web_client("other-client").await, house.app_client("app-client").await);

    house.redeem(&other, &code).expect(400).await.error("invalid_grant");
    house.redeem(&public, &code).expect(400).await.error("invalid_grant");

    house.redeem(&client, &code).expect(200).await;
}

#[tokio::test]
async fn case_017_the_place_of_the_request_is_that_of_the_redemption() {
    let (house, client, code) = with_code().await;

    for place in ["https://app.example/cb/", "https://app.example/other", "https://APP.example/cb"] {
        let fields = with(&code, "redirect_uri", place);
        house.token(&client, &fields).expect(400).await.error("invalid_grant");
    }
    let fields = with(&code, "redirect_uri", "");
    house.token(&client, &fields).expect(400).await.error("invalid_request");

    house.redeem(&client, &code).expect(200).await;
}

#[tokio::test]
async fn a_place_that_was_not_named_need_not_be_named_again() {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let browser = Browser::new(&house);
    for place in ["", CALLBACK] {
        let back = browser.allow(&client, "ada@example.com", &[("redirect_uri", ""), ("prompt", "consent")]);
        let code = super::browser::sent(&back.await)["code"].clone();
        house.token(&client, &with(&code, "redirect_uri", place)).expect(200).await;
    }
}

#[tokio::test]
async fn case_020_a_verifier_that_is_none_is_refused() {
    let (house, client, code) = with_code().await;
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let nul = format!("{VERIFIER}\0");

    for verifier in ["", &short, &long, &nul, "wrong-verifier-wrong-verifier-wrong-verifier-"] {
        let said = house.token(&client, &with(&code, "code_verifier", verifier)).expect(400).await;
        let error = said.json()["error"].clone();
        assert!([Value::from("invalid_grant"), "invalid_request".into()].contains(&error), "{said:?}");
    }

    house.redeem(&client, &code).expect(200).await;
}

#[tokio::test]
async fn case_022_a_code_opens_no_other_door() {
    let (house, client, code) = with_code().await;

    house.me(&code).expect(401).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", code.as_str())];
    house.token(&client, &refresh).expect(400).await.error("invalid_grant");
    assert!(!house.is_live(&client, &code).await);
    house.post("/oauth/revoke").form(&client.signed(&[("token", &code)])).expect(200).await;

    let tokens = house.redeem(&client, &code).expect(200).await;
    for token in [tokens.text_of("access_token"), tokens.text_of("refresh_token")] {
        house.redeem(&client, &token).expect(400).await.error("invalid_grant");
    }
}

#[tokio::test]
async fn case_023_a_code_dies_with_what_it_stands_on() {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let email = "ada@example.com";

    let code = Browser::new(&house).code(&client, email).await;
    house.deactivate(email).await;
    house.redeem(&client, &code).expect(400).await.error("invalid_grant");
    house.reactivate(email).await;
    house.redeem(&client, &code).expect(400).await.error("invalid_grant");

    let code = Browser::new(&house).code(&client, email).await;
    house.tamper("update clients set enabled = false").await;
    house.redeem(&client, &code).expect(401).await.error("invalid_client");
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let (house, client, code) = with_code().await;
    house.forward(TimeDelta::seconds(60));
    house.redeem(&client, &code).expect(400).await.error("invalid_grant");

    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    house.forward(TimeDelta::seconds(59));
    house.redeem(&client, &code).expect(200).await;
}

#[tokio::test]
async fn of_many_redemptions_at_once_one_succeeds() {
    let (house, client, code) = with_code().await;

    let tries = (0..8).map(|_| async { house.redeem(&client, &code).await.status });
    let mut told = futures_util::future::join_all(tries).await;

    told.sort_unstable();
    assert_eq!(told[0], 200);
    assert!(told[1..].iter().all(|status| *status == 400), "{told:?}");
}

#[tokio::test]
async fn the_store_holds_no_code() {
    let (house, client, code) = with_code().await;
    house.redeem(&client, &code).expect(200).await;

    let rows = house.dump("codes", &["redirect_uri", "scope", "challenge"]).await;
    let digests = house.lines("select 'x' as line from codes where length(digest) = 32").await;

    assert_eq!((rows.len(), digests.len()), (1, 1));
    assert!(!rows[0].contains(&code[4..]));
}
