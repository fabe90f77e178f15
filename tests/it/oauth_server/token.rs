//! `/oauth/token`, to the letter, and under the names of other libraries.

use cambio::{
    domain::client::{ClientKind, ClientOptions, GrantType},
    usecases::clients::RegisterClient,
};

use super::browser::Browser;
use crate::support::{House, callers::wish};

#[tokio::test]
async fn parameters_are_in_a_form_and_nowhere_else() {
    let house = House::open().await;
    let client = house.web_client("web-client").await;
    let json = serde_json::json!({ "grant_type": "refresh_token", "client_id": client.id });

    for path in ["/oauth/token", "/oauth/revoke"] {
        let said = house.post(path).json(&json).expect(415).await;
        assert!(!said.text.contains("application/json"), "{said:?}");
        said.error("invalid_request");
    }
    house.post("/oauth/token?grant_type=refresh_token").expect(400).await.error("invalid_request");
    house.get("/oauth/token").expect(405).await;
}

#[tokio::test]
async fn the_names_of_django_oauth_toolkit_are_the_same_doors() {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    let fields = super::flow::redemption(&code);
    let said = house.post("/o/token/").form(&client.signed(&fields)).expect(200).await;
    let token = said.text_of("access_token");

    let live = || house.post("/o/introspect/").form(&client.signed(&[("token", &token)]));
    assert_eq!(live().expect(200).await.json()["active"], true);
    house.post("/o/revoke_token/").form(&client.signed(&[("token", &token)])).expect(200).await;
    assert_eq!(live().expect(200).await.text, "{\"active\":false}");
}

#[tokio::test]
async fn a_resource_is_one_the_client_may_ask_for() {
    let house = House::open().await;
    let resources = vec!["https://api.example/".to_owned()];
    let wish = RegisterClient {
        grants: vec![GrantType::ClientCredentials],
        options: ClientOptions { resources, ..ClientOptions::default() },
        ..wish("machine-one", ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    let ask = |resource: &'static str| {
        house.token(&client, &[("grant_type", "client_credentials"), ("resource", resource)])
    };

    ask("https://other.example/").expect(400).await.error("invalid_target");
    let token = ask("https://api.example/").expect(200).await.text_of("access_token");

    let live = house.post("/oauth/introspect").form(&client.signed(&[("token", &token)]));
    assert_eq!(live.expect(200).await.json()["aud"], serde_json::json!(["https://api.example/"]));
}
