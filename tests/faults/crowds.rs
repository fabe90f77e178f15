//! F35, F38: more connections than files may be open, and more writers than `SQLite` has.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::{net::TcpStream, time::sleep};

use crate::{
    callers::Said,
    inspect,
    place::Place,
    probe::until,
    scene::{self, Scale},
    server::{self, Server},
    verdict::{Verdict, p99},
};

const SECOND: Duration = Duration::from_secs(1);

/// F35: a server that may open 256 files, and two thousand connections on which nothing is said.
pub async fn idle(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let sandbox = scene::emulators().await;
    let place = Place::with_file(&sandbox);
    let few = ["sh", "-c", "ulimit -n 256; exec \"$0\" \"$@\""];
    let (server, _) = Server::start_under(&place, &few).await;
    let address = place.base.trim_start_matches("http://").to_owned();
    let count = scale.of(2000, 500);
    let mut crowd = Vec::new();
    while crowd.len() < count {
        let more = (0..100).map(|_| TcpStream::connect(address.clone()));
        crowd.extend(join_all(more).await.into_iter().map(|stream| stream.expect("a connection")));
    }
    let (used, began) = (server.processor(), Instant::now());
    let lasting = Duration::from_secs(scale.of(30, 5));
    let (mut answered, mut asked, mut longest) = (0, 0, Duration::ZERO);
    let legit = async {
        // Somebody who has something to say waits in the same queue.
        while began.elapsed() < lasting {
            let at = Instant::now();
            let said = tokio::time::timeout(SECOND * 60, healthy(&place)).await;
            asked += 1;
            answered += usize::from(said.unwrap_or(false));
            longest = longest.max(at.elapsed());
        }
    };
    legit.await;
    let ticks = server.processor() - used;
    let busy = f64::from(u32::try_from(ticks).unwrap()) / began.elapsed().as_secs_f64();
    verdict.tell("files_open", server.files());
    verdict.at_most("processor_percent", format!("{busy:.0}").parse().unwrap(), 50);
    verdict.share("legit_answered_percent", (answered, asked), 99.0);
    verdict.took("legit_waited_longest", longest);
    drop(crowd);
    let back = until(SECOND * 60, || async { healthy_soon(&place).await });
    verdict.within("back_after", back.await, SECOND * 15);
    drop(server);
    sandbox.stop().await;
    verdict
}

async fn healthy(place: &Place) -> bool {
    let address = place.base.trim_start_matches("http://");
    let asking = async {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut stream = TcpStream::connect(address).await?;
        let ask =
            format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(ask.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        std::io::Result::Ok(answer.starts_with(b"HTTP/1.1 200"))
    };
    asking.await.unwrap_or(false)
}

async fn healthy_soon(place: &Place) -> bool {
    tokio::time::timeout(SECOND, healthy(place)).await.unwrap_or(false)
}

/// F38: sixty-four who write to one file, and eight who read from it.
pub async fn writers(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let sandbox = scene::emulators().await;
    let place = Place::with_file(&sandbox);
    let (server, load) = scene::begin(&place).await;
    let access = load.patient.convert("yandex-oauth2", "ok-7").await.unwrap().text("access_token");
    let until = Instant::now() + Duration::from_secs(scale.of(30, 5));
    let write = |_| async {
        let mut all: Vec<Said> = Vec::new();
        let said = load.caller.convert("yandex-oauth2", "ok-7").await.unwrap();
        let mut refresh = said.body["refresh_token"].as_str().map(str::to_owned);
        all.push(said);
        while Instant::now() < until {
            let Some(token) = refresh.take() else { break };
            let said = load.caller.refresh(&token).await.unwrap();
            refresh = said.body["refresh_token"].as_str().map(str::to_owned);
            all.push(said);
        }
        all
    };
    let read = |_| async {
        let mut all = Vec::new();
        while Instant::now() < until {
            all.push(load.caller.bearer_opens(&access).await.unwrap());
            sleep(Duration::from_millis(10)).await;
        }
        all
    };
    let (writes, reads) = tokio::join!(join_all((0..64).map(write)), join_all((0..8).map(read)));
    let (writes, reads) = (writes.concat(), reads.concat());
    let odd =
        |all: &[Said]| all.iter().filter(|said| said.status != 200).cloned().collect::<Vec<_>>();
    let slow = |all: &[Said]| p99(&mut all.iter().map(|said| said.took).collect::<Vec<_>>());
    verdict.tell("writes", writes.len());
    verdict.tell("reads", reads.len());
    verdict.none("writes_not_served", &odd(&writes));
    verdict.none("reads_not_served", &odd(&reads));
    verdict.within("write_p99", slow(&writes), Duration::from_millis(250));
    verdict.within("read_p99", slow(&reads), Duration::from_millis(20));
    verdict.none("halves", &inspect::halves(&place).await);
    if !verdict.missed().is_empty() {
        server::complain(&place);
    }
    drop(server);
    sandbox.stop().await;
    verdict
}
