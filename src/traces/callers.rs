//! The trace that a caller says its request is part of.

use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::config::telemetry::Telemetry;

/// What becomes of a caller's own trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callers {
    /// It is a link of ours. It does not become the parent: who calls does not choose the numbers of our traces, nor
    /// which of them are sent.
    Linked,
    /// Ours is part of it, and sent if it is.
    Continued,
}

impl Callers {
    /// What the settings say.
    pub fn of(options: &Telemetry) -> Self {
        if options.trust_traceparent { Self::Continued } else { Self::Linked }
    }

    /// Reads a `traceparent` for a span that has just been made. One that is not well-formed changes nothing.
    pub fn read(self, span: &Span, traceparent: &str) {
        let Some(theirs) = parse(traceparent) else { return };
        match self {
            Self::Linked => span.add_link(theirs),
            Self::Continued => {
                let parent = Context::new().with_remote_span_context(theirs);
                // A span that has been entered keeps its parent, and this one has not.
                let _ = span.set_parent(parent);
            }
        }
    }
}

/// W3C Trace Context §3.2, version 00: `00-{32 hex}-{16 hex}-{2 hex}`, neither number zero.
fn parse(text: &str) -> Option<SpanContext> {
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut parts = text.split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let whole = parts.next().is_none() && version == "00";
    if !whole || !is_hex(trace, 32) || !is_hex(span, 16) || !is_hex(flags, 2) {
        return None;
    }
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let theirs = SpanContext::new(trace, span, flags, true, TraceState::default());
    theirs.is_valid().then_some(theirs)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_traceparent_is_taken_to_the_letter() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let read = parse(good).expect("the example of the specification");
        assert_eq!(read.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(read.span_id().to_string(), "b7ad6b7169203331");
        assert!(read.is_sampled() && read.is_remote());
        for wrong in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
