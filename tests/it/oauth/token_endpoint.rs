//! `token/`: what the token endpoint of RFC 6749 refuses whatever the grant.

use super::{desk::Desk, scene::Scene};

async fn scene() -> Scene {
    Scene::at(Desk::YandexToken).await
}

#[tokio::test]
async fn a_grant_type_that_is_missing_or_unknown_is_not_supported() {
    let scene = scene().await;
    for grant in [None, Some("implicit"), Some("REFRESH_TOKEN"), Some("authorization_code")] {
        let grant = grant.map(|grant| ("grant_type", grant));
        let fields: Vec<_> = grant.into_iter().collect();
        let said = scene.house.post("/auth/token/").form(&scene.client.signed(&fields)).await;
        assert!(matches!(said.status, 400), "{said:?}");
        let error = said.json()["error"].clone();
        assert!(error == "unsupported_grant_type" || error == "unauthorized_client", "{said:?}");
    }
}

#[tokio::test]
async fn parameters_do_not_belong_into_the_address() {
    let scene = scene().await;
    let said = scene.converts(&scene.plain()).await;
    let token = said.text_of("refresh_token");
    let path = format!("/auth/token/?refresh_token={token}");
    let fields = scene.client.signed(&[("grant_type", "refresh_token")]);
    let said = scene.house.post(&path).form(&fields).await;
    let text = "parameters belong into the body, not the URL";
    said.is_a(400, "invalid_request", text);
    scene.house.refresh(&scene.client, &token).expect(200).await;
}

#[tokio::test]
async fn without_a_client_nothing_is_given() {
    let scene = scene().await;
    for grant in ["refresh_token", "password", "client_credentials"] {
        let said = scene.house.post("/auth/token/").form(&[("grant_type", grant)]).await;
        let said = said.with_status(401).error("invalid_client");
        assert_eq!(said.header("www-authenticate"), "Basic realm=\"cambio\"");
    }
}

#[tokio::test]
async fn the_client_may_show_itself_in_the_header() {
    let scene = scene().await;
    let said = scene.converts(&scene.plain()).await;
    let token = said.text_of("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
    let secret = scene.client.secret.as_deref().unwrap();
    let call = || scene.house.post("/auth/token/").form(&fields);
    call().basic("web-client", "cs_wrong").await.with_status(401).error("invalid_client");
    call().basic("web-client", secret).expect(200).await;
}

#[tokio::test]
async fn a_name_that_comes_twice_is_refused_and_uses_nothing_up() {
    let scene = scene().await;
    let said = scene.converts(&scene.plain()).await;
    let token = said.text_of("refresh_token");
    let once = [("grant_type", "refresh_token"), ("refresh_token", &*token)];
    let twice = [&scene.client.signed(&once)[..], &[("refresh_token", &token)]].concat();
    let said = scene.house.post("/auth/token/").form(&twice).await;
    said.with_status(400).error("invalid_request");
    scene.house.refresh(&scene.client, &token).expect(200).await;
}

#[tokio::test]
async fn it_is_a_post_and_reads_json_too() {
    let scene = scene().await;
    scene.house.get("/auth/token/").expect(405).await;
    let said = scene.converts(&scene.plain()).await;
    let body = serde_json::json!({
        "grant_type": "refresh_token", "client_id": "web-client",
        "client_secret": scene.client.secret, "refresh_token": said.text_of("refresh_token"),
    });
    scene.house.post("/auth/token").json(&body).expect(200).await;
}
