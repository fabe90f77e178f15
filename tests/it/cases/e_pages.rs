//! 1.E: our own pages take no form of another's (050), are framed by nobody (052), and decide what they have
//! shown (055).

use super::{
    cast::{ALICE, Cast},
    rows::{Must, Rows, is_a_page},
};
use crate::{
    oauth_server::{
        browser::{Browser, between, sent},
        flow::ask,
    },
    support::{Call, House, Said, callers::PASSWORD},
};

/// What the form of a page carries to be known as ours.
fn token_of(page: &Said) -> String {
    between(&page.text, "name=\"form_token\" value=\"", "\"").unwrap()
}

/// Every page with a form, and what is good enough otherwise.
fn forms() -> [(&'static str, Vec<(&'static str, &'static str)>); 9] {
    [
        ("/device", vec![("user_code", "BCDF-GHJK")]),
        ("/account", vec![("client_id", "web-client")]),
        ("/account/register", vec![("email", "eve@example.com"), ("password", PASSWORD)]),
        ("/account/forgot", vec![("email", ALICE)]),
        ("/account/resend", vec![("email", ALICE)]),
        ("/auth/activate/MQ/x", vec![]),
        ("/auth/password/reset/confirm/MQ/x", vec![("new_password", PASSWORD)]),
        ("/account/sign-in", vec![("name", ALICE), ("password", PASSWORD)]),
        ("/oauth/logout", vec![("confirmed", "yes")]),
    ]
}

/// The ways in which a form does not come from a page of ours.
const FOREIGN: [(&str, &str, &str); 8] = [
    ("another origin", "Origin", "https://evil.example"),
    ("no origin that is told", "Origin", "null"),
    ("an origin that begins like ours", "Origin", "http://127.0.0.1.evil.example"),
    ("ours by another scheme", "Origin", "https://127.0.0.1"),
    ("another site", "Sec-Fetch-Site", "cross-site"),
    ("another host of the site", "Sec-Fetch-Site", "same-site"),
    ("an address that was typed", "Sec-Fetch-Site", "none"),
    ("two origins", "Origin", "http://a.example, http://b.example"),
];

/// A form of a browser's, with that token of a page.
fn with(house: &House, path: &str, token: &str, fields: &[(&str, &str)]) -> Call {
    house.post(path).form(&[&[("form_token", token)], fields].concat())
}

/// The rows of one form: whatever says that it does not come from a page of ours.
async fn is_ours_alone(
    rows: &mut Rows<'_>,
    browser: &Browser<'_>,
    house: &House,
    (path, own, fields): (&str, &str, &[(&str, &str)]),
) {
    let ours = |call: Call| call.header("Cookie", &browser.cookies());
    for (name, header, value) in FOREIGN {
        let call = ours(with(house, path, own, fields)).header(header, value);
        rows.refuse(format!("{path} from {name}"), call, Must::Show(403)).await;
    }
    let others = token_of(&Browser::new(house).open("/account/sign-in").await);
    for (name, call) in [
        ("without the browser's cookie", with(house, path, own, fields)),
        ("without a token", ours(house.post(path).form(fields))),
        ("with an empty token", ours(with(house, path, "", fields))),
        ("with another browser's token", ours(with(house, path, &others, fields))),
    ] {
        let call = call.header("Origin", house.base());
        rows.refuse(format!("{path} {name}"), call, Must::Show(403)).await;
    }
}

#[tokio::test]
async fn e050_a_form_from_another_site_signs_nobody_in_and_does_nothing_else() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let browser = Browser::new(house);
    let page = browser.follow(&ask(&cast.conf, &[])).await;
    let on = browser.sign_in(&page, ALICE).await.with_status(303);
    let consent = browser.follow(on.header("location")).await.with_status(200);
    let own = token_of(&browser.open("/device").await);
    let (asked, shown) = (asked(&consent), token_of(&consent));
    let decision = [("ask", asked.as_str()), ("decision", "allow")];
    let mut rows = Rows::of(house).await;
    is_ours_alone(&mut rows, &browser, house, ("/account/consent", &shown, &decision)).await;
    for (path, fields) in forms() {
        is_ours_alone(&mut rows, &browser, house, (path, &own, &fields)).await;
    }
    rows.end(120);
    // The same forms from here are taken.
    let yes = browser.send(&consent, &[("decision", "allow")]).await;
    assert!(sent(&yes).contains_key("code"), "{yes:?}");
    for (path, fields) in forms() {
        let call = with(house, path, &own, &fields).header("Cookie", &browser.cookies());
        let said = call.header("Origin", house.base()).await;
        assert_ne!(said.status, 403, "{path}: {said:?}");
    }
}

#[tokio::test]
async fn e050_no_cookie_of_a_session_is_set_by_a_form_that_is_refused() {
    let cast = Cast::open().await;
    cast.house.activated("mallory").await;
    let browser = Browser::new(&cast.house);
    let page = browser.open("/account/sign-in").await.with_status(200);
    let token = token_of(&page);
    let fields =
        [("form_token", token.as_str()), ("name", "mallory@example.com"), ("password", PASSWORD)];
    let send = || {
        let call = cast.house.post("/account/sign-in").form(&fields);
        call.header("Cookie", &browser.cookies())
    };
    for (name, header, value) in FOREIGN {
        let said = send().header(header, value).expect(403).await;
        assert!(!format!("{:?}", said.headers).contains("cambio-session"), "{name}: {said:?}");
    }
    let said = send().header("Origin", cast.house.base()).expect(303).await;
    assert!(format!("{:?}", said.headers).contains("cambio-session"));
}

