//! The authorization endpoint (security cases 001 to 011).

use cambio::{
    domain::client::{ClientKind, RedirectUri},
    usecases::clients::RegisterClient,
};

use super::{
    browser::{Browser, sent},
    flow::{ask, web},
};
use crate::support::{House, OAuthClient};

const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    (house, client)
}

#[tokio::test]
async fn case_001_a_place_is_matched_to_the_letter() {
    let (house, client) = house().await;
    for place in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x=1",
        "https://app.example/cb;evil=1",
        "https://app.example/cb#x",
        "https://app.example/cb#",
        "https://app.example/a/../cb",
        "https://app.example:443/cb",
        "https://evil@app.example/cb",
        "https://app.example.evil/cb",
        "https://app.example%2eevil/cb",
        "https://app.example\\@evil/cb",
        "//app.example/cb",
        "http://app.example/cb",
        " https://app.example/cb",
        "https://\u{ff41}pp.example/cb",
    ] {
        let said = house.get(&ask(&client, &[("redirect_uri", place)])).expect(400).await;
        assert_eq!(said.header("location"), "", "{place}");
        assert_eq!(said.header("content-type"), "text/html; charset=utf-8");
    }
}

#[tokio::test]
async fn case_002_a_loopback_address_is_any_port_of_that_address_and_path() {
    let house = House::open().await;
    let redirect_uris = vec![RedirectUri::parse("http://127.0.0.1/cb").unwrap()];
    let wish = RegisterClient { redirect_uris, ..web("native-app", ClientKind::Public) };
    let client = house.client_with(wish).await;
    house.get(&ask(&client, &[("redirect_uri", "http://127.0.0.1:51004/cb")])).expect(303).await;
    for place in [
        "http://127.0.0.1:51004/other",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.1/cb",
        "http://2130706433/cb",
        "http://localhost:51004/cb",
        "http://user@127.0.0.1:1/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:70000/cb",
    ] {
        let said = house.get(&ask(&client, &[("redirect_uri", place)])).expect(400).await;
        assert_eq!(said.header("location"), "", "{place}");
    }
}

#[tokio::test]
async fn case_004_no_error_goes_to_a_place_that_is_not_proven() {
    let (house, client) = house().await;
    let nobody = OAuthClient { id: "nobody-here".to_owned(), secret: None };
    for path in [
        ask(&client, &[("redirect_uri", "https://evil.example/"), ("response_type", "token")]),
        ask(&nobody, &[("redirect_uri", "https://evil.example/")]),
        ask(&nobody, &[("redirect_uri", "https://evil.example/"), ("prompt", "none")]),
        ask(&client, &[("redirect_uri", "https://evil.example/"), ("prompt", "none")]),
        "/oauth/authorize?error_uri=https://evil.example/".to_owned(),
    ] {
        let said = house.get(&path).expect(400).await;
        assert_eq!(said.header("location"), "", "{path}");
    }
}

#[tokio::test]
async fn case_005_nothing_that_was_sent_is_shown_unescaped() {
    let (house, client) = house().await;
    let nasty = "\"><svg onload=1>";
    let on = [("state", nasty), ("login_hint", nasty), ("nonce", nasty)];
    let page = Browser::new(&house).follow(&ask(&client, &on)).await.with_status(200);

    assert!(!page.text.contains("<svg") && page.text.contains("&lt;svg"), "{}", page.text);
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let bad = [("redirect_uri", nasty), ("error_description", "<img>")];
    let said = house.get(&ask(&client, &bad)).expect(400).await;
    assert!(!said.text.contains("<svg") && !said.text.contains("<img"));
}

#[tokio::test]
async fn case_007_only_codes_are_handed_out_and_only_in_the_query() {
    let (house, client) = house().await;
    for kind in ["token", "id_token token", "code token", "code id_token", "none"] {
        let said = house.get(&ask(&client, &[("response_type", kind)])).await;
        assert_eq!(sent(&said)["error"], "unsupported_response_type", "{kind}");
        assert_eq!((&*sent(&said)["state"], &*sent(&said)["iss"]), ("st 1&2", house.base()));
    }
    for mode in ["fragment", "form_post", "web_message"] {
        let said = house.get(&ask(&client, &[("response_mode", mode)])).await;
        assert_eq!(sent(&said)["error"], "invalid_request", "{mode}");
    }
    let said = house.get(&ask(&client, &[("response_type", "")])).await;
    assert_eq!(sent(&said)["error"], "invalid_request");
}

#[tokio::test]
async fn case_008_every_answer_says_who_answers() {
    let (house, client) = house().await;
    let metadata = house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);

    let good = sent(&Browser::new(&house).allow(&client, ADA, &[]).await);
    let bad = sent(&house.get(&ask(&client, &[("scope", "unknown")])).await);

    assert_eq!((&good["iss"], &bad["iss"]), (&good["iss"], &good["iss"]));
    assert_eq!(metadata["issuer"], good["iss"].as_str());
    assert_eq!(good["state"], "st 1&2");
}

#[tokio::test]
async fn case_010_no_request_is_fetched_from_elsewhere() {
    let (house, client) = house().await;
    let uri = [("request_uri", "http://169.254.169.254/latest")];
    let said = house.get(&ask(&client, &uri)).await;
    assert_eq!(sent(&said)["error"], "request_uri_not_supported");
    let said = house.get(&ask(&client, &[("request", "a.b.c")])).await;
    assert_eq!(sent(&said)["error"], "request_not_supported");
}

