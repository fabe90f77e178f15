//! F17 to F19: the mail server is away, hangs, or refuses; the courier is killed with a letter in its hand.

use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    callers::Caller,
    inspect,
    place::Place,
    probe::until,
    proxy::{Proxy, Way},
    scene::{self, Scale},
    server::{self, Server},
    smtp::{MailServer, Manner, Stage},
    verdict::{Verdict, p99},
};

const SECOND: Duration = Duration::from_secs(1);

/// Registrations, a few at a time: each costs a hash.
async fn register(caller: &Caller, emails: Vec<String>) -> (usize, Vec<Duration>) {
    let calls = emails.into_iter().map(|email| {
        let caller = caller.clone();
        async move { caller.register(&email).await.unwrap() }
    });
    let said: Vec<_> = stream::iter(calls).buffer_unordered(2).collect().await;
    let made = said.iter().filter(|said| said.status == 201).count();
    (made, said.into_iter().map(|said| said.took).collect())
}

fn people(name: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{name}{number}@example.com")).collect()
}

/// F17: nobody listens where the mail server should be; then somebody does.
pub async fn away(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let (mail, mut verdict) = (MailServer::start(), Verdict::default());
    let proxy = Proxy::before(mail.port());
    let place =
        Place::with_file(&sandbox).mailing_to(proxy.port()).with("HASHING__WAIT_MS", 30_000);
    let (server, load) = scene::begin(&place).await;
    let caller = &load.patient;
    let (_, mut normal) = register(caller, people("before", scale.of(100, 10))).await;
    let normal = p99(&mut normal);
    proxy.behave(|manner| manner.way = Way::Refuse);
    proxy.reset();
    let (down, letters) = (Instant::now(), scale.of(1000, 40));
    let asked = people("person", letters);
    let (made, mut times) = register(caller, asked.clone()).await;
    let outage = Duration::from_secs(scale.of(600, 20));
    sleep(outage.saturating_sub(down.elapsed())).await;
    proxy.behave(|manner| manner.way = Way::Open);
    let missing = || asked.iter().filter(|email| mail.to(email).is_empty()).count();
    let all_there = until(SECOND * 600, || async { missing() == 0 }).await;
    verdict.took("away", down.elapsed());
    verdict.exactly("registrations", made, letters);
    verdict.exactly("letters_lost", missing(), 0);
    verdict.within("all_delivered_after", all_there, SECOND * 60);
    verdict.tell("copies", mail.count() - mail.readers());
    verdict.took("registration_p99_before", normal);
    verdict.within("registration_p99", p99(&mut times), normal + Duration::from_millis(20));
    if !verdict.missed().is_empty() {
        server::complain(&place);
    }
    drop(server);
    sandbox.stop().await;
    verdict
}

/// F18: one letter is poison: the mail server hangs after it, or refuses it, for now or for ever.
pub async fn poison(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let manners: [fn(String) -> Manner; 3] = [
        Manner::Hangs,
        |whom| Manner::Refuses(whom, "451 4.3.0 later"),
        |whom| Manner::Refuses(whom, "550 5.1.1 never"),
    ];
    for (what, manner) in ["hang", "later", "never"].into_iter().zip(manners) {
        let sandbox = scene::emulators().await;
        let mail = MailServer::start();
        let place = Place::with_file(&sandbox)
            .mailing_to(mail.port())
            .with("MAIL__SMTP__TIMEOUT_SECONDS", 5)
            .with("HASHING__WAIT_MS", 30_000)
            .with("MAIL__MAX_ATTEMPTS", 10);
        let (server, load) = scene::begin(&place).await;
        mail.behave(manner("poison@example.com".to_owned()));
        register(&load.patient, vec!["poison@example.com".to_owned()]).await;
        until(SECOND * 20, || async { mail.tries("poison@example.com") > 0 }).await;
        let asked = people("person", scale.of(50, 5));
        let mut latest = Duration::ZERO;
        for email in &asked {
            register(&load.patient, vec![email.clone()]).await;
            let came = until(SECOND * 60, || async { !mail.to(email).is_empty() }).await;
            latest = latest.max(came);
            hasten(&place).await;
        }
        verdict.within(&format!("{what}_others_delayed"), latest, SECOND * 30);
        let parked = until(SECOND * 150, || async {
            hasten(&place).await;
            parked(&place).is_some()
        });
        verdict.took(&format!("{what}_parked_after"), parked.await);
        verdict.exactly(&format!("{what}_tries"), mail.tries("poison@example.com"), 10);
        let shown = parked_tries(&place);
        verdict.exactly(&format!("{what}_tries_shown_to_the_operator"), shown, 10);
        mail.behave(Manner::Kind);
        server::run(&place, &["mail", "retry", "--all"]);
        let came = until(SECOND * 60, || async { !mail.to("poison@example.com").is_empty() });
        verdict.within(&format!("{what}_sent_after_retry"), came.await, SECOND * 10);
        let copies = mail.count() - mail.readers();
        verdict.exactly(&format!("{what}_copies_of_others"), copies, 0);
        drop(server);
        sandbox.stop().await;
    }
    verdict
}

