//! F22 to F26: what two nodes on one database make of many who come at the same moment; of links in `links.rs`.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use cambio::sandbox::{NewToken, Provider};
use futures_util::future::join_all;

use crate::{
    browser::Browser,
    callers::{Caller, Said},
    inspect,
    pair::{CALLERS, On, Pair, server_errors, with_status},
    server,
    verdict::Verdict,
};

/// Whether exactly one was served; or the one that was does not know it, because the answer was given up.
fn is_one(said: &[Said], status: u16) -> bool {
    let served = with_status(said, status);
    served == 1 || served == 0 && with_status(said, 503) > 0
}

/// F22: what one node revokes, the other refuses: so many checks, and so many people who are switched off.
pub async fn revocations(on: On, (checks, people): (usize, usize)) -> Verdict {
    let pair = Pair::start(on, |place| place).await;
    let mut verdict = Verdict::default();
    let at_a_time = 20;
    let (mut late, mut asked, mut latest) = (Vec::new(), 0, Duration::ZERO);
    while asked < checks {
        let grants = join_all((0..at_a_time).map(|_| pair.tokens())).await;
        let ends = grants.iter().map(|grant| async {
            let access = grant.text("access_token");
            assert_eq!(pair.nodes[1].bearer_opens(&access).await.unwrap().status, 200);
            assert_eq!(pair.nodes[0].revoke(&access).await.unwrap().status, 204);
            let ended = Instant::now();
            let mut taken = None;
            for _ in 0..5 {
                let asked = ended.elapsed();
                if pair.nodes[1].bearer_opens(&access).await.unwrap().status != 401 {
                    taken = Some(asked);
                }
            }
            taken
        });
        let taken: Vec<Option<Duration>> = join_all(ends).await;
        asked += 5 * at_a_time;
        for at in taken.into_iter().flatten() {
            latest = latest.max(at);
            if at > Duration::from_millis(100) {
                late.push(at);
            }
        }
    }
    verdict.at_least("checks", asked, checks);
    verdict.none("taken_later_than_100_ms", &late);
    verdict.took("taken_at_the_latest_after", latest);
    switched_off(&pair, &mut verdict, people).await;
    pair.sandbox.stop().await;
    verdict
}

/// Accounts that the operator switches off: their tokens are over at the other node.
async fn switched_off(pair: &Pair, verdict: &mut Verdict, rounds: usize) {
    let mut taken = 0;
    for round in 0..rounds {
        let email = format!("off{round}@example.com");
        pair.person(&email).await;
        let said = pair.nodes[1].log_in(&email).await.unwrap();
        let token = said.text("auth_token");
        assert_eq!(pair.nodes[1].token_opens(&token).await.unwrap().status, 200);
        server::run(&pair.place, &["account", "deactivate", &email]);
        let said = pair.nodes[1].token_opens(&token).await.unwrap();
        taken += usize::from(said.status != 401);
    }
    verdict.exactly("taken_of_accounts_switched_off", taken, 0);
}

/// F23: one refresh token, shown by eight at two nodes, with and without grace.
pub async fn refreshes(on: On, rounds: usize) -> Verdict {
    let mut verdict = Verdict::default();
    for (how, grace) in [("grace", 10), ("strict", 0)] {
        let pair = Pair::start(on, |p| p.with("TOKENS__REFRESH_GRACE_SECONDS", grace)).await;
        let (mut odd, mut errors, mut later) = (Vec::new(), 0, 0);
        let mut token = pair.tokens().await.text("refresh_token");
        for round in 0..rounds {
            if grace == 0 {
                token = pair.tokens().await.text("refresh_token");
            }
            let said = pair
                .all(CALLERS, |node, _| {
                    let token = token.clone();
                    async move { node.refresh(&token).await.unwrap() }
                })
                .await;
            errors += server_errors(&said);
            let pairs: BTreeSet<String> = said
                .iter()
                .filter(|said| said.status == 200)
                .map(|said| said.body.to_string())
                .collect();
            let (served, put_off) = (with_status(&said, 200), with_status(&said, 503));
            let all = served + put_off == CALLERS && pairs.len() <= 1;
            let right = if grace == 0 { is_one(&said, 200) } else { all };
            later += put_off;
            if !right {
                odd.push(format!("round {round}: {served} served, {} pairs", pairs.len()));
            }
            if let Some(said) = said.iter().find(|said| said.status == 200) {
                token = said.text("refresh_token");
            }
        }
        verdict.tell(&format!("{how}_rounds"), rounds);
        verdict.none(&format!("{how}_rounds_without_one_success_or_pair"), &odd);
        verdict.exactly(&format!("{how}_server_errors"), errors, 0);
        verdict.tell(&format!("{how}_put_off"), later);
        // With grace all rounds are one family, without each is one of its own.
        let families = if grace == 0 { rounds + 1 } else { 1 };
        let tokens = inspect::count(&pair.place, "from refresh_tokens").await;
        verdict.exactly(&format!("{how}_generations"), tokens, rounds + families);
        pair.sandbox.stop().await;
    }
    verdict
}

