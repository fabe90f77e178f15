//! The common rules, the log and the doors that steer.

use super::*;

#[tokio::test]
async fn an_endpoint_takes_its_method_its_header_and_a_named_caller_only() {
    let bench = Bench::open().await;
    assert_eq!(bench.post("/google/oauth2/v3/userinfo", &[]).await.status(), 405);
    let in_url = bench.get("/google/oauth2/v3/userinfo?access_token=ok-1").send().await.unwrap();
    assert_eq!(in_url.status(), 401);
    let bearer = bench.get("/yandex/info").bearer_auth("ok-1").send().await.unwrap();
    assert_eq!(bearer.status(), 401);
    let in_url = bench.get("/yandex/info?oauth_token=ok-1").send().await.unwrap();
    assert_eq!(in_url.status(), 400);
    assert_eq!(bench.get("/vkid/oauth2/user_info").send().await.unwrap().status(), 405);
    let nameless = client(None).get(bench.url("/google/oauth2/v3/certs")).send().await.unwrap();
    assert_eq!(nameless.status(), 403);
}

#[tokio::test]
async fn a_token_added_from_outside_is_known_until_the_reset() {
    let bench = Bench::open().await;
    let wish = json!({"provider": "google", "token": "ada", "subject": "110169484474386276334",
        "email": "ada@corp.example", "email_verified": true, "first_name": "Ada"});
    assert_eq!(bench.admin("POST", "tokens", wish).await.status(), 200);
    let user = json_of(bench.userinfo("ada").await).await;
    assert_eq!(user["sub"], "110169484474386276334");
    assert_eq!(user["email"], "ada@corp.example");
    bench.admin("POST", "reset", json!({})).await;
    assert_eq!(bench.userinfo("ada").await.status(), 401);
}

#[tokio::test]
async fn codes_come_from_outside_too() {
    let bench = Bench::open().await;
    let wish = json!({"provider": "vkid", "token": "ok-1", "client_id": "10000001",
        "code_challenge": CHALLENGE, "device_id": "device", "redirect_uri": "https://app.example/cb"});
    let code = json_of(bench.admin("POST", "codes", wish).await).await;
    let tokens = bench.exchange(code["code"].as_str().unwrap(), ("state", STATE)).await;
    assert_eq!(tokens["access_token"], "ok-1");
}

#[tokio::test]
async fn the_log_tells_how_it_was_asked_and_no_unknown_token() {
    let bench = Bench::open().await;
    bench.userinfo("ok-5").await;
    bench.get("/yandex/info?oauth_token=ya29.real").send().await.unwrap();
    bench.user_info("vkid-5").await;
    let log = bench.sandbox.log();
    assert_eq!(log[0].auth_scheme.as_deref(), Some("Bearer"));
    assert_eq!((log[0].tokens.as_slice(), log[0].token_in_url), (&["ok-5".to_owned()][..], false));
    assert_eq!(
        (log[1].tokens.as_slice(), log[1].token_in_url),
        (&["garbage".to_owned()][..], true)
    );
    assert_eq!(log[2].body_keys, ["access_token", "client_id"]);
    let told = json_of(bench.get("/_emu/log").send().await.unwrap()).await;
    assert_eq!(told[2]["endpoint"], "user_info");
    assert!(!told.to_string().contains("ya29.real"));
}

#[tokio::test]
async fn a_stopped_sandbox_answers_nobody() {
    let bench = Bench::open().await;
    let url = bench.url("/google/oauth2/v3/certs");
    bench.userinfo("ok-1").await;
    bench.sandbox.stop().await;
    client(Some("test/1")).get(url).send().await.unwrap_err();
}
