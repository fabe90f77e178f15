//! 1.A: where the authorization endpoint sends people (001, 002, 004), and what it shows them (005).

use cambio::domain::client::{ClientKind, RedirectUri};

use super::{
    cast::{ALICE, Cast, posted},
    rows::{Must, Rows, is_a_page},
};
use crate::{
    oauth_server::{
        browser::Browser,
        flow::{CALLBACK, ask, web},
    },
    support::{OAuthClient, Said},
};

/// Spellings of [`CALLBACK`] that lead there, or nearly, and are not it.
const NEARLY: [&str; 22] = [
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://app.example/cb?x=1",
    "https://app.example/cb?",
    "https://app.example/cb;evil=1",
    "https://app.example/cb#x",
    "https://app.example/cb#",
    "https://app.example/a/../cb",
    "https://app.example/./cb",
    "https://app.example/%63b",
    "https://app.example:443/cb",
    "https://evil@app.example/cb",
    "https://app.example@evil.example/cb",
    "https://app.example.evil/cb",
    "https://app.example%2eevil/cb",
    "https://app.example\\@evil/cb",
    "//app.example/cb",
    "http://app.example/cb",
    "HTTPS://APP.EXAMPLE/cb",
    " https://app.example/cb",
    "https%3A%2F%2Fapp.example%2Fcb",
    // The host in letters that NFKC turns into the right ones.
    "https://\u{ff41}pp.example/cb",
];

#[tokio::test]
async fn a001_a_place_is_matched_to_the_letter() {
    let cast = Cast::open().await;
    let mut rows = Rows::of(&cast.house).await;
    for place in NEARLY {
        let words = [("redirect_uri", place)];
        rows.refuse(place, cast.house.get(&ask(&cast.conf, &words)), Must::Show(400)).await;
        let name = format!("{place} in a form");
        rows.refuse(name, posted(&cast.house, &cast.conf, &words), Must::Show(400)).await;
    }
    let good = cast.house.get(&ask(&cast.conf, &[("redirect_uri", CALLBACK)])).expect(303).await;
    assert!(good.header("location").starts_with(cast.house.base()));
    rows.end(44);
}

#[tokio::test]
async fn a002_a_loopback_address_is_any_port_of_that_address_and_path() {
    let cast = Cast::open().await;
    let mut rows = Rows::of(&cast.house).await;
    for place in [
        "http://127.0.0.1:51004/other",
        "http://127.0.0.1:51004/cb/",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.1:51004/cb#x",
        "https://127.0.0.1:51004/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.1/cb",
        "http://127.0.0.2:51004/cb",
        "http://0.0.0.0:51004/cb",
        "http://2130706433/cb",
        "http://0x7f000001/cb",
        "http://[::2]:51004/cb",
        "http://[::ffff:127.0.0.1]:51004/cb",
        "http://localhost:51004/cb",
        "http://localhost/cb",
        "http://user@127.0.0.1:1/cb",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:70000/cb",
    ] {
        let call = cast.house.get(&ask(&cast.app, &[("redirect_uri", place)]));
        rows.refuse(place, call, Must::Show(400)).await;
    }
    for place in ["http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", "http://[::1]:51004/cb"] {
        let call = cast.house.get(&ask(&cast.app, &[("redirect_uri", place)]));
        rows.refuse(place, call, Must::Be(303)).await;
    }
    rows.end(21);
}

#[tokio::test]
async fn a002_localhost_is_a_name_and_its_port_counts() {
    let cast = Cast::open().await;
    let redirect_uris = vec![RedirectUri::parse("http://localhost:9/cb").unwrap()];
    let wish = cambio::usecases::clients::RegisterClient {
        redirect_uris,
        ..web("native-app", ClientKind::Public)
    };
    let native = cast.house.client_with(wish).await;
    let mut rows = Rows::of(&cast.house).await;
    for (place, must) in [
        ("http://localhost:9/cb", Must::Be(303)),
        ("http://localhost:51004/cb", Must::Show(400)),
        ("http://127.0.0.1:9/cb", Must::Show(400)),
    ] {
        let call = cast.house.get(&ask(&native, &[("redirect_uri", place)]));
        rows.refuse(place, call, must).await;
    }
    rows.end(3);
}

