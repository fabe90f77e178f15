//! Ids that may never become somebody. One shared account for everybody was made of such, elsewhere.

use cambio::sandbox::{NewToken, Provider};

use crate::oauth::{
    desk::{Desk, Shown},
    scene::{ODD, Scene},
};

/// What somebody shows whose id at the provider is that text.
fn shows(scene: &Scene, subject: &str) -> Shown {
    let name = format!("subject-{}", scene.n);
    let sandbox = &scene.house.sandbox;
    for provider in [Provider::Google, Provider::Yandex, Provider::Vk, Provider::VkId] {
        sandbox.add_token(NewToken::new(provider, &name, subject));
    }
    scene.shows(&name)
}

async fn is_nobody(desk: Desk, subject: &str) {
    let scene = Scene::at(desk).await;
    let said = scene.converts(&shows(&scene, subject)).await;
    said.is_a(502, "server_error", ODD);
    scene.nobody().await;
}

async fn is_somebody(desk: Desk, subject: &str) {
    let scene = Scene::at(desk).await;
    scene.converts(&shows(&scene, subject)).await.with_status(200);
    assert_eq!(scene.house.accounts().await.len(), 1);
}

macro_rules! ids {
    ($desk:ident, $verdict:ident; $($name:ident: $subject:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            $verdict(Desk::$desk, $subject).await;
        }
    )+};
}

macro_rules! nobody_at {
    ($($place:ident: $desk:ident;)+) => {$(
        mod $place {
            use super::*;

            ids! { $desk, is_nobody;
                an_empty_id_is_nobody: "";
                the_word_none_is_nobody: "None";
                the_word_null_is_nobody: "null";
                the_word_undefined_is_nobody: "undefined";
                not_a_number_is_nobody: "NaN";
                zero_is_nobody: "0";
                a_space_is_nobody: " ";
                a_space_before_an_id_is_nobody: " 12345";
                a_line_break_in_an_id_is_nobody: "123\n45";
                an_id_longer_than_we_keep_is_nobody: &"1".repeat(256);
                foreign_digits_are_nobody: "١٢٣٤٥";
            }
        }
    )+};
}

nobody_at! {
    google_access_token: GoogleAccessToken;
    google_id_token: GoogleIdToken;
    yandex_token: YandexToken;
    yandex_jwt: YandexJwt;
    vk_code: VkCode;
    vk_access_token: VkAccessToken;
    vk_id_token: VkIdToken;
    vk_legacy_only: VkLegacyOnly;
}

/// These providers write ids as decimal numbers of at most twenty digits.
macro_rules! nobody_but_digits_at {
    ($($place:ident: $desk:ident;)+) => {$(
        mod $place {
            use super::*;

            ids! { $desk, is_nobody;
                letters_are_nobody: "ada";
                an_address_is_nobody: "ada@example.com";
                a_negative_number_is_nobody: "-5";
                a_fraction_is_nobody: "1.5";
                a_power_is_nobody: "1e9";
                twenty_one_digits_are_nobody: "123456789012345678901";
            }
            ids! { $desk, is_somebody;
                twenty_digits_are_somebody: "12345678901234567890";
            }
        }
    )+};
}

nobody_but_digits_at! {
    yandex_token_by_digits: YandexToken;
    yandex_jwt_by_digits: YandexJwt;
    vk_code_by_digits: VkCode;
    vk_access_token_by_digits: VkAccessToken;
    vk_id_token_by_digits: VkIdToken;
    vk_legacy_by_digits: VkLegacyOnly;
}

// The other desks' ids are written as numbers, which have no leading zero.
ids! { YandexToken, is_nobody; a_leading_zero_at_yandex_is_nobody: "0123"; }
ids! { VkCode, is_nobody; a_leading_zero_behind_a_vk_code_is_nobody: "0123"; }
ids! { VkAccessToken, is_nobody; a_leading_zero_at_vk_id_is_nobody: "0123"; }
ids! { VkIdToken, is_nobody; a_leading_zero_in_vks_public_info_is_nobody: "0123"; }

