//! F29: SIGTERM while two hundred requests a second come in.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{interval, sleep, timeout},
};

use crate::{
    inspect,
    place::Place,
    scene::{self, Scale},
    server::{self, Server},
    verdict::Verdict,
};

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It was answered in full.
    Answered(u16),
    /// Nobody took the connection.
    Refused,
    /// The connection was reset before a byte was sent back.
    Reset,
    /// The answer broke off.
    Cut,
}

/// F29: a balancer asks ten times a second whether the node is ready and sends nothing more when it is not;
/// then the same without anybody who would ask.
pub async fn graceful(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let mut verdict = Verdict::default();
    let place = Place::with_file(&sandbox).with("SERVER__DRAIN_SECONDS", 1);
    let (server, load) = scene::begin(&place).await;
    let said = load.patient.convert("yandex-oauth2", "ok-5").await.unwrap();
    let token = said.text("access_token");
    drop(server);
    let stops = scale.of(50, 3);
    let (mut ends, mut exits, mut unready) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..stops {
        let stop = stop(&place, &token, true).await;
        ends.extend(stop.ends);
        exits.push(stop.exit);
        unready.extend(stop.unready);
    }
    let failed: Vec<End> = ends.iter().copied().filter(|end| *end != End::Answered(200)).collect();
    verdict.tell("stops", stops);
    verdict.tell("requests", ends.len());
    verdict.none("failed_with_a_balancer", &failed);
    verdict.exactly("stops_told_by_readiness", unready.len(), stops);
    let latest = unready.into_iter().max().unwrap_or_default();
    verdict.within("readiness_off_after", latest, Duration::from_millis(100));
    let slowest = exits.iter().copied().max().unwrap_or_default();
    verdict.within("exit_after", slowest, Duration::from_secs(30));
    let place = place.with("SERVER__DRAIN_SECONDS", 0);
    let mut ends = Vec::new();
    for _ in 0..stops {
        ends.extend(stop(&place, &token, false).await.ends);
    }
    let count = |wanted: End| ends.iter().filter(|end| **end == wanted).count();
    verdict.tell("unwarned_answered", count(End::Answered(200)));
    verdict.tell("unwarned_refused", count(End::Refused));
    // In the queue of the system when the listener closed: nobody had accepted them.
    verdict.tell("unwarned_reset_before_an_answer", count(End::Reset));
    verdict.exactly("unwarned_cut_in_the_answer", count(End::Cut), 0);
    let lent = "from outbox where attempts > 0 and last_error is null";
    verdict.exactly("letters_still_lent", inspect::count(&place, lent).await, 0);
    sandbox.stop().await;
    verdict
}

struct Stop {
    ends: Vec<End>,
    exit: Duration,
    unready: Option<Duration>,
}

async fn stop(place: &Place, token: &str, balanced: bool) -> Stop {
    let (mut server, _) = Server::start(place).await;
    let (told, hearing) = tokio::sync::watch::channel(None::<Instant>);
    let ready = tokio::sync::watch::Sender::new(None::<Duration>);
    let callers = async {
        let mut ticks = interval(Duration::from_millis(5));
        let mut calls = Vec::new();
        loop {
            ticks.tick().await;
            let gone =
                hearing.borrow().is_some_and(|told: Instant| told.elapsed().as_millis() > 1500);
            if balanced && ready.borrow().is_some() || gone {
                return join_all(calls).await;
            }
            let (base, token) = (place.base.clone(), token.to_owned());
            let call = tokio::spawn(async move { ask(&base, &token).await });
            calls.push(async move { call.await.unwrap() });
        }
    };
    let balancer = async {
        while balanced && ready.borrow().is_none() {
            let status = server::get(place, "/health/ready").await;
            if let (Some(told), true) = (*hearing.borrow(), status != Some(200)) {
                ready.send_replace(Some(told.elapsed()));
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    let killer = async {
        sleep(Duration::from_millis(700)).await;
        server.terminate();
        told.send_replace(Some(Instant::now()));
        let began = Instant::now();
        while server.ended().is_none() && began.elapsed() < Duration::from_secs(40) {
            sleep(Duration::from_millis(5)).await;
        }
        began.elapsed()
    };
    let (ends, (), exit) = tokio::join!(callers, balancer, killer);
    let unready = *ready.borrow();
    Stop { ends, exit, unready }
}

/// One request on a connection of its own.
async fn ask(base: &str, token: &str) -> End {
    let address = base.trim_start_matches("http://");
    let Ok(mut stream) = TcpStream::connect(address).await else { return End::Refused };
    let ask = format!(
        "GET /auth/users/me/ HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Connection: close\r\n\r\n"
    );
    let mut answer = Vec::new();
    let _ = stream.write_all(ask.as_bytes()).await;
    let read = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    let status = answer.get(9..12).and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
    match (read, status) {
        (Ok(Ok(_)), Some(status)) if answer.ends_with(b"}") => End::Answered(status),
        (_, None) => End::Reset,
        _ => End::Cut,
    }
}
