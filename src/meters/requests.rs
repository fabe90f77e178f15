//! Requests and their answers, by the route that took them.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};

use super::Spread;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    route: Arc<String>,
    method: &'static str,
    status: &'static str,
}

type All = Family<Labels, Spread, fn() -> Spread>;

/// How long answers took, by route, method and class of status.
#[derive(Debug)]
pub struct Requests {
    all: All,
    /// How many are being answered.
    pub under_way: Gauge,
    /// What no route takes.
    pub nowhere: Route,
}

impl Requests {
    pub(super) fn registered(registry: &mut Registry) -> Self {
        let all = All::new_with_constructor(Spread::of_time);
        registry.register(
            "http_request_duration_seconds",
            "How long requests took until their answer began, by route, method and class of status",
            all.clone(),
        );
        let under_way = Gauge::default();
        registry.register(
            "http_requests_in_progress",
            "Requests that are being answered",
            under_way.clone(),
        );
        let nowhere = Route::new(all.clone(), "unknown");
        Self { all, under_way, nowhere }
    }

    /// The counters of a route; asked for once, and held.
    pub fn route(&self, pattern: &str) -> Route {
        Route::new(self.all.clone(), pattern)
    }
}

/// The methods that are told apart; any other is "other", since a caller may make them up.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The counters of one route: an array of them, each looked up at its first use.
#[derive(Debug)]
pub struct Route {
    all: All,
    pattern: Arc<String>,
    slots: [[OnceLock<Spread>; STATUSES.len()]; METHODS.len() + 1],
}

impl Route {
    fn new(all: All, pattern: &str) -> Self {
        Self { all, pattern: Arc::new(pattern.to_owned()), slots: Default::default() }
    }

    /// Notes an answer.
    pub fn answered(&self, method: &str, status: u16, took: Duration) {
        let known = METHODS.iter().position(|known| *known == method);
        let method = known.unwrap_or(METHODS.len());
        let class = usize::from((status / 100).clamp(1, 5)) - 1;
        let Some(slot) = self.slots.get(method).and_then(|slots| slots.get(class)) else { return };
        slot.get_or_init(|| self.look_up(method, class)).took(took);
    }

    fn look_up(&self, method: usize, class: usize) -> Spread {
        self.all.get_or_create_owned(&Labels {
            route: Arc::clone(&self.pattern),
            method: METHODS.get(method).copied().unwrap_or("other"),
            status: STATUSES.get(class).copied().unwrap_or("5xx"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::meters::Meters;

    #[test]
    fn made_up_methods_and_statuses_are_one_series_each() {
        let meters = Meters::new("sqlite");
        let route = meters.requests.route("/it/{id}");
        for (method, status) in [("GET", 200), ("BREW", 418), ("STEEP", 499), ("GET", 999)] {
            route.answered(method, status, Duration::from_millis(1));
        }
        let text = meters.text().expect("a text");
        let count = |labels: &str, number: u32| {
            let line = format!(
                "cambio_http_request_duration_seconds_count{{route=\"/it/{{id}}\",{labels}}} {number}"
            );
            assert!(text.lines().any(|told| told == line), "{line} in\n{text}");
        };
        count("method=\"GET\",status=\"2xx\"", 1);
        count("method=\"other\",status=\"4xx\"", 2);
        count("method=\"GET\",status=\"5xx\"", 1);
    }

    #[test]
    fn two_workers_count_on_one_number() {
        let meters = Meters::new("sqlite");
        for worker in [meters.requests.route("/it"), meters.requests.route("/it")] {
            worker.answered("GET", 200, Duration::ZERO);
        }
        let line = "cambio_http_request_duration_seconds_count{route=\"/it\",method=\"GET\",status=\"2xx\"} 2";
        assert!(meters.text().expect("a text").contains(line));
    }
}
