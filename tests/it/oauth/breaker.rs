//! A provider that fails too often is left alone for a while; and no provider may keep everybody waiting.

use std::time::Duration;

use cambio::sandbox::{Action, Rule};
use chrono::TimeDelta;

use super::{
    desk::Desk,
    scene::{BUSY, HASTE, Scene},
};

/// A Yandex that has failed so many conversions.
async fn after_failures(count: usize) -> Scene {
    let scene = Scene::at(Desk::YandexToken).await;
    // Not a 500, which is asked about twice.
    scene.house.sandbox.faults().add(Rule::new(Action::Status(501)));
    for _ in 0..count {
        scene.converts(&scene.plain()).await.with_status(503);
    }
    assert_eq!(scene.asked("info"), count);
    scene
}

/// Insists that the provider is left alone for so many seconds more.
async fn is_left_alone(scene: &Scene, seconds: &str) {
    let asked = scene.asked("info");
    let said = scene.converts(&scene.plain()).await;
    let said = said.is_a(503, "temporarily_unavailable", BUSY);
    assert_eq!(said.header("retry-after"), seconds);
    assert_eq!(scene.asked("info"), asked);
}

#[tokio::test]
async fn after_ten_failures_a_provider_is_left_alone_for_ten_seconds() {
    let scene = after_failures(10).await;
    scene.house.sandbox.faults().clear();
    is_left_alone(&scene, "10").await;
    scene.house.forward(TimeDelta::seconds(9));
    is_left_alone(&scene, "1").await;
    scene.house.forward(TimeDelta::seconds(1));
    scene.converts(&scene.plain()).await.with_status(200);
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn when_the_one_who_tries_fails_it_is_left_alone_again() {
    let scene = after_failures(10).await;
    scene.house.forward(TimeDelta::seconds(10));
    scene.converts(&scene.plain()).await.with_status(503);
    assert_eq!(scene.asked("info"), 11);
    is_left_alone(&scene, "10").await;
    scene.house.sandbox.faults().clear();
    scene.house.forward(TimeDelta::seconds(10));
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn one_at_a_time_tries() {
    let scene = after_failures(10).await;
    scene.house.sandbox.faults().replace(vec![Rule::new(Action::Delay(200))]);
    scene.house.forward(TimeDelta::seconds(10));
    let people = [scene.plain(), scene.shows(&scene.desk.name(scene.n + 1))];
    let calls = people.iter().map(|shown| scene.house.show(&scene.client, shown).into_future());
    let mut said = futures_util::future::join_all(calls).await;
    said.sort_by_key(|said| said.status);
    assert_eq!((said[0].status, said[1].status), (200, 503));
    assert_eq!(scene.asked("info"), 11);
}

#[tokio::test]
async fn nine_failures_are_too_few() {
    let scene = after_failures(9).await;
    scene.house.sandbox.faults().clear();
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn failures_of_half_a_minute_ago_are_forgotten() {
    let scene = after_failures(9).await;
    scene.house.forward(TimeDelta::seconds(30));
    scene.converts(&scene.plain()).await.with_status(503);
    scene.house.sandbox.faults().clear();
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn junk_shown_by_strangers_shuts_nobody_out() {
    let scene = Scene::at(Desk::YandexToken).await;
    for _ in 0..30 {
        scene.converts(&scene.shows("garbage")).await.with_status(400);
    }
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn junk_at_vk_shuts_nobody_out() {
    let scene = Scene::at(Desk::VkAccessToken).await;
    for _ in 0..30 {
        scene.house.convert(&scene.client, "vk-oauth2", "garbage").expect(400).await;
    }
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn codes_of_another_application_shut_nobody_out() {
    let scene = Scene::at(Desk::VkCode).await;
    for n in 0..15 {
        let foreign = scene.shows(&format!("other-app-{}", scene.n + n));
        scene.converts(&foreign).await.with_status(400);
    }
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn the_other_providers_are_asked_on() {
    let scene = after_failures(10).await;
    scene.house.sandbox.faults().clear();
    is_left_alone(&scene, "10").await;
    for (backend, token) in [("google-oauth2", "ok-1"), ("vk-oauth2", "vkid-1")] {
        scene.house.convert(&scene.client, backend, token).expect(200).await;
    }
}

#[tokio::test]
async fn tokens_of_ours_are_good_while_a_provider_is_left_alone() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.converts(&scene.plain()).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Status(501)));
    for _ in 0..12 {
        scene.converts(&scene.plain()).await.with_status(503);
    }
    scene.house.me(&said.text_of("access_token")).expect(200).await;
    scene.house.refresh(&scene.client, &said.text_of("refresh_token")).expect(200).await;
}

#[tokio::test]
async fn keys_that_are_known_serve_on_while_google_is_left_alone() {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    scene.converts(&scene.plain()).await.with_status(200);
    scene.house.sandbox.faults().add(Rule::new(Action::Status(501)));
    for n in 0..6 {
        let shown = Desk::GoogleAccessToken.token(&format!("ok-{}", scene.n + n));
        scene.house.show(&scene.client, &shown).expect(503).await;
    }
    let asked = scene.house.sandbox.log().len();
    scene.converts(&scene.plain()).await.with_status(200);
    assert_eq!(scene.house.sandbox.log().len(), asked);
}

/// Settings under which one call at a time is made, and nobody waits for a turn. A call that hangs does so for
/// long enough that others come meanwhile, however busy the machine is.
const ONE_AT_A_TIME: [(&str, &str); 5] = [
    ("providers.egress.max_in_flight", "1"),
    ("providers.egress.queue_ms", "0"),
    ("providers.egress.connect_timeout_ms", "2000"),
    ("providers.egress.call_timeout_ms", "2000"),
    ("providers.egress.total_timeout_ms", "4000"),
];

#[tokio::test]
async fn when_too_many_wait_for_a_provider_the_next_is_told_at_once() {
    let scene = Scene::with(Desk::YandexToken, &ONE_AT_A_TIME).await;
    let slow = scene.plain();
    let rule = Rule::new(Action::Hang).token(&scene.desk.name(scene.n));
    scene.house.sandbox.faults().add(rule);

    let first = scene.house.show(&scene.client, &slow).into_future();
    let second = async {
        while scene.asked("info") == 0 {
            tokio::task::yield_now().await;
        }
        let other = scene.shows(&scene.desk.name(scene.n + 1));
        scene.house.show(&scene.client, &other).await
    };
    let (first, second) = tokio::join!(first, second);

    assert_eq!((first.status, scene.asked("info")), (503, 1));
    second.is_a(503, "temporarily_unavailable", BUSY);
    let other = scene.shows(&scene.desk.name(scene.n + 1));
    scene.converts(&other).await.with_status(200);
}

#[tokio::test]
async fn a_crowd_before_one_provider_is_in_nobodys_way_at_another() {
    let scene = Scene::with(Desk::YandexToken, &ONE_AT_A_TIME).await;
    let rule = Rule::new(Action::Hang).token(&scene.desk.name(scene.n));
    scene.house.sandbox.faults().add(rule);
    let slow = scene.plain();
    let hanging = scene.house.show(&scene.client, &slow).into_future();
    let others = async {
        while scene.asked("info") == 0 {
            tokio::task::yield_now().await;
        }
        scene.house.convert(&scene.client, "vk-oauth2", "vkid-1").await
    };
    let (hung, other) = tokio::join!(hanging, others);
    assert_eq!((hung.status, other.status), (503, 200));
}

#[tokio::test]
async fn one_token_shown_by_many_at_once_is_asked_about_once() {
    let scene = Scene::at(Desk::YandexToken).await;
    scene.house.sandbox.latency(Duration::from_secs(1));
    let shown = scene.plain();
    let calls = (0..8).map(|_| scene.house.show(&scene.client, &shown).into_future());
    for said in futures_util::future::join_all(calls).await {
        said.with_status(200);
    }
    assert_eq!((scene.asked("info"), scene.house.accounts().await.len()), (1, 1));
    scene.converts(&shown).await.with_status(200);
    assert_eq!(scene.asked("info"), 2, "nothing is remembered");
}

#[tokio::test]
async fn nobody_waits_longer_than_a_conversion_may_take() {
    let scene = Scene::with(Desk::VkLegacy, &HASTE).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Hang));
    let began = tokio::time::Instant::now();
    scene.converts(&scene.plain()).await.with_status(503);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}
