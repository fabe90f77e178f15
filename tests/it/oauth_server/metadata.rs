//! What the documents say, and whether it is so.

use serde_json::Value;

use crate::support::House;

#[tokio::test]
async fn every_endpoint_that_is_told_is_there() {
    let house = House::open().await;
    let said = house.get("/.well-known/oauth-authorization-server").expect(200).await;
    assert_eq!(said.header("access-control-allow-origin"), "*");
    assert_eq!(said.header("cache-control"), "public, max-age=3600");
    let document = said.json();

    assert_eq!(document["issuer"], house.base());
    let mut seen = 0;
    for (name, value) in document.as_object().unwrap() {
        let Some(place) =
            value.as_str().filter(|_| name.ends_with("_endpoint") || name == "jwks_uri")
        else {
            continue;
        };
        let path = place.strip_prefix(house.base()).unwrap();
        assert_ne!(house.get(path).await.status, 404, "{name}");
        seen += 1;
    }
    assert!(seen >= 4);
}

#[tokio::test]
async fn every_grant_that_is_told_is_known() {
    let house = House::open().await;
    let client = house.web_client("web-client").await;
    let document = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    let told = document["grant_types_supported"].as_array().unwrap();
    assert!(told.len() >= 6);
    for grant in told.iter().filter_map(Value::as_str) {
        let said = house.token(&client, &[("grant_type", grant)]).expect(400).await;
        assert_ne!(said.json()["error"], "unsupported_grant_type", "{grant}");
    }
}
