//! How values spread: a histogram without a lock.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::{EncodeMetric, MetricEncoder, NoLabelSet},
    metrics::{MetricType, TypedMetric},
};

/// The upper ends of the buckets for times, in nanoseconds: 250 µs to 10 s.
const TIMES: [u64; 15] = [
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// The upper ends of the buckets for numbers of things.
const NUMBERS: [u64; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/// A histogram: to note a value is two additions, for any number of threads at once. (That of `prometheus_client`
/// takes a lock for each value.)
#[derive(Debug, Clone)]
pub struct Spread(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    ends: &'static [u64],
    shown: fn(u64) -> f64,
    /// One more than there are ends: the last is for what lies beyond all of them.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Spread {
    /// Of times, told in seconds.
    pub fn of_time() -> Self {
        Self::new(&TIMES, |nanos| Duration::from_nanos(nanos).as_secs_f64())
    }

    /// Of numbers.
    pub fn of_numbers() -> Self {
        // A number of seconds is the number itself, and no cast.
        Self::new(&NUMBERS, |number| Duration::from_secs(number).as_secs_f64())
    }

    /// Notes a time.
    pub fn took(&self, time: Duration) {
        self.note(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Notes a number of things.
    pub fn counted(&self, number: usize) {
        self.note(u64::try_from(number).unwrap_or(u64::MAX));
    }

    fn new(ends: &'static [u64], shown: fn(u64) -> f64) -> Self {
        let counts = (0..=ends.len()).map(|_| AtomicU64::default()).collect();
        Self(Arc::new(Inner { ends, shown, counts, sum: AtomicU64::default() }))
    }

    fn note(&self, value: u64) {
        let bucket = self.0.ends.partition_point(|end| *end < value);
        if let Some(count) = self.0.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.0.sum.fetch_add(value, Ordering::Relaxed);
    }
}

impl EncodeMetric for Spread {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let Inner { ends, shown, counts, sum } = &*self.0;
        let ends = ends.iter().map(|end| shown(*end)).chain([f64::INFINITY]);
        let counts = counts.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = ends.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = shown(sum.load(Ordering::Relaxed));
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Spread {
    const TYPE: MetricType = MetricType::Histogram;
}

/// A time that runs.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has been running.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use prometheus_client::{encoding::text::encode, registry::Registry};

    use super::Spread;

    fn told(spread: &Spread) -> String {
        let (mut registry, mut text) = (Registry::default(), String::new());
        registry.register("it", "It", spread.clone());
        encode(&mut text, &registry).expect("a text");
        text
    }

    #[test]
    fn a_value_is_in_its_bucket_and_in_every_larger_one() {
        let spread = Spread::of_time();
        spread.took(Duration::from_millis(5));
        spread.took(Duration::from_millis(6));
        spread.took(Duration::from_mins(1));

        let text = told(&spread);
        for line in [
            "it_bucket{le=\"0.0025\"} 0",
            "it_bucket{le=\"0.005\"} 1",
            "it_bucket{le=\"0.01\"} 2",
            "it_bucket{le=\"10.0\"} 2",
            "it_bucket{le=\"+Inf\"} 3",
            "it_sum 60.011",
            "it_count 3",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn numbers_are_told_as_they_are() {
        let spread = Spread::of_numbers();
        [1, 3, 1000].into_iter().for_each(|number| spread.counted(number));

        let text = told(&spread);
        for line in ["it_bucket{le=\"1.0\"} 1", "it_bucket{le=\"4.0\"} 2", "it_sum 1004.0"] {
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        }
    }
}
