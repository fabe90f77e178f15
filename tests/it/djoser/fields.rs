//! `POST users/`: fields that will not do, all of them told at once.

use serde_json::{Value, json};

use crate::support::{House, Said, callers::sheet};

/// Registers with one field set otherwise; null takes it out.
async fn with(house: &House, field: &str, value: Value) -> Said {
    let mut body = sheet("ada@example.com");
    body[field] = value;
    house.post("/auth/users/").json(&body).await
}

#[tokio::test]
async fn everything_that_is_missing_is_told_at_once() {
    let house = House::open().await;
    let required = json!(["This field is required."]);

    let said = house.post("/auth/users/").json(&json!({})).expect(400).await;

    said.is(&json!({ "email": required, "password": required, "re_password": required }));
}

#[tokio::test]
async fn a_body_that_is_not_there_misses_everything() {
    let house = House::open().await;

    let said = house.post("/auth/users/").expect(400).await;

    assert_eq!(said.json().as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn a_blank_a_null_and_a_list_are_told_apart() {
    let house = House::open().await;
    for field in ["email", "password", "re_password"] {
        for (value, sentence) in [
            (json!(" "), "This field may not be blank."),
            (json!(null), "This field may not be null."),
            (json!(["x"]), "Not a valid string."),
            (json!({ "$gt": "" }), "Not a valid string."),
            (json!(true), "Not a valid string."),
        ] {
            let said = with(&house, field, value).await.with_status(400);
            assert_eq!(said.json()[field], json!([sentence]), "{field}");
        }
    }
}

#[tokio::test]
async fn what_is_no_address_is_told() {
    let house = House::open().await;
    for email in [
        "ada",
        "ada@",
        "@example.com",
        "ada@localhost",
        "ada@exa mple.com",
        "a@b@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada@127.0.0.1",
        "\"ada\"@example.com",
        "ада@example.com",
    ] {
        let said = with(&house, "email", json!(email)).await.with_status(400);
        said.is(&json!({ "email": ["Enter a valid email address."] }));
    }
}

#[tokio::test]
async fn an_address_of_254_characters_is_the_longest() {
    let house = House::open().await;
    let address = |letters: usize| {
        let domain = format!("{0}.{0}.{0}", "d".repeat(59));
        format!("{}@{domain}.{}.io", "l".repeat(64), "e".repeat(letters))
    };
    let longest = 254 - (64 + 1 + 179 + 1 + 3);

    with(&house, "email", json!(address(longest))).await.with_status(201);
    with(&house, "email", json!(address(longest + 1))).await.with_status(400);
    let said = with(&house, "email", json!("a".repeat(256))).await.with_status(400);
    said.is(&json!({ "email": ["Ensure this field has no more than 255 characters."] }));
}

#[tokio::test]
async fn a_name_of_255_characters_is_the_longest() {
    let house = House::open().await;

    let said = with(&house, "name", json!("é".repeat(256))).await.with_status(400);
    said.is(&json!({ "name": ["Ensure this field has no more than 255 characters."] }));
    with(&house, "name", json!("é".repeat(255))).await.with_status(201);
}

#[tokio::test]
async fn a_name_may_not_be_null() {
    let house = House::open().await;

    let said = with(&house, "name", json!(null)).await.with_status(400);

    said.is(&json!({ "name": ["This field may not be null."] }));
}

#[tokio::test]
async fn a_name_that_turns_the_writing_or_breaks_the_line_is_refused() {
    let house = House::open().await;
    for name in ["Ada\r\nBcc: eve", "\u{202e}adA", "A\u{2066}da", "A\u{7}da"] {
        let said = with(&house, "name", json!(name)).await.with_status(400);
        said.is(&json!({ "name": ["Control characters are not allowed."] }));
    }
}

#[tokio::test]
async fn a_nul_is_refused_in_every_field() {
    let house = House::open().await;
    for field in ["email", "name", "password", "re_password"] {
        let said = with(&house, field, json!("a\u{0}b@example.com")).await.with_status(400);
        assert_eq!(said.json()[field], json!(["Null characters are not allowed."]));
    }
}

#[tokio::test]
async fn a_file_is_no_text() {
    let house = House::open().await;
    let body = "--seam\r\nContent-Disposition: form-data; name=\"email\"; filename=\"a.txt\"\r\n\r\n\
                ada@example.com\r\n--seam--\r\n";

    let kind = "multipart/form-data; boundary=seam";
    let said = house.post("/auth/users/").body(kind, body).expect(400).await;

    assert_eq!(said.json()["email"], json!(["Not a valid string."]));
}

#[tokio::test]
async fn nothing_is_stored_and_no_letter_written_for_a_refused_registration() {
    let house = House::open().await;

    with(&house, "re_password", json!("something else")).await.with_status(400);

    assert!(house.mail.all_to("ada@example.com").await.is_empty());
    house.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
}