#[tokio::test]
async fn a004_no_error_goes_to_a_place_that_is_not_proven() {
    let cast = Cast::open().await;
    cast.disable(&cast.conf2).await;
    let nobody = OAuthClient { id: "nobody-here".to_owned(), secret: None };
    let evil = ("redirect_uri", "https://evil.example/");
    let mut rows = Rows::of(&cast.house).await;
    for (name, client, words) in [
        ("another response type", &cast.conf, vec![evil, ("response_type", "token")]),
        ("no response type", &cast.conf, vec![evil, ("response_type", "")]),
        ("another response mode", &cast.conf, vec![evil, ("response_mode", "fragment")]),
        ("no challenge", &cast.conf, vec![evil, ("code_challenge", "")]),
        ("another scope", &cast.conf, vec![evil, ("scope", "admin")]),
        ("a request object", &cast.conf, vec![evil, ("request", "a.b.c")]),
        ("prompt=none", &cast.conf, vec![evil, ("prompt", "none")]),
        ("an unknown prompt", &cast.conf, vec![evil, ("prompt", "strange")]),
        ("an unknown client", &nobody, vec![evil]),
        ("an unknown client, prompt=none", &nobody, vec![evil, ("prompt", "none")]),
        ("an unknown client at a place of another's", &nobody, vec![]),
        ("a client that is switched off", &cast.conf2, vec![("prompt", "none")]),
        ("a client without the grant", &cast.machine, vec![evil]),
        ("no place where there are three", &cast.app, vec![("redirect_uri", "")]),
        ("no client", &cast.conf, vec![evil, ("client_id", "")]),
        ("error_uri beside it", &cast.conf, vec![evil, ("error_uri", "https://evil.example/")]),
    ] {
        rows.refuse(name, cast.house.get(&ask(client, &words)), Must::Show(400)).await;
    }
    let alone = cast.house.get("/oauth/authorize?error_uri=https://evil.example/");
    rows.refuse("error_uri alone", alone, Must::Show(400)).await;
    let twice = format!("{}&redirect_uri=https://evil.example/", ask(&cast.conf, &[]));
    rows.refuse("two places", cast.house.get(&twice), Must::Show(400)).await;
    rows.end(18);
}

const NASTY: &str = "\"><svg onload=1>";

/// Insists on a page in which nothing of what was sent has become markup.
fn is_harmless(said: &Said) {
    is_a_page(said);
    for markup in ["<svg", "<script", "<img", "href=\"javascript:", "action=\"javascript:"] {
        assert!(!said.text.contains(markup), "{markup}: {said:?}");
    }
}

#[tokio::test]
async fn a005_nothing_that_was_sent_is_shown_unescaped() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let good = [("state", NASTY), ("login_hint", NASTY), ("nonce", NASTY)];
    let page = Browser::new(house).follow(&ask(&cast.conf, &good)).await.with_status(200);
    assert!(page.text.contains("&lt;svg"), "{}", page.text);
    is_harmless(&page);

    let shown = |said: Said| is_harmless(&said);
    let mut rows = Rows::of(house).await;
    for words in [
        vec![("scope", "<script>alert(1)</script>"), ("state", NASTY), ("redirect_uri", "bad")],
        vec![("redirect_uri", NASTY), ("error_description", "<img src=x onerror=1>")],
        vec![("redirect_uri", "javascript:alert(1)")],
        vec![("client_id", NASTY)],
        vec![("client_id", NASTY), ("error_hint", "<script>alert(1)</script>")],
    ] {
        let name = format!("{words:?}");
        rows.row(name, async { shown(house.get(&ask(&cast.conf, &words)).expect(400).await) })
            .await;
    }
    for path in [
        "/account/sign-in?next=javascript:alert(1)",
        "/account/sign-in?error_hint=%3Cscript%3Ealert(1)%3C/script%3E",
        "/account/sign-in?ask=%22%3E%3Csvg%20onload=1%3E",
        "/account/sign-in?to=javascript:alert(1)&device=%22%3E%3Csvg%20onload=1%3E",
        "/account/done?what=%3Csvg%20onload=1%3E",
        "/account/consent?ask=%22%3E%3Csvg%20onload=1%3E",
        "/account/register?ask=%22%3E%3Csvg%20onload=1%3E",
        "/account/forgot?ask=%22%3E%3Csvg%20onload=1%3E",
        "/account/resend?ask=%22%3E%3Csvg%20onload=1%3E",
        "/account/sign-in?lang=%22%3E%3Csvg%20onload=1%3E&ui_locales=%3Csvg%3E",
        "/oauth/logout?post_logout_redirect_uri=javascript:alert(1)&state=%22%3E%3Csvg%3E",
        "/auth/activate/%3Csvg%20onload=1%3E/%3Csvg%3E",
    ] {
        rows.row(path, async { shown(Browser::new(house).follow(path).await) }).await;
    }
    rows.end(17);
}

#[tokio::test]
async fn a005_whoever_signs_in_comes_to_a_page_of_ours_whatever_the_address_says() {
    let cast = Cast::open().await;
    for next in ["javascript:alert(1)", "https://evil.example/", "//evil.example/"] {
        let browser = Browser::new(&cast.house);
        let page = browser.open(&format!("/account/sign-in?next={next}&to={next}")).await;
        let on = browser.sign_in(&page, ALICE).await.with_status(303);
        assert_eq!(on.header("location"), format!("{}/account", cast.house.base()), "{next}");
    }
}
