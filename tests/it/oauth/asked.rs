//! Requests that cannot be understood: answered in the form of RFC 6749, and nobody is phoned for them.

use serde_json::{Value, json};

use super::{desk::Desk, scene::Scene};

/// A whole request in JSON with one field changed; `None` leaves it out.
fn changed(scene: &Scene, field: &str, value: Option<Value>) -> Value {
    let shown = scene.plain();
    let fields = scene.client.signed(&shown.fields());
    let mut body: serde_json::Map<_, _> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    body.remove(field);
    if let Some(value) = value {
        body.insert(field.to_owned(), value);
    }
    body.into()
}

async fn is_invalid(field: &str, value: Option<Value>, text: &str) {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.house.post("/auth/convert-token/").json(&changed(&scene, field, value)).await;
    said.is_a(400, "invalid_request", text);
    assert!(scene.house.sandbox.log().is_empty());
}

macro_rules! invalid {
    ($($name:ident: $field:literal, $value:expr, $text:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            is_invalid($field, $value, $text).await;
        }
    )+};
}

invalid! {
    without_a_grant_type: "grant_type", None, "Missing parameter: grant_type.";
    without_a_backend: "backend", None, "Missing parameter: backend.";
    without_a_token: "token", None, "Missing parameter: token.";
    a_blank_grant_type: "grant_type", Some(json!(" ")),
        "Parameter grant_type: This field may not be blank.";
    a_blank_token: "token", Some(json!("")), "Parameter token: This field may not be blank.";
    a_null_token: "token", Some(json!(null)), "Parameter token: This field may not be null.";
    a_list_for_a_token: "token", Some(json!(["ok-1"])), "Parameter token: Not a valid string.";
    an_object_for_a_token: "token", Some(json!({"$ne": null})), "Parameter token: Not a valid string.";
    a_switch_for_a_token: "token", Some(json!(true)), "Parameter token: Not a valid string.";
    a_nul_in_a_token: "token", Some(json!("ok\u{0}1")),
        "Parameter token: Null characters are not allowed.";
    a_line_break_in_a_token: "token", Some(json!("ok-1\r\nX-Evil: 1")),
        "Parameter token: Only printable ASCII without spaces.";
    letters_beyond_ascii_in_a_token: "token", Some(json!("ok-１")),
        "Parameter token: Only printable ASCII without spaces.";
    a_token_longer_than_any: "token", Some(json!("a".repeat(16_385))),
        "Parameter token: Ensure this field has no more than 16384 characters.";
    an_unknown_backend: "backend", Some(json!("github")), "Invalid backend parameter.";
    a_backend_in_other_letters: "backend", Some(json!("Yandex-OAuth2")), "Invalid backend parameter.";
    a_backend_that_is_a_path: "backend", Some(json!("../google-oauth2")), "Invalid backend parameter.";
    a_list_for_a_backend: "backend", Some(json!(["yandex-oauth2"])),
        "Parameter backend: Not a valid string.";
    a_client_id_that_is_a_list: "client_id", Some(json!(["web-client"])),
        "Parameter client_id: Not a valid string.";
    an_unknown_kind_of_token: "token_kind", Some(json!("saml")),
        "Parameter token_kind: This is not a valid choice.";
    a_kind_of_token_that_yandex_does_not_give: "token_kind", Some(json!("code")),
        "this provider is not configured to take this kind of token";
    a_nonce_with_a_space: "nonce", Some(json!("a b")),
        "what comes with the token must be printable ASCII without spaces, or left out";
    a_verifier_that_is_too_long: "code_verifier", Some(json!("v".repeat(129))),
        "Parameter code_verifier: Ensure this field has no more than 128 characters.";
}

#[tokio::test]
async fn a_scope_that_is_no_text_is_no_scope() {
    let scene = Scene::at(Desk::YandexToken).await;
    for scope in [json!(["read"]), json!(null), json!(true)] {
        let body = changed(&scene, "scope", Some(scope));
        let said = scene.house.post("/auth/convert-token/").json(&body).await;
        said.with_status(400).error("invalid_scope");
    }
}

