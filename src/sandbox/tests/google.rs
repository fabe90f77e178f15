//! Google, asked as Cambio asks it.

use super::*;

#[tokio::test]
async fn google_tells_the_person_and_the_application_of_a_good_token() {
    let bench = Bench::open().await;
    let user = json_of(bench.userinfo("ok-5").await).await;
    assert_eq!(user["email"], "user5@gmail.com");
    assert_eq!(user["email_verified"], true);
    let told = json_of(bench.post("/google/tokeninfo", &[("access_token", "ok-5")]).await).await;
    assert_eq!(told["aud"], bench.sandbox.apps().google_client_ids[0].as_str());
    assert_eq!(told["sub"], user["sub"]);
    assert_eq!(told["email_verified"], "true");
    assert_eq!(told["exp"], (NOW + 3599).to_string());
}

#[tokio::test]
async fn google_refuses_in_both_its_shapes_and_names_the_reason_in_a_header() {
    let bench = Bench::open().await;
    let expired = bench.userinfo("expired").await;
    assert_eq!(expired.status(), 401);
    assert!(expired.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    assert_eq!(json_of(expired).await["error"], "invalid_request");
    assert_eq!(json_of(bench.userinfo("revoked").await).await["error"]["code"], 401);
    let told = bench.post("/google/tokeninfo", &[("access_token", "whatever")]).await;
    assert_eq!(told.status(), 400);
}

#[tokio::test]
async fn the_odd_tokens_are_odd_at_google() {
    let bench = Bench::open().await;
    let form = [("access_token", "other-app-5")];
    assert_eq!(json_of(bench.post("/google/tokeninfo", &form).await).await["aud"], FOREIGN_APP);
    let user = json_of(bench.userinfo("sub-mismatch-5").await).await;
    let form = [("access_token", "sub-mismatch-5")];
    assert_ne!(json_of(bench.post("/google/tokeninfo", &form).await).await["sub"], user["sub"]);
    assert!(json_of(bench.userinfo("no-subject").await).await.get("sub").is_none());
    assert_eq!(json_of(bench.userinfo("null-subject").await).await["sub"], Value::Null);
    assert!(json_of(bench.userinfo("id-int-5").await).await["sub"].is_u64());
    assert_eq!(json_of(bench.userinfo("ok-5-unverified").await).await["email_verified"], false);
    let minimal = json_of(bench.userinfo("ok-5-minimal").await).await;
    assert_eq!(minimal.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn an_id_token_holds_under_the_published_key_and_at_tokeninfo() {
    let bench = Bench::open().await;
    bench.sandbox.keys(KeyScenario::RotateWithOverlap);
    let jwt = bench.sandbox.id_token(Provider::Google, "ok-5").claim("nonce", "n").mint().unwrap();
    let certs = bench.get("/google/oauth2/v3/certs").send().await.unwrap();
    assert!(certs.headers()["cache-control"].to_str().unwrap().contains("max-age=3600"));
    let keys = json_of(certs).await["keys"].as_array().unwrap().clone();
    let jwk = keys.iter().find(|key| key["kid"] == "sandbox-b").unwrap().clone();
    let part = |name: &str| BASE64URL.decode(jwk[name].as_str().unwrap()).unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    ring::signature::RsaPublicKeyComponents { n: part("n"), e: part("e") }
        .verify(
            &ring::signature::RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &BASE64URL.decode(signature).unwrap(),
        )
        .unwrap();
    let told = json_of(bench.post("/google/tokeninfo", &[("id_token", &jwt)]).await).await;
    assert_eq!((&told["nonce"], &told["kid"]), (&json!("n"), &json!("sandbox-b")));
    assert_eq!(told["email_verified"], "true");
}

#[tokio::test]
async fn an_attacked_id_token_is_minted_on_demand() {
    let bench = Bench::open().await;
    let wish = json!({
        "provider": "google", "token": "ok-5", "alg": "none",
        "claims": {"aud": "elsewhere", "azp": null}, "header": {"jku": "http://127.0.0.1:1/"},
    });
    let jwt = json_of(bench.admin("POST", "id_token", wish).await).await;
    let jwt = jwt["id_token"].as_str().unwrap();
    let claims = claims_of(jwt);
    assert!(jwt.ends_with('.'));
    assert_eq!((&claims["aud"], claims.get("azp")), (&json!("elsewhere"), None));
    assert_eq!(bench.post("/google/tokeninfo", &[("id_token", jwt)]).await.status(), 400);
}

#[tokio::test]
async fn the_keys_go_through_their_scenarios() {
    let bench = Bench::open().await;
    let certs = || async { bench.get("/google/oauth2/v3/certs").send().await.unwrap() };
    let told =
        bench.admin("POST", "keys", json!({"scenario": "rotate", "cache_control": "no-store"}));
    assert_eq!(json_of(told.await).await["signing"], "sandbox-b");
    let rotated = certs().await;
    assert_eq!(rotated.headers()["cache-control"], "no-store");
    assert_eq!(json_of(rotated).await["keys"].as_array().unwrap().len(), 1);
    bench.sandbox.keys(KeyScenario::Empty);
    assert_eq!(json_of(certs().await).await, json!({"keys": []}));
    bench.sandbox.keys(KeyScenario::Broken);
    assert_eq!(certs().await.status(), 500);
    let set = json!({"keys": [bench.sandbox.jwk(KeyName::Stranger, "mine")]});
    bench.sandbox.keys(KeyScenario::Custom(set.clone()));
    assert_eq!(json_of(certs().await).await, set);
}
