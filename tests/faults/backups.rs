//! F32: copies made beside a server at work, put back, and shown everything that was acknowledged.

use std::time::{Duration, Instant};

use cambio::sandbox::Sandbox;
use futures_util::future::join_all;
use tokio::time::sleep;

use crate::{
    callers::Caller,
    cluster::Cluster,
    copies::{Found, Span},
    inspect,
    load::Load,
    many,
    pair::letter_to,
    place::Place,
    post::Post,
    scene::{self, Scale},
    server::{self, Server},
    verdict::Verdict,
};

/// Somebody who was there before any copy.
const ADA: &str = "ada@example.com";
/// How much is asked of a server that is copied, each second.
const RATE: u32 = 100;
/// Before a copy begins, and after it is there.
const BESIDE: Duration = Duration::from_millis(700);
/// How many grants are revoked once a copy is there.
const STOLEN: usize = 5;

/// F32.
pub async fn put_back(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let sandbox = scene::emulators().await;
    verdict.add("sqlite", of_a_file(&sandbox, scale.of(20, 3)).await);
    verdict.add("postgres", of_a_cluster(&sandbox, scale.of(3, 1)).await);
    let people = scale.of(1_000_000, 10_000);
    verdict.add("sqlite, many", many::in_a_file(&sandbox, people).await);
    verdict.add("postgres, many", many::in_a_cluster(&sandbox, people).await);
    sandbox.stop().await;
    verdict
}

/// Copies of one file, each put back as it is, and once more with everything ended.
async fn of_a_file(sandbox: &Sandbox, rounds: usize) -> Verdict {
    let mut tally = Tally::default();
    let place = Place::with_file(sandbox);
    let (server, load) = scene::begin(&place).await;
    let ada = come_in(&place, &load.patient).await;
    for round in 0..rounds {
        let copy = place.file(&format!("copy-{round}"));
        let copy = copy.to_str().unwrap();
        let span = tally.copied(&load, server::run_beside(&place, &["backup", copy])).await;
        let there = Place::with_file(sandbox);
        server::run(&there, &["restore", copy]);
        tally.as_it_was(&there, &load, (&span, &ada)).await;
        let there = Place::with_file(sandbox);
        server::run(&there, &["restore", copy, "--bump-epoch"]);
        tally.all_ended(&there, &load, (&span, &ada)).await;
    }
    drop(server);
    tally.verdict(rounds)
}

/// Base backups of clusters that die some time later, brought as far as their archives go.
async fn of_a_cluster(sandbox: &Sandbox, rounds: usize) -> Verdict {
    let mut tally = Tally::default();
    for _ in 0..rounds {
        let mut cluster = Cluster::archived().await;
        let place = Place::at(&cluster.url(), sandbox);
        let (server, load) = scene::begin(&place).await;
        let ada = come_in(&place, &load.patient).await;
        let base = load.work_steadily_beside(RATE, async {
            sleep(BESIDE).await;
            cluster.base().await
        });
        let base = base.await;
        // What the archive has by now must be there; what comes later may be lost.
        let span = tally.copied(&load, cluster.archive_now()).await;
        cluster.kill();
        drop(server);
        let cluster_again = base.recover(&cluster).await;
        let there = Place::at(&cluster_again.url(), sandbox);
        tally.as_it_was(&there, &load, (&span, &ada)).await;
        server::run(&there, &["restore", "--bump-epoch"]);
        tally.all_ended(&there, &load, (&span, &ada)).await;
    }
    tally.verdict(rounds)
}

/// Ada registers, activates her account, and logs in; her token.
async fn come_in(place: &Place, caller: &Caller) -> String {
    assert_eq!(caller.register(ADA).await.unwrap().status, 201);
    let link = letter_to(&mut Post::new(place.mail()), ADA).await;
    assert_eq!(caller.activate(&link).await.unwrap().status, 204);
    caller.log_in(ADA).await.unwrap().text("auth_token")
}

