//! `login/`, `refresh/` and `logout/`.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{House, callers::PASSWORD};

#[tokio::test]
async fn a_login_yields_a_jwt_and_a_uuid() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;

    assert_eq!(pair.access.split('.').count(), 3);
    let parts: Vec<usize> = pair.refresh.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
}

#[tokio::test]
async fn an_unknown_address_a_wrong_password_and_a_closed_account_are_answered_alike() {
    let house = House::open().await;
    house.api_register("ada@example.com").expect(201).await;
    house.api_register("eve@example.com").expect(201).await;
    house.deactivate("eve@example.com").await;

    let wrong = house.api_login("ada@example.com", "wrong-password").expect(401).await;
    let unknown = house.api_login("nobody@example.com", PASSWORD).expect(401).await;
    let closed = house.api_login("eve@example.com", PASSWORD).expect(401).await;

    assert_eq!([&wrong.text, &unknown.text], [&closed.text; 2]);
    assert!(wrong.json()["error"].is_string() && !wrong.header("www-authenticate").is_empty());
    house.api_login("no address", PASSWORD).expect(401).await;
    house.post("/api/login/").json(&json!({ "email": "ada@example.com" })).expect(400).await;
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_used_again_ends_the_session() {
    let house = House::open().await;
    let first = house.api_person("ada@example.com").await;

    let said = house.api_with("refresh", &first.refresh).expect(200).await;
    let second = said.text_of("refresh_token");
    assert_ne!(second, first.refresh);
    house.api_me(&said.text_of("access_token")).expect(200).await;
    house.forward(TimeDelta::seconds(11));
    house.api_with("refresh", &first.refresh).expect(401).await;

    house.api_with("refresh", &second).expect(401).await;
    house.api_me(&said.text_of("access_token")).expect(401).await;
}

#[tokio::test]
async fn a_retry_within_the_grace_gets_the_same_pair() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;

    let first = house.api_with("refresh", &pair.refresh).expect(200).await;
    let again = house.api_with("refresh", &pair.refresh.to_uppercase()).expect(200).await;

    assert_eq!(first.text, again.text);
    house.api_with("refresh", &first.text_of("refresh_token")).expect(200).await;
}

#[tokio::test]
async fn of_four_at_once_all_get_one_and_the_same_pair() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let ask = || async { house.api_with("refresh", &pair.refresh).expect(200).await.text };

    let (one, two, three, four) = tokio::join!(ask(), ask(), ask(), ask());

    assert_eq!([&one, &two, &three], [&four; 3]);
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_days_of_rest() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    house.forward(TimeDelta::days(29));
    let said = house.api_with("refresh", &pair.refresh).expect(200).await;
    house.forward(TimeDelta::days(30));

    house.api_with("refresh", &said.text_of("refresh_token")).expect(401).await;
    house.api_with("logout", &said.text_of("refresh_token")).expect(400).await;
}

#[tokio::test]
async fn a_logout_ends_the_whole_session_its_jwts_included() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    let other = house.api_pair("ada@example.com").await;

    let said = house.api_with("logout", &pair.refresh).expect(200).await;

    said.is(&json!({ "success": "User logged out." }));
    house.api_me(&pair.access).expect(401).await;
    house.api_with("refresh", &pair.refresh).expect(401).await;
    house.api_with("logout", &pair.refresh).expect(400).await;
    house.api_me(&other.access).expect(200).await;
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused_whatever_it_is() {
    let house = House::open().await;
    house.api_register("ada@example.com").expect(201).await;
    for token in ["not-a-uuid", "d952527b-caef-452c-8c93-1100214f82e5", "ü", "' or 1=1 --"] {
        house.api_with("refresh", token).expect(401).await;
        house.api_with("logout", token).expect(400).await;
    }
    for body in [json!({}), json!({ "refresh_token": [] }), json!({ "refresh_token": "" })] {
        for call in ["refresh", "logout"] {
            let said = house.post(&format!("/api/{call}/")).json(&body).expect(400).await;
            assert!(said.json()["refresh_token"].is_array(), "{body}");
        }
    }
}

#[tokio::test]
async fn a_closed_account_refreshes_nothing() {
    let house = House::open().await;
    let pair = house.api_person("ada@example.com").await;
    house.deactivate("ada@example.com").await;

    house.api_with("refresh", &pair.refresh).expect(401).await;
    house.api_me(&pair.access).expect(401).await;
}
