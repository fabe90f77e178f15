//! Google's keys: fetched when they are needed, kept as long as they may be, and no longer than they must.

use cambio::sandbox::{KeyName, KeyScenario, Provider, Seal};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    desk::{Desk, Shown},
    scene::Scene,
};

async fn scene() -> Scene {
    Scene::at(Desk::GoogleIdToken).await
}

/// A token by a key under that name, whatever signs at the moment.
fn signed(scene: &Scene, key: KeyName, kid: impl Into<Value>) -> Shown {
    let token = scene.house.sandbox.id_token(Provider::Google, &scene.desk.name(scene.n));
    let token = token.seal(Seal::Rs256(key)).header("kid", kid);
    Desk::GoogleIdToken.token(&token.mint().unwrap())
}

async fn is_in(scene: &Scene, shown: &Shown) -> bool {
    let said = scene.converts(shown).await;
    match said.status {
        200 => true,
        400 => false,
        _ => panic!("{said:?}"),
    }
}

#[tokio::test]
async fn nobody_is_asked_for_keys_at_the_start() {
    assert_eq!(scene().await.asked("certs"), 0);
}

#[tokio::test]
async fn many_tokens_are_checked_with_keys_fetched_once() {
    let scene = scene().await;
    for n in 0..5 {
        let shown = scene.shows(&scene.desk.name(scene.n + n));
        assert!(is_in(&scene, &shown).await);
    }
    assert_eq!(scene.asked("certs"), 1);
}

#[tokio::test]
async fn many_first_tokens_at_once_fetch_the_keys_once() {
    let scene = scene().await;
    let people: Vec<_> = (0..8).map(|n| scene.shows(&scene.desk.name(scene.n + n))).collect();
    let calls = people.iter().map(|shown| scene.house.show(&scene.client, shown).into_future());
    for said in futures_util::future::join_all(calls).await {
        said.with_status(200);
    }
    assert_eq!(scene.asked("certs"), 1);
}

#[tokio::test]
async fn keys_are_renewed_when_four_fifths_of_their_time_are_over() {
    let scene = scene().await;
    assert!(is_in(&scene, &scene.plain()).await);
    scene.house.forward(TimeDelta::minutes(47));
    assert!(is_in(&scene, &scene.plain()).await);
    assert_eq!(scene.asked("certs"), 1);
    scene.house.forward(TimeDelta::minutes(1));
    assert!(is_in(&scene, &scene.plain()).await);
    assert_eq!(scene.asked("certs"), 2);
}

#[tokio::test]
async fn keys_are_kept_five_minutes_at_least_and_an_hour_when_nothing_is_said() {
    for (told, fresh_minutes) in [(Some("max-age=1"), 5), (None, 60), (Some("no-cache"), 60)] {
        let scene = scene().await;
        scene.house.sandbox.cache_control(told.map(str::to_owned));
        assert!(is_in(&scene, &scene.plain()).await);
        let four_fifths = TimeDelta::seconds(fresh_minutes * 48);
        scene.house.forward(four_fifths - TimeDelta::seconds(1));
        assert!(is_in(&scene, &scene.plain()).await);
        assert_eq!(scene.asked("certs"), 1, "{told:?}");
        scene.house.forward(TimeDelta::seconds(1));
        assert!(is_in(&scene, &scene.plain()).await);
        assert_eq!(scene.asked("certs"), 2, "{told:?}");
    }
}

#[tokio::test]
async fn a_new_key_is_found_at_once_with_and_without_overlap() {
    for rotation in [KeyScenario::RotateWithOverlap, KeyScenario::Rotate] {
        let scene = scene().await;
        assert!(is_in(&scene, &scene.plain()).await);
        scene.house.sandbox.keys(rotation);
        assert!(is_in(&scene, &scene.plain()).await);
        assert_eq!(scene.asked("certs"), 2);
    }
}

#[tokio::test]
async fn the_old_key_is_good_during_an_overlap_and_dead_after_it() {
    let scene = scene().await;
    let old = |scene: &Scene| signed(scene, KeyName::A, KeyName::A.kid());
    assert!(is_in(&scene, &old(&scene)).await);
    scene.house.sandbox.keys(KeyScenario::RotateWithOverlap);
    assert!(is_in(&scene, &scene.plain()).await && is_in(&scene, &old(&scene)).await);

    scene.house.sandbox.keys(KeyScenario::Custom(
        json!({"keys": [scene.house.sandbox.jwk(KeyName::B, KeyName::B.kid())]}),
    ));
    scene.house.forward(TimeDelta::minutes(48));
    assert!(is_in(&scene, &signed(&scene, KeyName::B, KeyName::B.kid())).await);
    assert!(!is_in(&scene, &old(&scene)).await);
}

