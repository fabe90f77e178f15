//! The pages for people who open a call in their browser.

use serde_json::json;

use crate::support::{Call, House, Said, callers::PASSWORD, said::unescaped};

/// What a browser accepts that opens an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

impl House {
    fn opened(&self, path: &str) -> Call {
        self.get(path).header("Accept", BROWSER).header("Sec-Fetch-Mode", "navigate")
    }

    /// A form of one of our own pages, sent by a browser.
    fn sent(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let form = self.post(path).form(fields).header("Accept", BROWSER);
        form.header("Sec-Fetch-Site", "same-origin").header("Origin", "null")
    }
}

/// The status that a page shows of the call it made.
fn shown(page: &Said) -> &str {
    let (_, rest) = page.text.split_once("<p class=\"status\"><strong>").expect("an answer");
    rest.split('<').next().unwrap()
}

#[tokio::test]
async fn a_browser_gets_a_page_and_a_program_what_it_always_got() {
    let house = House::open().await;
    let page = house.opened("/auth/users/me/").expect(200).await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("action=\"/pages/en/auth_me_read\""), "{}", page.text);

    let bare = house.get("/auth/users/me/").expect(401).await;
    for accept in
        ["*/*", "application/json", "application/json, text/plain, */*", "text/html;q=0.8, */*"]
    {
        let said = house.get("/auth/users/me/").header("Accept", accept).expect(401).await;
        assert_eq!(said.text, bare.text, "{accept}");
    }
    for (name, value) in [("Sec-Fetch-Mode", "cors"), ("Authorization", "Token x")] {
        house
            .get("/auth/users/me/")
            .header("Accept", BROWSER)
            .header(name, value)
            .expect(401)
            .await;
    }
    let posted = house.post("/auth/users/").header("Accept", BROWSER).json(&json!({}));
    assert!(posted.expect(400).await.json()["email"].is_array());
    for path in ["/health/live", "/openapi.json", "/nowhere/"] {
        let said = house.opened(path).await;
        assert!(!said.header("content-type").starts_with("text/html"), "{path}");
    }
}

#[tokio::test]
async fn a_page_runs_no_script_and_is_not_kept_framed_or_told_of() {
    let house = House::open().await;
    for said in [house.opened("/").await, house.opened("/auth/users/").await] {
        let policy = said.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"));
        for (name, value) in [
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("content-language", "en"),
            ("vary", "Accept, Accept-Language"),
            ("set-cookie", ""),
        ] {
            assert_eq!(said.header(name), value, "{name}");
        }
        assert!(!said.text.contains("<script") && !said.text.contains(" style="));
    }
    let style = house.get("/pages/style.css").expect(200).await;
    assert!(style.header("content-type").starts_with("text/css"));
}

#[tokio::test]
async fn a_form_makes_the_very_call_and_the_page_shows_its_answer() {
    let house = House::open().await;
    let mut fields = vec![
        ("body.email", "ada@example.com"),
        ("body.password", "123"),
        ("body.re_password", "123"),
    ];

    let page = house.sent("/pages/ru/auth_register", &fields).expect(200).await;
    assert_eq!(shown(&page), "400");
    assert!(page.text.contains("как минимум 8 символов"), "{}", page.text);
    assert!(
        page.text.contains("value=\"ada@example.com\"") && !page.text.contains("value=\"123\"")
    );

    fields.truncate(1);
    fields.extend([("body.password", PASSWORD), ("body.re_password", PASSWORD)]);
    let page = house.sent("/pages/ru/auth_register", &fields).expect(200).await;
    assert_eq!(shown(&page), "201");
    assert!(!page.text.contains(PASSWORD));
    house.activate_by_letter("ada@example.com").await;
}

#[tokio::test]
async fn a_form_shows_a_token_and_calls_by_any_method() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let with = |more: &[(&'static str, &'static str)]| {
        let token = [("scheme", "Token"), ("credential", ada.auth_token.as_str())];
        [&token[..], more].concat()
    };

    let page =
        house.sent("/pages/en/auth_me_change", &with(&[("body.name", "Ada & <b>Co</b>")])).await;
    assert_eq!(shown(&page), "200");
    let page = house.sent("/pages/en/auth_me_read", &with(&[])).await;
    assert_eq!(shown(&page), "200");
    assert!(page.text.contains("Ada &amp; &lt;b&gt;Co") && !page.text.contains("<b>Co"));
    let curl = page.text.split("class=\"curl\"").nth(1).unwrap();
    assert!(curl.contains("$TOKEN") && !curl.contains(&ada.auth_token));

    let page =
        house.sent("/pages/en/auth_me_delete", &with(&[("body.current_password", PASSWORD)])).await;
    assert_eq!(shown(&page), "204");
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
}

