//! Yandex' JWT: signed with our application's secret, and that is the proof.

use cambio::sandbox::{IdToken, KeyName, Provider, Seal};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    desk::{Desk, Shown},
    scene::Scene,
};

fn bent(scene: &Scene, bend: impl FnOnce(IdToken<'_>) -> IdToken<'_>) -> Shown {
    let token = scene.house.sandbox.id_token(Provider::Yandex, &scene.desk.name(scene.n));
    Desk::YandexJwt.token(&bend(token).mint().unwrap())
}

async fn is_refused(bend: impl FnOnce(IdToken<'_>) -> IdToken<'_>) {
    let scene = Scene::at(Desk::YandexJwt).await;
    let shown = bent(&scene, bend);
    scene.refuses(&shown).await;
    assert!(scene.house.sandbox.log().is_empty());
}

/// Noon of the house's first day.
const NOW: i64 = 1_709_208_000;

macro_rules! refused {
    ($($name:ident: |$token:ident| $bent:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            is_refused(|$token| $bent).await;
        }
    )+};
}

refused! {
    a_jwt_without_a_signature: |it| it.seal(Seal::Unsigned);
    a_jwt_without_a_signature_that_says_it_has_one:
        |it| it.seal(Seal::Unsigned).header("alg", "HS256");
    a_jwt_under_another_secret: |it| it.seal(Seal::Hs256("another secret".to_owned()));
    a_jwt_under_an_empty_secret: |it| it.seal(Seal::Hs256(String::new()));
    a_jwt_signed_by_googles_key: |it| it.seal(Seal::Rs256(KeyName::A));
    a_jwt_that_says_hs512: |it| it.header("alg", "HS512");
    a_jwt_of_another_issuer: |it| it.claim("iss", "passport.yandex.ru");
    a_jwt_without_an_issuer: |it| it.claim("iss", Value::Null);
    a_jwt_that_has_ended: |it| it.claim("exp", NOW - 60);
    a_jwt_without_an_end: |it| it.claim("exp", Value::Null);
    a_jwt_whose_end_is_a_text: |it| it.claim("exp", "9999999999");
    a_jwt_of_the_future: |it| it.claim("iat", NOW + 61);
    a_jwt_issued_too_long_ago: |it| it.claim("iat", NOW - 3601);
}

#[tokio::test]
async fn a_jwt_that_was_not_told_a_number_is_nobodys() {
    for uid in [json!(1.5), json!(-1), json!(0), json!([1]), json!({"id": 1}), json!(true)] {
        let scene = Scene::at(Desk::YandexJwt).await;
        let shown = bent(&scene, |it| it.claim("uid", uid.clone()));
        scene.converts(&shown).await.with_status(502).error("server_error");
        scene.nobody().await;
    }
}

#[tokio::test]
async fn a_jwt_is_good_for_an_hour_by_the_clock() {
    let scene = Scene::at(Desk::YandexJwt).await;
    let shown = scene.plain();
    scene.house.forward(TimeDelta::seconds(3600));
    scene.converts(&shown).await.with_status(200);
    scene.house.forward(TimeDelta::seconds(1));
    scene.converts(&shown).await.with_status(400).error("invalid_grant");
}

#[tokio::test]
async fn a_jwt_of_another_provider_is_refused() {
    let scene = Scene::at(Desk::YandexJwt).await;
    for other in [Desk::GoogleIdToken, Desk::VkIdToken] {
        let mut shown = other.shows(&scene.house.sandbox, &other.name(scene.n));
        shown.backend = "yandex-oauth2";
        scene.refuses(&shown).await;
    }
}

#[tokio::test]
async fn yandex_jwt_is_refused_by_google() {
    let scene = Scene::at(Desk::YandexJwt).await;
    let mut shown = scene.plain();
    shown.backend = "google-oauth2";
    scene.refuses(&shown).await;
}
