//! drf-social-oauth2's calls for people who end what they gave to a client.

use serde_json::{Value, json};

use crate::support::{House, OAuthClient, Said};

/// Tokens of one person for a client.
struct Pair {
    access: String,
    refresh: String,
}

async fn pair(house: &House, client: &OAuthClient) -> Pair {
    let said = house.convert(client, "google-oauth2", "ok-1").expect(200).await;
    Pair { access: said.text_of("access_token"), refresh: said.text_of("refresh_token") }
}

async fn call(house: &House, path: &str, token: &str, body: Value) -> Said {
    house.post(path).bearer(token).json(&body).await
}

#[tokio::test]
async fn revoking_a_token_ends_it_and_its_refresh_token_alone() {
    let house = House::open().await;
    let web = house.client("web").await;
    let (first, second) = (pair(&house, &web).await, pair(&house, &web).await);

    let body = json!({ "client_id": web.id });
    call(&house, "/auth/revoke-token/", &first.access, body).await.with_status(204);

    house.me(&first.access).expect(401).await;
    house.refresh(&web, &first.refresh).expect(400).await.error("invalid_grant");
    house.me(&second.access).expect(200).await;
}

#[tokio::test]
async fn a_token_of_one_client_is_not_revoked_in_the_name_of_another() {
    let house = House::open().await;
    let (web, app) = (house.client("web").await, house.public_client("app").await);
    let tokens = pair(&house, &web).await;

    let body = json!({ "client_id": app.id });
    call(&house, "/auth/revoke-token/", &tokens.access, body).await.with_status(204);

    house.me(&tokens.access).expect(200).await;
}

#[tokio::test]
async fn invalidating_sessions_ends_all_that_was_given_to_one_client() {
    let house = House::open().await;
    let (web, app) = (house.client("web").await, house.public_client("app").await);
    let (first, second, third) =
        (pair(&house, &web).await, pair(&house, &web).await, pair(&house, &app).await);

    let body = json!({ "client_id": web.id });
    call(&house, "/auth/invalidate-sessions/", &third.access, body).await.with_status(204);

    house.me(&first.access).expect(401).await;
    house.me(&second.access).expect(401).await;
    house.me(&third.access).expect(200).await;
}

#[tokio::test]
async fn invalidating_refresh_tokens_leaves_access_tokens_alone() {
    let house = House::open().await;
    let web = house.client("web").await;
    let tokens = pair(&house, &web).await;

    let body = json!({ "client_id": web.id });
    call(&house, "/auth/invalidate-refresh-tokens/", &tokens.access, body).await.with_status(204);

    house.me(&tokens.access).expect(200).await;
    house.refresh(&web, &tokens.refresh).expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn an_unknown_client_is_told_and_a_missing_one_too() {
    let house = House::open().await;
    let web = house.client("web").await;
    let tokens = pair(&house, &web).await;
    for path in
        ["/auth/revoke-token/", "/auth/invalidate-sessions/", "/auth/invalidate-refresh-tokens/"]
    {
        let said = call(&house, path, &tokens.access, json!({ "client_id": "nobody" })).await;
        said.with_status(400).is(&json!({ "detail": "No application with this client_id." }));
        let said = call(&house, path, &tokens.access, json!({})).await.with_status(400);
        said.is(&json!({ "client_id": ["This field is required."] }));
        house.post(path).json(&json!({ "client_id": web.id })).expect(401).await;
    }
}

#[tokio::test]
async fn the_last_way_to_log_in_is_not_cut() {
    let house = House::open().await;
    let web = house.client("web").await;
    let tokens = pair(&house, &web).await;

    let body = json!({ "backend": "google-oauth2", "association_id": 1 });
    let said = call(&house, "/auth/disconnect-backend/", &tokens.access, body).await;
    assert!(said.with_status(400).text_of("detail").contains("only way"));
    let body = json!({ "backend": "google-oauth2", "association_id": 2 });
    call(&house, "/auth/disconnect-backend/", &tokens.access, body).await.with_status(404);
    let body = json!({ "backend": "nobody", "association_id": 1 });
    let said = call(&house, "/auth/disconnect-backend/", &tokens.access, body).await;
    assert!(said.with_status(400).json()["backend"].is_array());
}
