//! How long tokens live, to the second.

use chrono::TimeDelta;

use super::{desk::Desk, scene::Scene};
use crate::support::Said;

const DAY: i64 = 86_400;

async fn session(settings: &[(&str, &str)]) -> (Scene, Said) {
    let scene = Scene::with(Desk::YandexToken, settings).await;
    let said = scene.converts(&scene.plain()).await.with_status(200);
    (scene, said)
}

fn forward(scene: &Scene, seconds: i64) {
    scene.house.forward(TimeDelta::seconds(seconds));
}

#[tokio::test]
async fn an_access_token_lives_as_long_as_it_says() {
    let (scene, said) = session(&[]).await;
    let access = said.text_of("access_token");
    forward(&scene, 3599);
    scene.house.me(&access).expect(200).await;
    forward(&scene, 1);
    let late = scene.house.me(&access).expect(401).await;
    assert!(late.header("www-authenticate").contains("The access token has expired."));
}

#[tokio::test]
async fn an_expired_access_token_can_still_be_renewed() {
    let (scene, said) = session(&[]).await;
    forward(&scene, 2 * 3600);
    scene.house.refresh(&scene.client, &said.text_of("refresh_token")).expect(200).await;
}

#[tokio::test]
async fn a_refresh_token_that_rests_two_weeks_is_over() {
    let (scene, said) = session(&[]).await;
    let token = said.text_of("refresh_token");
    forward(&scene, 14 * DAY);
    let late = scene.house.refresh(&scene.client, &token).await;
    late.is_a(400, "invalid_grant", "It has expired.");
}

#[tokio::test]
async fn a_refresh_token_is_good_to_its_last_second_and_each_rotation_starts_anew() {
    let (scene, mut said) = session(&[]).await;
    for _ in 0..3 {
        forward(&scene, 14 * DAY - 1);
        let token = said.text_of("refresh_token");
        said = scene.house.refresh(&scene.client, &token).expect(200).await;
    }
}

#[tokio::test]
async fn both_lifetimes_can_be_set() {
    let settings = [
        ("tokens.access_lifetime_seconds", "60"),
        ("tokens.refresh_idle_seconds", "100"),
        ("tokens.refresh_absolute_seconds", "150"),
    ];
    let (scene, said) = session(&settings).await;
    forward(&scene, 99);
    let next = scene.house.refresh(&scene.client, &said.text_of("refresh_token")).expect(200).await;
    forward(&scene, 51);
    scene.house.refresh(&scene.client, &next.text_of("refresh_token")).expect(400).await;
}

#[tokio::test]
async fn a_token_that_is_over_ends_nothing_else() {
    let (scene, said) = session(&[("tokens.refresh_idle_seconds", "3600")]).await;
    forward(&scene, 3600);
    let other = scene.converts(&scene.plain()).await.with_status(200);
    scene.house.refresh(&scene.client, &said.text_of("refresh_token")).expect(400).await;
    scene.house.me(&other.text_of("access_token")).expect(200).await;
}

#[tokio::test]
async fn an_auth_token_lives_while_it_is_used() {
    let scene = Scene::at(Desk::YandexToken).await;
    let ada = scene.house.person("ada").await;
    let me = || scene.house.get("/auth/users/me/").token(&ada.auth_token);
    for _ in 0..3 {
        forward(&scene, 29 * DAY);
        me().expect(200).await;
    }
    forward(&scene, 30 * DAY);
    me().expect(401).await;
}

#[tokio::test]
async fn an_auth_token_may_live_until_it_is_revoked() {
    let scene = Scene::with(Desk::YandexToken, &[("tokens.auth_token_idle_seconds", "0")]).await;
    let ada = scene.house.person("ada").await;
    forward(&scene, 4000 * DAY);
    scene.house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}
