//! F22 to F26: two nodes on one database, and many who come to both at the same moment.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use cambio::sandbox::{NewToken, Provider, Sandbox};
use futures_util::future::join_all;

use crate::{
    browser::Browser,
    callers::{Caller, Said},
    cluster::Cluster,
    inspect,
    place::Place,
    post::Post,
    scene::{self, Scale},
    server::{self, Server},
    verdict::Verdict,
};

const CALLERS: usize = 8;

/// Two nodes on one PostgreSQL.
pub struct Pair {
    /// The emulated providers.
    pub sandbox: Sandbox,
    /// The first node.
    pub place: Place,
    /// Callers of each, who come again when they are put off.
    pub nodes: [Caller; 2],
    /// Callers of each, who do not.
    blunt: [Caller; 2],
    _servers: [Server; 2],
    _cluster: Cluster,
}

impl Pair {
    /// Starts them.
    pub async fn start(change: impl FnOnce(Place) -> Place) -> Self {
        let sandbox = scene::emulators().await;
        let cluster = Cluster::make(&[]).await;
        let place = change(Place::at(&cluster.url(), &sandbox).with("DATABASE__THREADS", 8));
        let other = place.beside();
        let (first, load) = scene::begin(&place).await;
        let (second, _) = Server::start(&other).await;
        let nodes = [load.patient.clone(), load.patient.at(&other.base)];
        let blunt = [load.caller.clone(), load.caller.at(&other.base)];
        Self { sandbox, place, nodes, blunt, _servers: [first, second], _cluster: cluster }
    }

    /// Everybody at the same moment, at either node in turn.
    async fn all<F: Future<Output = Said>>(
        &self,
        count: usize,
        call: impl Fn(Caller, usize) -> F,
    ) -> Vec<Said> {
        join_all((0..count).map(|who| call(self.blunt[who % 2].clone(), who))).await
    }

    async fn tokens(&self) -> Said {
        loop {
            let said = self.nodes[0].convert("yandex-oauth2", "ok-5").await.unwrap();
            if said.status == 200 {
                return said;
            }
        }
    }

    /// A registration whose letter has come; its address and the link.
    async fn invited(&self, post: &mut Post, email: &str) -> (String, String) {
        let said = self.nodes[0].register(email).await.unwrap();
        assert_eq!(said.status, 201, "{said:?}");
        letter_to(post, email).await
    }

    /// An account that may log in.
    pub async fn person(&self, email: &str) {
        let mut post = Post::new(self.place.mail());
        let link = self.invited(&mut post, email).await;
        let said = self.nodes[0].activate(&link).await.unwrap();
        assert_eq!(said.status, 204, "{said:?}");
    }
}

async fn letter_to(post: &mut Post, email: &str) -> (String, String) {
    let began = Instant::now();
    loop {
        post.look();
        if let Some(link) = post.take_link_to(email) {
            return link;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "no letter to {email}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn with_status(said: &[Said], status: u16) -> usize {
    said.iter().filter(|said| said.status == status).count()
}

/// Whoever is put off is told so and may come again: no error, on a busy machine.
fn server_errors(said: &[Said]) -> usize {
    let put_off = |said: &Said| said.status == 503 && said.retry_after;
    said.iter().filter(|said| said.status >= 500 && !put_off(said)).count()
}

/// Whether exactly one was served; or the one that was does not know it, because the answer was given up.
fn is_one(said: &[Said], status: u16) -> bool {
    let served = with_status(said, status);
    served == 1 || served == 0 && with_status(said, 503) > 0
}

/// F22: what one node revokes, the other refuses.
pub async fn revocations(scale: Scale) -> Verdict {
    let pair = Pair::start(|place| place).await;
    let mut verdict = Verdict::default();
    let (checks, at_a_time) = (scale.of(10_000, 400), 20);
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
    switched_off(&pair, &mut verdict, scale.of(20, 3)).await;
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
pub async fn refreshes(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let rounds = scale.of(1000, 40);
    for (how, grace) in [("grace", 10), ("strict", 0)] {
        let pair = Pair::start(|place| place.with("TOKENS__REFRESH_GRACE_SECONDS", grace)).await;
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
pub async fn codes(scale: Scale) -> Verdict {
    let pair = Pair::start(|place| place).await;
    let mut verdict = Verdict::default();
    pair.person("ada@example.com").await;
    let browser = Browser::at(&pair.place, "ada@example.com").await;
    let (rounds, mut odd, mut errors) = (scale.of(1000, 40), Vec::new(), 0);
    let mut later = 0;
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

/// F25: one mailed link, opened by eight at two nodes.
pub async fn links(scale: Scale) -> Verdict {
    let pair = Pair::start(|place| place).await;
    let mut verdict = Verdict::default();
    let mut post = Post::new(pair.place.mail());
    let (rounds, mut odd, mut errors) = (scale.of(500, 15), Vec::new(), 0);
    let mut later = 0;
    for round in 0..rounds {
        let email = format!("ada{round}@example.com");
        let link = pair.invited(&mut post, &email).await;
        let open = |node: Caller, _| {
            let link = link.clone();
            async move { node.activate(&link).await.unwrap() }
        };
        let activated = pair.all(CALLERS, open).await;
        let said = pair.nodes[1].forget(&email).await.unwrap();
        assert_eq!(said.status, 204, "{said:?}");
        let link = letter_to(&mut post, &email).await;
        let reset = |node: Caller, who: usize| {
            let link = link.clone();
            let password = format!("dormouse-kettle-{who}-7");
            async move { node.set_password(&link, &password).await.unwrap() }
        };
        let reset = pair.all(CALLERS, reset).await;
        for (what, said) in [("activation", activated), ("reset", reset)] {
            errors += server_errors(&said);
            later += with_status(&said, 503);
            if !is_one(&said, 204) {
                let all: Vec<u16> = said.iter().map(|said| said.status).collect();
                odd.push(format!("{what} {round}: {all:?}"));
            }
        }
    }
    verdict.tell("rounds", rounds);
    verdict.none("without_exactly_one_success", &odd);
    verdict.exactly("server_errors", errors, 0);
    verdict.tell("put_off", later);
    pair.sandbox.stop().await;
    verdict
}

/// F26: one person who registers sixteen times, and one who comes by a provider sixteen times.
pub async fn births(scale: Scale) -> Verdict {
    let pair = Pair::start(|place| place.with("HASHING__WAIT_MS", 20_000)).await;
    let mut verdict = Verdict::default();
    let (rounds, many) = (scale.of(500, 10), 16);
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
