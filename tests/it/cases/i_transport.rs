//! Requests that are not what they should be: their bodies, their bytes, and where they end.

use serde_json::json;

use crate::{
    oauth_server::{browser::Browser, flow},
    support::{House, Said, callers::PASSWORD},
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A call of every dialect that reads a body.
const CALLS: [&str; 11] = [
    "/auth/users/",
    "/auth/users/reset_password/",
    "/auth/users/activation/",
    "/auth/token/login/",
    "/auth/jwt/create/",
    "/api/register/",
    "/api/login/",
    "/signup",
    "/signin",
    "/auth/token/",
    "/auth/convert-token/",
];

/// The endpoints of OAuth, which read forms.
const OAUTH: [&str; 4] = ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/device"];

/// That it was refused in words that a program can read, and nobody came about.
async fn is_refused(house: &House, said: &Said, what: &str) {
    assert!((400..500).contains(&said.status), "{what}: {said:?}");
    assert!(said.json().is_object(), "{what}: {said:?}");
    assert!(said.header("cache-control").contains("no-store"), "{what}: {said:?}");
    assert_eq!(house.accounts().await.len(), 1, "{what}");
}

#[tokio::test]
async fn i106_a_body_of_another_type_or_shape_is_refused_by_every_dialect() {
    let house = House::open().await;
    house.activated("ada").await;
    let long = r#""email":"eve@example.com","username":"eve@example.com","email_as_name":true"#;
    let good = format!(r#"{{{long},"password":"{PASSWORD}","re_password":"{PASSWORD}"}}"#);
    let twice =
        format!(r#"{{{long},"password":"{PASSWORD}","re_password":"{PASSWORD}","password":"x"}}"#);
    let bodies: [(&str, Vec<u8>); 17] = [
        (JSON, br#"{"email":["a"],"username":["a"],"password":["a"]}"#.to_vec()),
        (
            JSON,
            br#"{"email":{"$ne":null},"username":{"$ne":null},"password":{"$ne":null}}"#.to_vec(),
        ),
        (JSON, b"[]".to_vec()),
        (JSON, br#""x""#.to_vec()),
        (JSON, b"1".to_vec()),
        (JSON, b"null".to_vec()),
        (JSON, twice.clone().into_bytes()),
        (JSON, format!("{good}x").into_bytes()),
        (JSON, format!("{good}{good}").into_bytes()),
        (JSON, format!("\u{feff}{good}").into_bytes()),
        (FORM, b"email[]=a@example.com&username[]=a&password[]=a".to_vec()),
        (FORM, b"email=a@example.com&email=b@example.com&password=x".to_vec()),
        ("multipart/form-data", b"--s\r\n\r\n".to_vec()),
        ("multipart/form-data; boundary=s", b"--s\r\nContent-Disposition: form-data".to_vec()),
        ("application/xml", b"<email>a@example.com</email>".to_vec()),
        ("text/plain", b"email=a@example.com".to_vec()),
        (
            "application/json; charset=utf-16",
            good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
    ];
    for path in CALLS.into_iter().chain(OAUTH) {
        for (kind, body) in &bodies {
            let said = house.post(path).body(kind, body.clone()).await;
            is_refused(&house, &said, &format!("{path} {kind}")).await;
        }
        // Without a word about its type.
        let line = format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
        let head = format!("{line}Content-Length: {}\r\n\r\n{twice}", twice.len());
        let said = house.raw(head.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 4"), "{path}: {said}");
    }
    for path in OAUTH {
        house.post(path).json(&json!({ "grant_type": "refresh_token" })).expect(415).await;
    }
    for kind in ["text/plain", "application/xml"] {
        house.post("/auth/users/").body(kind, good.clone()).expect(415).await;
    }
    // It is their type and shape that is wrong with them.
    house.post("/auth/users/").body(JSON, good).expect(201).await;
}

#[tokio::test]
async fn i107_bytes_that_are_no_text_are_refused_by_every_dialect() {
    let house = House::open().await;
    house.activated("ada").await;
    let bad: [&[u8]; 4] = [b"%ff%fe", b"%c0%af", b"%ed%a0%80", b"\xff"];
    for path in CALLS.into_iter().chain(OAUTH) {
        for bytes in bad {
            for name in ["username", "email", "client_id", "grant_type", "password"] {
                let body = [name.as_bytes(), b"=", bytes].concat();
                let said = house.post(path).body(FORM, body).expect(400).await;
                is_refused(&house, &said, path).await;
            }
        }
    }
    for path in CALLS {
        let body = b"{\"username\":\"\xff\",\"email\":\"\xff\"}".to_vec();
        let said = house.post(path).body(JSON, body).expect(400).await;
        is_refused(&house, &said, path).await;
    }
    for query in ["client_id=%ff", "state=%c0%af", "%ff=x", "scope=%ed%a0%80"] {
        house.get(&format!("/oauth/authorize?{query}")).expect(400).await;
    }
    for path in ["/auth/users/%ff/", "/%c0%af", "/auth/activate/%ff/%fe", "/oauth/register/%ff"] {
        let line = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let said = house.raw(line.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 4"), "{path}: {said}");
    }
}

/// Somebody who sends on what another has begun.
const NEXT: &str = "GET /health/live HTTP/1.1\r\nHost: b\r\nX-Smuggled: 1\r\n\r\n";

#[tokio::test]
async fn i110_where_a_request_ends_is_never_in_doubt() {
    let settings = [("server.keep_alive_seconds", "1"), ("server.header_timeout_seconds", "1")];
    let house = House::with(&settings).await;
    let post = "POST /auth/token/login/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    for (what, request) in [
        (
            "a length and chunks",
            format!("{post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{NEXT}"),
        ),
        (
            "chunks and a length",
            format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n{NEXT}"),
        ),
        ("two lengths", format!("{post}Content-Length: 2\r\nContent-Length: 60\r\n\r\n{{}}{NEXT}")),
        ("two lengths in one", format!("{post}Content-Length: 2, 60\r\n\r\n{{}}{NEXT}")),
        ("a length with a sign", format!("{post}Content-Length: +2\r\n\r\n{{}}{NEXT}")),
        ("a negative length", format!("{post}Content-Length: -2\r\n\r\n{{}}{NEXT}")),
        ("a length in hex", format!("{post}Content-Length: 0x2\r\n\r\n{{}}{NEXT}")),
        (
            "a coding behind a tab",
            format!("{post}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n{NEXT}"),
        ),
        (
            "two codings",
            format!("{post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{NEXT}"),
        ),
        (
            "a coding nobody knows",
            format!("{post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{NEXT}"),
        ),
        ("a space before the colon", format!("{post}Content-Length : 2\r\n\r\n{{}}{NEXT}")),
        ("a folded line", format!("{post}X-Long: a\r\n b\r\nContent-Length: 2\r\n\r\n{{}}{NEXT}")),
        (
            "a lone CR",
            format!("{post}X-Long: a\rContent-Length: 60\r\nContent-Length: 2\r\n\r\n{{}}{NEXT}"),
        ),
        ("a NUL", format!("{post}X-Long: a\0b\r\nContent-Length: 2\r\n\r\n{{}}{NEXT}")),
        (
            "a chunk of no size",
            format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}\r\n0\r\n\r\n{NEXT}"),
        ),
        (
            "a chunk of too much",
            format!(
                "{post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{{}}\r\n0\r\n\r\n{NEXT}"
            ),
        ),
        ("HTTP/0.9", format!("GET /health/live\r\n{NEXT}")),
        ("HTTP/3.0", format!("GET /health/live HTTP/3.0\r\nHost: a\r\n\r\n{NEXT}")),
        ("two hosts", format!("GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n{NEXT}")),
    ] {
        let said = house.raw(request.as_bytes()).await;
        let answers = said.matches("HTTP/1.1 ").count();
        assert!(answers <= 1 && !said.contains("HTTP/1.1 2"), "{what}: {said}");
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{what}: {said}");
    }
}

#[tokio::test]
async fn i110_a_whole_address_or_another_protocol_changes_nothing() {
    let settings = [("server.keep_alive_seconds", "1"), ("server.header_timeout_seconds", "1")];
    let house = House::with(&settings).await;
    let upgrade = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    for request in [
        "GET http://evil.example/health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        format!("GET /health/live HTTP/1.1\r\nHost: a\r\n{upgrade}\r\n"),
        "GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n".to_owned(),
    ] {
        let said = house.raw(request.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        assert!(!said.contains("101 ") && !said.contains("evil"), "{said}");
    }
    let said = house.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(!said.contains("HTTP/1.1 2"), "{said}");
}

#[tokio::test]
async fn i112_nothing_with_a_token_or_a_person_in_it_is_kept_by_caches() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let web = house.web_client("web").await;
    let browser = Browser::new(&house);
    let code = browser.code(&web, &ada.email).await;
    let wrong = json!({ "email": ada.email, "password": "wrong" });
    let tokens = house.redeem(&web, &code).expect(200).await;
    let access = tokens.text_of("access_token");
    let calls = [
        house.log_in(&ada.email).expect(200),
        house.post("/auth/token/login/").json(&wrong).expect(400),
        house.post("/auth/jwt/create/").json(&json!({ "email": ada.email, "password": PASSWORD })),
        house.post("/auth/jwt/create/").json(&wrong).expect(401),
        house.post("/api/login/").json(&json!({ "email": ada.email, "password": PASSWORD })),
        house.post("/api/login/").json(&wrong).expect(401),
        house.post("/signin").json(&json!({ "username": ada.email, "password": PASSWORD })),
        house.post("/signin").json(&json!({ "username": ada.email, "password": "x" })).expect(404),
        house.me(&access).expect(200),
        house.me("cat_x").expect(401),
        house.get("/auth/users/").bearer(&access),
        house.get("/oauth/userinfo").bearer(&access),
        house.redeem(&web, &code).expect(400),
        house.post("/oauth/introspect").form(&web.signed(&[("token", &access)])).expect(200),
        house.post("/oauth/token").form(&[("grant_type", "refresh_token")]).expect(401),
        house.get("/nowhere").expect(404),
        house.post("/auth/users/").json(&json!({})).expect(400),
    ];
    let mut said = vec![tokens];
    for call in calls {
        said.push(call.await);
    }
    for place in ["/account/sign-in", "/account", &flow::ask(&web, &[])] {
        said.push(browser.open(place).await);
    }
    for said in &said {
        assert_eq!(said.header("cache-control"), "no-store", "{said:?}");
        assert_eq!(said.header("pragma"), "no-cache", "{said:?}");
        assert_eq!(said.header("x-content-type-options"), "nosniff", "{said:?}");
        for name in ["server", "x-powered-by", "etag", "last-modified", "expires"] {
            assert!(!said.headers.contains_key(name), "{name}: {said:?}");
        }
    }
}