#[tokio::test]
async fn a_flood_of_made_up_names_fetches_once_a_minute() {
    let scene = scene().await;
    assert!(is_in(&scene, &scene.plain()).await);
    for kid in 0..20 {
        assert!(!is_in(&scene, &signed(&scene, KeyName::Stranger, format!("kid-{kid}"))).await);
    }
    assert_eq!(scene.asked("certs"), 2);
    scene.house.forward(TimeDelta::seconds(59));
    assert!(!is_in(&scene, &signed(&scene, KeyName::Stranger, "kid-a")).await);
    assert_eq!(scene.asked("certs"), 2);
    scene.house.forward(TimeDelta::seconds(1));
    assert!(!is_in(&scene, &signed(&scene, KeyName::Stranger, "kid-b")).await);
    assert_eq!(scene.asked("certs"), 3);
}

#[tokio::test]
async fn a_flood_of_made_up_names_does_not_keep_a_new_key_out_for_longer_than_a_minute() {
    let scene = scene().await;
    assert!(is_in(&scene, &scene.plain()).await);
    assert!(!is_in(&scene, &signed(&scene, KeyName::Stranger, "made-up")).await);
    scene.house.sandbox.keys(KeyScenario::Rotate);
    assert!(!is_in(&scene, &scene.plain()).await);
    scene.house.forward(TimeDelta::minutes(1));
    assert!(is_in(&scene, &scene.plain()).await);
}

#[tokio::test]
async fn known_keys_serve_on_while_google_is_down_for_a_day_and_no_longer() {
    let scene = scene().await;
    assert!(is_in(&scene, &scene.plain()).await);
    scene.house.sandbox.keys(KeyScenario::Broken);
    for hours in [1, 12, 11] {
        scene.house.forward(TimeDelta::hours(hours));
        assert!(is_in(&scene, &scene.plain()).await);
    }
    scene.house.forward(TimeDelta::hours(1));
    let said = scene.converts(&scene.plain()).await;
    said.with_status(503).error("temporarily_unavailable");
}

#[tokio::test]
async fn an_empty_set_never_takes_the_place_of_a_good_one() {
    let scene = scene().await;
    assert!(is_in(&scene, &scene.plain()).await);
    scene.house.sandbox.keys(KeyScenario::Empty);
    scene.house.forward(TimeDelta::minutes(50));
    assert!(is_in(&scene, &scene.plain()).await);
    assert_eq!(scene.asked("certs"), 2);
}

#[tokio::test]
async fn without_any_key_nobody_is_let_in() {
    let scene = scene().await;
    for (set, status) in [(KeyScenario::Empty, 502), (KeyScenario::Broken, 503)] {
        scene.house.sandbox.keys(set);
        scene.converts(&scene.plain()).await.with_status(status);
    }
    scene.nobody().await;
    scene.house.sandbox.keys(KeyScenario::Steady);
    assert!(is_in(&scene, &scene.plain()).await);
}

#[tokio::test]
async fn the_one_good_key_is_found_among_keys_nobody_can_use() {
    let scene = scene().await;
    scene.house.sandbox.keys(KeyScenario::Junk);
    assert!(is_in(&scene, &scene.plain()).await);
}

#[tokio::test]
async fn keys_that_may_not_be_used_open_nothing() {
    let scene = scene().await;
    scene.house.sandbox.keys(KeyScenario::Junk);
    // For encryption; two of one name; too short a key of that name; without a name among several.
    for kid in [json!("for-encryption"), json!("twin"), json!("weak"), json!(null)] {
        assert!(!is_in(&scene, &signed(&scene, KeyName::B, kid.clone())).await, "{kid}");
    }
    assert!(!is_in(&scene, &signed(&scene, KeyName::Stranger, "twin")).await);
    scene.nobody().await;
}

#[tokio::test]
async fn a_token_that_names_no_key_is_fine_where_there_is_one_key() {
    let scene = scene().await;
    assert!(is_in(&scene, &signed(&scene, KeyName::A, Value::Null)).await);
    assert_eq!(scene.asked("certs"), 1);
}

#[tokio::test]
async fn a_set_of_more_keys_than_anybody_needs_is_cut_off() {
    let scene = scene().await;
    let jwk = |kid: &str| scene.house.sandbox.jwk(KeyName::A, kid);
    let mut keys: Vec<_> = (0..100).map(|n| jwk(&format!("key-{n}"))).collect();
    keys.push(jwk("the-last"));
    scene.house.sandbox.keys(KeyScenario::Custom(json!({ "keys": keys })));
    assert!(is_in(&scene, &signed(&scene, KeyName::A, "key-99")).await);
    assert!(!is_in(&scene, &signed(&scene, KeyName::A, "the-last")).await);
}
