//! Who is let in at each desk, and as whom.

use serde_json::json;

use crate::oauth::{desk::Desk, scene::Scene};

/// Insists on an account with that address, and on tokens for it.
async fn is_let_in(desk: Desk, ending: &str, email: fn(Desk, u32) -> String) {
    let scene = Scene::at(desk).await;
    let shown = scene.shows(&format!("{}{ending}", desk.name(scene.n)));

    let said = scene.converts(&shown).await.with_status(200);

    let email = email(desk, scene.n);
    assert_eq!(said.json()["user"]["email"], email);
    let accounts = scene.house.accounts().await;
    assert_eq!(accounts.len(), 1);
    let kept = accounts[0].email.as_ref().map_or("", |email| email.as_str());
    assert_eq!((kept, accounts[0].email_verified_at.is_some()), (&*email, !email.is_empty()));
    let me = scene.house.me(&said.text_of("access_token")).expect(200).await;
    assert_eq!(me.json()["id"], accounts[0].id.0);
}

async fn is_called_ada(desk: Desk) {
    let scene = Scene::at(desk).await;
    let said = scene.converts(&scene.plain()).await.with_status(200);
    let user = json!({
        "email": desk.email(scene.n), "first_name": "Ada", "last_name": "Shevchenko",
    });
    assert_eq!(said.json()["user"], user);
}

/// A token of another application, of the same person.
async fn is_foreign(desk: Desk) {
    let scene = Scene::at(desk).await;
    scene.refuses(&scene.shows(&format!("other-app-{}", scene.n))).await;
}

async fn comes_too_late(desk: Desk) {
    let scene = Scene::at(desk).await;
    scene.refuses(&scene.expired()).await;
}

/// Whoever has an account is not let in again with what is bad.
async fn is_not_let_in_with_a_foreign_token_either(desk: Desk) {
    let scene = Scene::at(desk).await;
    scene.converts(&scene.plain()).await.with_status(200);
    let foreign = scene.shows(&format!("other-app-{}", scene.n));
    scene.converts(&foreign).await.with_status(400).error("invalid_grant");
    assert_eq!(scene.house.accounts().await.len(), 1);
}

fn none(_: Desk, _: u32) -> String {
    String::new()
}

macro_rules! everybody_at {
    ($place:ident, $desk:ident) => {
        mod $place {
            use super::*;

            #[tokio::test]
            async fn a_good_credential_becomes_an_account() {
                is_let_in(Desk::$desk, "", Desk::email).await;
            }

            #[tokio::test]
            async fn nobody_needs_an_address() {
                is_let_in(Desk::$desk, "-noemail", none).await;
            }

            #[tokio::test]
            async fn an_address_nobody_vouches_for_is_not_kept() {
                is_let_in(Desk::$desk, "-unverified", none).await;
            }

            #[tokio::test]
            async fn nothing_but_the_id_is_enough() {
                is_let_in(Desk::$desk, "-minimal", none).await;
            }

            #[tokio::test]
            async fn a_foreign_audience_creates_nobody() {
                is_foreign(Desk::$desk).await;
            }

            #[tokio::test]
            async fn a_foreign_audience_is_refused_to_somebody_known_too() {
                is_not_let_in_with_a_foreign_token_either(Desk::$desk).await;
            }

            #[tokio::test]
            async fn what_has_expired_creates_nobody() {
                comes_too_late(Desk::$desk).await;
            }
        }
    };
}

everybody_at!(google_access_token, GoogleAccessToken);
everybody_at!(google_id_token, GoogleIdToken);
everybody_at!(yandex_token, YandexToken);
everybody_at!(yandex_jwt, YandexJwt);
everybody_at!(vk_code, VkCode);
everybody_at!(vk_access_token, VkAccessToken);
everybody_at!(vk_id_token, VkIdToken);
everybody_at!(vk_legacy, VkLegacy);
everybody_at!(vk_legacy_only, VkLegacyOnly);

#[tokio::test]
async fn google_tells_the_name_behind_an_access_token() {
    is_called_ada(Desk::GoogleAccessToken).await;
}

#[tokio::test]
async fn google_tells_the_name_in_an_id_token() {
    is_called_ada(Desk::GoogleIdToken).await;
}

#[tokio::test]
async fn yandex_tells_the_name_behind_a_token() {
    is_called_ada(Desk::YandexToken).await;
}

#[tokio::test]
async fn vk_id_tells_the_name_behind_a_code() {
    is_called_ada(Desk::VkCode).await;
}

#[tokio::test]
async fn vk_id_tells_the_name_behind_a_token() {
    is_called_ada(Desk::VkAccessToken).await;
}

#[tokio::test]
async fn the_old_vk_tells_the_name_behind_a_token() {
    is_called_ada(Desk::VkLegacy).await;
}

#[tokio::test]
async fn a_yandex_jwt_tells_the_whole_name_only() {
    let scene = Scene::at(Desk::YandexJwt).await;
    let said = scene.converts(&scene.plain()).await.with_status(200);
    let me = scene.house.me(&said.text_of("access_token")).await;
    assert_eq!(me.json()["name"], "Ada Shevchenko");
    assert_eq!(said.json()["user"]["first_name"], "");
}

#[tokio::test]
async fn the_masked_address_of_vk_is_nobodys() {
    let scene = Scene::at(Desk::VkIdToken).await;
    scene.converts(&scene.plain()).await.with_status(200);
    assert_eq!(scene.house.accounts().await[0].email, None);
}
