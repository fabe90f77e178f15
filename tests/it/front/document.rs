//! `/openapi.json`: what is served, where it is served, told once.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::House;

async fn document(settings: &[(&str, &str)]) -> Value {
    House::with(settings).await.get("/openapi.json").expect(200).await.json()
}

fn paths(document: &Value) -> BTreeSet<&str> {
    document["paths"].as_object().unwrap().keys().map(String::as_str).collect()
}

fn fields<'a>(document: &'a Value, body: &str) -> BTreeSet<&'a str> {
    let fields = &document["components"]["schemas"][body]["properties"];
    fields.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_document_is_json_that_may_be_kept_but_is_asked_for_anew() {
    let house = House::open().await;

    let said = house.get("/openapi.json").expect(200).await;

    assert_eq!(said.header("content-type"), "application/json");
    assert_eq!(said.header("cache-control"), "no-cache");
    assert_eq!(said.json()["openapi"], "3.1.1");
    assert_eq!(said.json()["servers"][0]["url"], house.base());
}

#[tokio::test]
async fn who_has_the_document_already_is_not_sent_it_again() {
    let house = House::open().await;
    let tag = house.get("/openapi.json").await.header("etag").to_owned();

    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let said = house.get("/openapi.json").header("If-None-Match", &known).expect(304).await;
        assert_eq!((said.header("etag"), said.text.as_str()), (tag.as_str(), ""));
    }
    house.get("/openapi.json").header("If-None-Match", "\"other\"").expect(200).await;
}

#[tokio::test]
async fn another_configuration_has_another_tag() {
    let house = House::open().await;
    let other = house.second_node(&[("dialects.api.enabled", "false")]).await;

    let tag = house.get("/openapi.json").await.header("etag").to_owned();

    other.get("/openapi.json").header("If-None-Match", &tag).expect(200).await;
}

#[tokio::test]
async fn a_dialect_is_described_where_it_was_put() {
    let moved =
        document(&[("dialects.api.path", "/v1/accounts"), ("dialects.signin.path", "/s")]).await;

    let paths = paths(&moved);

    for path in ["/v1/accounts/login/", "/v1/accounts/me/", "/s/signin", "/s/refresh"] {
        assert!(paths.contains(path), "{path}");
    }
    for path in ["/api/login/", "/signin"] {
        assert!(!paths.contains(path), "{path}");
    }
}

#[tokio::test]
async fn a_dialect_that_is_off_is_not_described() {
    let less =
        document(&[("dialects.api.enabled", "false"), ("dialects.signin.enabled", "false")]).await;

    assert!(paths(&less).iter().all(|path| !path.starts_with("/api") && *path != "/signin"));
}

#[tokio::test]
async fn the_fields_are_those_the_installation_reads() {
    let usual = document(&[]).await;
    let named = document(&[
        ("accounts.login_field", "username"),
        ("registration.password_retype", "false"),
    ])
    .await;

    assert_eq!(
        fields(&usual, "RegisterBody"),
        BTreeSet::from(["email", "name", "password", "re_password"])
    );
    assert_eq!(
        fields(&named, "RegisterBody"),
        BTreeSet::from(["email", "name", "password", "username"])
    );
    assert!(fields(&named, "SetUsernameBody").contains("new_username"));
    assert!(fields(&usual, "SetUsernameBody").contains("new_email"));
}

#[tokio::test]
async fn the_document_can_be_switched_off_and_its_page_with_it() {
    let house = House::with(&[("docs.enabled", "false")]).await;

    for path in ["/openapi.json", "/docs", "/docs/style.css"] {
        house.get(path).expect(404).await;
    }
}

#[tokio::test]
async fn an_answer_in_the_language_of_the_caller_is_told_to_be_one() {
    let document = document(&[]).await;

    for (path, method, status, is_spoken) in [
        ("/auth/users/me/", "get", "401", true),
        ("/auth/users/me/", "get", "200", false),
        ("/auth/users/", "post", "400", true),
        ("/auth/convert-token/", "post", "401", true),
        ("/oauth/token", "post", "400", false),
        ("/api/logout/", "post", "200", true),
        ("/restore", "post", "200", true),
        ("/account/sign-in", "get", "200", true),
        ("/docs", "get", "200", false),
    ] {
        let answer = &document["paths"][path][method]["responses"][status];
        let answer = match answer["$ref"].as_str() {
            Some(target) => document.pointer(target.trim_start_matches('#')).unwrap(),
            None => answer,
        };
        for (header, component) in [("Content-Language", "Language"), ("Vary", "Vary")] {
            let told = answer["headers"][header]["$ref"].as_str();
            let expected = format!("#/components/headers/{component}");
            assert!(answer["headers"].is_object(), "{method} {path} {status}");
            assert_eq!(told, is_spoken.then_some(&*expected), "{method} {path} {status}");
        }
    }
}
