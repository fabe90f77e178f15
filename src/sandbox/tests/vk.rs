//! VK's two systems, asked as Cambio asks them.

use super::*;

#[tokio::test]
async fn vk_refuses_with_status_200_and_a_code() {
    let bench = Bench::open().await;
    let no_version = bench.post("/vk/method/users.get", &[("access_token", "ok-1")]).await;
    assert_eq!(no_version.status(), 200);
    assert_eq!(json_of(no_version).await["error"]["error_code"], 8);
    for (token, code) in [("expired", 5), ("garbage", 5), ("group", 27), ("vkid-1", 5)] {
        assert_eq!(bench.users_get(token).await["error"]["error_code"], code, "{token}");
    }
    let bound = bench.users_get("ip-bound-1").await;
    assert_eq!(bound["error"]["error_subcode"], 1130);
    assert_eq!(bench.users_get("service").await, json!({"response": []}));
    assert_eq!(bench.users_get("deactivated-1").await["response"][0]["deactivated"], "banned");
}

#[tokio::test]
async fn vk_confirms_only_tokens_of_the_application_that_asks() {
    let bench = Bench::open().await;
    let user = bench.users_get("legacy-5").await["response"][0].clone();
    assert!(user["id"].is_u64() && user.get("email").is_none());
    let told = bench.check_token("legacy-5").await;
    assert_eq!(told["response"]["user_id"], user["id"]);
    assert_eq!(bench.check_token("other-app-5").await["error"]["error_code"], 15);
    assert_ne!(bench.check_token("sub-mismatch-5").await["response"]["user_id"], user["id"]);
    let form = [("v", "5.199"), ("access_token", "ok-1"), ("token", "ok-1")];
    let stranger = bench.post("/vk/method/secure.checkToken", &form).await;
    assert_eq!(json_of(stranger).await["error"]["error_code"], 28);
}

#[tokio::test]
async fn vk_id_tells_the_person_to_the_application_of_the_token() {
    let bench = Bench::open().await;
    let user = bench.user_info("ok-5").await["user"].clone();
    assert_eq!(user["email"], "user5@mail.example");
    let legacy = bench.users_get("ok-5").await["response"][0]["id"].to_string();
    assert_eq!(user["user_id"], legacy);
    assert!(bench.user_info("ip-bound-5").await["user"].is_object());
    for token in ["other-app-5", "legacy-5", "expired", "garbage", "deactivated-5"] {
        assert_eq!(bench.user_info(token).await["error"], "invalid_token", "{token}");
    }
    let nameless = bench.post("/vkid/oauth2/user_info", &[("access_token", "ok-5")]).await;
    assert_eq!(json_of(nameless).await["error"], "invalid_request");
}

#[tokio::test]
async fn a_vk_id_code_is_exchanged_once() {
    let bench = Bench::open().await;
    let code = bench.code();
    let tokens = bench.exchange(&code, ("state", STATE)).await;
    assert_eq!(tokens["access_token"], "ok-7");
    assert_eq!(tokens["state"], STATE);
    assert!(tokens["user_id"].is_u64());
    let again = bench.exchange(&code, ("state", STATE)).await;
    assert_eq!(again["error"], "invalid_grant");
}

#[tokio::test]
async fn a_vk_id_code_wants_everything_it_is_bound_to() {
    let bench = Bench::open().await;
    for (key, value, error) in [
        ("code_verifier", "another", "invalid_request"),
        ("device_id", "another", "invalid_grant"),
        ("redirect_uri", "https://evil.example/", "invalid_grant"),
        ("client_id", FOREIGN_APP, "invalid_client"),
        ("state", "short", "invalid_request"),
    ] {
        let refused = bench.exchange(&bench.code(), (key, value)).await;
        assert_eq!(refused["error"], error, "{key}");
    }
    let form = [("grant_type", "authorization_code"), ("client_secret", "x")];
    assert_eq!(bench.post("/vkid/oauth2/auth", &form).await.status(), 404);
}

#[tokio::test]
async fn a_vk_id_refresh_token_is_good_once_on_its_device() {
    let bench = Bench::open().await;
    let tokens = bench.exchange(&bench.code(), ("state", STATE)).await;
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("client_id", "10000001"),
        ("device_id", "device"),
    ];
    let fresh = json_of(bench.post("/vkid/oauth2/auth", &form).await).await;
    assert_eq!(fresh["access_token"], "ok-7");
    form[1].1 = fresh["refresh_token"].as_str().unwrap();
    form[3].1 = "another";
    let refused = json_of(bench.post("/vkid/oauth2/auth", &form).await).await;
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn public_info_tells_a_masked_person_to_the_right_application() {
    let bench = Bench::open().await;
    let jwt = bench.sandbox.id_token(Provider::VkId, "ok-5").mint().unwrap();
    let ask = |client_id| [("id_token", jwt.as_str()), ("client_id", client_id)];
    let told = json_of(bench.post("/vkid/oauth2/public_info", &ask("10000001")).await).await;
    assert_eq!(told["user"]["email"], "u***@***");
    assert_eq!(told["user"]["user_id"], bench.user_info("ok-5").await["user"]["user_id"]);
    let foreign = json_of(bench.post("/vkid/oauth2/public_info", &ask(FOREIGN_APP)).await).await;
    assert_eq!(foreign["error"], "invalid_token");
}
