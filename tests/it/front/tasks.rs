//! The tasks beside the server: whatever happens to one, it goes on.

use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cambio::{
    app::App,
    clock::Clock,
    courier::Office,
    entropy::OsEntropy,
    mail::{memory::Memory, transport::Transport},
    server,
};
use chrono::{DateTime, Utc};
use tokio::{task::yield_now, time::timeout};

use crate::support::{House, clock::ManualClock, logs};

/// A clock that breaks down so many times, and then tells the time of the house.
struct Brittle {
    left: AtomicUsize,
    house: Arc<ManualClock>,
}

impl Clock for Brittle {
    fn now(&self) -> DateTime<Utc> {
        let left =
            self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        assert!(left.is_err(), "the clock has broken down");
        self.house.now()
    }

    fn steady(&self) -> Duration {
        self.house.steady()
    }
}

#[tokio::test]
async fn courier_and_pruner_go_on_after_they_have_broken_down() {
    let house = House::open().await;
    house.register("ada").await;
    // Each of the two looks at the clock first thing: both break down, and one of them twice.
    let clock = Arc::new(Brittle { left: AtomicUsize::new(3), house: house.clock() });
    let app = App::build(house.config(), clock, Arc::new(OsEntropy)).unwrap();
    let memory = Memory::default();
    let transport = Transport::memory(&house.config().mail, memory.clone()).unwrap();
    let office = Office::with_transport(house.config(), transport).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let running = server::start(&app, house.config(), listener, office).unwrap();

    let sent = timeout(Duration::from_secs(20), async {
        while memory.letters().is_empty() {
            yield_now().await;
        }
    });
    sent.await.unwrap();

    for task in ["task=\"courier\"", "task=\"pruner\""] {
        let told = logs::lines_with("a task broke down and is started again");
        assert!(told.iter().any(|line| line.contains("ERROR") && line.contains(task)), "{told:?}");
    }
    running.stop().await;
}
