//! `/oauth/introspect` (RFC 7662; who may not know is in `cases/d_tokens.rs`).

use serde_json::json;

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
async fn a_client_is_told_what_its_token_is_worth() {
    let (house, client, tokens) = house().await;
    let token = tokens.text_of("access_token");
    let said =
        house.post("/oauth/introspect").form(&client.signed(&[("token", &token)])).expect(200);
    let live = said.await.json();

    assert_eq!(live["active"], true);
    assert_eq!((&live["scope"], &live["client_id"]), (&json!("read write"), &json!("web-client")));
    assert_eq!((&live["iss"], &live["token_type"]), (&json!(house.base()), &json!("Bearer")));
    // The address is told with its scope alone.
    assert!(live.get("username").is_none(), "{live}");
    let (exp, iat) = (live["exp"].as_i64().unwrap(), live["iat"].as_i64().unwrap());
    assert_eq!(exp - iat, 3600);
    assert!(live["sub"].is_string());
}
