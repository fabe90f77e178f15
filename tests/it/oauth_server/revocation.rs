//! `/oauth/revoke` (RFC 7009; security cases 046 and 028).

use super::browser::Browser;
use crate::support::{House, OAuthClient, Said};

async fn house() -> (House, OAuthClient, Said) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    let tokens = house.redeem(&client, &code).expect(200).await;
    (house, client, tokens)
}

#[tokio::test]
async fn case_046_either_token_ends_both() {
    for kind in ["access_token", "refresh_token"] {
        let (house, client, tokens) = house().await;
        let shown = tokens.text_of(kind);
        let said =
            house.post("/oauth/revoke").form(&client.signed(&[("token", &shown)])).expect(200);
        assert_eq!(said.await.text, "");

        house.me(&tokens.text_of("access_token")).expect(401).await;
        let refresh = tokens.text_of("refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        house.token(&client, &fields).expect(400).await.error("invalid_grant");
    }
}

#[tokio::test]
async fn another_clients_token_and_no_token_at_all_are_fine_and_end_nothing() {
    let (house, client, tokens) = house().await;
    let (other, access) = (house.web_client("other-client").await, tokens.text_of("access_token"));

    for token in [access.as_str(), "nobody-knows-this", "cat_x"] {
        let fields = other.signed(&[("token", token), ("token_type_hint", "strange")]);
        house.post("/oauth/revoke").form(&fields).expect(200).await;
    }

    assert!(house.is_live(&client, &access).await);
}

#[tokio::test]
async fn who_asks_must_be_somebody_and_name_something() {
    let (house, client, tokens) = house().await;
    let access = tokens.text_of("access_token");
    let said = house.post("/oauth/revoke").form(&[("token", access.as_str())]).expect(401).await;
    said.error("invalid_client");
    house
        .post("/oauth/revoke")
        .form(&client.signed(&[]))
        .expect(400)
        .await
        .error("invalid_request");
    assert!(house.is_live(&client, &access).await);
}

#[tokio::test]
async fn case_028_a_revoked_token_has_no_grace() {
    let (house, client, tokens) = house().await;
    let first = tokens.text_of("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", first.as_str())];
    house.token(&client, &fields).expect(200).await;
    house.post("/oauth/revoke").form(&client.signed(&[("token", &first)])).expect(200).await;

    house.token(&client, &fields).expect(400).await.error("invalid_grant");
}
