//! Refresh tokens: used once and replaced; used twice, they end the family.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{desk::Desk, scene::Scene};
use crate::support::{Call, Said, callers::wish};
use cambio::domain::client::ClientKind;

/// Somebody with tokens.
struct Session {
    scene: Scene,
    said: Said,
}

const UNKNOWN: &str = "It is unknown, used up or revoked.";

impl Session {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let scene = Scene::with(Desk::YandexToken, settings).await;
        let said = scene.converts(&scene.plain()).await.with_status(200);
        Self { scene, said }
    }

    async fn open() -> Self {
        Self::with(&[]).await
    }

    fn access(&self) -> String {
        self.said.text_of("access_token")
    }

    fn refresh_token(&self) -> String {
        self.said.text_of("refresh_token")
    }

    fn refresh(&self, token: &str) -> Call {
        self.scene.house.refresh(&self.scene.client, token)
    }

    /// A rotation; tells its access and its refresh token.
    async fn rotated(&self, token: &str) -> (String, String) {
        let said = self.refresh(token).expect(200).await;
        (said.text_of("access_token"), said.text_of("refresh_token"))
    }

    async fn is_refused(&self, token: &str) {
        self.refresh(token).await.is_a(400, "invalid_grant", UNKNOWN);
    }

    async fn is_open(&self, access: &str) -> bool {
        self.scene.house.me(access).await.status == 200
    }

    fn forward(&self, seconds: i64) {
        self.scene.house.forward(TimeDelta::seconds(seconds));
    }
}

#[tokio::test]
async fn a_rotation_answers_with_exactly_this_shape() {
    let session = Session::open().await;
    let said = session.refresh(&session.refresh_token()).expect(200).await;
    let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
    let whole = format!(
        r#"{{"access_token":"{access}","expires_in":3600,"token_type":"Bearer","scope":"read write","refresh_token":"{refresh}"}}"#
    );
    assert_eq!(said.text, whole);
    assert_eq!((said.header("cache-control"), said.header("pragma")), ("no-store", "no-cache"));
}