/// What came of all copies.
#[derive(Default)]
struct Tally {
    found: Found,
    consistent: usize,
    ended: usize,
    halves: Vec<String>,
    odd: Vec<String>,
    slowest: Option<u32>,
}

impl Tally {
    /// Works at the rate while something is copied.
    async fn copied<T>(&mut self, load: &Load, copying: impl Future<Output = T>) -> Span {
        let (count, began) = (load.journal().count(), Instant::now());
        let grants = || load.journal().grants.clone();
        let beside = async {
            sleep(BESIDE).await;
            let revoked = join_all((0..STOLEN).map(|_| load.grant())).await;
            let before = grants();
            copying.await;
            let after = grants();
            for grant in &revoked {
                assert_eq!(load.patient.revoke(&grant.access).await.unwrap().status, 204);
            }
            sleep(BESIDE).await;
            (before, after, revoked)
        };
        let (before, after, revoked) = load.work_steadily_beside(RATE, beside).await;
        let done = u32::try_from(load.journal().count() - count).unwrap();
        let rate = f64::from(done) / began.elapsed().as_secs_f64();
        let rate = format!("{rate:.0}").parse().unwrap();
        self.slowest = Some(self.slowest.map_or(rate, |slowest| slowest.min(rate)));
        self.odd.append(&mut load.journal().oddities);
        Span { before, after, last: grants(), revoked }
    }

    /// A server on what was put back knows everything that was acknowledged before.
    async fn as_it_was(&mut self, there: &Place, load: &Load, (span, ada): (&Span, &str)) {
        let halves = inspect::halves(there).await;
        let (server, _) = Server::start(there).await;
        let (caller, bad) = (load.patient.at(&there.base), self.found.bad());
        self.found.look(&caller, span).await;
        let opens = caller.token_opens(ada).await.unwrap();
        if opens.status != 200 {
            self.odd.push(format!("Ada's token: {opens:?}"));
        }
        let sound = halves.is_empty() && self.found.bad() == bad && opens.status == 200;
        self.consistent += usize::from(sound);
        self.halves.extend(halves);
        if !sound {
            server::complain(there);
        }
        drop(server);
    }

    /// A server on what was put back with `--bump-epoch` knows no token any more, and everybody may come in anew.
    async fn all_ended(&mut self, there: &Place, load: &Load, (span, ada): (&Span, &str)) {
        let (server, _) = Server::start(there).await;
        let (caller, bad) = (load.patient.at(&there.base), self.found.bad());
        self.found.look_after_the_end(&caller, span).await;
        let old = caller.token_opens(ada).await.unwrap();
        let login = caller.log_in(ADA).await.unwrap();
        let new =
            caller.token_opens(login.body["auth_token"].as_str().unwrap_or("")).await.unwrap();
        let bought = caller.convert("yandex-oauth2", "ok-7").await.unwrap();
        let bearer = bought.body["access_token"].as_str().unwrap_or("");
        let bearer = caller.bearer_opens(bearer).await.unwrap();
        let statuses = [&old, &login, &new, &bought, &bearer].map(|said| said.status);
        if statuses != [401, 200, 200, 200, 200] {
            self.odd
                .push(format!("old token, login, its token, conversion, its token: {statuses:?}"));
        }
        let over = statuses == [401, 200, 200, 200, 200] && self.found.bad() == bad;
        self.ended += usize::from(over);
        drop(server);
    }

    fn verdict(self, rounds: usize) -> Verdict {
        let mut verdict = Verdict::default();
        verdict.exactly("copies_consistent", self.consistent, rounds);
        verdict.exactly("copies_of_which_all_was_ended", self.ended, rounds);
        verdict.none("halves", &self.halves);
        verdict.none("odd_answers", &self.odd);
        self.found.judge(&mut verdict);
        // A copy of a server at rest shows nothing; on a busy machine it is less than was asked for.
        let slowest = usize::try_from(self.slowest.unwrap_or(0)).unwrap();
        verdict.at_least("acknowledged_each_second", slowest, 30);
        verdict
    }
}
