//! Names, as providers tell them in many alphabets and lengths.

use super::{desk::Desk, scene::Scene};

/// The names in the answer.
async fn names(desk: Desk, kind: &str) -> (String, String) {
    let scene = Scene::at(desk).await;
    let shown = scene.shows(&format!("{kind}-{}", scene.n));
    let said = scene.converts(&shown).await.with_status(200);
    let user = said.json()["user"].clone();
    let text = |field: &str| user[field].as_str().unwrap().to_owned();
    (text("first_name"), text("last_name"))
}

macro_rules! odd_names_at {
    ($($place:ident: $desk:ident;)+) => {$(
        mod $place {
            use super::*;

            #[tokio::test]
            async fn every_alphabet_is_kept_and_nothing_turns_the_text_around() {
                let (first, last) = names(Desk::$desk, "unicode").await;
                assert_eq!((&*first, &*last), ("Zoë 🦉👩‍🚀", "שלום Ёж"));
            }

            #[tokio::test]
            async fn of_ten_thousand_letters_a_hundred_and_fifty_are_kept() {
                let (first, _) = names(Desk::$desk, "long").await;
                assert_eq!(first, "ю".repeat(150));
            }

            #[tokio::test]
            async fn a_nul_is_taken_out() {
                let (first, _) = names(Desk::$desk, "nul").await;
                assert_eq!(first, "Nul");
            }
        }
    )+};
}

odd_names_at! {
    google_access_token: GoogleAccessToken;
    yandex_token: YandexToken;
    vk_code: VkCode;
    vk_access_token: VkAccessToken;
    vk_legacy: VkLegacyOnly;
}

/// The first name told to somebody who reads Russian.
async fn in_russian(desk: Desk) -> String {
    let scene = Scene::at(desk).await;
    let call = scene.house.show(&scene.client, &scene.plain());
    let said = call.header("Accept-Language", "ru-RU,ru;q=0.9,en;q=0.5").expect(200).await;
    said.json()["user"]["first_name"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn yandex_is_asked_in_the_language_of_the_person() {
    assert_eq!(in_russian(Desk::YandexToken).await, "Ада");
}

#[tokio::test]
async fn vk_id_is_asked_in_the_language_of_the_person() {
    assert_eq!(in_russian(Desk::VkAccessToken).await, "Ада");
}

#[tokio::test]
async fn the_old_vk_is_asked_in_the_language_of_the_person() {
    assert_eq!(in_russian(Desk::VkLegacyOnly).await, "Ада");
}