#[tokio::test]
async fn a_rotation_ends_the_old_access_token_and_opens_the_same_account() {
    let session = Session::open().await;
    let before = session.scene.house.me(&session.access()).expect(200).await.json();
    let (access, _) = session.rotated(&session.refresh_token()).await;
    assert!(!session.is_open(&session.access()).await);
    session.scene.house.me(&access).expect(200).await.is(&before);
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_make_the_grace_longer() {
    let session = Session::open().await;
    let (access, _) = session.rotated(&session.refresh_token()).await;
    session.forward(-11);
    session.is_refused(&session.refresh_token()).await;
    assert!(!session.is_open(&access).await);
}

#[tokio::test]
async fn the_end_of_one_family_is_not_the_end_of_another() {
    let session = Session::open().await;
    let other = session.scene.converts(&session.scene.plain()).await.with_status(200);
    session.rotated(&session.refresh_token()).await;
    session.forward(10);
    session.is_refused(&session.refresh_token()).await;
    assert!(session.is_open(&other.text_of("access_token")).await);
    session.rotated(&other.text_of("refresh_token")).await;
}

#[tokio::test]
async fn a_retry_within_ten_seconds_is_answered_byte_for_byte_alike() {
    let session = Session::open().await;
    let first = session.refresh(&session.refresh_token()).expect(200).await;
    for _ in 0..3 {
        session.forward(3);
        let again = session.refresh(&session.refresh_token()).expect(200).await;
        assert_eq!(again.text, first.text);
    }
    assert!(session.is_open(&first.text_of("access_token")).await);
    session.rotated(&first.text_of("refresh_token")).await;
}

#[tokio::test]
async fn a_retry_after_ten_seconds_is_a_theft() {
    let session = Session::open().await;
    let (access, _) = session.rotated(&session.refresh_token()).await;
    session.forward(10);
    session.is_refused(&session.refresh_token()).await;
    assert!(!session.is_open(&access).await);
}

#[tokio::test]
async fn a_retry_once_the_answer_was_used_is_a_theft() {
    let session = Session::open().await;
    let (_, next) = session.rotated(&session.refresh_token()).await;
    let (access, _) = session.rotated(&next).await;
    session.is_refused(&session.refresh_token()).await;
    assert!(!session.is_open(&access).await);
}

#[tokio::test]
async fn without_grace_every_second_use_is_a_theft() {
    let session = Session::with(&[("tokens.refresh_grace_seconds", "0")]).await;
    let (access, next) = session.rotated(&session.refresh_token()).await;
    session.is_refused(&session.refresh_token()).await;
    assert!(!session.is_open(&access).await);
    session.is_refused(&next).await;
}

#[tokio::test]
async fn the_grace_may_be_a_minute() {
    let session = Session::with(&[("tokens.refresh_grace_seconds", "60")]).await;
    let first = session.refresh(&session.refresh_token()).expect(200).await;
    session.forward(59);
    let again = session.refresh(&session.refresh_token()).expect(200).await;
    assert_eq!(again.text, first.text);
}

#[tokio::test]
async fn another_client_can_neither_use_nor_end_a_refresh_token() {
    let session = Session::open().await;
    let house = &session.scene.house;
    let (other, public) =
        (house.client("other-client").await, house.public_client("app-client").await);
    for stranger in [&other, &public] {
        let said = house.refresh(stranger, &session.refresh_token()).await;
        said.is_a(400, "invalid_grant", UNKNOWN);
    }
    assert!(session.is_open(&session.access()).await);
    session.rotated(&session.refresh_token()).await;
}

#[tokio::test]
async fn another_client_that_shows_a_used_token_ends_nothing() {
    let session = Session::open().await;
    let other = session.scene.house.client("other-client").await;
    let (access, next) = session.rotated(&session.refresh_token()).await;
    session.forward(10);
    let said = session.scene.house.refresh(&other, &session.refresh_token()).await;
    said.is_a(400, "invalid_grant", UNKNOWN);
    assert!(session.is_open(&access).await);
    session.rotated(&next).await;
}

#[tokio::test]
async fn a_client_that_is_not_proven_uses_nothing_up() {
    let session = Session::open().await;
    let fields = [("grant_type", "refresh_token"), ("client_id", "web-client")];
    let token = session.refresh_token();
    for wrong in [None, Some("cs_wrong")] {
        let secret = wrong.map(|secret| ("client_secret", secret));
        let all: Vec<_> =
            fields.into_iter().chain(secret).chain([("refresh_token", &*token)]).collect();
        let said = session.scene.house.post("/auth/token/").form(&all).await;
        said.with_status(401).error("invalid_client");
    }
    session.rotated(&token).await;
}

#[tokio::test]
async fn a_public_client_rotates_with_its_id_alone() {
    let scene = Scene::at(Desk::YandexToken).await;
    let client = scene.house.public_client("app-client").await;
    let said = scene.house.show(&client, &scene.plain()).expect(200).await;
    scene.house.refresh(&client, &said.text_of("refresh_token")).expect(200).await;
}

#[tokio::test]
async fn a_client_that_may_no_longer_refresh_is_told_so() {
    let scene = Scene::at(Desk::YandexToken).await;
    let mut wish = wish("brief-client", ClientKind::Public);
    wish.grants = vec![cambio::domain::client::GrantType::ConvertToken];
    let client = scene.house.client_with(wish).await;
    let said = scene.house.refresh(&client, "crt_any").await;
    said.with_status(400).error("unauthorized_client");
}

async fn scope_of(session: &Session, token: &str, scope: &str) -> Said {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
    session.scene.house.post("/auth/token/").form(&session.scene.client.signed(&fields)).await
}

#[tokio::test]
async fn a_narrower_scope_may_be_asked_for_and_the_grant_stays_as_wide() {
    let session = Session::open().await;
    let narrow = scope_of(&session, &session.refresh_token(), "read").await.with_status(200);
    assert_eq!(narrow.json()["scope"], "read");
    let wide = session.refresh(&narrow.text_of("refresh_token")).expect(200).await;
    assert_eq!(wide.json()["scope"], "read write");
}

#[tokio::test]
async fn a_wider_scope_is_refused_and_uses_nothing_up() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.converts(&scene.plain().with("scope", "read")).await.with_status(200);
    let session = Session { scene, said };
    for scope in ["read write", "write", "admin", "", "read  read"] {
        let said = scope_of(&session, &session.refresh_token(), scope).await;
        said.with_status(400).error("invalid_scope");
    }
    assert!(session.is_open(&session.access()).await);
    session.rotated(&session.refresh_token()).await;
}

#[tokio::test]
async fn what_is_no_refresh_token_is_unknown() {
    let session = Session::open().await;
    for token in [&session.access(), "crt_unknown", "x", &"x".repeat(4096)] {
        session.is_refused(token).await;
    }
    let said = session.refresh(&"x".repeat(4097)).await;
    said.with_status(400).error("invalid_request");
}

#[tokio::test]
async fn a_refresh_token_must_be_there() {
    let session = Session::open().await;
    let fields = session.scene.client.signed(&[("grant_type", "refresh_token")]).clone();
    let said = session.scene.house.post("/auth/token/").form(&fields).await;
    said.is_a(400, "invalid_request", "Missing parameter: refresh_token.");
    let body = json!({ "grant_type": "refresh_token", "client_id": "web-client",
        "client_secret": session.scene.client.secret, "refresh_token": Value::Null });
    let said = session.scene.house.post("/auth/token/").json(&body).await;
    said.with_status(400).error("invalid_request");
}