/// What browsers ask for that go to a page.
fn opened(house: &House, path: &str) -> Call {
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    house.get(path).header("Accept", accept).header("Sec-Fetch-Mode", "navigate")
}

#[tokio::test]
async fn e052_no_page_can_be_framed_whatever_it_says() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let browser = Browser::new(house);
    let page = browser.follow(&ask(&cast.conf, &[])).await.with_status(200);
    let on = browser.sign_in(&page, ALICE).await;
    let consent = browser.follow(on.header("location")).await.with_status(200);
    let wrong = browser.send(&page, &[("name", ALICE), ("password", "wrong")]).await;
    let mut pages = vec![page, consent, wrong];
    for path in [
        "/account",
        "/device",
        "/device?user_code=BCDF-GHJK",
        "/oauth/logout",
        "/oauth/logout?client_id=nobody-here",
        "/account/consent",
        "/account/consent?ask=x",
        "/account/register",
        "/account/forgot",
        "/account/resend",
        "/account/sign-in",
        "/account/sign-in?ask=x",
        "/oauth/authorize",
        "/o/authorize?client_id=nobody-here",
        "/auth/activate/MQ/x",
        "/auth/password/reset/confirm/MQ/x",
        "/account/providers/nobody",
        "/account/providers/google-oauth2/callback?error=access_denied&state=x",
    ] {
        pages.push(browser.open(path).await);
    }
    for path in
        ["/", "/auth/users/me/", "/oauth/token", "/admin/api/clients", "/docs", "/pages/en/"]
    {
        pages.push(opened(house, path).await);
    }
    pages.push(house.post("/account/sign-in").form(&[("name", "x")]).await);
    pages.push(house.post("/oauth/authorize").body("text/plain", "x").await);
    let mut seen = 0;
    for said in &pages {
        // An answer of another kind is no page; it cannot be framed either.
        assert!(
            said.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{said:?}"
        );
        assert_eq!(said.header("x-frame-options"), "DENY", "{said:?}");
        if said.header("content-type").starts_with("text/html")
            && said.header("location").is_empty()
        {
            is_a_page(said);
            assert!(!said.text.contains("<script"), "{said:?}");
            seen += 1;
        }
    }
    assert!(seen >= 20, "{seen} pages of {}", pages.len());
    // With `no-referrer` browsers would send `Origin: null` with our own forms, which is refused.
    assert_eq!(pages[0].header("referrer-policy"), "same-origin");
}

/// A browser with the consent pages of two requests, of one person.
async fn two_pages(cast: &Cast) -> (Browser<'_>, Said, Said) {
    let browser = Browser::new(&cast.house);
    let page = browser.follow(&ask(&cast.conf, &[])).await;
    let on = browser.sign_in(&page, ALICE).await;
    let first = browser.follow(on.header("location")).await.with_status(200);
    let second = browser.follow(&ask(&cast.app, &[("scope", "read")])).await.with_status(200);
    assert!(first.text.contains("web-client") && second.text.contains("app-client"));
    (browser, first, second)
}

fn asked(page: &Said) -> String {
    between(&page.text, "name=\"ask\" value=\"", "\"").unwrap()
}

#[tokio::test]
async fn e055_what_was_shown_is_what_is_allowed() {
    let cast = Cast::open().await;
    let (browser, first, second) = two_pages(&cast).await;
    let (of_first, of_second) = (asked(&first), asked(&second));
    let own = token_of(&browser.open("/device").await);
    let mut rows = Rows::of(&cast.house).await;
    for (name, page, fields) in [
        ("the first page, the second request", &first, vec![("ask", of_second.as_str())]),
        ("the second page, the first request", &second, vec![("ask", of_first.as_str())]),
        ("the first page, no request", &first, vec![("ask", "")]),
        ("the first page, a bent request", &first, vec![("ask", &of_first[1..])]),
        ("a page that shows no request", &first, vec![("form_token", &own)]),
    ] {
        let fields = [&fields[..], &[("decision", "allow")]].concat();
        rows.refuse(name, browser.send(page, &fields), Must::Show(403)).await;
    }
    rows.end(5);
    let said = browser.send(&first, &[("decision", "allow")]).await;
    cast.house.redeem(&cast.conf, &sent(&said)["code"]).expect(200).await;
    let said = browser.send(&second, &[("decision", "allow")]).await;
    let said = cast.house.redeem(&cast.app, &sent(&said)["code"]).expect(200).await;
    assert_eq!(said.text_of("scope"), "read");
}

#[tokio::test]
async fn e055_another_person_in_the_browser_does_not_answer_what_was_asked_before() {
    let cast = Cast::open().await;
    cast.house.activated("bob").await;
    let (browser, first, second) = two_pages(&cast).await;
    let page = browser.open("/account/sign-in").await;
    browser.sign_in(&page, "bob@example.com").await.with_status(303);
    let (of_first, of_second) = (asked(&first), asked(&second));
    let mut rows = Rows::of(&cast.house).await;
    for (name, page, ask) in [
        ("the first page", &first, &of_first),
        ("the second page", &second, &of_second),
        ("the first page, the second request", &first, &of_second),
        ("the second page, the first request", &second, &of_first),
    ] {
        let fields = [("ask", ask.as_str()), ("decision", "allow")];
        rows.refuse(name, browser.send(page, &fields), Must::Show(403)).await;
    }
    let stranger = Browser::new(&cast.house);
    let place = format!("/account/consent?ask={of_first}");
    rows.refuse("in another browser", stranger.open(&place), Must::Show(400)).await;
    rows.end(5);
    // Asked anew, it is asked of whoever is there now.
    let page = browser.follow(&place).await.with_status(200);
    assert!(page.text.contains("bob@example.com") && !page.text.contains(ALICE), "{}", page.text);
}
