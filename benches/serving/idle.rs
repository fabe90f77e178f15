//! How long the program takes to be ready, and what it needs while nobody asks.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Done,
    child::{self, Child},
    http,
};

/// How often it is started.
const STARTS: usize = 3;
/// For how long nobody asks.
const REST: Duration = Duration::from_secs(3);

/// What was found.
pub struct Idle {
    /// Milliseconds from the start of the process to the first answer that says it is ready; the median.
    pub start_ms: f64,
    /// Memory in use after a rest, in MiB; the median.
    pub mib: f64,
}

/// Starts it a few times, lets it rest, and ends it.
pub fn measure(target: SocketAddr, begin: impl Fn() -> Done<Child>) -> Done<Idle> {
    let (mut starts, mut mibs) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let began = Instant::now();
        let process = begin()?;
        while !is_ready(target) {
            if began.elapsed() > Duration::from_secs(10) {
                return Err("it does not become ready".into());
            }
            thread::park_timeout(Duration::from_millis(1));
        }
        starts.push(began.elapsed().as_secs_f64() * 1000.0);
        let rested = Instant::now();
        while rested.elapsed() < REST {
            thread::park_timeout(REST);
        }
        mibs.push(child::resident_mib(process.id())?);
    }
    Ok(Idle { start_ms: median(starts), mib: median(mibs) })
}

fn is_ready(target: SocketAddr) -> bool {
    http::once(target, &http::get("/health/ready", "")).is_ok_and(|said| said.status == 200)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The size of a file in MiB.
pub fn mib_of(file: &Path) -> Done<f64> {
    let kib = u32::try_from(fs::metadata(file)?.len() / 1024)?;
    Ok(f64::from(kib) / 1024.0)
}
