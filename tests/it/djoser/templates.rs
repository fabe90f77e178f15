//! Seed 0's `users/me/templates?lang=`: one text per language.

use serde_json::{Value, json};

use crate::support::{Call, House, Person};

fn at(lang: &str) -> String {
    format!("/users/me/templates?lang={lang}")
}

fn put(house: &House, who: &Person, lang: &str, text: &str) -> Call {
    house.put(&at(lang)).json(&json!({ "template": text })).token(&who.auth_token)
}

#[tokio::test]
async fn a_template_is_made_listed_read_changed_and_deleted() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let list = || house.get("/users/me/templates").token(&ada.auth_token).expect(200);
    list().await.is(&json!([]));

    let text = "  int main() {\n\treturn 0;\n}\n";
    let kept = |lang: &str, text: &str| -> Value {
        json!({ "lang": lang, "template": text, "updated_at": "2024-02-29T12:00:00Z" })
    };
    put(&house, &ada, "c%2B%2B", text).expect(200).await.is(&kept("c++", text));
    put(&house, &ada, "ada", "begin").expect(200).await;
    list().await.is(&json!(["ada", "c++"]));
    let read = house.get("/auth/users/me/templates/?lang=c%2B%2B").token(&ada.auth_token);
    read.expect(200).await.is(&kept("c++", text));

    let patch = house.patch(&at("ada")).json(&json!({ "template": "end" })).token(&ada.auth_token);
    patch.expect(200).await.is(&kept("ada", "end"));
    assert_eq!(put(&house, &ada, "ada", "").expect(204).await.text, "");
    house.get(&at("ada")).token(&ada.auth_token).expect(404).await;
    list().await.is(&json!(["c++"]));
}

#[tokio::test]
async fn a_language_that_is_not_there_is_404_and_patch_makes_none() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let bob = house.person("bob").await;
    put(&house, &bob, "c", "x").expect(200).await;

    house.get(&at("c")).token(&ada.auth_token).expect(404).await;
    let patch = house.patch(&at("c")).json(&json!({ "template": "x" })).token(&ada.auth_token);
    patch.expect(404).await;
    house.get(&at("c")).expect(401).await;
}

#[tokio::test]
async fn a_language_has_a_short_plain_name() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for lang in ["", "a%20b", "a/b", "%D0%B0", &"a".repeat(33), "%00"] {
        let said = put(&house, &ada, lang, "x").expect(400).await.json();
        assert!(said["lang"].is_array(), "{lang}");
    }
    let path = "/users/me/templates";
    let said = house.put(path).json(&json!({})).token(&ada.auth_token).expect(400).await.json();
    assert!(said["lang"].is_array() && said["template"].is_array());
    house.get("/users/me/templates?lang=a&lang=b").token(&ada.auth_token).expect(400).await;
}

#[tokio::test]
async fn a_template_has_at_most_64_kib_and_an_account_64_languages() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    put(&house, &ada, "c", &"\u{1}".repeat(65_536)).expect(200).await;
    put(&house, &ada, "c", &"x".repeat(65_537)).expect(413).await;
    put(&house, &ada, "c", "a\0b").expect(400).await;
    for n in 1..64 {
        put(&house, &ada, &format!("l{n}"), "x").expect(200).await;
    }

    let said = put(&house, &ada, "one-more", "x").expect(400).await.json();

    assert!(said["lang"].is_array());
    put(&house, &ada, "l1", "y").expect(200).await;
}
