//! `Authorization`: what is no credential, and how that is told.

use serde_json::{Value, json};

use crate::{
    oauth_server::browser::Browser,
    support::{House, Said},
};

async fn me(house: &House, header: &str) -> Said {
    house.get("/auth/users/me/").header("Authorization", header).expect(401).await
}

const PLAIN: &str = "Bearer realm=\"api\"";
const INVALID: &str = "Bearer realm=\"api\",error=\"invalid_token\",\
                       error_description=\"The access token is invalid.\"";
const EXPIRED: &str = "Bearer realm=\"api\",error=\"invalid_token\",\
                       error_description=\"The access token has expired.\"";

fn not_valid() -> Value {
    json!({
        "detail": "Given token not valid for any token type",
        "code": "token_not_valid",
        "messages": [{
            "token_class": "AccessToken",
            "token_type": "access",
            "message": "Token is invalid or expired",
        }],
    })
}

#[tokio::test]
async fn without_a_credential_one_is_asked_for() {
    let house = House::open().await;

    let said = house.get("/auth/users/me/").expect(401).await;

    assert_eq!(said.header("www-authenticate"), PLAIN);
    said.is(&json!({ "detail": "Authentication credentials were not provided." }));
}

#[tokio::test]
async fn a_browser_that_is_signed_in_is_nobody_to_a_call() {
    let house = House::open().await;
    house.activated("ada").await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/sign-in").await;
    browser.sign_in(&page, "ada@example.com").await;
    assert!(browser.cookie("cambio-session").is_some());

    for path in ["/auth/users/me/", "/users/me/", "/auth/users/", "/users/me/settings"] {
        let said = house.get(path).header("Cookie", &browser.cookies()).expect(401).await;
        assert_eq!(said.header("www-authenticate"), PLAIN);
        said.is(&json!({ "detail": "Authentication credentials were not provided." }));
    }
}

#[tokio::test]
async fn an_unknown_scheme_is_no_credential_at_all() {
    let house = House::open().await;
    house.person("ada").await;
    let jwt = house.jwts("ada@example.com").await;

    for header in [
        "Basic YWRhOmRvcm1vdXNl".to_owned(),
        "Digest x".to_owned(),
        format!("jwt {}", jwt.access),
        format!("Jwt {}", jwt.access),
        jwt.access.clone(),
    ] {
        let said = me(&house, &header).await;
        assert_eq!(said.header("www-authenticate"), PLAIN, "{header}");
        said.is(&json!({ "detail": "Authentication credentials were not provided." }));
    }
}

#[tokio::test]
async fn an_unknown_auth_token_is_told_without_an_error_code() {
    let house = House::open().await;
    for header in [format!("Token {}", "0".repeat(40)), "Token".to_owned(), "Token a b".to_owned()]
    {
        let said = me(&house, &header).await;
        assert_eq!(said.header("www-authenticate"), PLAIN);
        said.is(&json!({ "detail": "Invalid token." }));
    }
}

#[tokio::test]
async fn an_unknown_bearer_token_is_invalid() {
    let house = House::open().await;
    let rows = [
        ("Bearer nobody", INVALID),
        ("Bearer cat_0", INVALID),
        ("Bearer eyJh.eyJh.x", INVALID),
        // The error of RFC 6750 is for a Bearer alone.
        ("JWT garbage", PLAIN),
    ];
    for (header, challenge) in rows {
        let said = me(&house, header).await;
        assert_eq!(said.header("www-authenticate"), challenge, "{header}");
        said.is(&not_valid());
    }
}

#[tokio::test]
async fn a_bearer_header_of_one_or_three_words_is_malformed() {
    let house = House::open().await;
    for header in ["Bearer", "Bearer a b", "JWT", "JWT a b"] {
        let said = me(&house, header).await;
        assert_eq!(said.text_of("code"), "bad_authorization_header", "{header}");
        assert_eq!(said.header("www-authenticate"), PLAIN);
    }
}

#[tokio::test]
async fn two_headers_are_none() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let bob = house.person("bob").await;

    let call = house.get("/auth/users/me/").token(&ada.auth_token).token(&bob.auth_token);

    call.expect(401).await;
}

#[tokio::test]
async fn one_kind_of_token_is_not_taken_for_another() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts("ada@example.com").await;

    for header in [
        format!("Bearer {}", ada.auth_token),
        format!("JWT {}", ada.auth_token),
        format!("Token {}", jwt.access),
        format!("Bearer {}", jwt.refresh),
        format!("JWT {}", jwt.refresh),
    ] {
        me(&house, &header).await;
    }
}

#[tokio::test]
async fn a_jwt_whose_time_is_over_is_told_so() {
    let house = House::open().await;
    house.person("ada").await;
    let jwt = house.jwts("ada@example.com").await;

    house.forward(chrono::TimeDelta::seconds(300));

    let said = me(&house, &format!("Bearer {}", jwt.access)).await;
    assert_eq!(said.header("www-authenticate"), EXPIRED);
    said.is(&not_valid());
}

#[tokio::test]
async fn a_header_that_is_no_text_is_refused() {
    let house = House::open().await;
    let request = b"GET /auth/users/me/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                    Authorization: Token \xff\xfe\r\n\r\n";

    let answer = house.raw(request).await;

    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}
