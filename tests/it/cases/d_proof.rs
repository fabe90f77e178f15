//! 1.D: who a client is (037, 038). Wrong secrets without end are a matter of limits, which are told elsewhere.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use cambio::{
    domain::client::{ClientKind, GrantType},
    usecases::clients::RegisterClient,
};

use super::{
    cast::{Cast, confidential},
    rows::{Must, Rows},
};
use crate::support::{Call, House, callers::wish};

const NOBODY: Must = Must::Say(401, "invalid_client");
const BAD: Must = Must::Say(400, "invalid_request");

/// A call that a client has to prove itself for, and what it says besides.
type Door = (&'static str, Vec<(&'static str, &'static str)>);

/// All of them, with what would be good enough otherwise.
fn doors() -> Vec<Door> {
    let own = vec![("grant_type", "client_credentials")];
    let token = vec![("token", "cat_somebody-has-this")];
    let refresh = vec![("grant_type", "refresh_token"), ("refresh_token", "crt_x")];
    let convert =
        vec![("grant_type", "convert_token"), ("backend", "google-oauth2"), ("token", "ok-1")];
    let code = vec![
        ("grant_type", "authorization_code"),
        ("code", "cac_x"),
        ("redirect_uri", "https://x"),
    ];
    vec![
        ("/oauth/token", own.clone()),
        ("/oauth/token", refresh.clone()),
        ("/oauth/token", code),
        ("/o/token/", own.clone()),
        ("/auth/token/", own),
        ("/auth/token/", refresh),
        ("/auth/convert-token/", convert),
        ("/oauth/revoke", token.clone()),
        ("/o/revoke_token/", token.clone()),
        ("/oauth/introspect", token.clone()),
        ("/o/introspect/", token),
        ("/oauth/device", vec![]),
    ]
}

/// A client that may do everything here.
async fn able(house: &House, id: &str, secret: &str) {
    let grants = GrantType::ALL.to_vec();
    let client = RegisterClient {
        grants,
        secret: Some(secret.to_owned().into()),
        providers: wish(id, ClientKind::Confidential).providers,
        ..confidential(id)
    };
    house.client_with(client).await;
}

const ID: &str = "able-client";
const SECRET: &str = "a secret of: 100% +plus";
/// That of another client.
const OTHER: &str = "another secret that is good";

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A `Basic` header of those bytes.
fn basic(call: Call, pair: &[u8]) -> Call {
    call.header("Authorization", &format!("Basic {}", STANDARD.encode(pair)))
}

/// What is wrong, by name: each way to be nobody.
fn proofless(post: &dyn Fn() -> Call, fields: &[(&str, &str)]) -> Vec<(&'static str, Call)> {
    let body = |secret: &str| {
        post().form(&[&[("client_id", ID), ("client_secret", secret)], fields].concat())
    };
    let header = |pair: &[u8]| basic(post(), pair).form(fields);
    let odd = |value: &str| post().header("Authorization", value).form(fields);
    vec![
        ("a wrong secret in the body", body("wrong")),
        ("another client's in the body", body(OTHER)),
        ("an empty one in the body", body("")),
        ("a blank one in the body", body(" ")),
        (
            "its digest in the body",
            body("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ),
        ("none in the body", post().form(&[&[("client_id", ID)], fields].concat())),
        ("a wrong secret in the header", header(format!("{ID}:wrong").as_bytes())),
        ("another client's in the header", header(format!("{ID}:{}", encoded(OTHER)).as_bytes())),
        ("an empty one in the header", header(format!("{ID}:").as_bytes())),
        ("a header without a colon", header(ID.as_bytes())),
        ("an empty header", header(b"")),
        ("a header without a name", header(format!(":{}", encoded(SECRET)).as_bytes())),
        ("a header that is not UTF-8", header(b"able-client:\xff\xfe")),
        ("the same form-encoded", header(b"able-client:%ff%fe")),
        // The `+` is a blank where the header is decoded, as RFC 6749 §2.3.1 wants it.
        ("a secret that is not form-encoded", header(format!("{ID}:{SECRET}").as_bytes())),
        ("a header that is not base64", odd("Basic !!!")),
        ("a header of the scheme alone", odd("Basic ")),
        (
            "an unknown client",
            post().form(
                &[&[("client_id", "nobody-here"), ("client_secret", SECRET)], fields].concat(),
            ),
        ),
        (
            "a name that none can have",
            post().form(&[&[("client_id", "x"), ("client_secret", SECRET)], fields].concat()),
        ),
        (
            "a number for a name",
            post()
                .form(&[&[("client_id", "12345678"), ("client_secret", SECRET)], fields].concat()),
        ),
    ]
}

#[tokio::test]
async fn d037_a_wrong_missing_or_empty_secret_is_an_invalid_client_wherever_it_is_shown() {
    let cast = Cast::open().await;
    able(&cast.house, ID, SECRET).await;
    able(&cast.house, "other-able-client", OTHER).await;
    let mut rows = Rows::of(&cast.house).await;
    for (path, fields) in doors() {
        for (name, call) in proofless(&|| cast.house.post(path), &fields) {
            rows.refuse(format!("{name} at {path} {fields:?}"), call, NOBODY).await;
        }
    }
    rows.end(240);
    assert!(cast.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn d037_a_wrong_proof_and_an_unknown_client_are_answered_alike() {
    let cast = Cast::open().await;
    able(&cast.house, ID, SECRET).await;
    for (path, fields) in doors() {
        let mut told = Vec::new();
        for (name, call) in proofless(&|| cast.house.post(path), &fields) {
            let said = call.expect(401).await;
            assert_eq!(said.header("www-authenticate"), "Basic realm=\"cambio\"", "{name}");
            told.push(said.text);
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{path}: {told:?}");
    }
}

#[tokio::test]
async fn d037_a_secret_in_the_header_is_form_decoded() {
    let cast = Cast::open().await;
    able(&cast.house, ID, SECRET).await;
    let own = [("grant_type", "client_credentials")];
    for secret in [
        "a+secret+of%3A+100%25+%2Bplus",
        "a%20secret%20of%3a%20100%25%20%2Bplus",
        "%61+secret+of:+100%25+%2bplus",
    ] {
        let call = basic(cast.house.post("/oauth/token"), format!("{ID}:{secret}").as_bytes());
        call.form(&own).expect(200).await;
    }
    let body = [own[0], ("client_id", ID), ("client_secret", SECRET)];
    cast.house.post("/oauth/token").form(&body).expect(200).await;
}

#[tokio::test]
async fn d038_two_ways_of_proof_are_refused_whichever_is_right() {
    let cast = Cast::open().await;
    able(&cast.house, ID, SECRET).await;
    able(&cast.house, "other-able-client", OTHER).await;
    let (right, wrong) = (format!("{ID}:{}", encoded(SECRET)), format!("{ID}:wrong"));
    let mut rows = Rows::of(&cast.house).await;
    for (path, fields) in doors() {
        let whole = [&[("client_id", ID), ("client_secret", SECRET)], &fields[..]].concat();
        let false_one = [&[("client_id", ID), ("client_secret", "wrong")], &fields[..]].concat();
        let other = [&[("client_id", "other-able-client")], &fields[..]].concat();
        let header = |pair: &str| basic(cast.house.post(path), pair.as_bytes());
        let post = || cast.house.post(path);
        for (name, call) in [
            ("a wrong header, the right secret in the body", header(&wrong).form(&whole)),
            ("the right header, a wrong secret in the body", header(&right).form(&false_one)),
            ("the right secret in both", header(&right).form(&whole)),
            ("the right header, another client in the body", header(&right).form(&other)),
            ("two right headers", basic(header(&right), right.as_bytes()).form(&fields)),
            ("a right and a wrong header", basic(header(&right), wrong.as_bytes()).form(&fields)),
            (
                "a header and an assertion",
                header(&right).form(
                    &[
                        &fields[..],
                        &[("client_assertion", "a.b.c"), ("client_assertion_type", "x")],
                    ]
                    .concat(),
                ),
            ),
            (
                "a secret and an assertion",
                post().form(
                    &[&whole[..], &[("client_assertion", "a.b.c"), ("client_assertion_type", "x")]]
                        .concat(),
                ),
            ),
        ] {
            rows.refuse(format!("{name} at {path} {fields:?}"), call, BAD).await;
        }
    }
    rows.end(96);
}

#[tokio::test]
async fn d038_a_token_beside_the_clients_own_proof_is_refused_at_the_token_endpoint() {
    let cast = Cast::open().await;
    able(&cast.house, ID, SECRET).await;
    let own = [("grant_type", "client_credentials"), ("client_id", ID), ("client_secret", SECRET)];
    let mut rows = Rows::of(&cast.house).await;
    for value in ["Bearer cat_x", "bearer x", "Token 0123456789", "JWT a.b.c", "Bearer"] {
        let call = cast.house.post("/oauth/token").header("Authorization", value).form(&own);
        rows.refuse(value, call, BAD).await;
    }
    rows.end(5);
}

#[tokio::test]
async fn d038_one_name_in_the_header_and_in_the_body_is_fine() {
    let cast = Cast::open().await;
    able(&cast.house, ID, SECRET).await;
    let right = format!("{ID}:{}", encoded(SECRET));
    let named = [("grant_type", "client_credentials"), ("client_id", ID)];
    for fields in [named.to_vec(), [&named[..], &[("client_secret", "")]].concat()] {
        let call = basic(cast.house.post("/oauth/token"), right.as_bytes()).form(&fields);
        call.expect(200).await;
    }
}