/// F24: one authorization code, shown by eight at two nodes.
pub async fn codes(on: On, rounds: usize) -> Verdict {
    let pair = Pair::start(on, |place| place).await;
    let mut verdict = Verdict::default();
    pair.person("ada@example.com").await;
    let browser = Browser::at(&pair.place, "ada@example.com").await;
    let (mut odd, mut errors, mut later) = (Vec::new(), 0, 0);
    for round in 0..rounds {
        let code = browser.code().await.expect("a code");
        let redeem = |node: Caller, _| {
            let (browser, code) = (&browser, code.clone());
            async move { browser.redeem(&node, &code).await.unwrap() }
        };
        let said = pair.all(CALLERS, redeem).await;
        errors += server_errors(&said);
        let served = with_status(&said, 200);
        later += with_status(&said, 503);
        if !is_one(&said, 200) {
            odd.push(format!("round {round}: {served} served"));
        }
    }
    verdict.tell("rounds", rounds);
    verdict.none("rounds_without_exactly_one_success", &odd);
    verdict.exactly("server_errors", errors, 0);
    verdict.tell("put_off", later);
    let families = inspect::count(&pair.place, "from families where how <> 'password'").await;
    verdict.tell("families", families);
    pair.sandbox.stop().await;
    verdict
}

/// F26: one person who registers sixteen times, and one who comes by a provider sixteen times.
pub async fn births(on: On, rounds: usize) -> Verdict {
    let pair = Pair::start(on, |place| place.with("HASHING__WAIT_MS", 20_000)).await;
    let mut verdict = Verdict::default();
    let many = 16;
    let (mut odd, mut errors, mut later) = (Vec::new(), 0, 0);
    for round in 0..rounds {
        let register = |node: Caller, who: usize| async move {
            // Each in letters of another size.
            let name = if who.is_multiple_of(2) { "Ada" } else { "aDA" };
            node.register(&format!("{name}{round}@Example.com")).await.unwrap()
        };
        let said = pair.all(many, register).await;
        errors += server_errors(&said);
        later += with_status(&said, 503);
        if !is_one(&said, 201) {
            odd.push(format!("registration {round}: {} served", with_status(&said, 201)));
        }
        for who in 0..many {
            let name = format!("new-{round}-{who}");
            let mut token = NewToken::new(Provider::Yandex, &name, &format!("{}", 7000 + round));
            token.email = Some(format!("bob{round}@yandex.ru"));
            pair.sandbox.add_token(token);
        }
        let convert = |node: Caller, who: usize| async move {
            node.convert("yandex-oauth2", &format!("new-{round}-{who}")).await.unwrap()
        };
        let said = pair.all(many, convert).await;
        errors += server_errors(&said);
        later += with_status(&said, 503);
        if with_status(&said, 200) + with_status(&said, 503) != many {
            odd.push(format!("conversion {round}: {} served", with_status(&said, 200)));
        }
    }
    verdict.tell("rounds", rounds);
    verdict.none("odd_rounds", &odd);
    verdict.exactly("server_errors", errors, 0);
    verdict.tell("put_off", later);
    verdict.exactly("accounts", inspect::count(&pair.place, "from accounts").await, 2 * rounds);
    pair.sandbox.stop().await;
    verdict
}
