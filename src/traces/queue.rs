//! Spans that wait for the collector: so many, and those beyond are counted and dropped.

use std::{
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use opentelemetry::Context;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanExporter, SpanProcessor},
};

use crate::meters::{Counter, Stopwatch};

/// How often at most it is told that spans are lost.
const QUIET: Duration = Duration::from_mins(1);

/// How many wait and how many are lost. Whoever ends a span takes no lock.
#[derive(Debug)]
pub(super) struct Waiting {
    most: usize,
    now: AtomicUsize,
    /// Those lost of which nobody has been told.
    untold: AtomicU64,
    counter: OnceLock<Counter>,
}

impl Waiting {
    pub(super) fn at_most(most: usize) -> Self {
        Self { most, now: AtomicUsize::new(0), untold: AtomicU64::new(0), counter: OnceLock::new() }
    }

    /// Those that were lost before are counted, too.
    pub(super) fn count_lost(&self, counter: Counter) {
        counter.inc_by(self.untold.load(Ordering::Relaxed));
        let _ = self.counter.set(counter);
    }

    /// A place in the queue, if there is one.
    fn enter(&self) -> bool {
        let has_room = self.now.fetch_add(1, Ordering::Relaxed) < self.most;
        if !has_room {
            self.left(1);
        }
        has_room
    }

    fn left(&self, spans: usize) {
        self.now.fetch_sub(spans, Ordering::Relaxed);
    }

    fn lost(&self, spans: usize) {
        let spans = u64::try_from(spans).unwrap_or(u64::MAX);
        self.untold.fetch_add(spans, Ordering::Relaxed);
        self.counter.get().into_iter().for_each(|counter| {
            counter.inc_by(spans);
        });
    }
}

/// What spans are handed to when they end: in front of the queue of the SDK, which drops without a word.
#[derive(Debug)]
pub(super) struct Queue<P> {
    next: P,
    waiting: Arc<Waiting>,
}

impl<P> Queue<P> {
    pub(super) fn new(next: P, waiting: Arc<Waiting>) -> Self {
        Self { next, waiting }
    }
}

impl<P: SpanProcessor> SpanProcessor for Queue<P> {
    fn on_start(&self, span: &mut Span, cx: &Context) {
        self.next.on_start(span, cx);
    }

    fn on_end(&self, span: SpanData) {
        if self.waiting.enter() {
            self.next.on_end(span);
        } else {
            self.waiting.lost(1);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.next.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.next.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.next.set_resource(resource);
    }
}

/// What sends, at the other end of the queue. It tells once a minute at most what is lost.
#[derive(Debug)]
pub(super) struct Counted<E> {
    next: E,
    waiting: Arc<Waiting>,
    /// Since it was told last. Only the thread that sends takes it.
    told: Mutex<Option<Stopwatch>>,
}

impl<E> Counted<E> {
    pub(super) fn new(next: E, waiting: Arc<Waiting>) -> Self {
        Self { next, waiting, told: Mutex::new(None) }
    }

    /// How many are lost that have not been told, when it is time to tell.
    fn to_tell(&self) -> Option<u64> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if self.waiting.untold.load(Ordering::Relaxed) == 0
            || told.is_some_and(|since| since.elapsed() < QUIET)
        {
            return None;
        }
        *told = Some(Stopwatch::start());
        Some(self.waiting.untold.swap(0, Ordering::Relaxed))
    }
}

impl<E: SpanExporter> SpanExporter for Counted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        self.waiting.left(spans);
        let sent = self.next.export(batch).await;
        if sent.is_err() {
            self.waiting.lost(spans);
        }
        if let Some(lost) = self.to_tell() {
            let why = sent.as_ref().err().map(tracing::field::display);
            tracing::warn!(lost, why, "spans are lost: the collector is away, or too slow");
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.next.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.next.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.next.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.next.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };

    use opentelemetry::{
        Context,
        trace::{Tracer as _, TracerProvider as _},
    };
    use opentelemetry_sdk::{
        error::{OTelSdkError, OTelSdkResult},
        trace::{SdkTracerProvider, Span, SpanData, SpanExporter, SpanProcessor},
    };

    use super::{Counted, Queue, Waiting};
    use crate::meters::Counter;

    /// Keeps what it is handed.
    #[derive(Debug, Default, Clone)]
    struct Kept(Arc<Mutex<Vec<SpanData>>>);

    impl SpanProcessor for Kept {
        fn on_start(&self, _: &mut Span, _: &Context) {}

        fn on_end(&self, span: SpanData) {
            self.0.lock().expect("it").push(span);
        }

        fn force_flush(&self) -> OTelSdkResult {
            Ok(())
        }

        fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
            Ok(())
        }
    }

    /// Sends nothing.
    #[derive(Debug)]
    struct Away;

    impl SpanExporter for Away {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            Err(OTelSdkError::InternalFailure("away".to_owned()))
        }
    }

    #[tokio::test]
    async fn a_full_queue_drops_and_counts_until_somebody_takes_of_it() {
        let (waiting, kept, lost) =
            (Arc::new(Waiting::at_most(3)), Kept::default(), Counter::default());
        let queue = Queue::new(kept.clone(), Arc::clone(&waiting));
        let provider = SdkTracerProvider::builder().with_span_processor(queue).build();
        let tracer = provider.tracer("it");
        let end = |spans: usize| (0..spans).for_each(|_| drop(tracer.start("it")));
        let take = || kept.0.lock().expect("it").split_off(0);

        end(4);
        waiting.count_lost(lost.clone());
        assert_eq!(lost.get(), 1, "what was lost before it was counted");
        end(1);
        assert_eq!(lost.get(), 2);
        let batch = take();
        assert_eq!(batch.len(), 3);

        let away = Counted::new(Away, Arc::clone(&waiting));
        assert!(away.export(batch).await.is_err());
        assert_eq!(lost.get(), 5, "those that were sent to nobody");
        end(3);
        assert_eq!((take().len(), lost.get()), (3, 5), "there is room again");
    }

    #[tokio::test]
    async fn what_is_lost_is_told_once_and_then_not_before_long() {
        let waiting = Arc::new(Waiting::at_most(3));
        let away = Counted::new(Away, Arc::clone(&waiting));
        assert_eq!(away.to_tell(), None, "nothing is lost");
        waiting.lost(2);
        assert_eq!(away.to_tell(), Some(2));
        waiting.lost(3);
        assert_eq!(away.to_tell(), None);
    }
}
