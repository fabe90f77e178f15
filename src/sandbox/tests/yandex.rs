//! Yandex, asked as Cambio asks it.

use super::*;

#[tokio::test]
async fn yandex_tells_the_application_along_with_the_person() {
    let bench = Bench::open().await;
    let user = json_of(bench.yandex("ok-5", "json").await).await;
    assert_eq!(user["client_id"], bench.sandbox.apps().yandex_client_id.as_str());
    assert_eq!(user["default_email"], "user5@yandex.ru");
    assert!(user["id"].is_string());
    let foreign = json_of(bench.yandex("other-app-5", "json").await).await;
    assert_eq!((&foreign["client_id"], &foreign["id"]), (&json!(FOREIGN_APP), &user["id"]));
    let social = json_of(bench.yandex("ok-5-noemail", "json").await).await;
    assert_eq!((&social["default_email"], &social["emails"]), (&json!(""), &json!([])));
}

#[tokio::test]
async fn yandex_signs_its_jwt_with_the_secret_of_the_application() {
    let bench = Bench::open().await;
    let secret = bench.sandbox.apps().yandex_client_secret.clone();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    for (token, good) in [("ok-5", true), ("other-app-5", false)] {
        let jwt = bench.yandex(token, "jwt").await.text().await.unwrap();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let signature = BASE64URL.decode(signature).unwrap();
        assert_eq!(ring::hmac::verify(&key, signed.as_bytes(), &signature).is_ok(), good);
        assert!(claims_of(&jwt)["uid"].is_u64());
    }
}

#[tokio::test]
async fn yandex_says_401_with_whatever_body() {
    let bench = Bench::open().await;
    let mut bodies = Vec::new();
    for token in ["expired", "revoked", "garbage"] {
        let refused = bench.yandex(token, "json").await;
        assert_eq!(refused.status(), 401);
        bodies.push(refused.text().await.unwrap());
    }
    assert_eq!(bodies[0], "");
    assert!(bodies[1].starts_with("<!doctype html>"));
    assert_eq!(bodies[2], "Unauthorized");
}
