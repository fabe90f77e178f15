//! The figures of a fault and whether each of them is what its criterion asks for.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use serde_json::{Map, Value, json};

/// Whether times are those of a quick run.
pub static LENIENT: AtomicBool = AtomicBool::new(false);

/// What was measured.
#[derive(Debug, Default)]
pub struct Verdict {
    figures: Map<String, Value>,
    missed: Vec<String>,
}

impl Verdict {
    /// A figure that no criterion names.
    pub fn tell(&mut self, name: &str, value: impl Into<Value>) {
        self.figures.insert(name.to_owned(), value.into());
    }

    /// A count that must be met exactly.
    pub fn exactly(&mut self, name: &str, is: usize, wanted: usize) {
        self.judge(name, is.into(), is == wanted, &format!("{wanted}"));
    }

    /// A count that must be reached.
    pub fn at_least(&mut self, name: &str, is: usize, wanted: usize) {
        self.judge(name, is.into(), is >= wanted, &format!("{wanted} or more"));
    }

    /// A count that must not be exceeded.
    pub fn at_most(&mut self, name: &str, is: usize, wanted: usize) {
        self.judge(name, is.into(), is <= wanted, &format!("{wanted} or fewer"));
    }

    /// A share of a whole, in per cent, that must be reached.
    pub fn share(&mut self, name: &str, (part, whole): (usize, usize), wanted: f64) {
        let of = |n: usize| f64::from(u32::try_from(n).unwrap());
        let is = if whole == 0 { 0.0 } else { 100.0 * of(part) / of(whole) };
        self.judge(name, json!(is), is >= wanted, &format!("{wanted} % or more"));
    }

    /// A time that must not be exceeded; told in milliseconds. The few rounds of a quick run are played beside
    /// builds: there it must not be exceeded by far.
    pub fn within(&mut self, name: &str, is: Duration, wanted: Duration) {
        let wanted = if LENIENT.load(Ordering::Relaxed) { wanted * 4 } else { wanted };
        self.judge(&format!("{name}_ms"), millis(is), is <= wanted, &format!("{wanted:?} or less"));
    }

    /// A time that no criterion names; told in milliseconds.
    pub fn took(&mut self, name: &str, is: Duration) {
        self.tell(&format!("{name}_ms"), millis(is));
    }

    /// Findings of which there must be none; the first few are told.
    pub fn none<T: std::fmt::Debug>(&mut self, name: &str, found: &[T]) {
        self.exactly(name, found.len(), 0);
        if !found.is_empty() {
            let first: Vec<String> = found.iter().take(5).map(|it| format!("{it:?}")).collect();
            self.tell(&format!("{name}_first"), first);
        }
    }

    /// Something that must be so.
    pub fn holds(&mut self, name: &str, is: bool) {
        self.judge(name, is.into(), is, "true");
    }

    /// Takes the figures of another, under its name.
    pub fn add(&mut self, name: &str, other: Self) {
        let named = |word: String| format!("{name}: {word}");
        self.figures.extend(other.figures.into_iter().map(|(word, is)| (named(word), is)));
        self.missed.extend(other.missed.into_iter().map(named));
    }

    /// What was missed so far.
    pub fn missed(&self) -> &[String] {
        &self.missed
    }

    /// The line that is printed.
    pub fn line(self, fault: &str, quick: bool, took: Duration) -> Value {
        json!({
            "fault": fault, "held": self.missed.is_empty(), "missed": self.missed,
            "figures": self.figures, "quick": quick, "took_s": took.as_secs(),
        })
    }

    fn judge(&mut self, name: &str, is: Value, good: bool, wanted: &str) {
        if !good {
            self.missed.push(format!("{name} is {is}, not {wanted}"));
        }
        self.figures.insert(name.to_owned(), is);
    }
}

fn millis(time: Duration) -> Value {
    json!((time.as_secs_f64() * 10_000.0).round() / 10.0)
}

/// The value below which 99 of 100 lie.
pub fn p99(times: &mut [Duration]) -> Duration {
    times.sort();
    times
        .get((times.len() * 99 / 100).min(times.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}