/// What was put back is due now: the waits between ten tries are a day long.
async fn hasten(place: &Place) {
    let file = place.database_file().unwrap().to_owned();
    inspect::change(
        &file,
        "update outbox set due_at = 0 where attempts > 0 and last_error is not null",
    )
    .await;
    sleep(Duration::from_millis(50)).await;
}

fn listed(place: &Place) -> Vec<Value> {
    let told = server::run(place, &["mail", "list", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    told.as_array().cloned().unwrap_or_default()
}

fn parked(place: &Place) -> Option<Value> {
    listed(place).into_iter().find(|letter| !letter["parked_at"].is_null())
}

fn parked_tries(place: &Place) -> usize {
    let tries = parked(place).and_then(|letter| letter["attempts"].as_u64());
    usize::try_from(tries.unwrap_or(0)).unwrap()
}

/// F19: the server is killed around the moment a letter is handed over.
pub async fn killed_couriers(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let (mail, mut verdict) = (MailServer::start(), Verdict::default());
    let place = Place::with_file(&sandbox).mailing_to(mail.port()).with("HASHING__WAIT_MS", 30_000);
    let (mut server, load) = scene::begin(&place).await;
    let (kills, mut asked) = (scale.of(200, 6), Vec::new());
    for round in 0..kills {
        let stage = [Stage::Before, Stage::Untold, Stage::Told][round % 3];
        mail.lie_in_wait(server.pid(), stage);
        for copy in 0..2 {
            let email = format!("person{round}-{copy}@example.com");
            // Cut off by the kill, it may have been made or not.
            if load.caller.register(&email).await.is_ok_and(|said| said.status == 201) {
                asked.push(email);
            }
        }
        let gone = until(SECOND * 40, || async { mail.killed() > round }).await;
        assert!(gone < SECOND * 40, "no letter came in round {round}");
        server.kill();
        server = Server::start(&place).await.0;
    }
    let missing = || asked.iter().filter(|email| mail.to(email).is_empty()).count();
    // What a killed courier had in hand is lent to it for half a minute.
    until(SECOND * 120, || async { missing() == 0 }).await;
    sleep(SECOND * 35).await;
    verdict.exactly("kills", mail.killed(), kills);
    verdict.tell("registrations", asked.len());
    verdict.exactly("letters_lost", missing(), 0);
    verdict.at_most("copies", mail.count() - mail.readers(), kills);
    both_copies(&mail, &load.patient, &asked, &mut verdict).await;
    drop(server);
    sandbox.stop().await;
    verdict
}

/// Whoever has two copies activates by one of them, and the other does nothing any more.
async fn both_copies(mail: &MailServer, caller: &Caller, asked: &[String], verdict: &mut Verdict) {
    let (mut odd, mut strangers) = (Vec::new(), 0);
    for email in asked {
        let letters = mail.to(email);
        let mut opened = 0;
        for letter in letters.iter().rev() {
            let link = letter.link.as_ref().unwrap_or_else(|| panic!("no link for {email}"));
            opened += usize::from(caller.activate(link).await.unwrap().status == 204);
        }
        if opened != 1 {
            odd.push(format!("{email}: {} letters, {opened} opened", letters.len()));
        }
        strangers += letters.iter().filter(|it| it.message_id != letters[0].message_id).count();
    }
    verdict.none("not_activated_exactly_once", &odd);
    verdict.exactly("copies_with_another_message_id", strangers, 0);
}