#[tokio::test]
async fn a_token_goes_along_from_an_answer_to_the_next_call() {
    let house = House::open().await;
    house.activated("ada").await;
    let fields = [("body.username", "ada@example.com"), ("body.password", PASSWORD)];
    let page = house.sent("/pages/en/auth_token_login", &fields).await;
    assert_eq!(shown(&page), "200");
    let token = page.text.split("name=\"credential\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();

    let to = [("to", "auth_me_read"), ("credential", token), ("scheme", "Token")];
    let next = house.sent("/pages/en", &to).expect(200).await;

    assert!(next.text.contains(&format!("type=\"text\" value=\"{token}\"")), "{}", next.text);
    assert!(next.text.contains("<option selected>Token"));
}

#[tokio::test]
async fn a_form_of_another_site_calls_nothing() {
    let house = House::open().await;
    let fields = [
        ("body.email", "eve@example.com"),
        ("body.password", PASSWORD),
        ("body.re_password", PASSWORD),
    ];
    for from in [
        &[("Sec-Fetch-Site", "cross-site")][..],
        &[("Sec-Fetch-Site", "same-site"), ("Origin", house.base())],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[],
    ] {
        let call = house.post("/pages/en/auth_register").form(&fields);
        let call = from.iter().fold(call, |call, (name, value)| call.header(name, value));
        let said = call.expect(403).await;
        assert!(!said.text.contains("class=\"status\""));
    }
    let own = house.post("/pages/en/auth_register").form(&fields).header("Origin", house.base());
    assert_eq!(shown(&own.expect(200).await), "201", "nobody had registered before");
}

#[tokio::test]
async fn the_browsers_cookies_and_headers_do_not_reach_the_call() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let call = house.sent("/pages/en/auth_me_read", &[("scheme", "Token"), ("credential", "")]);

    let page = call.header("Authorization", &format!("Token {}", ada.auth_token)).await;

    assert_eq!(shown(&page), "401");
    let page = house.sent("/pages/en/auth_depart", &[("path.provider", "google-oauth2")]).await;
    assert!(page.header("set-cookie").is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_request_is_told_on_a_page() {
    let house = House::open().await;
    for fields in [
        &[("scheme", "Token"), ("credential", "a\r\nX-Evil: 1")][..],
        &[("scheme", "Token"), ("credential", "\u{0}")],
    ] {
        house.sent("/pages/en/auth_me_read", fields).expect(400).await;
    }
    let twice = "body.email=a&body.email=b";
    let call = house.post("/pages/en/auth_register").header("Sec-Fetch-Site", "same-origin");
    call.body("application/x-www-form-urlencoded", twice).expect(400).await;
    let page = house.sent("/pages/en/auth_user_read", &[("path.id", "../me?x=1#y")]).await;
    assert_eq!(shown(&page), "401");
    for path in ["/pages/en/no_such_call", "/pages/xx", "/pages/a/b/c"] {
        house.opened(path).expect(404).await;
    }
}

#[tokio::test]
async fn a_page_is_in_the_language_of_the_browser_or_of_its_own_address() {
    let house = House::open().await;
    for (tag, heading) in [("ru", "Посмотреть свою запись"), ("ko", "내 정보 보기")]
    {
        let opened = house.opened("/auth/users/me/").header("Accept-Language", tag).await;
        let own = house.opened(&format!("/pages/{tag}/auth_me_read")).await;
        for page in [opened, own] {
            assert!(page.text.contains(&format!("<html lang=\"{tag}\">")));
            assert!(page.text.contains(&format!("<h1>{heading}</h1>")), "{}", page.text);
            assert_eq!(page.header("content-language"), tag);
        }
    }
}

#[tokio::test]
async fn every_call_has_a_page_in_every_language() {
    let house = House::open().await;
    for tag in ["en", "ru", "ko"] {
        let index = house.opened(&format!("/pages/{tag}")).expect(200).await;
        let link = |part: &str| unescaped(part.split('"').next().unwrap());
        let calls = index.text.split("<li><a href=\"").skip(4).map(link);
        let calls: Vec<String> = calls.filter(|href| href.matches('/').count() == 3).collect();
        assert!(calls.len() > 60, "{}", calls.len());
        for href in calls {
            let page = house.opened(&href).expect(200).await;
            let raw = ["say(", ">page-", "{{", "None"].iter().any(|sign| page.text.contains(sign));
            assert!(!raw && page.text.contains("<h1>"), "{href}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn an_address_fills_its_own_form() {
    let house = House::open().await;
    let page = house.opened("/auth/users/42/").expect(200).await;
    assert!(page.text.contains("name=\"path.id\"") && page.text.contains("value=\"42\""));
    let page = house.opened("/auth/o/%22%3E%3Cb%3E/").expect(200).await;
    assert!(page.text.contains("&quot;&gt;&lt;b&gt;"), "{}", page.text);
}

#[tokio::test]
async fn pages_can_be_switched_off() {
    let house = House::with(&[("docs.forms", "false")]).await;
    assert!(house.opened("/auth/users/me/").expect(401).await.json()["detail"].is_string());
    for path in ["/", "/pages", "/pages/style.css", "/pages/en/auth_register"] {
        assert_eq!(house.opened(path).expect(404).await.json()["detail"], "Not found.");
    }
    house.sent("/pages/en/auth_register", &[]).expect(404).await;
}
