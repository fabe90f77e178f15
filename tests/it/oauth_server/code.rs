//! Redeeming codes (attacks on it are in `cases/b_*.rs`).

use chrono::TimeDelta;

use super::{
    browser::Browser,
    flow::{CALLBACK, redemption},
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
    let again =
        [("grant_type", "refresh_token"), ("refresh_token", &said.text_of("refresh_token"))];
    house.token(&client, &again).expect(200).await;
}

#[tokio::test]
async fn a_place_that_was_not_named_need_not_be_named_again() {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let browser = Browser::new(&house);
    for place in ["", CALLBACK] {
        let back = browser.allow(
            &client,
            "ada@example.com",
            &[("redirect_uri", ""), ("prompt", "consent")],
        );
        let code = super::browser::sent(&back.await)["code"].clone();
        house.token(&client, &with(&code, "redirect_uri", place)).expect(200).await;
    }
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

    let rows = house.dump("codes", &["length(digest)", "redirect_uri", "scope", "challenge"]).await;

    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("32 ") && !rows[0].contains(&code[4..]));
}
