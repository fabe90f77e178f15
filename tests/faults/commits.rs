//! F14: the answer to a commit is lost on the way, and nobody knows whether it was kept.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::{
    browser::Browser,
    callers::{Caller, Said},
    cluster::Cluster,
    inspect,
    journal::below,
    place::Place,
    post::Post,
    proxy::{Proxy, Strike},
    scene::{self, Scale},
    server::{self, Server},
    verdict::Verdict,
};

/// A server whose commits can be struck.
struct Struck {
    place: Place,
    proxy: Proxy,
    caller: Caller,
    browser: Browser,
    _server: Server,
}

impl Struck {
    /// Calls with the next commit of something with these words struck; `None` when there was none.
    async fn call(
        &self,
        (round, words): (usize, &'static str),
        call: impl Future<Output = Said>,
    ) -> Option<Said> {
        // Silence costs the deadline of a deed: one in ten.
        let strike = match round % 10 {
            0 => Strike::Silence,
            1..=5 => Strike::AnswerLost,
            _ => Strike::CommitLost,
        };
        let before = self.proxy.struck();
        self.proxy.arm(strike, words);
        let said = call.await;
        self.proxy.disarm();
        (self.proxy.struck() > before && said.status >= 500).then_some(said)
    }
}

/// F14.
pub async fn ambiguous(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let cluster = Cluster::make(&[]).await;
    let proxy = Proxy::before(cluster.port());
    let place = Place::at(&cluster.url(), &sandbox)
        .with("DATABASE__URL", proxy.instead(&cluster.url()))
        // A deed that hears nothing gives up sooner than by default: there are many of them.
        .with("DATABASE__STATEMENT_TIMEOUT_MS", 500)
        .with("DATABASE__LOCK_TIMEOUT_MS", 400)
        .with("PRUNE__INTERVAL_SECONDS", 3600)
        .with("HASHING__WAIT_MS", 20_000);
    let (server, load) = scene::begin(&place).await;
    let browser = person(&place, &load.patient).await;
    let struck = Struck { place, proxy, caller: load.caller, browser, _server: server };
    let mut verdict = Verdict::default();
    let rounds = scale.of(1000, 20);
    refreshes(&struck, rounds, &mut verdict).await;
    codes(&struck, rounds, &mut verdict).await;
    registrations(&struck, rounds, &mut verdict).await;
    if !verdict.missed().is_empty() {
        server::complain(&struck.place);
    }
    sandbox.stop().await;
    verdict
}

/// Somebody whose browser has let the client in.
async fn person(place: &Place, caller: &Caller) -> Browser {
    let email = "ada@example.com";
    assert_eq!(caller.register(email).await.unwrap().status, 201);
    let (mut post, began) = (Post::new(place.mail()), Instant::now());
    let link = loop {
        post.look();
        if let Some(link) = post.take_link_to(email) {
            break link;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "no letter");
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(caller.activate(&link).await.unwrap().status, 204);
    Browser::at(place, email).await
}

async fn refreshes(struck: &Struck, rounds: usize, verdict: &mut Verdict) {
    let (mut done, mut odd, mut statuses) = (0, Vec::new(), BTreeMap::<u16, usize>::new());
    let caller = &struck.caller;
    let mut tries = 0;
    while done < rounds && tries < rounds * 3 {
        tries += 1;
        let said = caller.patient().convert("yandex-oauth2", "ok-5").await.unwrap();
        let (token, old) = (said.text("refresh_token"), said.text("access_token"));
        // Known by heart from now on, where the deed does not say that it has ended.
        assert_eq!(caller.patient().bearer_opens(&old).await.unwrap().status, 200);
        let call = async { caller.refresh(&token).await.unwrap() };
        let Some(lost) = struck.call((done, "update refresh_tokens"), call).await else { continue };
        done += 1;
        *statuses.entry(lost.status).or_default() += 1;
        let first = caller.patient().refresh(&token).await.unwrap();
        let second = caller.patient().refresh(&token).await.unwrap();
        let same = first.status == 200 && first.body == second.body;
        let opens = same && {
            let said = caller.patient().bearer_opens(&first.text("access_token")).await.unwrap();
            said.status == 200
        };
        let ended = caller.patient().bearer_opens(&old).await.unwrap().status == 401;
        if !same || !opens || !ended || lost.status != 503 {
            let told = (lost.status, first.status, second.status);
            odd.push(format!("{tries}: {told:?}, opens {opens}, the old one ended {ended}"));
        }
    }
    verdict.at_least("refreshes", done, rounds);
    verdict.none("refreshes_not_answered_alike", &odd);
    let rest = "from families f where revoked_at is null and how = 'convert_token' and 1 <> \
        (select count(*) from refresh_tokens r where r.family_id = f.id and consumed_at is null)";
    let tips = inspect::count(&struck.place, rest).await;
    verdict.exactly("refresh_families_without_one_tip", tips, 0);
}

async fn codes(struck: &Struck, rounds: usize, verdict: &mut Verdict) {
    let (mut done, mut tries, mut odd) = (0, 0, Vec::new());
    let (mut served, mut refused) = (0, 0);
    while done < rounds && tries < rounds * 3 {
        tries += 1;
        let Some(code) = struck.browser.code().await else { continue };
        let call = async { struck.browser.redeem(&struck.caller, &code).await.unwrap() };
        let Some(lost) = struck.call((done, "UPDATE \"codes\""), call).await else { continue };
        done += 1;
        let again = loop {
            let said = struck.browser.redeem(&struck.caller, &code).await.unwrap();
            if said.status != 503 {
                break said;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        match (lost.status, again.status) {
            (503, 200) => served += 1,
            (503, 400) if again.body["error"] == "invalid_grant" => refused += 1,
            other => odd.push(format!("{tries}: {other:?}")),
        }
    }
    verdict.at_least("codes", done, rounds);
    verdict.tell("codes_redeemed_by_the_retry", served);
    verdict.tell("codes_refused_by_the_retry", refused);
    verdict.none("codes_odd", &odd);
    // A retry that is refused has ended what the first try made: nobody holds its tokens.
    let rest = "from codes c join families f on f.id = c.family_id where f.revoked_at is null";
    let live = inspect::count(&struck.place, rest).await;
    verdict.at_most("codes_with_a_live_family", live, served + tries - done);
}

async fn registrations(struck: &Struck, rounds: usize, verdict: &mut Verdict) {
    let (mut done, mut tries, mut odd, mut told) = (0, 0, Vec::new(), 0);
    while done < rounds && tries < rounds * 3 {
        tries += 1;
        let email = format!("person{:x}@example.com", below(usize::MAX));
        let call = async { struck.caller.register(&email).await.unwrap() };
        let Some(lost) = struck.call((done, "INSERT INTO \"accounts\""), call).await else {
            continue;
        };
        done += 1;
        let again = struck.caller.patient().register(&email).await.unwrap();
        let rest = format!("from accounts where email = '{email}'");
        let accounts = inspect::count(&struck.place, &rest).await;
        told += usize::from(again.status == 201);
        // Kept by the lost commit, the address is known by now, and the retry says so.
        if lost.status != 503 || !matches!(again.status, 201 | 400) || accounts != 1 {
            odd.push(format!("{tries}: {} {} {accounts} accounts", lost.status, again.status));
        }
    }
    verdict.at_least("registrations", done, rounds);
    verdict.tell("registrations_made_by_the_retry", told);
    verdict.none("registrations_odd", &odd);
}
