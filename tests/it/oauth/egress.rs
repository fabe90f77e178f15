//! How providers are asked: which way, how often, and with the token where it belongs.

use cambio::sandbox::{Action, Rule, Seen, When};

use super::{desk::Desk, scene::Scene};

/// What the provider saw of one good conversion.
async fn seen(desk: Desk) -> Vec<Seen> {
    let scene = Scene::at(desk).await;
    scene.converts(&scene.plain()).await.with_status(200);
    let mut seen = scene.house.sandbox.log();
    seen.sort_by_key(|seen| seen.endpoint.clone());
    seen
}

#[tokio::test]
async fn google_sees_the_token_in_a_header_and_in_a_form() {
    let seen = seen(Desk::GoogleAccessToken).await;
    let [tokeninfo, userinfo] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(
        (&*tokeninfo.method, tokeninfo.body_keys.as_slice()),
        ("POST", &["access_token".to_owned()][..])
    );
    assert_eq!((&*userinfo.method, userinfo.auth_scheme.as_deref()), ("GET", Some("Bearer")));
}

#[tokio::test]
async fn yandex_sees_the_token_in_a_header() {
    let seen = seen(Desk::YandexToken).await;
    let [info] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((&*info.method, info.auth_scheme.as_deref()), ("GET", Some("OAuth")));
    assert_eq!(info.query_keys, ["format"]);
}

#[tokio::test]
async fn vk_sees_tokens_in_forms() {
    for desk in [Desk::VkCode, Desk::VkAccessToken, Desk::VkIdToken, Desk::VkLegacyOnly] {
        for seen in seen(desk).await {
            assert_eq!((&*seen.method, seen.query_keys.as_slice()), ("POST", &[][..]), "{seen:?}");
        }
    }
}

#[tokio::test]
async fn googles_id_tokens_tell_google_nothing_but_that_its_keys_are_wanted() {
    let seen = seen(Desk::GoogleIdToken).await;
    let [certs] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((certs.endpoint.as_deref(), certs.tokens.len()), (Some("certs"), 0));
}

/// What comes of one bad answer before a good one, and how often was asked.
async fn once(desk: Desk, endpoint: &str, action: Action) -> (u16, usize) {
    let scene = Scene::at(desk).await;
    let rule = Rule::new(action).endpoint(endpoint).when(When::First(1));
    scene.house.sandbox.faults().add(rule);
    let said = scene.converts(&scene.plain()).await;
    (said.status, scene.asked(endpoint))
}

#[tokio::test]
async fn a_gateway_that_stumbles_is_asked_once_more() {
    for status in [502, 503, 504] {
        let action = || Action::Status(status);
        assert_eq!(once(Desk::GoogleAccessToken, "userinfo", action()).await, (200, 2));
        assert_eq!(once(Desk::VkLegacyOnly, "users.get", action()).await, (200, 2));
    }
}

#[tokio::test]
async fn a_broken_line_is_tried_once_more() {
    assert_eq!(once(Desk::GoogleAccessToken, "tokeninfo", Action::ResetBefore).await, (200, 2));
    assert_eq!(once(Desk::YandexToken, "info", Action::ResetMidBody).await, (200, 2));
}

#[tokio::test]
async fn a_500_of_yandex_and_vk_is_asked_about_once_more_for_they_say_it_of_bad_tokens() {
    let action = || Action::Status(500);
    assert_eq!(once(Desk::YandexToken, "info", action()).await, (200, 2));
    assert_eq!(once(Desk::VkAccessToken, "user_info", action()).await, (200, 2));
    assert_eq!(once(Desk::GoogleAccessToken, "userinfo", action()).await, (503, 1));
}

#[tokio::test]
async fn a_500_that_becomes_a_refusal_is_a_refusal() {
    let scene = Scene::at(Desk::YandexToken).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Status(500)).when(When::First(1)));
    scene.refuses(&scene.expired()).await;
    assert_eq!(scene.asked("info"), 2);
}

#[tokio::test]
async fn what_is_no_answer_and_what_asks_for_a_pause_is_not_tried_again() {
    let limited = Action::RateLimit { retry_after: 1 };
    assert_eq!(once(Desk::YandexToken, "info", limited).await, (503, 1));
    assert_eq!(once(Desk::YandexToken, "info", Action::Body("{}".to_owned())).await, (502, 1));
}

#[tokio::test]
async fn a_code_is_never_shown_twice() {
    for action in [Action::Status(503), Action::ResetBefore, Action::ResetMidBody] {
        assert_eq!(once(Desk::VkCode, "auth", action).await, (503, 1));
    }
}

#[tokio::test]
async fn a_refused_token_is_asked_about_once() {
    let scene = Scene::at(Desk::YandexToken).await;
    scene.refuses(&scene.expired()).await;
    assert_eq!(scene.house.sandbox.log().len(), 1);
}
