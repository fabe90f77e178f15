//! The numbers of a house, read as strictly as `OpenMetrics` 1.0 is written.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::TcpListener,
    num::ParseFloatError,
};

use cambio::server::metrics;

use super::{House, Said, house::caller};

/// Everything one reading told.
#[derive(Debug)]
pub struct Scrape {
    /// Every family with its type.
    pub families: BTreeMap<String, String>,
    /// Every series, by its name and its labels in the order of their names.
    pub series: BTreeMap<String, f64>,
}

impl House {
    /// Reads the metrics, as Prometheus does.
    pub async fn scrape(&self) -> Scrape {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/metrics", listener.local_addr().unwrap());
        let handle = metrics::serve(&self.app, listener).unwrap();
        let said = read(&url).await.with_status(200);
        handle.stop(false).await;
        assert_eq!(
            said.header("content-type"),
            "application/openmetrics-text; version=1.0.0; charset=utf-8"
        );
        Scrape::parse(&said.text).unwrap_or_else(|why| panic!("{why} in\n{}", said.text))
    }
}

/// What an address answers.
pub async fn read(url: &str) -> Said {
    Said::read(format!("GET {url}"), caller().get(url).send().await.unwrap()).await
}

impl Scrape {
    /// The value of a series; none is 0.
    pub fn value(&self, series: &str) -> f64 {
        self.series.get(series).copied().unwrap_or_default()
    }

    /// Insists on the value of a series.
    pub fn tells(&self, series: &str, value: f64) {
        let told = self.value(series);
        let alike: Vec<_> = self.series.keys().filter(|key| alike(key, series)).collect();
        assert!((told - value).abs() < 1e-9, "{series} is {told}, not {value}: {alike:#?}");
    }

    /// Reads a text, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let body = text.strip_suffix("# EOF\n").ok_or("it does not end with # EOF")?;
        let mut reader = Reader::default();
        for line in body.lines() {
            reader.line(line).map_err(|why| format!("{why}: {line}"))?;
        }
        reader.check_histograms()?;
        Ok(Self { families: reader.families, series: reader.series })
    }
}

fn alike(one: &str, other: &str) -> bool {
    one.split('{').next() == other.split('{').next()
}

