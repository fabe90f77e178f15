//! Access tokens that a resource server can read (RFC 9068).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cambio::{
    domain::client::{AccessForm, ClientKind, ClientOptions},
    usecases::clients::RegisterClient,
};
use serde_json::{Value, json};

use super::{browser::Browser, flow::web};
use crate::support::{House, OAuthClient};

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let options = ClientOptions {
        access_form: AccessForm::Jwt,
        resources: vec!["https://api.example/".to_owned()],
        ..ClientOptions::default()
    };
    let wish = RegisterClient { options, ..web("jwt-client", ClientKind::Confidential) };
    let client = house.client_with(wish).await;
    (house, client)
}

fn part(token: &str, n: usize) -> Value {
    let part = token.split('.').nth(n).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn it_says_for_whom_it_is_and_opens_the_same_doors() {
    let (house, client) = house().await;
    let fields = [("resource", "https://api.example/")];
    let back = Browser::new(&house).allow(&client, "ada@example.com", &fields).await;
    let code = super::browser::sent(&back)["code"].clone();
    let token = house.redeem(&client, &code).expect(200).await.text_of("access_token");

    assert_eq!(part(&token, 0)["typ"], "at+jwt");
    let claims = part(&token, 1);
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!(house.base()), &json!("https://api.example/"))
    );
    assert_eq!(
        (&claims["client_id"], &claims["scope"]),
        (&json!("jwt-client"), &json!("read write"))
    );
    for name in ["exp", "iat", "auth_time"] {
        assert!(claims[name].is_i64(), "{name}");
    }
    assert!(claims["sub"].is_string() && claims["jti"].is_string());
    // It is for that resource; one for nobody in particular opens our own doors.
    house.me(&token).expect(401).await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    let token = house.redeem(&client, &code).expect(200).await.text_of("access_token");
    assert_eq!(part(&token, 1)["aud"], house.base());
    assert_eq!(house.me(&token).expect(200).await.json()["email"], "ada@example.com");
}

#[tokio::test]
async fn it_ends_when_it_is_revoked_and_a_bent_one_is_none() {
    let (house, client) = house().await;
    let code = Browser::new(&house).code(&client, "ada@example.com").await;
    let token = house.redeem(&client, &code).expect(200).await.text_of("access_token");
    let bent = format!("{}x", &token[..token.len() - 1]);

    house.me(&bent).expect(401).await;
    assert!(house.is_live(&client, &token).await);
    house.post("/oauth/revoke").form(&client.signed(&[("token", &token)])).expect(200).await;
    house.me(&token).expect(401).await;
}

#[tokio::test]
async fn a_resource_that_is_not_the_clients_is_refused() {
    let (house, client) = house().await;
    let ask = super::flow::ask(&client, &[("resource", "https://other.example/")]);
    assert_eq!(super::browser::sent(&house.get(&ask).await)["error"], "invalid_target");
}
