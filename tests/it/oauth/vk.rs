//! VK ID's codes: with everything that belongs to them, once.

use cambio::sandbox::{Action, Rule};
use chrono::TimeDelta;

use super::{
    desk::Desk,
    scene::{BUSY, Scene},
};

async fn scene() -> Scene {
    Scene::at(Desk::VkCode).await
}

#[tokio::test]
async fn a_code_is_good_once() {
    let scene = scene().await;
    let shown = scene.plain();
    scene.converts(&shown).await.with_status(200);
    scene.converts(&shown).await.with_status(400).error("invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes() {
    let scene = scene().await;
    let shown = scene.plain();
    scene.house.forward(TimeDelta::minutes(10));
    scene.refuses(&shown).await;
}

#[tokio::test]
async fn a_code_is_good_only_with_everything_it_is_bound_to() {
    for (field, value) in [
        ("code_verifier", "another-verifier-that-is-long-enough-for-rfc-7636"),
        ("device_id", "another-device"),
        ("redirect_uri", "https://app.example/other"),
        ("token", "code-that-nobody-knows"),
    ] {
        let scene = scene().await;
        scene.refuses(&scene.plain().with(field, value)).await;
    }
}

#[tokio::test]
async fn a_code_comes_with_its_verifier_and_its_device() {
    let scene = scene().await;
    let rows = [
        ("code_verifier", "a code comes with its code_verifier"),
        ("device_id", "a VK code comes with code_verifier and device_id"),
    ];
    for (missing, text) in rows {
        let shown = scene.plain().without(missing).with("token_kind", "code");
        scene.converts(&shown).await.is_a(400, "invalid_request", text);
    }
    let odd = scene.plain().with("redirect_uri", "/callback");
    let said = scene.converts(&odd).await;
    said.is_a(400, "invalid_request", "redirect_uri is not an absolute address");
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn a_state_of_vk_ids_length_goes_along() {
    let scene = scene().await;
    let state = "state-of-thirty-two-characters-or-more";
    scene.converts(&scene.plain().with("state", state)).await.with_status(200);
    let short = scene.plain().with("state", "short");
    scene.converts(&short).await.with_status(400).error("invalid_grant");
}

#[tokio::test]
async fn another_state_in_the_answer_is_another_request() {
    let scene = scene().await;
    let body =
        r#"{"access_token":"vkid-1","user_id":1,"state":"another-state-of-the-same-length-1"}"#;
    let rule = Rule::new(Action::Body(body.to_owned())).endpoint("auth");
    scene.house.sandbox.faults().add(rule);
    let state = "state-of-the-request-of-this-test-1";
    scene.refuses(&scene.plain().with("state", state)).await;
    assert_eq!(scene.asked("user_info"), 0);
}

#[tokio::test]
async fn the_token_behind_a_code_must_be_of_the_person_the_code_is_of() {
    let scene = scene().await;
    let body = format!(r#"{{"access_token":"vkid-{}","user_id":666}}"#, scene.n);
    scene.house.sandbox.faults().add(Rule::new(Action::Body(body)).endpoint("auth"));
    scene.refuses(&scene.plain()).await;
}

#[tokio::test]
async fn a_verifier_tells_a_code_from_a_token() {
    let scene = scene().await;
    scene.converts(&scene.plain()).await.with_status(200);
    assert_eq!((scene.asked("auth"), scene.asked("users.get")), (1, 0));
}

#[tokio::test]
async fn an_error_of_vk_ids_own_is_an_outage() {
    let scene = scene().await;
    let body = r#"{"error":"server_error","error_description":"secret inner words"}"#;
    scene.house.sandbox.faults().add(Rule::new(Action::Body(body.to_owned())));
    scene.converts(&scene.plain()).await.is_a(503, "temporarily_unavailable", BUSY);
}

#[tokio::test]
async fn a_limit_of_vk_ids_is_a_pause() {
    for error in ["slow_down", "too_many_requests"] {
        let scene = Scene::at(Desk::VkAccessToken).await;
        let body = format!(r#"{{"error":"{error}"}}"#);
        scene.house.sandbox.faults().add(Rule::new(Action::Body(body)));
        let said = scene.converts(&scene.plain()).await;
        let said = said.is_a(503, "temporarily_unavailable", BUSY);
        assert_eq!(said.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn a_token_of_three_parts_is_not_taken_for_a_jwt() {
    let scene = Scene::at(Desk::VkAccessToken).await;
    let token = cambio::sandbox::NewToken::new(cambio::sandbox::Provider::VkId, "vk2.a.b", "77");
    scene.house.sandbox.add_token(token);
    scene.house.convert(&scene.client, "vk-oauth2", "vk2.a.b").expect(200).await;
    assert_eq!((scene.asked("user_info"), scene.asked("public_info")), (1, 0));
}

#[tokio::test]
async fn where_vk_ids_word_is_not_believed_only_codes_and_old_tokens_are_taken() {
    let settings = [("providers.vk-oauth2.accept_user_info_binding", "false")];
    let scene = Scene::with(Desk::VkCode, &settings).await;
    scene.converts(&scene.plain()).await.with_status(200);
    let id_token = Desk::VkIdToken.shows(&scene.house.sandbox, &scene.desk.name(scene.n));
    let text = "this provider is not configured to take this kind of token";
    scene.converts(&id_token).await.is_a(400, "invalid_request", text);
    let legacy = Desk::VkLegacyOnly.token(&format!("legacy-{}", scene.n));
    scene.converts(&legacy).await.with_status(200);
}
