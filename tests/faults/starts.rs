//! F27: several nodes bring the tables up to date at once, and one of them dies while it does.

use std::time::{Duration, Instant};

use crate::{
    births,
    cluster::Cluster,
    inspect,
    journal::below,
    place::Place,
    scene::{self, Scale},
    server::{Server, is_ready},
    verdict::Verdict,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// F27.
pub async fn migrations(scale: Scale) -> Verdict {
    let sandbox = scene::emulators().await;
    let cluster = Cluster::make(&["max_connections=200"]).await;
    let (mut verdict, mut slowest, mut odd) = (Verdict::default(), Duration::ZERO, Vec::new());
    let runs = scale.of(50, 4);
    for run in 0..runs {
        let first = if run % 5 == 4 {
            Place::with_file(&sandbox)
        } else {
            Place::at(&cluster.database(&format!("run_{run}")).await, &sandbox)
        };
        let first = first.with("DATABASE__THREADS", 2);
        let empty = run % 2 == 0;
        if !empty {
            Server::start(&first).await.0.kill();
            inspect::step_back(&first).await;
        }
        let mut places = vec![first];
        while places.len() < if run % 4 < 2 { 2 } else { 5 } {
            places.push(places[places.len() - 1].beside());
        }
        slowest = slowest.max(together(&places, run, &mut odd).await);
        let rows = inspect::count(&places[0], "from __diesel_schema_migrations").await;
        if rows != known() {
            odd.push(format!("run {run}: {rows} migrations are recorded"));
        }
    }
    verdict.tell("runs", runs);
    verdict.none("odd_runs", &odd);
    verdict.within("all_ready_after", slowest, PATIENCE);
    births::play(&sandbox, scale, &mut verdict).await;
    sandbox.stop().await;
    verdict
}

/// Starts them all at once; how long it took until all were ready.
async fn together(places: &[Place], run: usize, odd: &mut Vec<String>) -> Duration {
    let began = Instant::now();
    let mut nodes: Vec<Server> = places.iter().map(Server::spawn).collect();
    if run % 3 != 1 {
        // One dies meanwhile, and is started again.
        let life = Duration::from_millis(u64::try_from(below(400)).unwrap());
        tokio::time::sleep(life).await;
        nodes.remove(0).kill();
        nodes.insert(0, Server::spawn(&places[0]));
    }
    for (place, node) in places.iter().zip(&mut nodes) {
        while !is_ready(place).await && began.elapsed() < PATIENCE && node.ended().is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if !is_ready(place).await {
            odd.push(format!("run {run}: a node of {} is not ready", places.len()));
        }
    }
    began.elapsed()
}

/// How many migrations there are.
fn known() -> usize {
    cambio::store::migrate::names().unwrap_or_else(|fault| panic!("{fault}")).1.len()
}
