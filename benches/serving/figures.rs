//! What was measured, as medians and ratios, and whether it is what was demanded.

use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::{
    Done, WARM_UP,
    load::Tally,
    say,
    scenes::{LIVE, Scene},
};

/// One load, once.
#[derive(Debug)]
pub struct Sample {
    /// The answers.
    pub tally: Tally,
    /// The most memory the server had in use, in MiB, where it is one process.
    pub peak_mib: Option<f64>,
    /// What the server computed meanwhile, warm-up included, in microseconds.
    pub computed_micros: Option<u32>,
}

impl Sample {
    /// Microseconds the server computed for each good answer: what a busy machine distorts least.
    fn micros_each(&self) -> Option<f64> {
        let counted = self.tally.length.as_secs_f64();
        let share = counted / (counted + WARM_UP.as_secs_f64());
        let answers = f64::from(self.tally.good).max(1.0);
        Some(f64::from(self.computed_micros?) * share / answers)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:9.1}/s", self.tally.rate())?;
        write!(f, "  p50 {:7.1} ms", percentile(&self.tally, 50))?;
        write!(f, "  p99 {:7.1} ms", percentile(&self.tally, 99))?;
        if let Some(micros) = self.micros_each() {
            write!(f, "  cpu {micros:7.1} us")?;
        }
        if let Some(mib) = self.peak_mib {
            write!(f, "  {mib:5.1} MiB")?;
        }
        for (status, count) in &self.tally.others {
            match status {
                0 => write!(f, "  {count} broken")?,
                status => write!(f, "  {count} x {status}")?,
            }
        }
        Ok(())
    }
}

/// Milliseconds within which that share of the good answers came.
fn percentile(tally: &Tally, share: usize) -> f64 {
    let at = tally.micros.len() * share / 100;
    tally.micros.get(at).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
}

/// All samples, by the loads' labels, in the order in which they were taken.
#[derive(Debug, Default)]
pub struct Figures {
    order: Vec<String>,
    samples: BTreeMap<String, Vec<Sample>>,
    facts: BTreeMap<String, f64>,
}

impl Figures {
    /// Adds one.
    pub fn add(&mut self, scene: &Scene<'_>, sample: Sample) {
        let label = scene.label();
        if !self.order.contains(&label) {
            self.order.push(label.clone());
        }
        self.samples.entry(label).or_default().push(sample);
    }

    /// Adds a figure that is no load's.
    pub fn fact(&mut self, label: String, figure: f64) {
        self.facts.insert(label, figure);
    }

    /// Prints the medians.
    pub fn print(&self) {
        say(
            "\nmedians                               per second   of live   of raw  of the oracle's best   MiB",
        );
        for label in &self.order {
            let ratio = |of| match self.value(label, of) {
                Some(ratio) => format!("{ratio:.3}"),
                None => "-".to_owned(),
            };
            say(&format!(
                "  {label:34} {:11.1} {:>9} {:>8} {:>22} {:>5}",
                self.value(label, "rate").unwrap_or_default(),
                ratio("live"),
                ratio("raw"),
                ratio("oracle"),
                self.value(label, "mib").map_or_else(|| "-".to_owned(), |mib| format!("{mib:.0}")),
            ));
        }
    }

    /// The demands that are not met.
    pub fn missed(&self, demands: &[Demand]) -> Done<Vec<String>> {
        let mut missed = Vec::new();
        for demand in demands {
            let found = self.value(&demand.label, &demand.what);
            let found =
                found.ok_or_else(|| format!("{demand}: nothing of that name was measured"))?;
            if !demand.is_met_by(found) {
                missed.push(format!("{demand}: it is {found:.3}"));
            }
        }
        Ok(missed)
    }

    /// A median: `rate`, `p99` (milliseconds), `raw` (the rate in parts of what the machine does of it without
    /// Cambio), `mib`, `cpu` (microseconds for each answer), `failed` (the share of answers that were no good), `live` (the rate in
    /// parts of the same site's plaintext, round by round), or `oracle` (in parts of the Django stack's
    /// best rate for the same deed and delay, however many clients it takes).
    fn value(&self, label: &str, what: &str) -> Option<f64> {
        if let Some(figure) = self.facts.get(label) {
            return (what == "is").then_some(*figure);
        }
        let samples = self.samples.get(label)?;
        let rates = samples.iter().map(|sample| sample.tally.rate());
        match what {
            "rate" => median(rates.collect()),
            "p99" => median(samples.iter().map(|sample| percentile(&sample.tally, 99)).collect()),
            "mib" => median(samples.iter().filter_map(|sample| sample.peak_mib).collect()),
            "cpu" => median(samples.iter().filter_map(Sample::micros_each).collect()),
            "failed" => median(samples.iter().map(failed).collect()),
            "live" => {
                let (site, _) = label.split_once('/')?;
                let live = self.samples.get(&format!("{site}/{LIVE}"))?;
                median(rates.zip(live).map(|(rate, live)| rate / live.tally.rate()).collect())
            }
            "raw" => {
                let (site, deed) = label.split_once('/')?;
                let raw = self.samples.get(&format!("{site}/raw-{deed}"))?;
                median(rates.zip(raw).map(|(rate, raw)| rate / raw.tally.rate()).collect())
            }
            "oracle" => Some(median(rates.collect())? / self.oracle_best(label)?),
            _ => None,
        }
    }

    fn oracle_best(&self, label: &str) -> Option<f64> {
        let (site, name) = label.split_once('/')?;
        // `convert-100ms-256` without its number of clients.
        let deed = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let alike = |other: &&String| {
            let rest = other.strip_prefix("oracle/").and_then(|name| name.strip_prefix(deed));
            site != "oracle"
                && rest.is_some_and(|rest| rest.parse::<u32>().is_ok() || rest.is_empty())
        };
        let rates = self.order.iter().filter(alike).filter_map(|other| self.value(other, "rate"));
        rates.reduce(f64::max)
    }
}

/// The share of answers that were no good.
fn failed(sample: &Sample) -> f64 {
    let bad = f64::from(sample.tally.others.values().sum::<u32>());
    bad / (bad + f64::from(sample.tally.good)).max(1.0)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// What a figure has to be, such as `sqlite/bearer:live>=0.25`.
#[derive(Debug, Clone)]
pub struct Demand {
    label: String,
    what: String,
    at_least: bool,
    bound: f64,
}

impl Demand {
    fn is_met_by(&self, found: f64) -> bool {
        if self.at_least { found >= self.bound } else { found <= self.bound }
    }
}

impl fmt::Display for Demand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.at_least { ">=" } else { "<=" };
        write!(f, "{}:{}{sign}{}", self.label, self.what, self.bound)
    }
}

impl FromStr for Demand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let at_least = text.contains(">=");
            let (figure, bound) = text.split_once(if at_least { ">=" } else { "<=" })?;
            let (label, what) = figure.split_once(':')?;
            let (label, what) = (label.to_owned(), what.to_owned());
            Some(Self { label, what, at_least, bound: bound.parse().ok()? })
        };
        read().ok_or_else(|| "write LABEL:FIGURE>=NUMBER or LABEL:FIGURE<=NUMBER".to_owned())
    }
}
