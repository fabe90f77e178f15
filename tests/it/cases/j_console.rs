//! What administrators register, and what becomes of it (115, 116, 118).

use cambio::{
    domain::{
        client::{ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use serde_json::{Value, json};

use crate::{
    oauth_server::{browser::Browser, flow},
    support::{House, OAuthClient, callers},
};

const CLIENTS: &str = "/admin/api/clients";

/// A token that may register clients.
async fn admin(house: &House) -> String {
    house.admin("root").await;
    let wish = RegisterClient {
        grants: vec![GrantType::Password],
        scopes: ScopeSet::parse("admin"),
        ..callers::wish("admin-console", ClientKind::Confidential)
    };
    let console = house.client_with(wish).await;
    let fields = [
        ("grant_type", "password"),
        ("username", "root@example.com"),
        ("password", callers::PASSWORD),
        ("scope", "admin"),
    ];
    house.token(&console, &fields).expect(200).await.text_of("access_token")
}

#[tokio::test]
async fn j115_what_looks_like_sql_is_a_text_like_any_other() {
    let house = House::open().await;
    let token = admin(&house).await;
    let before = house.get(CLIENTS).bearer(&token).expect(200).await.json();
    for query in [
        "page_token=eyJpZCI6MX0",
        "page_token=1%27%20or%201=1--",
        "order_by=id;drop%20table%20clients",
        "sort=-id%3Bdelete%20from%20clients",
        "q=%25%27%20or%201=1",
        "limit=-1",
        "limit=1;drop%20table%20accounts",
    ] {
        // Nothing is paged, sorted or sought, so that there is nothing to forge.
        let said = house.get(&format!("{CLIENTS}?{query}")).bearer(&token).await;
        assert!(said.status == 400 || said.json() == before, "{query}: {said:?}");
        house.get(&format!("/auth/users/?{query}")).bearer(&token).await;
    }
    for text in
        ["x' or '1'='1", "1;drop table accounts;--", "\\'; delete from clients; --", "%", "_"]
    {
        let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        house.get(&format!("{CLIENTS}/{encoded}")).bearer(&token).expect(404).await;
        house.get(&format!("/auth/users/{encoded}/")).bearer(&token).expect(404).await;
        house.log_in_with(text, text).expect(400).await;
        let body = json!({ "username": text, "password": text });
        house.post("/signin").json(&body).expect(404).await;
        let form = [("client_id", text), ("client_secret", text), ("grant_type", "refresh_token")];
        house.post("/oauth/token").form(&form).expect(401).await;
        house.me(text).expect(401).await;
        let form = [("token", text), ("client_id", "admin-console"), ("client_secret", text)];
        house.post("/oauth/introspect").form(&form).expect(401).await;
    }
    assert_eq!(house.get(CLIENTS).bearer(&token).expect(200).await.json(), before);
    assert_eq!(house.accounts().await.len(), 1);
}

#[tokio::test]
async fn j116_a_name_is_a_text_on_every_page_and_no_link_leads_into_a_script() {
    let house = House::open().await;
    let token = admin(&house).await;
    house.activated("ada").await;
    let long = "x".repeat(10_000);
    for (at, name) in [
        "<svg onload=alert(1)>",
        "\"><script>alert(1)</script>",
        "' autofocus onfocus='alert(1)",
        "{{ 7777*7 }}{% raw %}",
        "&lt;img src=x&gt;",
        "\u{202e}evil",
        "javascript:alert(1)",
        &long,
    ]
    .into_iter()
    .enumerate()
    {
        let body = json!({
            "client_id": format!("client-{at}"), "client_name": name, "redirect_uris": [flow::CALLBACK],
            "grant_types": ["authorization_code"], "scope": "read write",
        });
        let said = house.post(CLIENTS).bearer(&token).json(&body).await;
        if said.status == 400 {
            assert!(name.len() > 1000 || name.contains('\u{202e}'), "{name}: {said:?}");
            continue;
        }
        let client = OAuthClient {
            id: said.text_of("client_id"),
            secret: Some(said.text_of("client_secret")),
        };
        let browser = Browser::new(&house);
        let page = browser.follow(&flow::ask(&client, &[])).await.with_status(200);
        let on = browser.sign_in(&page, "ada@example.com").await;
        let consent = browser.follow(on.header("location")).await.with_status(200);
        for raw in
            ["<svg", "<script>", "onfocus='", "<img", "54439", "\u{202e}", "href=\"javascript"]
        {
            assert!(!consent.text.contains(raw), "{name}: {raw}: {}", consent.text);
        }
        let csp = consent.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && !csp.contains("unsafe"), "{csp}");
        assert!(!csp.contains("script-src") || csp.contains("script-src 'self'"), "{csp}");
    }
    for uri in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "https://a.example/#x"] {
        let body = json!({ "client_name": "App", "redirect_uris": [uri], "grant_types": ["authorization_code"] });
        house.post(CLIENTS).bearer(&token).json(&body).expect(400).await;
    }
}

#[tokio::test]
async fn j118_the_secret_of_a_client_is_shown_once() {
    let house = House::open().await;
    let token = admin(&house).await;
    let body = json!({ "client_id": "backend-1", "client_name": "B", "grant_types": ["client_credentials"] });
    let first =
        house.post(CLIENTS).bearer(&token).json(&body).expect(201).await.text_of("client_secret");
    let rotate = house.post("/admin/api/clients/backend-1/rotate-secret").bearer(&token);
    let second =
        rotate.json(&json!({ "overlap_minutes": 5 })).expect(200).await.text_of("client_secret");
    assert_ne!(first, second);

    let path = "/admin/api/clients/backend-1";
    let change = json!({ "client_name": "Other" });
    let calls = [
        house.get(path),
        house.get(CLIENTS),
        house.patch(path).json(&change),
        house.post(&format!("{path}/disable")),
        house.post(&format!("{path}/enable")),
    ];
    for call in calls {
        let said = call.bearer(&token).expect(200).await;
        assert!(!said.text.contains(&first) && !said.text.contains(&second), "{said:?}");
        let shown = |client: &Value| client.get("client_secret").is_some();
        let json = said.json();
        assert!(!shown(&json) && !json.as_array().is_some_and(|all| all.iter().any(shown)));
    }
    let own = |secret: &str| {
        let client = OAuthClient { id: "backend-1".to_owned(), secret: Some(secret.to_owned()) };
        house.post("/oauth/token").form(&client.signed(&[("grant_type", "client_credentials")]))
    };
    own(&first).expect(200).await;
    own(&second).expect(200).await;
    house.forward(chrono::TimeDelta::minutes(6));
    own(&first).expect(401).await;
    own(&second).expect(200).await;
}
