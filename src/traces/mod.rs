//! Traces: where spans go, and what a caller's own trace is to them.
//!
//! Spans are those of the crate `tracing` with the target [`TARGET`]; whoever makes one knows nothing of this room.

mod callers;
mod queue;
mod send;

use std::{sync::Arc, time::Duration};

use opentelemetry::{
    KeyValue,
    trace::{TraceContextExt as _, TracerProvider as _},
};
use opentelemetry_otlp::{RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

pub use self::callers::Callers;
use self::{
    queue::{Counted, Queue, Waiting},
    send::Sender,
};
use crate::{config::telemetry::Telemetry, error::Fault, meters::Counter};

/// The target of every span that is meant for a trace. The log does not show it.
pub const TARGET: &str = "spans";

/// How long the collector may take for a batch, and how long spans may be under way at the end.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often what waits is sent, if it is no full batch before.
const BEAT: Duration = Duration::from_secs(1);
/// Spans that wait to be sent; further ones are dropped. No request waits for a collector.
const WAITING: usize = 4096;
/// Spans that are sent together.
const BATCH: usize = 512;

/// What sends traces, from a thread of its own. Those that wait at the end are sent by [`Traces::end`].
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    waiting: Arc<Waiting>,
}

impl Traces {
    /// Sends to the collector of the settings, on that runtime; `None` if there is none.
    pub fn start(options: &Telemetry, runtime: Handle) -> Result<Option<Self>, Fault> {
        let Some(collector) = &options.otlp_endpoint else { return Ok(None) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender::build(runtime, PATIENCE)?)
            .with_endpoint(format!("{}/v1/traces", collector.as_str().trim_end_matches('/')))
            .with_timeout(PATIENCE)
            // What could not be sent is lost: others wait already, and the end must not wait for tries.
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .map_err(|cause| Fault::because("telemetry.otlp_endpoint", cause))?;
        let waiting = Arc::new(Waiting::at_most(WAITING));
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(WAITING)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(BEAT)
            .build();
        let exporter = Counted::new(exporter, Arc::clone(&waiting));
        let processor = BatchSpanProcessor::builder(exporter).with_batch_config(batches).build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(Queue::new(processor, Arc::clone(&waiting)))
            .with_sampler(sampler(options.sample_one_in))
            .with_resource(resource())
            .build();
        Ok(Some(Self { provider, waiting }))
    }

    /// What a layer of `tracing` hands its spans to.
    pub fn tracer(&self) -> SdkTracer {
        self.provider.tracer(env!("CARGO_PKG_NAME"))
    }

    /// From now on spans that are lost are counted there, too.
    pub fn count_lost(&self, lost: Counter) {
        self.waiting.count_lost(lost);
    }

    /// Sends what waits, and ends. Blocks, for three seconds at most.
    pub fn end(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(PATIENCE) {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}

/// Another name for a span that is under way: recording `otel.name` would change nothing any more.
pub fn rename(span: &Span, name: String) {
    span.context().span().update_name(name);
}

/// Who begins a trace decides whether it is sent: this process, or a caller whose trace is continued.
fn sampler(one_in: u32) -> Sampler {
    Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(1.0 / f64::from(one_in))))
}

fn resource() -> Resource {
    Resource::builder_empty()
        .with_service_name(env!("CARGO_PKG_NAME"))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}
