//! People who end what they gave to an application: `revoke-token`, `invalidate-sessions`,
//! `invalidate-refresh-tokens`.

use serde_json::{Value, json};

use super::{desk::Desk, scene::Scene};
use crate::support::{Call, OAuthClient, Said};

/// Somebody with tokens of two clients.
struct Person {
    scene: Scene,
    other: OAuthClient,
    one: Said,
    two: Said,
}

impl Person {
    async fn new() -> Self {
        let scene = Scene::at(Desk::YandexToken).await;
        let other = scene.house.client("other-client").await;
        let one = scene.converts(&scene.plain()).await.with_status(200);
        let two = scene.house.show(&other, &scene.plain()).expect(200).await;
        Self { scene, other, one, two }
    }

    /// One of the calls, with the first client's access token.
    fn asks(&self, path: &str, client: &str) -> Call {
        let call = self.scene.house.post(path).bearer(&self.one.text_of("access_token"));
        call.json(&json!({ "client_id": client }))
    }

    async fn is_open(&self, said: &Said) -> bool {
        self.scene.house.me(&said.text_of("access_token")).await.status == 200
    }

    async fn can_renew(&self, client: &OAuthClient, said: &Said) -> bool {
        let token = said.text_of("refresh_token");
        self.scene.house.refresh(client, &token).await.status == 200
    }

    /// Which of the four tokens are good; looking at them uses the refresh tokens up.
    async fn good(&self) -> [bool; 4] {
        [
            self.is_open(&self.one).await,
            self.can_renew(&self.scene.client, &self.one).await,
            self.is_open(&self.two).await,
            self.can_renew(&self.other, &self.two).await,
        ]
    }
}

#[tokio::test]
async fn revoking_ends_the_shown_token_and_its_refresh_token_and_no_other() {
    let person = Person::new().await;
    let said = person.asks("/auth/revoke-token/", "web-client").expect(204).await;
    assert_eq!((&*said.text, said.header("content-type")), ("", ""));
    assert_eq!(person.good().await, [false, false, true, true]);
}

#[tokio::test]
async fn revoking_ends_one_session_of_a_client_only() {
    let person = Person::new().await;
    let second = person.scene.converts(&person.scene.plain()).await.with_status(200);
    person.asks("/auth/revoke-token/", "web-client").expect(204).await;
    assert!(person.is_open(&second).await && !person.is_open(&person.one).await);
}

#[tokio::test]
async fn revoking_in_the_name_of_another_client_ends_nothing() {
    let person = Person::new().await;
    person.asks("/auth/revoke-token/", "other-client").expect(204).await;
    assert_eq!(person.good().await, [true; 4]);
}

#[tokio::test]
async fn revoking_with_another_credential_ends_nothing() {
    let scene = Scene::at(Desk::YandexToken).await;
    let ada = scene.house.person("ada").await;
    let call = || scene.house.post("/auth/revoke-token/").json(&json!({"client_id": "web-client"}));
    call().token(&ada.auth_token).expect(204).await;
    scene.house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    call().expect(401).await;
    call().bearer("cat_unknown").expect(401).await;
}

#[tokio::test]
async fn a_token_named_in_the_body_is_not_looked_at() {
    let person = Person::new().await;
    let token = person.two.text_of("access_token");
    let call = person.scene.house.post("/auth/revoke-token/");
    let body = json!({ "client_id": "web-client", "token": token });
    call.bearer(&person.one.text_of("access_token")).json(&body).expect(204).await;
    assert_eq!(person.good().await, [false, false, true, true]);
}

#[tokio::test]
async fn a_token_that_is_revoked_can_revoke_nothing_more() {
    let person = Person::new().await;
    person.asks("/auth/revoke-token/", "web-client").expect(204).await;
    person.asks("/auth/revoke-token/", "web-client").expect(401).await;
    person.asks("/auth/invalidate-sessions/", "other-client").expect(401).await;
    assert_eq!(person.good().await, [false, false, true, true]);
}

#[tokio::test]
async fn ending_the_sessions_ends_all_of_one_client() {
    let person = Person::new().await;
    let second = person.scene.converts(&person.scene.plain()).await.with_status(200);
    person.asks("/auth/invalidate-sessions/", "web-client").expect(204).await;
    assert_eq!(person.good().await, [false, false, true, true]);
    assert!(!person.is_open(&second).await);
    assert!(!person.can_renew(&person.scene.client, &second).await);
}

#[tokio::test]
async fn sessions_of_another_client_may_be_ended_too() {
    let person = Person::new().await;
    person.asks("/auth/invalidate-sessions/", "other-client").expect(204).await;
    assert_eq!(person.good().await, [true, true, false, false]);
}

#[tokio::test]
async fn sessions_may_be_ended_by_an_auth_token_which_stays_good() {
    let scene = Scene::at(Desk::YandexToken).await;
    let ada = scene.house.person("ada").await;
    let body = json!({ "client_id": "web-client" });
    let call = scene.house.post("/auth/invalidate-sessions/").token(&ada.auth_token);
    call.json(&body).expect(204).await;
    scene.house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn ending_the_refresh_tokens_leaves_the_access_tokens() {
    let person = Person::new().await;
    person.asks("/auth/invalidate-refresh-tokens/", "web-client").expect(204).await;
    assert_eq!(person.good().await, [true, false, true, true]);
}

#[tokio::test]
async fn nobody_ends_what_somebody_else_gave() {
    let person = Person::new().await;
    let stranger = person.scene.shows(&person.scene.desk.name(person.scene.n + 1));
    let mallory = person.scene.converts(&stranger).await.with_status(200);
    for path in PATHS {
        let call = person.scene.house.post(path).bearer(&mallory.text_of("access_token"));
        let said = call.json(&json!({ "client_id": "web-client" })).await;
        assert!(matches!(said.status, 204 | 401), "{said:?}");
    }
    assert_eq!(person.good().await, [true; 4]);
}

const PATHS: [&str; 3] =
    ["/auth/invalidate-refresh-tokens/", "/auth/invalidate-sessions/", "/auth/revoke-token/"];

#[tokio::test]
async fn the_client_must_be_named_and_known() {
    let person = Person::new().await;
    for path in PATHS {
        let said = person.asks(path, "nobody-here").expect(400).await;
        said.is(&json!({ "detail": "No application with this client_id." }));
        let said = person.asks(path, "").expect(400).await;
        said.is(&json!({ "client_id": ["This field may not be blank."] }));
        let call = person.scene.house.post(path).bearer(&person.one.text_of("access_token"));
        let said = call.json(&json!({ "client_id": Value::Null })).expect(400).await;
        said.is(&json!({ "client_id": ["This field may not be null."] }));
    }
    assert_eq!(person.good().await, [true; 4]);
}

#[tokio::test]
async fn without_a_login_there_is_nothing_to_end() {
    let person = Person::new().await;
    for path in PATHS {
        let call = person.scene.house.post(path).json(&json!({ "client_id": "web-client" }));
        let said = call.expect(401).await;
        assert_eq!(said.header("www-authenticate"), "Bearer realm=\"api\"");
    }
}
