//! What is given along for Prometheus and Grafana: every number that is asked for is told, and none is forgotten.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use cambio::meters::Letter;
use serde_json::Value;

use crate::support::{House, scrape::Scrape};

const ALERTS: &str = include_str!("../../../contrib/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../contrib/grafana/cambio.json");
const MANUAL: &str = include_str!("../../../docs/OPERATIONS.md");

/// Every rule: its name and its expression. The file is written in the few forms of YAML that are read here, and any
/// other line fails.
fn rules() -> BTreeMap<String, String> {
    let lines = ALERTS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut lines = lines.peekable();
    for head in ["groups:", "  - name: cambio", "    rules:"] {
        assert_eq!(lines.next(), Some(head));
    }
    let mut rules = BTreeMap::new();
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("      - alert: ").unwrap_or_else(|| panic!("{line}"));
        let mut field = |key: &str| {
            let prefix = format!("        {key}: ");
            lines.next_if(|line| line.starts_with(&prefix)).map(|line| &line[prefix.len()..])
        };
        let expr = field("expr").unwrap_or_else(|| panic!("{name} has no expr"));
        let mut expr = plain(expr).to_owned();
        if expr == ">-" {
            expr.clear();
            while let Some(more) = lines.next_if(|line| line.starts_with("          ")) {
                expr = format!("{expr} {}", plain(more.trim_start()));
            }
        }
        let mut field = |key: &str| {
            let prefix = format!("        {key}:");
            lines.next_if(|line| line.starts_with(&prefix)).map(|line| line[prefix.len()..].trim())
        };
        let lasts = field("for").is_none_or(|time| {
            let (number, unit) = time.split_at(time.len() - 1);
            number.parse::<u32>().is_ok() && ["s", "m", "h"].contains(&unit)
        });
        let labels = field("labels").unwrap();
        let severities = ["{ severity: critical }", "{ severity: warning }"];
        assert!(lasts && severities.contains(&labels), "{name}: {labels}");
        assert_eq!(field("annotations"), Some(""), "{name}");
        let told = lines.next().and_then(|line| line.strip_prefix("          summary: \""));
        let told = told.and_then(|told| told.strip_suffix('"')).unwrap_or_else(|| panic!("{name}"));
        assert!(told.len() > 10 && !told.contains(['"', '\\']), "{name}: {told}");
        assert!(rules.insert(name.to_owned(), expr).is_none(), "{name} is there twice");
    }
    rules
}

/// A plain scalar of YAML 1.2 (§7.3.3), as far as one is written here.
fn plain(text: &str) -> &str {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '(' || c == '/');
    assert!(begins || text == ">-", "{text}");
    assert!(!text.contains(": ") && !text.contains(" #") && !text.ends_with([':', ' ']), "{text}");
    text
}

/// Every expression of the dashboard.
fn panels() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "two panels have one id");
    let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

/// The metrics that an expression names, each with the labels it picks by.
fn named(expr: &str) -> Vec<(String, Vec<String>)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = expr.match_indices("cambio_").map(|(at, _)| &expr[at..]);
    starts
        .map(|rest| {
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let labels = rest[end..].strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let labels = labels.map_or("", |(labels, _)| labels).split(',');
            let labels = labels.filter_map(|label| label.split(['=', '!']).next());
            let labels = labels.filter(|label| !label.is_empty()).map(str::to_owned);
            (rest[..end].to_owned(), labels.collect())
        })
        .collect()
}

/// The numbers of a house in which everything has happened once that is counted by a label.
async fn lively() -> Scrape {
    let house = House::open().await;
    house.get("/auth/users/me/").expect(401).await;
    let meters = house.app.meters();
    meters.house.letter(Letter::Sent);
    meters.house.restarted("courier");
    meters.house.event("signed_in");
    meters.house.cache("any").hit();
    meters.house.listener("any").set(1);
    meters.providers.named("any").asked("identified", Duration::ZERO);
    house.scrape().await
}

/// The series of every family, as a type makes them of a name.
fn series(told: &Scrape) -> BTreeMap<String, String> {
    let suffixes = |kind: &str| match kind {
        "counter" => vec!["_total"],
        "histogram" => vec!["_bucket", "_sum", "_count"],
        _ => vec![""],
    };
    let of = |(family, kind): (&String, &String)| {
        let family = family.clone();
        let names = suffixes(kind).into_iter().map(move |end| format!("{family}{end}"));
        let family = names.clone().next().unwrap_or_default();
        names.map(move |name| (name, family.clone())).collect::<Vec<_>>()
    };
    told.families.iter().flat_map(of).collect()
}

#[tokio::test]
async fn every_number_that_is_asked_for_is_told_and_every_one_is_asked_for() {
    let told = lively().await;
    let series = series(&told);
    let rules = rules();
    let exprs: Vec<String> = rules.into_values().chain(panels()).collect();
    let mut asked = BTreeSet::new();
    for expr in &exprs {
        assert_eq!(expr.matches('(').count(), expr.matches(')').count(), "{expr}");
        assert_eq!(expr.matches('{').count(), expr.matches('}').count(), "{expr}");
        for (name, _) in named(expr) {
            let family =
                series.get(&name).unwrap_or_else(|| panic!("{name} of {expr} is not told"));
            asked.insert(family.clone());
        }
    }
    let forgotten: Vec<_> = series.values().filter(|family| !asked.contains(*family)).collect();
    assert!(forgotten.is_empty(), "on no panel and in no rule: {forgotten:?}");
}

#[tokio::test]
async fn every_label_that_is_picked_by_is_told_of_in_the_manual() {
    let by_prometheus = ["job", "instance"];
    for expr in rules().into_values().chain(panels()) {
        for (name, labels) in named(&expr) {
            for label in labels.iter().filter(|label| !by_prometheus.contains(&label.as_str())) {
                let base = name.trim_start_matches("cambio_");
                let base = ["_bucket", "_sum", "_count"]
                    .iter()
                    .fold(base, |base, end| base.strip_suffix(end).unwrap_or(base));
                let row = MANUAL.lines().find(|row| row.contains(&format!("`{base}`")));
                let row = row.unwrap_or_else(|| panic!("{base} is not in the manual"));
                assert!(row.contains(&format!("`{label}`")), "{label} of {base}: {row}");
            }
        }
    }
}

#[tokio::test]
async fn every_number_and_every_alert_is_in_the_manual() {
    let told = lively().await;
    for (family, kind) in &told.families {
        let name = family.trim_start_matches("cambio_");
        let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
        assert!(MANUAL.contains(&format!("`{name}`")), "{name} is not in the manual");
    }
    let rules = rules();
    let told = MANUAL.split('`').filter(|word| {
        word.starts_with("Cambio")
            && word.chars().all(|c| c.is_ascii_alphabetic())
            && word.len() > 6
    });
    let told: BTreeSet<&str> = told.collect();
    let there: BTreeSet<&str> = rules.keys().map(String::as_str).collect();
    assert_eq!(told, there, "alerts in the manual, and those there are");
}

#[test]
fn a_rule_that_asks_for_what_is_not_told_would_be_seen() {
    let expr = "sum(rate(cambio_a_total{b=\"c\",d!~\"e\"}[5m])) / cambio_f";
    let labels = vec!["b".to_owned(), "d".to_owned()];
    assert_eq!(
        named(expr),
        [("cambio_a_total".to_owned(), labels), ("cambio_f".to_owned(), vec![])]
    );
}
