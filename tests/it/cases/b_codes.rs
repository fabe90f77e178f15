//! 1.B: redeeming a code (013 to 017, 023).

use cambio::domain::client::RedirectUri;
use serde_json::json;

use super::{
    cast::{ALICE, Cast, confidential, pair, redeeming},
    rows::{Must, Rows},
    state::State,
};
use crate::{
    oauth_server::{
        browser::{Browser, sent},
        flow::{VERIFIER, ask, redemption},
    },
    support::{OAuthClient, callers::PASSWORD, logs},
};

const INVALID: Must = Must::Say(400, "invalid_grant");

#[tokio::test]
async fn b013_a_code_redeemed_twice_ends_what_came_of_it() {
    for generations in [0, 1, 3] {
        let cast = Cast::open().await;
        let code = cast.code(&cast.conf).await;
        let mut shown = vec![pair(&cast.house.redeem(&cast.conf, &code).expect(200).await)];
        for _ in 0..generations {
            let next = cast.rotated(&cast.conf, &shown.last().unwrap().1).await;
            shown.push(next);
        }
        let other = cast.tokens().await;

        let said = cast.house.redeem(&cast.conf, &code).expect(400).await.error("invalid_grant");

        for (access, refresh) in &shown {
            assert!(!cast.is_live(access).await && !cast.is_live(refresh).await);
            cast.house.me(access).expect(401).await;
            cast.house.get("/oauth/userinfo").bearer(access).expect(401).await;
            cast.refresh(&cast.conf, refresh).expect(400).await.error("invalid_grant");
        }
        assert!(cast.is_live(&other.text_of("access_token")).await);
        let log = logs::lines_with("a code was redeemed twice; what came of it ends");
        assert!(!log.is_empty() && log.iter().all(|line| line.contains("WARN")), "{said:?}");
        // A third time there is nothing left to end.
        let mut rows = Rows::of(&cast.house).await;
        rows.refuse("again", cast.house.redeem(&cast.conf, &code), INVALID).await;
        rows.end(1);
    }
}

#[tokio::test]
async fn b014_a_used_code_with_wrong_parameters_ends_nothing() {
    let cast = Cast::open().await;
    let code = cast.code(&cast.conf).await;
    let (access, refresh) = pair(&cast.house.redeem(&cast.conf, &code).expect(200).await);
    let wrong = VERIFIER.replace('d', "e");
    let thief = OAuthClient { secret: Some("cs_wrong".to_owned()), ..cast.conf.clone() };
    let unnamed = cast.house.post("/oauth/token").form(&redemption(&code));
    let mut rows = Rows::of(&cast.house).await;
    for (name, client, fields, must) in [
        ("a wrong verifier", &cast.conf, redeeming(&code, "code_verifier", &wrong), INVALID),
        ("a short verifier", &cast.conf, redeeming(&code, "code_verifier", "short"), INVALID),
        (
            "no verifier",
            &cast.conf,
            redeeming(&code, "code_verifier", ""),
            Must::Say(400, "invalid_request"),
        ),
        (
            "another place",
            &cast.conf,
            redeeming(&code, "redirect_uri", "https://app.example/other"),
            INVALID,
        ),
        (
            "no place",
            &cast.conf,
            redeeming(&code, "redirect_uri", ""),
            Must::Say(400, "invalid_request"),
        ),
        ("another client", &cast.conf2, redemption(&code).to_vec(), INVALID),
        ("a public client", &cast.app, redemption(&code).to_vec(), INVALID),
        ("a wrong secret", &thief, redemption(&code).to_vec(), Must::Say(401, "invalid_client")),
    ] {
        rows.refuse(name, cast.house.token(client, &fields), must).await;
    }
    rows.refuse("no client", unnamed, Must::Say(401, "invalid_client")).await;
    rows.end(9);
    assert!(cast.is_live(&access).await && cast.is_live(&refresh).await);
}

#[tokio::test]
async fn b016_another_clients_code_is_unknown_and_not_burned() {
    let cast = Cast::open().await;
    let code = cast.code(&cast.conf).await;
    let fields = redemption(&code);
    let secret = cast.conf2.secret.clone().unwrap();
    let conf = OAuthClient { secret: None, ..cast.conf.clone() };
    let mixed = OAuthClient { secret: Some(secret.clone()), ..cast.conf.clone() };
    let by_header = || cast.house.post("/oauth/token").basic(&cast.conf2.id, &secret);
    let named = [&[("client_id", cast.conf.id.as_str())], &fields[..]].concat();
    let unknown = Must::Say(401, "invalid_client");
    let mut rows = Rows::of(&cast.house).await;
    for (name, call, must) in [
        ("another confidential client", cast.house.token(&cast.conf2, &fields), INVALID),
        ("the same by the header", by_header().form(&fields), INVALID),
        ("a public client", cast.house.token(&cast.app, &fields), INVALID),
        ("its own name without a secret", cast.house.token(&conf, &fields), unknown),
        ("its own name, the other's secret", cast.house.token(&mixed, &fields), unknown),
        (
            "the other's header, its own name",
            by_header().form(&named),
            Must::Say(400, "invalid_request"),
        ),
        (
            "a client without the grant",
            cast.house.token(&cast.machine, &fields),
            Must::Say(400, "unauthorized_client"),
        ),
    ] {
        rows.refuse(name, call, must).await;
    }
    rows.end(7);
    cast.house.redeem(&cast.conf, &code).expect(200).await;
}

