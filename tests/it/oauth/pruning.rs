//! Clearing away what is over: in batches, and nothing that is good goes with it.

use cambio::{
    domain::{account::AccountId, token::FamilyId},
    store::tokens,
    usecases::{Ctx, manage, prune},
};
use chrono::TimeDelta;
use serde_json::json;

use super::{desk::Desk, scene::Scene};

/// One batch; tells how many rows went.
async fn batch(scene: &Scene, limit: i64) -> usize {
    scene.house.app.write(move |ctx| prune::batch(ctx, limit)).await.unwrap()
}

/// Batches until nothing is left; tells how many rows each took.
async fn all(scene: &Scene, limit: i64) -> Vec<usize> {
    let mut sizes = Vec::new();
    loop {
        match batch(scene, limit).await {
            0 => return sizes,
            gone => sizes.push(gone),
        }
    }
}

/// How many families the store holds.
async fn families(scene: &Scene) -> usize {
    let count = |ctx: &mut Ctx<'_>| {
        let mut found = 0;
        for id in 1..50 {
            found += usize::from(tokens::find_family(ctx.conn, FamilyId(id))?.is_some());
        }
        Ok(found)
    };
    scene.house.app.read(count).await.unwrap()
}

async fn converted(scene: &Scene) -> (String, String) {
    let said = scene.converts(&scene.plain()).await.with_status(200);
    (said.text_of("access_token"), said.text_of("refresh_token"))
}

#[tokio::test]
async fn what_is_good_is_never_cleared_away() {
    let scene = Scene::at(Desk::YandexToken).await;
    let ada = scene.house.person("ada").await;
    let (access, refresh) = converted(&scene).await;
    assert!(all(&scene, 100).await.is_empty());
    scene.house.me(&access).expect(200).await;
    scene.house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    scene.house.refresh(&scene.client, &refresh).expect(200).await;
}

#[tokio::test]
async fn the_answer_kept_for_a_retry_is_forgotten_after_its_grace() {
    let scene = Scene::at(Desk::YandexToken).await;
    let (_, refresh) = converted(&scene).await;
    let next = scene.house.refresh(&scene.client, &refresh).expect(200).await;
    let kept = "select cast(count(*) as text) as line from refresh_tokens where sealed is not null";
    let kept = || scene.house.lines(kept);
    assert!(all(&scene, 100).await.is_empty());
    assert_eq!(kept().await, ["1"]);

    scene.house.forward(TimeDelta::seconds(11));

    assert_eq!(all(&scene, 100).await, [1]);
    assert_eq!(kept().await, ["0"]);
    scene.house.refresh(&scene.client, &next.text_of("refresh_token")).expect(200).await;
}

#[tokio::test]
async fn an_access_token_goes_a_day_after_its_end_and_its_refresh_token_stays_good() {
    let scene = Scene::at(Desk::YandexToken).await;
    let (access, refresh) = converted(&scene).await;
    scene.house.forward(TimeDelta::hours(25));
    assert!(all(&scene, 100).await.is_empty());
    scene.house.forward(TimeDelta::seconds(1));
    assert_eq!(all(&scene, 100).await, [1]);
    scene.house.me(&access).expect(401).await;
    scene.house.refresh(&scene.client, &refresh).expect(200).await;
}

#[tokio::test]
async fn it_goes_in_batches_of_the_size_that_is_set() {
    let scene = Scene::at(Desk::YandexToken).await;
    for _ in 0..7 {
        converted(&scene).await;
    }
    scene.house.forward(TimeDelta::hours(26));
    assert_eq!(all(&scene, 3).await, [3, 3, 1]);
}

#[tokio::test]
async fn a_family_goes_a_day_after_its_end_with_all_its_tokens() {
    let scene = Scene::at(Desk::YandexToken).await;
    let (_, refresh) = converted(&scene).await;
    scene.house.refresh(&scene.client, &refresh).expect(200).await;
    scene.house.forward(TimeDelta::days(91) + TimeDelta::seconds(1));
    // The family, its access token, and both refresh tokens.
    assert_eq!((all(&scene, 100).await, families(&scene).await), (vec![4], 0));
    scene.house.refresh(&scene.client, &refresh).expect(400).await;
}

#[tokio::test]
async fn a_used_refresh_token_is_remembered_as_long_as_its_family_stands() {
    let scene = Scene::at(Desk::YandexToken).await;
    let (_, first) = converted(&scene).await;
    let mut said = scene.house.refresh(&scene.client, &first).expect(200).await;
    for _ in 0..2 {
        scene.house.forward(TimeDelta::days(13));
        all(&scene, 100).await;
        let token = said.text_of("refresh_token");
        said = scene.house.refresh(&scene.client, &token).expect(200).await;
    }
    // Weeks later the stolen token is shown: that still ends the family.
    scene.house.refresh(&scene.client, &first).expect(400).await;
    scene.house.me(&said.text_of("access_token")).expect(401).await;
}

#[tokio::test]
async fn what_is_revoked_goes_a_day_later() {
    let scene = Scene::at(Desk::YandexToken).await;
    let (access, _) = converted(&scene).await;
    let body = json!({ "client_id": "web-client" });
    scene.house.post("/auth/revoke-token/").bearer(&access).json(&body).expect(204).await;
    assert!(all(&scene, 100).await.is_empty());
    scene.house.forward(TimeDelta::days(1) + TimeDelta::seconds(1));
    assert_eq!((all(&scene, 100).await, families(&scene).await), (vec![3], 0));
    scene.house.me(&access).expect(401).await;
}

#[tokio::test]
async fn an_auth_token_goes_with_its_family() {
    let scene = Scene::at(Desk::YandexToken).await;
    let ada = scene.house.person("ada").await;
    all(&scene, 100).await;
    assert_eq!(families(&scene).await, 1);
    scene.house.forward(TimeDelta::days(31) + TimeDelta::seconds(1));
    all(&scene, 100).await;
    assert_eq!(families(&scene).await, 0);
    scene.house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    scene.house.log_in(&ada.email).expect(200).await;
}

#[tokio::test]
async fn an_account_nobody_activated_goes_and_an_active_one_stays() {
    let scene = Scene::at(Desk::YandexToken).await;
    scene.house.activated("ada").await;
    scene.house.register("nobody").await;
    scene.house.forward(TimeDelta::hours(72) + TimeDelta::seconds(1));
    all(&scene, 100).await;
    let left = scene.house.app.read(|ctx| manage::list(ctx, AccountId(0), 10)).await.unwrap();
    assert_eq!(left.len(), 1);
}