#[derive(Default)]
struct Reader {
    families: BTreeMap<String, String>,
    helped: BTreeSet<String>,
    series: BTreeMap<String, f64>,
    /// The family that is being told: one that was left does not come back.
    current: String,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        match line.strip_prefix("# ") {
            Some(about) => self.about(about),
            None => self.sample(line),
        }
    }

    fn about(&mut self, about: &str) -> Result<(), String> {
        let mut words = about.splitn(3, ' ');
        let (what, name) = (words.next().unwrap(), words.next().ok_or("no name")?);
        let rest = words.next().filter(|rest| !rest.is_empty()).ok_or("nothing is said")?;
        is_name(name).then_some(()).ok_or("no name of a metric")?;
        match what {
            "HELP" => {
                name.clone_into(&mut self.current);
                self.helped.insert(name.to_owned()).then_some(()).ok_or("told twice")?;
            }
            "TYPE" => {
                let known = ["counter", "gauge", "histogram"];
                known.contains(&rest).then_some(()).ok_or("no type that is used here")?;
                (self.current == name).then_some(()).ok_or("not below its HELP")?;
                let before = self.families.insert(name.to_owned(), rest.to_owned());
                before.is_none().then_some(()).ok_or("told twice")?;
            }
            _ => return Err("neither HELP nor TYPE".to_owned()),
        }
        Ok(())
    }

    fn sample(&mut self, line: &str) -> Result<(), String> {
        let (series, value) = line.rsplit_once(' ').ok_or("no value")?;
        let (name, labels) = match series.split_once('{') {
            Some((name, rest)) => (name, labels(rest.strip_suffix('}').ok_or("no end")?)?),
            None => (series, Vec::new()),
        };
        is_name(name).then_some(()).ok_or("no name of a metric")?;
        let kind = self.families.get(&self.current).ok_or("no TYPE before it")?;
        let suffixes: &[&str] = match kind.as_str() {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        let suffix = name.strip_prefix(&*self.current).ok_or("not of the family above it")?;
        suffixes.contains(&suffix).then_some(()).ok_or("not as its type is told")?;
        let value: f64 =
            value.parse().map_err(|why: ParseFloatError| format!("no number: {why}"))?;
        let whole = if labels.is_empty() {
            name.to_owned()
        } else {
            format!("{name}{{{}}}", labels.join(","))
        };
        let before = self.series.insert(whole, value);
        before.is_none().then_some(()).ok_or("told twice".to_owned())
    }

    /// Buckets grow, and the last holds as many as were counted.
    fn check_histograms(&self) -> Result<(), String> {
        let mut buckets: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
        for (series, value) in &self.series {
            let Some((name, labels)) = series.split_once("_bucket{") else { continue };
            let labels: Vec<&str> = labels.trim_end_matches('}').split(',').collect();
            let (end, rest): (Vec<&str>, Vec<&str>) =
                labels.into_iter().partition(|label| label.starts_with("le="));
            let end = end.first().ok_or("a bucket without le")?;
            let end = end.trim_start_matches("le=\"").trim_end_matches('"').replace('+', "");
            let end: f64 =
                end.parse().map_err(|why: ParseFloatError| format!("{series}: le: {why}"))?;
            let count = match rest.as_slice() {
                [] => format!("{name}_count"),
                rest => format!("{name}_count{{{}}}", rest.join(",")),
            };
            buckets.entry(count).or_default().push((end, *value));
        }
        for (count, mut ends) in buckets {
            ends.sort_by(|one, other| one.0.total_cmp(&other.0));
            let grows = ends.windows(2).all(|pair| pair[0].1 <= pair[1].1);
            let last = ends.last().copied().unwrap_or_default();
            let whole = last.0.is_infinite() && self.series.get(&count) == Some(&last.1);
            (grows && whole).then_some(()).ok_or(format!("the buckets of {count}"))?;
        }
        Ok(())
    }
}

/// `name="value",…` in the order of the names.
fn labels(mut text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"").ok_or("no label")?;
        is_name(name).then_some(()).ok_or("no name of a label")?;
        let mut escaped = false;
        let end = rest.find(|c| {
            let over = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            over
        });
        let end = end.ok_or("a value without an end")?;
        found.push(format!("{name}=\"{}\"", &rest[..end]));
        text = &rest[end + 1..];
        if !text.is_empty() {
            text = text.strip_prefix(',').ok_or("no comma between labels")?;
        }
    }
    found.sort();
    let names: BTreeSet<_> = found.iter().map(|label| label.split('=').next()).collect();
    if names.len() == found.len() { Ok(found) } else { Err("a label twice".to_owned()) }
}

fn is_name(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|c| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn what_is_not_open_metrics_is_told() {
    let head = "# HELP a It.\n# TYPE a counter\n";
    assert!(Scrape::parse(&format!("{head}a_total{{b=\"c\\\"\",a=\"\"}} 1\n# EOF\n")).is_ok());
    for wrong in [
        "a_total 1\n# EOF\n".to_owned(),
        format!("{head}a_total 1\n"),
        format!("{head}a 1\n# EOF\n"),
        format!("{head}a_total 1\na_total 2\n# EOF\n"),
        format!("{head}a_total{{b=c}} 1\n# EOF\n"),
        format!("{head}a_total{{b=\"c\"d=\"e\"}} 1\n# EOF\n"),
        format!("{head}a_total one\n# EOF\n"),
        format!("{head}{head}# EOF\n"),
        "# HELP h It.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_count 1\n# EOF\n"
            .to_owned(),
    ] {
        assert!(Scrape::parse(&wrong).is_err(), "{wrong}");
    }
}
