//! The list of the faults, and how one is played: in bounded time, and whatever happens with a line at its end.

use std::{
    env,
    panic::AssertUnwindSafe,
    process::ExitCode,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use futures_util::{FutureExt as _, future::LocalBoxFuture};

use crate::{
    backups, commits, crowds, disks, kills, links, mails, outages,
    pair::On,
    panics, providers, races,
    scene::Scale,
    shared_file, standbys, starts, stops,
    verdict::{LENIENT, Verdict},
    wire,
};

type Play = fn(Scale) -> LocalBoxFuture<'static, Verdict>;

/// A fault by its number, what it is, and how it is played.
const FAULTS: [(&str, &str, Play); 28] = [
    ("F01", "kill -9 at work, SQLite", |scale| kills::on_a_file(scale).boxed_local()),
    ("F02", "kill -9 at work, PostgreSQL", |scale| kills::on_postgres(scale).boxed_local()),
    ("F03", "PostgreSQL crashes", |scale| outages::crash(scale).boxed_local()),
    ("F05", "the disk fails", |scale| disks::failing(scale).boxed_local()),
    ("F06", "the disk is full", |scale| disks::full(scale).boxed_local()),
    ("F08", "PostgreSQL is away", |scale| outages::away(scale).boxed_local()),
    ("F09", "the standby takes over", |scale| standbys::failover(scale).boxed_local()),
    ("F10", "the primary is demoted", |scale| standbys::read_only(scale).boxed_local()),
    ("F11", "PostgreSQL is slow", |scale| outages::slow(scale).boxed_local()),
    ("F12", "no connection is left", |scale| outages::exhausted(scale).boxed_local()),
    ("F14", "the answer to a commit is lost", |scale| commits::ambiguous(scale).boxed_local()),
    ("F15", "a provider fails", |scale| providers::failing(scale).boxed_local()),
    ("F16", "a provider drips", |scale| providers::dripping(scale).boxed_local()),
    ("F17", "the mail server is away", |scale| mails::away(scale).boxed_local()),
    ("F18", "one letter is poison", |scale| mails::poison(scale).boxed_local()),
    ("F19", "kill -9 with a letter in hand", |scale| mails::killed_couriers(scale).boxed_local()),
    ("F22", "revoked here, shown there", |scale| {
        races::revocations(On::Postgres, scale.of((10_000, 20), (400, 3))).boxed_local()
    }),
    ("F23", "eight refresh at once", |scale| {
        races::refreshes(On::Postgres, scale.of(1000, 40)).boxed_local()
    }),
    ("F24", "eight redeem a code at once", |scale| {
        races::codes(On::Postgres, scale.of(1000, 40)).boxed_local()
    }),
    ("F25", "eight open a link at once", |scale| {
        links::races(On::Postgres, scale.of(500, 15)).boxed_local()
    }),
    ("F26", "sixteen of one person at once", |scale| {
        races::births(On::Postgres, scale.of(500, 10)).boxed_local()
    }),
    ("F27", "nodes migrate at once", |scale| starts::migrations(scale).boxed_local()),
    ("F29", "SIGTERM under load", |scale| stops::graceful(scale).boxed_local()),
    ("F32", "copies are put back", |scale| backups::put_back(scale).boxed_local()),
    ("F35", "two thousand idle connections", |scale| crowds::idle(scale).boxed_local()),
    ("F38", "sixty-four writers, SQLite", |scale| crowds::writers(scale).boxed_local()),
    ("F39", "a door panics", |scale| panics::handlers(scale).boxed_local()),
    ("F40", "two servers on one file", |scale| shared_file::two_servers(scale).boxed_local()),
];

/// Plays what the command line names and tells whether every criterion was met.
pub fn play() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    if words.iter().any(|word| word == "--list") {
        for (number, what, _) in FAULTS {
            println!("{number}  {what}");
        }
        return ExitCode::SUCCESS;
    }
    let named = |number: &str| words.iter().any(|word| word == number || word == "all");
    let unnamed = !words.iter().any(|word| !word.starts_with('-'));
    let quick = unnamed || words.iter().any(|word| word == "--quick");
    let chosen = FAULTS.iter().filter(|(number, ..)| named(number) || unnamed && *number == "F01");
    wire::check();
    LENIENT.store(quick, Ordering::Relaxed);
    let mut held = true;
    for (number, what, fault) in chosen {
        held &= run(number, what, *fault, Scale { quick });
    }
    if held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(number: &str, what: &str, fault: Play, scale: Scale) -> bool {
    eprintln!("{number}: {what}");
    let began = Instant::now();
    let patience = Duration::from_mins(scale.of(60, 10));
    let system = actix_web::rt::System::new();
    let played = system.block_on(async {
        let played = tokio::time::timeout(patience, AssertUnwindSafe(fault(scale)).catch_unwind());
        played.await
    });
    let verdict = match played {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(panic)) => broken(&format!("broke off: {}", text_of(panic.as_ref()))),
        Err(_late) => broken("took longer than it may"),
    };
    let held = verdict.missed().is_empty();
    println!("{}", verdict.line(number, scale.quick, began.elapsed()));
    held
}

fn broken(why: &str) -> Verdict {
    let mut verdict = Verdict::default();
    verdict.tell("why", why);
    verdict.holds("played_to_the_end", false);
    verdict
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
}
