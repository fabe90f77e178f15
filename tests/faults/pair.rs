//! Two nodes on one database, and many who come to both at the same moment.

use std::time::{Duration, Instant};

use cambio::sandbox::Sandbox;
use futures_util::future::join_all;

use crate::{
    callers::{Caller, Said},
    cluster::Cluster,
    journal::below,
    place::Place,
    post::Post,
    scene,
    server::Server,
};

/// How many come at once.
pub const CALLERS: usize = 8;

/// Two nodes on one database.
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
    cluster: Option<Cluster>,
}

/// What two nodes share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// A PostgreSQL.
    Postgres,
    /// An `SQLite` file.
    File,
}

impl Pair {
    /// Starts them.
    pub async fn start(on: On, change: impl FnOnce(Place) -> Place) -> Self {
        let sandbox = scene::emulators().await;
        let cluster = match on {
            On::Postgres => Some(Cluster::make(&[]).await),
            On::File => None,
        };
        let place = match &cluster {
            Some(cluster) => Place::at(&cluster.url(), &sandbox).with("DATABASE__THREADS", 8),
            None => Place::with_file(&sandbox),
        };
        let place = change(place);
        let other = place.beside();
        let (first, load) = scene::begin(&place).await;
        let (second, _) = Server::start(&other).await;
        let nodes = [load.patient.clone(), load.patient.at(&other.base)];
        let blunt = [load.caller.clone(), load.caller.at(&other.base)];
        Self { sandbox, place, nodes, blunt, _servers: [first, second], cluster }
    }

    /// Everybody at the same moment, at either node in turn.
    pub async fn all<F: Future<Output = Said>>(
        &self,
        count: usize,
        call: impl Fn(Caller, usize) -> F,
    ) -> Vec<Said> {
        join_all((0..count).map(|who| call(self.blunt[who % 2].clone(), who))).await
    }

    /// The same while PostgreSQL does nothing, from soon after they have come until the patience of deeds is over.
    pub async fn all_stalled<F: Future<Output = Said>>(
        &self,
        count: usize,
        call: impl Fn(Caller, usize) -> F,
    ) -> Vec<Said> {
        let stall = async {
            let Some(cluster) = &self.cluster else { return };
            let soon = u64::try_from(below(40)).unwrap();
            tokio::time::sleep(Duration::from_millis(soon)).await;
            cluster.freeze();
            tokio::time::sleep(Duration::from_millis(2500)).await;
            cluster.thaw();
        };
        tokio::join!(self.all(count, call), stall).0
    }

    /// Tokens of a grant of its own.
    pub async fn tokens(&self) -> Said {
        loop {
            let said = self.nodes[0].convert("yandex-oauth2", "ok-5").await.unwrap();
            if said.status == 200 {
                return said;
            }
        }
    }

    /// A registration whose letter has come; its link.
    pub async fn invited(&self, post: &mut Post, email: &str) -> (String, String) {
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

/// The link in a letter that is to come.
pub async fn letter_to(post: &mut Post, email: &str) -> (String, String) {
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

/// How many were answered so.
pub fn with_status(said: &[Said], status: u16) -> usize {
    said.iter().filter(|said| said.status == status).count()
}

/// Whoever is put off is told so and may come again: no error, on a busy machine.
pub fn server_errors(said: &[Said]) -> usize {
    let put_off = |said: &Said| said.status == 503 && said.retry_after.is_some();
    said.iter().filter(|said| said.status >= 500 && !put_off(said)).count()
}
