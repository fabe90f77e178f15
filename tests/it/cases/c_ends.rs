//! 1.C: what ends a refresh token for good, within the grace and without it (028, 034, 035).

use chrono::TimeDelta;
use serde_json::json;

use super::{
    cast::{ALICE, Cast, pair},
    rows::{Must, Rows},
};
use crate::{
    oauth_server::browser::{Browser, sent},
    support::{Call, callers::PASSWORD},
};

const INVALID: Must = Must::Say(400, "invalid_grant");
const NEW: &str = "walrus-oyster-17";

/// What ends a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    RefreshRevoked,
    AccessRevoked,
    UsedRefreshRevoked,
    DotRevoked,
    DrfRevoked,
    SessionsEnded,
    RefreshTokensEnded,
    AccessWithdrawn,
    PasswordChanged,
    PasswordReset,
    SwitchedOff,
    OffAndOn,
    Deleted,
    ClientDisabled,
    ClientDeleted,
}

const ENDS: [(End, Must); 15] = [
    (End::RefreshRevoked, INVALID),
    (End::AccessRevoked, INVALID),
    (End::UsedRefreshRevoked, INVALID),
    (End::DotRevoked, INVALID),
    (End::DrfRevoked, INVALID),
    (End::SessionsEnded, INVALID),
    (End::RefreshTokensEnded, INVALID),
    (End::AccessWithdrawn, INVALID),
    (End::PasswordChanged, INVALID),
    (End::PasswordReset, INVALID),
    (End::SwitchedOff, INVALID),
    (End::OffAndOn, INVALID),
    (End::Deleted, INVALID),
    (End::ClientDisabled, Must::Say(401, "invalid_client")),
    (End::ClientDeleted, Must::Say(401, "invalid_client")),
];

/// Alice in a browser and with tokens of the confidential client.
struct Alice<'h> {
    cast: &'h Cast,
    browser: Browser<'h>,
    /// Used up.
    first: (String, String),
    /// Good.
    second: (String, String),
}

impl<'h> Alice<'h> {
    async fn of(cast: &'h Cast) -> Self {
        let browser = Browser::new(&cast.house);
        let code = sent(&browser.allow(&cast.conf, ALICE, &[]).await)["code"].clone();
        let first = pair(&cast.house.redeem(&cast.conf, &code).expect(200).await);
        let second = cast.rotated(&cast.conf, &first.1).await;
        Self { cast, browser, first, second }
    }

    /// The call that revokes, if it is one.
    fn revokes(&self, end: End) -> Option<Call> {
        let house = &self.cast.house;
        let revoke = |path: &str, token: &str| {
            house.post(path).form(&self.cast.conf.signed(&[("token", token)])).expect(200)
        };
        let drf = |path: &str| {
            let call = house.post(path).bearer(&self.second.0).expect(204);
            call.json(&json!({ "client_id": self.cast.conf.id }))
        };
        Some(match end {
            End::RefreshRevoked => revoke("/oauth/revoke", &self.second.1),
            End::AccessRevoked => revoke("/oauth/revoke", &self.second.0),
            End::UsedRefreshRevoked => revoke("/oauth/revoke", &self.first.1),
            End::DotRevoked => revoke("/o/revoke_token/", &self.second.1),
            End::DrfRevoked => drf("/auth/revoke-token/"),
            End::SessionsEnded => drf("/auth/invalidate-sessions/"),
            End::RefreshTokensEnded => drf("/auth/invalidate-refresh-tokens/"),
            _ => return None,
        })
    }

