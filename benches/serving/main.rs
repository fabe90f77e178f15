//! Drives the release program over HTTP and tells what it serves, as ratios measured in one run.
//!
//! `cargo bench --bench serving -- --help` names the options; `benches/README.md` explains the figures.

mod child;
mod database;
mod figures;
mod http;
mod idle;
mod load;
mod options;
mod oracle;
mod raw;
mod scenes;
mod sites;

use std::{error::Error, io::Write as _, process::ExitCode, time::Duration};

use self::{
    figures::Figures,
    load::Load,
    options::Options,
    scenes::{Kind, LIVE, Scene},
    sites::Sites,
};

/// What can go wrong with a measurement is told and ends it.
type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long a load lasts before it counts.
const WARM_UP: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let options = Options::read();
    let missed = match run(&options) {
        Ok(missed) => missed,
        Err(why) => {
            say(&format!("nothing was measured to the end: {why}"));
            return ExitCode::from(2);
        }
    };
    for demand in &missed {
        say(&format!("MISSED {demand}"));
    }
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures everything that is wished for; tells which demands were missed.
fn run(options: &Options) -> Done<Vec<String>> {
    let dir = tempfile::tempdir()?;
    let sites = Sites::open(options, dir.path())?;
    let mut figures = Figures::default();
    for (label, figure) in sites.facts() {
        say(&format!("  {label:34} {figure:9.1}"));
        figures.fact(label, figure);
    }
    for round in 1..=options.rounds {
        say(&format!("round {round} of {}; load average {}", options.rounds, load_average()));
        for scene in sites.scenes() {
            if options.wants(&scene.label())
                || scene.name == LIVE && Sites::is_wanted(options, &scene)
            {
                figures.add(&scene, measure(options, &scene)?);
            }
        }
    }
    figures.print();
    figures.missed(&options.asserted)
}

fn measure(options: &Options, scene: &Scene<'_>) -> Done<figures::Sample> {
    scene.site.set_delay(scene.delay_ms)?;
    let watch = scene.site.watch();
    let length = Duration::from_secs(options.seconds);
    let tally = match &scene.kind {
        Kind::Raw(doing) => doing(length)?,
        Kind::Asked(script) => load::run(&Load {
            target: scene.site.target,
            clients: scene.clients,
            warm_up: WARM_UP,
            length,
            script: &**script,
        })?,
    };
    let sample = watch.sample(tally)?;
    say(&format!("  {:34} {}", scene.label(), sample));
    Ok(sample)
}

/// Prints a line.
fn say(line: &str) {
    // Nobody may be listening any more; the measurement goes on.
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
