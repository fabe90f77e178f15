//! In which language a letter is written.

use serde_json::json;

use crate::support::{House, callers::sheet};

/// The subject of the activation letter somebody gets who asks in those languages.
async fn subject(house: &House, name: &str, languages: Option<&str>) -> String {
    let email = format!("{name}@example.com");
    let mut call = house.post("/auth/users/");
    if let Some(languages) = languages {
        call = call.header("Accept-Language", languages);
    }
    call.json(&sheet(&email)).expect(201).await;
    house.mail.last_to(&email).await.rendered.subject
}

const ENGLISH: &str = "Account activation at Test House";
const RUSSIAN: &str = "Test House: активация учётной записи";
const KOREAN: &str = "[Test House] 계정 활성화 안내";

#[tokio::test]
async fn a_letter_is_written_in_the_language_of_the_request() {
    let house = House::open().await;
    for (name, languages, written) in [
        ("ada", "en-GB,en;q=0.9", ENGLISH),
        ("ivan", "ru-RU,ru;q=0.9,en;q=0.8", RUSSIAN),
        ("kim", "ko", KOREAN),
        ("lee", "fr, ru;q=0.5, ko-KR;q=0.9", KOREAN),
    ] {
        assert_eq!(subject(&house, name, Some(languages)).await, written, "{languages}");
    }
}

#[tokio::test]
async fn who_asks_in_no_language_of_ours_gets_the_houses_own() {
    for (own, written) in [("en", ENGLISH), ("ru", RUSSIAN), ("ko", KOREAN)] {
        let house = House::with(&[("mail.default_language", own)]).await;
        assert_eq!(subject(&house, "ada", None).await, written);
        assert_eq!(subject(&house, "bob", Some("fr, de;q=0.3")).await, written);
        assert_eq!(subject(&house, "eve", Some("%%%,;;q=")).await, written);
    }
}

#[tokio::test]
async fn later_letters_keep_the_language_of_the_first() {
    let house = House::open().await;
    subject(&house, "ivan", Some("ru")).await;
    let again = json!({ "email": "ivan@example.com" });
    let call = house.post("/auth/users/resend_activation/").header("Accept-Language", "ko");
    call.json(&again).expect(204).await;
    assert_eq!(house.mail.last_to("ivan@example.com").await.rendered.subject, RUSSIAN);

    house.activate_by_letter("ivan@example.com").await;

    let letter = house.mail.last_to("ivan@example.com").await;
    assert_eq!(letter.rendered.subject, "Test House: учётная запись активна");
    assert!(letter.rendered.html.contains("lang=\"ru\""));
}

#[tokio::test]
async fn a_letter_greets_by_name_unless_the_name_is_a_bait() {
    let house = House::open().await;
    for (name, typed, greets) in
        [("ada", "Ada Lovelace", true), ("eve", "Win at evil.example/now", false)]
    {
        let email = format!("{name}@example.com");
        let mut body = sheet(&email);
        body["name"] = json!(typed);
        house.post("/auth/users/").json(&body).expect(201).await;
        let letter = house.mail.last_to(&email).await.rendered;
        assert_eq!(letter.text.contains(typed), greets);
        assert_eq!(letter.html.contains(typed), greets);
    }
}