    async fn end(&self, end: End) {
        let house = &self.cast.house;
        if let Some(call) = self.revokes(end) {
            call.await;
            return;
        }
        match end {
            End::AccessWithdrawn => {
                let page = self.browser.open("/account").await.with_status(200);
                let fields = [("client_id", self.cast.conf.id.as_str())];
                self.browser.send(&page, &fields).await.with_status(303);
            }
            End::PasswordChanged => {
                let token = house.log_in(ALICE).expect(200).await.text_of("auth_token");
                let body = json!({ "current_password": PASSWORD, "new_password": NEW });
                let call = house.post("/auth/users/set_password/").token(&token).json(&body);
                call.expect(204).await;
            }
            End::PasswordReset => {
                let body = json!({ "email": ALICE });
                house.post("/auth/users/reset_password/").json(&body).expect(204).await;
                let (uid, token) = house.mail.link_to(ALICE).await;
                let body = json!({ "uid": uid, "token": token, "new_password": NEW });
                let path = "/auth/users/reset_password_confirm/";
                house.post(path).json(&body).expect(204).await;
            }
            End::SwitchedOff => house.deactivate(ALICE).await,
            End::OffAndOn => {
                house.deactivate(ALICE).await;
                house.reactivate(ALICE).await;
            }
            End::Deleted => house.delete_account(ALICE).await,
            End::ClientDisabled => self.cast.disable(&self.cast.conf).await,
            _ => house.tamper("delete from clients where client_id = 'web-client'").await,
        }
    }
}

#[tokio::test]
async fn c028_c034_what_has_ended_is_not_refreshed_within_the_grace_or_without_it() {
    for (end, must) in ENDS {
        let cast = Cast::open().await;
        let alice = Alice::of(&cast).await;
        alice.end(end).await;
        let mut rows = Rows::of(&cast.house).await;
        for (name, token) in [("within the grace", &alice.first.1), ("open", &alice.second.1)] {
            let call = cast.refresh(&cast.conf, token);
            rows.refuse(format!("{end:?}, {name}"), call, must).await;
        }
        // Who ends refresh tokens alone leaves the access token to its hour, as that contract has it.
        let wanted = if end == End::RefreshTokensEnded { 200 } else { 401 };
        let name = format!("{end:?}, the access token");
        rows.refuse(name, cast.house.me(&alice.second.0), Must::Be(wanted)).await;
        rows.end(3);
    }
}

/// Whoever signs out of our pages, or out of a dialect, ends that session. What was allowed to applications is
/// ended by its own calls: OpenID Connect RP-Initiated Logout 1.0 §2 is about the session at the provider, and
/// djoser's contract about the auth token.
#[tokio::test]
async fn c034_signing_out_here_is_not_the_end_of_what_an_application_was_given() {
    let cast = Cast::open().await;
    let alice = Alice::of(&cast).await;
    let token = cast.house.log_in(ALICE).expect(200).await.text_of("auth_token");
    cast.house.post("/auth/token/logout/").token(&token).expect(204).await;
    let page = alice.browser.open("/oauth/logout").await.with_status(200);
    alice.browser.send(&page, &[]).await;
    assert_eq!(alice.browser.cookie("cambio-session"), None);

    cast.house.me(&alice.second.0).expect(200).await;
    cast.rotated(&cast.conf, &alice.second.1).await;
}

#[tokio::test]
async fn c035_after_ninety_days_a_grant_is_over_however_it_was_used() {
    let cast = Cast::open().await;
    let (_, mut token) = pair(&cast.tokens().await);
    for _ in 0..6 {
        cast.house.forward(TimeDelta::days(13));
        token = cast.rotated(&cast.conf, &token).await.1;
    }
    cast.house.forward(TimeDelta::days(12) - TimeDelta::seconds(1));
    let (access, token) = cast.rotated(&cast.conf, &token).await;
    cast.house.forward(TimeDelta::seconds(1));
    let mut rows = Rows::of(&cast.house).await;
    rows.refuse("after ninety days", cast.refresh(&cast.conf, &token), INVALID).await;
    let named = cast.conf.signed(&[("token", &token)]);
    let call = cast.house.post("/oauth/introspect").form(&named);
    rows.refuse("introspected", call, Must::Tell("{\"active\":false}")).await;
    rows.refuse("its access token", cast.house.me(&access), Must::Be(401)).await;
    rows.end(3);
}

#[tokio::test]
async fn c035_a_refresh_token_that_rests_two_weeks_is_over() {
    let cast = Cast::open().await;
    let (_, token) = pair(&cast.tokens().await);
    cast.house.forward(TimeDelta::days(14) - TimeDelta::seconds(1));
    let (_, token) = cast.rotated(&cast.conf, &token).await;
    cast.house.forward(TimeDelta::days(14));
    let mut rows = Rows::of(&cast.house).await;
    rows.refuse("after two weeks", cast.refresh(&cast.conf, &token), INVALID).await;
    rows.end(1);
}
