//! 1.B: the proof that whoever redeems a code is who asked for it (019, 020).

use cambio::{
    domain::client::{ClientKind, ClientOptions},
    usecases::clients::RegisterClient,
};

use super::{
    cast::{Cast, posted, redeeming},
    rows::{Must, Rows},
};
use crate::oauth_server::flow::{VERIFIER, ask, challenge, redemption, web};

const BARE: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

#[tokio::test]
async fn b019_a_verifier_without_a_challenge_is_refused() {
    let cast = Cast::open().await;
    let options = ClientOptions { pkce_optional: true, ..ClientOptions::default() };
    let wish = RegisterClient { options, ..web("old-client", ClientKind::Confidential) };
    let old = cast.house.client_with(wish).await;
    let code = cast.code_with(&old, &BARE).await;
    let mut rows = Rows::of(&cast.house).await;
    let long = "a".repeat(129);
    for verifier in [VERIFIER, "short", &long] {
        let call = cast.house.token(&old, &redeeming(&code, "code_verifier", verifier));
        rows.refuse(verifier, call, Must::Say(400, "invalid_grant")).await;
    }
    rows.end(3);
    let fields: Vec<_> = redemption(&code).into_iter().take(3).collect();
    cast.house.token(&old, &fields).expect(200).await;
}

#[tokio::test]
async fn b019_a_challenge_that_was_sent_wants_its_verifier_even_of_an_old_client() {
    let cast = Cast::open().await;
    let options = ClientOptions { pkce_optional: true, ..ClientOptions::default() };
    let wish = RegisterClient { options, ..web("old-client", ClientKind::Confidential) };
    let old = cast.house.client_with(wish).await;
    let code = cast.code(&old).await;
    let mut rows = Rows::of(&cast.house).await;
    let bare: Vec<_> = redemption(&code).into_iter().take(3).collect();
    let none = cast.house.token(&old, &bare);
    rows.refuse("none", none, Must::Say(400, "invalid_request")).await;
    let empty = [&bare[..], &[("code_verifier", "")]].concat();
    let empty = cast.house.token(&old, &empty);
    rows.refuse("an empty one", empty, Must::Say(400, "invalid_grant")).await;
    rows.end(2);
    cast.house.redeem(&old, &code).expect(200).await;
}

#[tokio::test]
async fn b020_a_challenge_is_wanted_and_it_is_s256() {
    let cast = Cast::open().await;
    let wrong = Must::SendBack("invalid_request");
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let (odd, padded) = (format!("{}+/=", "a".repeat(40)), format!("{}=", challenge()));
    let mut rows = Rows::of(&cast.house).await;
    for client in [&cast.conf, &cast.app] {
        let bare = cast.house.get(&ask(client, &BARE));
        rows.refuse(format!("{} without a challenge", client.id), bare, wrong).await;
        let alone = cast.house.get(&ask(client, &[("code_challenge", "")]));
        rows.refuse(format!("{} with a method alone", client.id), alone, wrong).await;
        // RFC 7636 §4.3: one that is left out is `plain`.
        for method in ["plain", "", "s256", "S512", "S256 plain"] {
            let words = [("code_challenge_method", method)];
            let name = format!("{} by the method {method:?}", client.id);
            rows.refuse(&name, cast.house.get(&ask(client, &words)), wrong).await;
            rows.refuse(format!("{name} in a form"), posted(&cast.house, client, &words), wrong)
                .await;
        }
        for challenge in [&short, &long, &odd, &padded] {
            let words = [("code_challenge", challenge.as_str())];
            let name = format!("{} with the challenge {challenge}", client.id);
            rows.refuse(name, cast.house.get(&ask(client, &words)), wrong).await;
        }
    }
    rows.end(32);
    let told = cast.house.get("/.well-known/oauth-authorization-server").expect(200).await.json();
    assert_eq!(told["code_challenge_methods_supported"], serde_json::json!(["S256"]));
}

#[tokio::test]
async fn b020_a_verifier_that_is_none_is_refused() {
    let cast = Cast::open().await;
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let (nul, odd) = (format!("{VERIFIER}\0"), format!("{}+/=", "a".repeat(41)));
    let upper = VERIFIER.to_uppercase();
    let challenge = challenge();
    let invalid = Must::Say(400, "invalid_grant");
    for client in [&cast.conf, &cast.app] {
        let code = cast.code(client).await;
        let mut rows = Rows::of(&cast.house).await;
        for (name, verifier, must) in [
            ("none", "", Must::Say(400, "invalid_request")),
            ("42 letters", &short, invalid),
            ("129 letters", &long, invalid),
            ("one with a NUL", &nul, Must::Say(400, "invalid_request")),
            ("one of other letters", &odd, invalid),
            ("one of upper case", &upper, invalid),
            ("the challenge itself", &challenge, invalid),
            ("another one", "wrong-verifier-wrong-verifier-wrong-verifier-", invalid),
        ] {
            let fields = redeeming(&code, "code_verifier", verifier);
            let name = format!("{}: {name}", client.id);
            rows.refuse(name, cast.house.token(client, &fields), must).await;
        }
        rows.end(8);
        cast.house.redeem(client, &code).expect(200).await;
    }
}