#[tokio::test]
async fn b017_the_place_of_the_request_is_that_of_the_redemption() {
    let cast = Cast::open().await;
    let mut wish = confidential("two-places");
    wish.redirect_uris.push(RedirectUri::parse("https://app.example/other").unwrap());
    let client = cast.house.client_with(wish).await;
    let code = cast.code(&client).await;
    let mut rows = Rows::of(&cast.house).await;
    for place in [
        // Registered, and not the one that was asked with.
        "https://app.example/other",
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/cb?x=1",
        "https://app.example/cb#",
        "https://app.example/a/../cb",
        "https://app.example:443/cb",
        "https://APP.example/cb",
        "http://app.example/cb",
    ] {
        let call = cast.house.token(&client, &redeeming(&code, "redirect_uri", place));
        rows.refuse(place, call, INVALID).await;
    }
    let none = cast.house.token(&client, &redeeming(&code, "redirect_uri", ""));
    rows.refuse("none", none, Must::Say(400, "invalid_request")).await;
    let odd = cast.house.token(&client, &redeeming(&code, "redirect_uri", "not an address"));
    rows.refuse("what is no address", odd, Must::Say(400, "invalid_request")).await;
    rows.end(11);
    cast.house.redeem(&client, &code).expect(200).await;
}

/// What becomes of Alice, her consent or the client between her yes and the redemption.
#[derive(Debug, Clone, Copy)]
enum Meanwhile {
    SwitchedOff,
    OffAndOn,
    Deleted,
    PasswordChanged,
    PasswordReset,
    ConsentWithdrawn,
    ClientDisabled,
    GrantTaken,
    ScopeTaken,
}

async fn happens(cast: &Cast, browser: &Browser<'_>, what: Meanwhile) {
    let house = &cast.house;
    match what {
        Meanwhile::SwitchedOff => house.deactivate(ALICE).await,
        Meanwhile::OffAndOn => {
            house.deactivate(ALICE).await;
            house.reactivate(ALICE).await;
        }
        Meanwhile::Deleted => house.delete_account(ALICE).await,
        Meanwhile::PasswordChanged => {
            let token = house.log_in(ALICE).expect(200).await.text_of("auth_token");
            let body = json!({ "current_password": PASSWORD, "new_password": "walrus-oyster-17" });
            let call = house.post("/auth/users/set_password/").token(&token).json(&body);
            call.expect(204).await;
        }
        Meanwhile::PasswordReset => {
            let body = json!({ "email": ALICE });
            house.post("/auth/users/reset_password/").json(&body).expect(204).await;
            let (uid, token) = house.mail.link_to(ALICE).await;
            let body = json!({ "uid": uid, "token": token, "new_password": "walrus-oyster-17" });
            house.post("/auth/users/reset_password_confirm/").json(&body).expect(204).await;
        }
        Meanwhile::ConsentWithdrawn => {
            let page = browser.open("/account").await.with_status(200);
            browser.send(&page, &[("client_id", &cast.conf.id)]).await.with_status(303);
        }
        Meanwhile::ClientDisabled => cast.disable(&cast.conf).await,
        Meanwhile::GrantTaken => {
            house
                .tamper(
                    "update clients set grants = 'refresh_token' where client_id = 'web-client'",
                )
                .await;
        }
        Meanwhile::ScopeTaken => {
            house
                .tamper("update clients set scopes = 'openid' where client_id = 'web-client'")
                .await;
        }
    }
}

#[tokio::test]
async fn b023_a_code_dies_with_what_it_stands_on() {
    for (what, must) in [
        (Meanwhile::SwitchedOff, INVALID),
        (Meanwhile::OffAndOn, INVALID),
        (Meanwhile::Deleted, INVALID),
        (Meanwhile::PasswordChanged, INVALID),
        (Meanwhile::PasswordReset, INVALID),
        (Meanwhile::ConsentWithdrawn, INVALID),
        // The client is nobody any more, before anybody looks at the code (case 043).
        (Meanwhile::ClientDisabled, Must::Say(401, "invalid_client")),
        (Meanwhile::GrantTaken, Must::Say(400, "unauthorized_client")),
        (Meanwhile::ScopeTaken, Must::Say(400, "invalid_scope")),
    ] {
        let cast = Cast::open().await;
        let browser = Browser::new(&cast.house);
        let back = browser.allow(&cast.conf, ALICE, &[("scope", "read write")]).await;
        let code = sent(&back)["code"].clone();
        happens(&cast, &browser, what).await;
        let mut rows = Rows::of(&cast.house).await;
        rows.refuse(format!("{what:?}"), cast.house.redeem(&cast.conf, &code), must).await;
        rows.end(1);
    }
}

#[tokio::test]
async fn b023_a_yes_of_a_session_that_has_ended_makes_no_code() {
    let cast = Cast::open().await;
    let browser = Browser::new(&cast.house);
    let page = browser.follow(&ask(&cast.conf, &[])).await;
    let on = browser.sign_in(&page, ALICE).await;
    let consent = browser.follow(on.header("location")).await.with_status(200);
    cast.house.deactivate(ALICE).await;
    let before = State::of(&cast.house).await;
    let said = browser.send(&consent, &[("decision", "allow")]).await;
    assert!(!said.header("location").contains("code="), "{said:?}");
    assert_eq!(before.changed(&State::of(&cast.house).await), Vec::<String>::new());
}