ids! { GoogleAccessToken, is_somebody;
    an_id_of_google_is_any_printable_text: "abc-DEF_123";
    an_id_of_google_may_have_255_characters: &"1".repeat(255);
}

/// An answer that is fine but for the id.
macro_rules! answers {
    ($($name:ident: $desk:ident, $shown:literal, $status:literal, $error:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let scene = Scene::at(Desk::$desk).await;
            let said = scene.converts(&scene.shows(&$shown.replace("{n}", &scene.n.to_string()))).await;
            said.with_status($status).error($error);
            scene.nobody().await;
        }
    )+};
}

answers! {
    google_tells_no_id: GoogleAccessToken, "no-subject-{n}", 502, "server_error";
    google_tells_a_null_id: GoogleAccessToken, "null-subject-{n}", 502, "server_error";
    google_tells_of_nobody: GoogleAccessToken, "empty-list-{n}", 502, "server_error";
    an_id_token_without_sub: GoogleIdToken, "no-subject-{n}", 502, "server_error";
    an_id_token_with_a_null_sub: GoogleIdToken, "null-subject-{n}", 502, "server_error";
    yandex_tells_no_id: YandexToken, "no-subject-{n}", 502, "server_error";
    yandex_tells_a_null_id: YandexToken, "null-subject-{n}", 502, "server_error";
    yandex_tells_of_nobody: YandexToken, "empty-list-{n}", 502, "server_error";
    a_yandex_jwt_without_uid: YandexJwt, "no-subject-{n}", 502, "server_error";
    a_yandex_jwt_with_a_null_uid: YandexJwt, "null-subject-{n}", 502, "server_error";
    vk_id_tells_no_id_behind_a_code: VkCode, "no-subject-{n}", 502, "server_error";
    vk_id_tells_a_null_id_behind_a_code: VkCode, "null-subject-{n}", 502, "server_error";
    vk_id_tells_no_id: VkAccessToken, "no-subject-{n}", 502, "server_error";
    vk_id_tells_a_null_id: VkAccessToken, "null-subject-{n}", 502, "server_error";
    vk_id_tells_of_nobody: VkAccessToken, "empty-list-{n}", 502, "server_error";
    vk_id_tells_no_id_behind_an_id_token: VkIdToken, "no-subject-{n}", 502, "server_error";
    vk_id_tells_a_null_id_behind_an_id_token: VkIdToken, "null-subject-{n}", 502, "server_error";
    the_old_vk_tells_no_id: VkLegacyOnly, "no-subject-{n}", 502, "server_error";
    the_old_vk_tells_a_null_id: VkLegacyOnly, "null-subject-{n}", 502, "server_error";
    the_old_vk_tells_of_nobody: VkLegacyOnly, "empty-list-{n}", 400, "invalid_grant";
}

/// An id is the same however it is written.
macro_rules! one_person_at {
    ($($name:ident: $desk:ident;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let scene = Scene::at(Desk::$desk).await;
            for form in ["id-int", "id-string", "ok"] {
                let shown = scene.shows(&format!("{form}-{}", scene.n));
                scene.converts(&shown).await.with_status(200);
            }
            assert_eq!(scene.house.accounts().await.len(), 1);
        }
    )+};
}

one_person_at! {
    an_id_of_yandex_is_the_same_as_a_number_and_as_a_string: YandexToken;
    an_id_in_a_yandex_jwt_is_the_same_as_a_number_and_as_a_string: YandexJwt;
    an_id_behind_a_vk_code_is_the_same_as_a_number_and_as_a_string: VkCode;
    an_id_of_vk_id_is_the_same_as_a_number_and_as_a_string: VkAccessToken;
    an_id_of_the_old_vk_is_the_same_as_a_number_and_as_a_string: VkLegacyOnly;
}

#[tokio::test]
async fn an_id_of_google_may_be_a_number_above_what_a_float_can_hold() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    for n in [scene.n, scene.n + 1] {
        let shown = scene.shows(&format!("id-int-{n}"));
        scene.converts(&shown).await.with_status(200);
    }
    assert_eq!(scene.house.accounts().await.len(), 2);
}
