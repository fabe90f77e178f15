//! Credentials that a provider refuses, each in its own words, and we in one.

use cambio::sandbox::{Action, Provider, Rule};

use crate::oauth::{
    desk::Desk,
    scene::{BUSY, HASTE, ODD, REFUSED, Scene},
};

/// Somebody of the sandbox's table who is refused at that desk.
macro_rules! refused {
    ($($name:ident: $desk:ident, $shown:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let scene = Scene::at(Desk::$desk).await;
            scene.refuses(&scene.shows(&$shown.replace("{n}", &scene.n.to_string()))).await;
        }
    )+};
}

refused! {
    google_knows_no_such_token: GoogleAccessToken, "garbage-{n}";
    google_tells_of_a_revoked_token: GoogleAccessToken, "revoked-{n}";
    google_names_two_people: GoogleAccessToken, "sub-mismatch-{n}";
    yandex_knows_no_such_token: YandexToken, "garbage-{n}";
    yandex_tells_of_a_revoked_token_with_a_page: YandexToken, "revoked-{n}";
    vk_id_knows_no_such_code: VkCode, "garbage-{n}";
    vk_knows_no_such_token: VkAccessToken, "garbage-{n}";
    vk_tells_of_a_revoked_token: VkAccessToken, "revoked-{n}";
    vk_id_knows_no_such_id_token: VkIdToken, "garbage-{n}";
    the_old_vk_knows_no_such_token: VkLegacyOnly, "garbage-{n}";
    the_old_vk_tells_of_a_revoked_token: VkLegacyOnly, "revoked-{n}";
    the_old_vk_names_two_people: VkLegacyOnly, "sub-mismatch-{n}";
    a_banned_person_is_not_let_in: VkLegacyOnly, "deactivated-{n}";
    a_token_bound_to_another_address_is_refused_by_the_old_vk: VkLegacyOnly, "ip-bound-{n}";
    the_token_of_a_community_is_nobodys: VkLegacyOnly, "group-{n}";
    the_token_of_an_application_is_nobodys: VkLegacyOnly, "service-{n}";
    a_token_of_vk_id_is_not_taken_where_they_are_off: VkLegacyOnly, "vkid-{n}";
}

#[tokio::test]
async fn a_token_bound_to_another_address_is_good_at_vk_id() {
    let scene = Scene::at(Desk::VkAccessToken).await;
    let shown = scene.shows(&format!("ip-bound-{}", scene.n));
    scene.converts(&shown).await.with_status(200);
    assert_eq!((scene.asked("user_info"), scene.asked("users.get")), (1, 0));
}

#[tokio::test]
async fn a_service_token_that_vk_rejects_is_our_fault_and_creates_nobody() {
    let settings = [("providers.vk-oauth2.service_token", "not-the-service-token")];
    let scene = Scene::with(Desk::VkLegacyOnly, &settings).await;
    let said = scene.converts(&scene.plain()).await;
    said.is_a(500, "server_error", "Something went wrong on our side.");
    scene.nobody().await;
}

/// An error of VK's instead of the answer at one endpoint of its old API.
macro_rules! vk_error {
    ($($name:ident: $endpoint:literal, $code:literal, $status:literal, $error:literal, $text:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let scene = Scene::at(Desk::VkLegacyOnly).await;
            let rule = Rule::new(Action::VkError($code)).provider(Provider::Vk).endpoint($endpoint);
            scene.house.sandbox.faults().add(rule);

            let said = scene.converts(&scene.plain()).await;

            said.is_a($status, $error, $text);
            scene.nobody().await;
            assert!(scene.house.sandbox.log().iter().all(|seen| seen.endpoint.is_some()));
        }
    )+};
}

vk_error! {
    too_many_requests_at_vk_are_a_pause: "users.get", 6, 503, "temporarily_unavailable", BUSY;
    flood_control_at_vk_is_a_pause: "users.get", 9, 503, "temporarily_unavailable", BUSY;
    a_captcha_is_never_looked_at: "users.get", 14, 503, "temporarily_unavailable", BUSY;
    a_validation_page_is_never_opened: "users.get", 17, 400, "invalid_grant", REFUSED;
    an_inner_error_of_vk_is_an_outage: "users.get", 10, 503, "temporarily_unavailable", BUSY;
    a_deleted_person_is_not_let_in: "users.get", 18, 400, "invalid_grant", REFUSED;
    an_unheard_of_error_of_vk_is_no_answer: "users.get", 4242, 502, "server_error", ODD;
    a_captcha_for_the_service_token_is_a_pause:
        "secure.checkToken", 14, 503, "temporarily_unavailable", BUSY;
    vk_does_not_know_the_shown_token: "secure.checkToken", 100, 400, "invalid_grant", REFUSED;
}

#[tokio::test]
async fn a_yandex_jwt_is_taken_while_yandex_is_down() {
    let scene = Scene::with(Desk::YandexJwt, &HASTE).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Hang));
    scene.converts(&scene.plain()).await.with_status(200);
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn a_yandex_jwt_is_not_taken_without_the_secret_that_signs_it() {
    let scene = Scene::with(Desk::YandexToken, &[]).await;
    let jwt = Desk::YandexJwt.shows(&scene.house.sandbox, &format!("other-app-{}", scene.n));
    scene.refuses(&jwt).await;
    assert!(scene.house.sandbox.log().is_empty());
}
