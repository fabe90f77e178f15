//! `disconnect-backend`: cutting the tie to a provider, one's own only, and never the last way in.

use cambio::{domain::account::AccountId, store::identities};
use serde_json::json;

use super::{desk::Desk, scene::Scene};
use crate::support::{Call, House, Said};

/// The number and the provider of each tie of an account.
async fn ties(house: &House, account: i64) -> Vec<(i64, String)> {
    let account = AccountId(account);
    let ties = house.app.read(move |ctx| Ok(identities::list(ctx.conn, account)?)).await.unwrap();
    ties.into_iter().map(|tie| (tie.id, tie.provider)).collect()
}

fn cut(scene: &Scene, said: &Said, backend: &str, association: i64) -> Call {
    let body =
        json!({ "backend": backend, "association_id": association, "client_id": "web-client" });
    let call = scene.house.post("/auth/disconnect-backend/");
    call.bearer(&said.text_of("access_token")).json(&body)
}

async fn id_of(scene: &Scene, said: &Said) -> i64 {
    scene.house.me(&said.text_of("access_token")).await.json()["id"].as_i64().unwrap()
}

/// Somebody whom Google and Yandex vouch for under one address.
async fn with_two_ties() -> (Scene, Said, i64) {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.converts(&scene.plain()).await.with_status(200);
    let mut token = cambio::sandbox::NewToken::new(cambio::sandbox::Provider::Google, "two", "42");
    token.email = Some(scene.desk.email(scene.n));
    token.email_verified = true;
    scene.house.sandbox.add_token(token);
    scene.house.convert(&scene.client, "google-oauth2", "two").expect(200).await;
    let id = id_of(&scene, &said).await;
    (scene, said, id)
}

#[tokio::test]
async fn one_of_two_ties_can_be_cut_and_the_last_cannot() {
    let (scene, said, id) = with_two_ties().await;
    let ties_before = ties(&scene.house, id).await;
    assert_eq!(ties_before.len(), 2);
    let (yandex, google) = (ties_before[0].0, ties_before[1].0);

    cut(&scene, &said, "yandex-oauth2", yandex).expect(204).await;
    let text = "This is the only way to log in to the account. Set a password first.";
    let last = cut(&scene, &said, "google-oauth2", google).expect(400).await;
    last.is(&json!({ "detail": text }));
    assert_eq!(ties(&scene.house, id).await, [(google, "google-oauth2".to_owned())]);
}

#[tokio::test]
async fn with_a_password_the_last_tie_can_be_cut() {
    let scene = Scene::at(Desk::YandexToken).await;
    let ada = scene.house.person("ada").await;
    let mut token = cambio::sandbox::NewToken::new(cambio::sandbox::Provider::Google, "ada", "42");
    token.email = Some(ada.email.clone());
    token.email_verified = true;
    scene.house.sandbox.add_token(token);
    let said = scene.house.convert(&scene.client, "google-oauth2", "ada").expect(200).await;
    let tie = ties(&scene.house, ada.id).await[0].0;
    cut(&scene, &said, "google-oauth2", tie).expect(204).await;
    assert!(ties(&scene.house, ada.id).await.is_empty());
}

#[tokio::test]
async fn whoever_was_cut_off_is_somebody_new_to_us() {
    let (scene, said, id) = with_two_ties().await;
    let yandex = ties(&scene.house, id).await[0].0;
    cut(&scene, &said, "yandex-oauth2", yandex).expect(204).await;
    // Its address still leads to the account, for Yandex is the mail host: the tie is made anew.
    let again = scene.converts(&scene.plain()).await.with_status(200);
    assert_eq!(id_of(&scene, &again).await, id);
    assert_ne!(ties(&scene.house, id).await[1].0, yandex);
}

#[tokio::test]
async fn a_tie_of_somebody_else_looks_like_none() {
    let (scene, said, id) = with_two_ties().await;
    let other = scene.shows(&scene.desk.name(scene.n + 1));
    let mallory = scene.converts(&other).await.with_status(200);
    let mine = ties(&scene.house, id).await;
    let not_mine = cut(&scene, &mallory, "yandex-oauth2", mine[0].0).expect(404).await;
    let none = cut(&scene, &mallory, "yandex-oauth2", 999_999).expect(404).await;
    assert_eq!(not_mine.text, none.text);
    assert_eq!(ties(&scene.house, id).await, mine);
    scene.house.me(&said.text_of("access_token")).expect(200).await;
}

#[tokio::test]
async fn a_tie_goes_by_its_own_provider_only() {
    let (scene, said, id) = with_two_ties().await;
    let yandex = ties(&scene.house, id).await[0].0;
    cut(&scene, &said, "google-oauth2", yandex).expect(404).await;
    assert_eq!(ties(&scene.house, id).await.len(), 2);
}

#[tokio::test]
async fn what_is_asked_must_be_understood() {
    let (scene, said, _) = with_two_ties().await;
    let said_no = cut(&scene, &said, "github", 1).expect(400).await;
    said_no.is(&json!({ "backend": ["No provider goes by this name here."] }));
    let call = || {
        let call = scene.house.post("/auth/disconnect-backend/");
        call.bearer(&said.text_of("access_token"))
    };
    let empty = call().json(&json!({})).expect(400).await;
    let required = ["This field is required."];
    empty.is(&json!({ "backend": required, "association_id": required }));
    let letters = json!({ "backend": "yandex-oauth2", "association_id": "one" });
    let letters = call().json(&letters).expect(400).await;
    letters.is(&json!({ "association_id": ["A valid integer is required."] }));
    scene.house.post("/auth/disconnect-backend/").json(&json!({})).expect(401).await;
}

#[tokio::test]
async fn two_cuts_at_once_leave_one_way_in() {
    for _ in 0..20 {
        let (scene, said, id) = with_two_ties().await;
        let mine = ties(&scene.house, id).await;
        let calls =
            mine.iter().map(|(tie, backend)| cut(&scene, &said, backend, *tie).into_future());
        let mut statuses: Vec<_> =
            futures_util::future::join_all(calls).await.iter().map(|said| said.status).collect();
        statuses.sort_unstable();
        assert_eq!((statuses, ties(&scene.house, id).await.len()), (vec![204, 400], 1));
    }
}
