//! Bodies that are not read any further.

use serde_json::json;

use crate::support::{House, Said, callers::sheet};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Two dialects that say no in their own ways.
async fn in_both(house: &House, kind: &str, body: &[u8], status: u16) {
    let said = send(house, "/auth/users/", kind, body).await.with_status(status);
    let told = said.json()["detail"].is_string() || said.json()["non_field_errors"].is_array();
    assert!(told, "{said:?}");
    let said = send(house, "/auth/token/", kind, body).await.with_status(status);
    let said = said.error("invalid_request");
    assert!(said.json()["error_description"].is_string());
}

async fn send(house: &House, path: &str, kind: &str, body: &[u8]) -> Said {
    house.post(path).body(kind, body).await
}

#[tokio::test]
async fn json_may_have_64_kib_and_a_form_16() {
    let house = House::open().await;
    let parts = "multipart/form-data; boundary=seam";
    for (kind, most) in [(JSON, 65_536), (FORM, 16_384), (parts, 16_384)] {
        in_both(&house, kind, &vec![b'x'; most + 1], 413).await;
        let full = send(&house, "/auth/users/", kind, &vec![b'x'; most]).await;
        assert_eq!(full.status, 400, "{kind}");
    }
}

#[tokio::test]
async fn the_limits_are_settings() {
    let limits = [("server.json_limit_bytes", "2000"), ("server.form_limit_bytes", "1024")];
    let house = House::with(&limits).await;

    in_both(&house, JSON, &[b' '; 2001], 413).await;
    in_both(&house, FORM, &[b'a'; 1025], 413).await;
    house.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
}

#[tokio::test]
async fn a_body_without_a_length_is_measured_as_it_comes() {
    let house = House::open().await;
    let chunk = format!("4000\r\n{}\r\n", " ".repeat(0x4000));
    let request = format!(
        "POST /auth/users/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {JSON}\r\n\
         Transfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(5)
    );

    let answer = house.raw(request.as_bytes()).await;

    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_type_nobody_reads_is_told() {
    let house = House::open().await;
    for kind in [
        "text/plain",
        "application/xml",
        "application/json; charset=utf-16",
        "application/jsonx",
        "nonsense",
    ] {
        in_both(&house, kind, b"{}", 415).await;
    }
}

#[tokio::test]
async fn a_charset_of_utf8_may_be_named() {
    let house = House::open().await;
    for kind in ["application/json; charset=utf-8", "Application/JSON;charset=UTF-8"] {
        let said = send(&house, "/auth/users/", kind, b"{}").await.with_status(400);
        assert!(said.json()["email"].is_array(), "{kind}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_told() {
    let house = House::open().await;
    for body in [
        &b"{"[..],
        b"{\"a\":1}{\"b\":2}",
        b"{'a':1}",
        b"\xef\xbb\xbf{}",
        b"{\"a\":NaN}",
        b"{\"email\":\"\xff\"}",
        b"{\"email\":\"\\ud800\"}",
        b"email=ada@example.com",
    ] {
        in_both(&house, JSON, body, 400).await;
    }
}

#[tokio::test]
async fn json_that_is_no_object_is_told() {
    let house = House::open().await;
    for body in [&b"[]"[..], b"\"text\"", b"1", b"null", b"true"] {
        let said = send(&house, "/auth/users/", JSON, body).await.with_status(400);
        said.is(&json!({ "non_field_errors": ["Invalid data. Expected an object."] }));
        in_both(&house, JSON, body, 400).await;
    }
}

#[tokio::test]
async fn a_name_that_occurs_twice_is_refused_whichever_was_meant() {
    let house = House::open().await;
    let parts = "--s\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(2);
    for (kind, body) in [
        (JSON, "{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}"),
        (JSON, "{\"email\":\"a@example.com\",\"em\\u0061il\":\"b@example.com\"}"),
        (FORM, "email=a@example.com&email=b@example.com"),
        (FORM, "email=a@example.com&%65mail=b@example.com"),
        ("multipart/form-data; boundary=s", &format!("{parts}--s--\r\n")),
    ] {
        in_both(&house, kind, body.as_bytes(), 400).await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let house = House::open().await;
    let part = b"--s\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--s--\r\n";
    for (kind, body) in [
        (FORM, &b"email=%ff%fe"[..]),
        (FORM, b"email=\xff"),
        (FORM, b"email=%c0%af"),
        ("multipart/form-data; boundary=s", part),
    ] {
        in_both(&house, kind, body, 400).await;
    }
}

#[tokio::test]
async fn a_packed_body_is_not_unpacked() {
    let house = House::open().await;
    let body = sheet("ada@example.com");

    let call = house.post("/auth/users/").header("Content-Encoding", "gzip").json(&body);

    // What was said to be packed and is not was read as it stands; what is packed is no JSON.
    call.expect(201).await;
    let packed = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0xae, 5, 0];
    let call = house.post("/auth/users/").header("Content-Encoding", "gzip");
    call.body(JSON, packed).expect(400).await;
}

#[tokio::test]
async fn a_body_as_deep_as_it_is_long_topples_nothing() {
    let house = House::open().await;
    let deep = format!("{{\"email\":{}", "[".repeat(60_000));

    send(&house, "/auth/users/", JSON, deep.as_bytes()).await.with_status(400);

    house.get("/health/live").expect(200).await;
}