#[tokio::test]
async fn everything_that_is_missing_is_told_at_once() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.house.post("/auth/convert-token/").json(&json!({})).await;
    let text = "Missing parameter: grant_type. Missing parameter: client_id. \
                Missing parameter: backend. Missing parameter: token.";
    said.is_a(400, "invalid_request", text);
}

#[tokio::test]
async fn another_grant_type_is_not_for_this_call() {
    let scene = Scene::at(Desk::YandexToken).await;
    for grant in ["refresh_token", "password", "CONVERT_TOKEN", "implicit"] {
        let body = changed(&scene, "grant_type", Some(json!(grant)));
        let said = scene.house.post("/auth/convert-token/").json(&body).await;
        said.is_a(400, "unsupported_grant_type", "No such grant type here.");
    }
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn a_name_that_comes_twice_is_refused_in_json_and_in_a_form() {
    let scene = Scene::at(Desk::YandexToken).await;
    let post = || scene.house.post("/auth/convert-token/");
    let json = post().body("application/json", r#"{"token":"ok-1","token":"ok-2"}"#).await;
    json.with_status(400).error("invalid_request");
    let shown = scene.plain();
    let twice = [scene.client.signed(&shown.fields()), vec![("token", "ok-2")]].concat();
    post().form(&twice).await.with_status(400).error("invalid_request");
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn bodies_that_are_none_are_refused() {
    let scene = Scene::at(Desk::YandexToken).await;
    for (kind, body, status) in [
        ("text/plain", "token=ok-1", 415),
        ("application/xml", "<token/>", 415),
        ("application/json; charset=utf-16", "{}", 415),
        ("application/json", "[]", 400),
        ("application/json", "null", 400),
        ("application/json", "{", 400),
        ("application/json", "{} x", 400),
        ("application/x-www-form-urlencoded", "token=%ff%fe", 400),
    ] {
        let said = scene.house.post("/auth/convert-token/").body(kind, body).await;
        said.with_status(status).error("invalid_request");
    }
}

#[tokio::test]
async fn a_body_too_large_to_be_one_is_refused() {
    let scene = Scene::at(Desk::YandexToken).await;
    let body = changed(&scene, "padding", Some(json!("x".repeat(1024 * 1024))));
    let said = scene.house.post("/auth/convert-token/").json(&body).await;
    said.with_status(413).error("invalid_request");
}

#[tokio::test]
async fn it_is_a_post() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.house.get("/auth/convert-token/").expect(405).await;
    assert_eq!(said.header("allow"), "POST, OPTIONS");
}

#[tokio::test]
async fn parameters_in_the_address_are_not_read() {
    let scene = Scene::at(Desk::YandexToken).await;
    let body = changed(&scene, "token", None);
    let said = scene.house.post("/auth/convert-token/?token=ok-1").json(&body).await;
    said.is_a(400, "invalid_request", "Missing parameter: token.");
}

#[tokio::test]
async fn the_kind_of_a_token_may_be_named_in_words_and_as_rfc_8693_has_them() {
    for (desk, kind) in [
        (Desk::YandexToken, "access_token"),
        (Desk::YandexToken, "urn:ietf:params:oauth:token-type:access_token"),
        (Desk::GoogleIdToken, "id_token"),
        (Desk::GoogleIdToken, "urn:ietf:params:oauth:token-type:id_token"),
        (Desk::YandexJwt, "signed"),
        (Desk::YandexJwt, "urn:ietf:params:oauth:token-type:jwt"),
        (Desk::VkCode, "code"),
    ] {
        let scene = Scene::at(desk).await;
        scene.converts(&scene.plain().with("token_kind", kind)).await.with_status(200);
    }
}

#[tokio::test]
async fn a_token_of_another_kind_than_named_is_refused() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    scene.refuses(&scene.plain().with("token_kind", "id_token")).await;
    let id_token = Desk::GoogleIdToken.shows(&scene.house.sandbox, &scene.desk.name(scene.n));
    scene.refuses(&id_token.with("token_kind", "access_token")).await;
}

#[tokio::test]
async fn a_number_is_a_token_of_digits() {
    let scene = Scene::at(Desk::YandexToken).await;
    let body = changed(&scene, "token", Some(json!(12345)));
    let said = scene.house.post("/auth/convert-token/").json(&body).await;
    said.with_status(400).error("invalid_grant");
}