#[tokio::test]
async fn case_011_a_scope_is_known_allowed_and_shown() {
    let (house, client) = house().await;
    let long = "a".repeat(2000);
    for scope in ["admin", "unknown", "read\0write", "read  write", &long] {
        let said = house.get(&ask(&client, &[("scope", scope)])).await;
        assert_eq!(sent(&said)["error"], "invalid_scope", "{scope}");
    }

    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[])).await;
    let on = browser.sign_in(&page, ADA).await;
    let page = browser.follow(on.header("location")).await;

    assert!(page.text.contains("see what is in your account"), "{}", page.text);
    assert!(page.text.contains("change what is in your account"));
    let back = browser.send(&page, &[("decision", "allow")]).await;
    let said = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    assert_eq!(said.text_of("scope"), "read write");
}

#[tokio::test]
async fn case_019_case_020_a_challenge_is_wanted_and_it_is_s256() {
    let (house, client) = house().await;
    let app = house.app_client("app-client").await;
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let odd = format!("{}+/=", "a".repeat(40));
    for client in [&client, &app] {
        let bare = [("code_challenge", ""), ("code_challenge_method", "")];
        let said = house.get(&ask(client, &bare)).await;
        assert_eq!(sent(&said)["error"], "invalid_request");
        for method in ["plain", "", "s256", "S512"] {
            let said = house.get(&ask(client, &[("code_challenge_method", method)])).await;
            assert_eq!(sent(&said)["error"], "invalid_request", "{method}");
        }
        for challenge in [&short, &long, &odd] {
            let said = house.get(&ask(client, &[("code_challenge", challenge)])).await;
            assert_eq!(sent(&said)["error"], "invalid_request", "{challenge}");
        }
    }
}

#[tokio::test]
async fn a_request_may_come_in_a_form_and_under_older_names() {
    let (house, client) = house().await;
    let query = ask(&client, &[]);
    let query = query.split_once('?').unwrap().1;
    for path in ["/oauth/authorize", "/o/authorize/", "/auth/authorize/"] {
        house.get(&format!("{path}?{query}")).expect(303).await;
        let form = "application/x-www-form-urlencoded";
        let said = house.post(path).body(form, query.to_owned()).expect(303).await;
        assert!(said.header("location").contains("/account/sign-in?ask="), "{path}");
    }
}

#[tokio::test]
async fn what_was_allowed_once_is_not_asked_again_and_no_is_told() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;

    let again = sent(&browser.open(&ask(&client, &[("scope", "read")])).await);
    assert!(again.contains_key("code"), "{again:?}");

    let page = browser.follow(&ask(&client, &[("prompt", "consent")])).await;
    let no = sent(&browser.send(&page, &[("decision", "deny")]).await);
    assert_eq!((&*no["error"], &*no["state"]), ("access_denied", "st 1&2"));
}

#[tokio::test]
async fn an_app_that_anybody_could_pose_as_is_asked_for_each_time() {
    let house = House::open().await;
    house.activated("ada").await;
    let redirect_uris = vec![RedirectUri::parse("com.example.app:/cb").unwrap()];
    let wish = RegisterClient { redirect_uris, ..web("native-app", ClientKind::Public) };
    let client = house.client_with(wish).await;
    let browser = Browser::new(&house);
    let place = [("redirect_uri", "com.example.app:/cb")];
    let back = browser.allow(&client, ADA, &place).await;
    assert!(back.header("location").starts_with("com.example.app:/cb?code="), "{back:?}");

    let page = browser.follow(&ask(&client, &place)).await.with_status(200);

    assert!(page.text.contains("name=\"decision\""));
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.ends_with("form-action 'self' com.example.app:"), "{policy}");
}

#[tokio::test]
async fn prompt_none_shows_no_page() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let none = [("prompt", "none")];

    let said = browser.open(&ask(&client, &none)).await;
    assert_eq!(sent(&said)["error"], "login_required");
    let page = browser.follow(&ask(&client, &[])).await;
    browser.sign_in(&page, ADA).await;
    let said = browser.open(&ask(&client, &none)).await;
    assert_eq!(sent(&said)["error"], "consent_required");
    browser.code(&client, ADA).await;
    let said = browser.open(&ask(&client, &none)).await;
    assert!(sent(&said).contains_key("code"));
}

#[tokio::test]
async fn prompt_login_and_max_age_want_the_person_again() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    house.forward(chrono::TimeDelta::seconds(100));
    for fields in [[("prompt", "login")], [("max_age", "99")]] {
        let page = browser.follow(&ask(&client, &fields)).await;
        assert!(page.text.contains("name=\"password\""), "{fields:?}");
        let none = [fields[0], ("prompt", "none")];
        if fields[0].0 == "max_age" {
            let said = browser.open(&ask(&client, &none)).await;
            assert_eq!(sent(&said)["error"], "login_required");
        }
    }
    let said = browser.open(&ask(&client, &[("max_age", "100")])).await;
    assert!(sent(&said).contains_key("code"));

    let page = browser.follow(&ask(&client, &[("prompt", "login")])).await;
    let said = browser.sign_in(&page, ADA).await;
    assert!(sent(&said).contains_key("code"), "{said:?}");
}
