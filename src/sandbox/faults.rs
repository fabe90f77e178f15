//! Rules that spoil answers: which, when, and how.

use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::{log::Seen, tokens::Provider};

/// One way of being a bad provider, and the requests it applies to.
///
/// ```json
/// {"match": {"provider": "google", "endpoint": "userinfo", "token": "ok-1"}, "when": {"first": 2}, "action": "hang"}
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(default, rename = "match")]
    target: Target,
    #[serde(default)]
    when: When,
    action: Action,
}

impl Rule {
    /// Spoils every answer.
    pub fn new(action: Action) -> Self {
        Self { target: Target::default(), when: When::Always, action }
    }

    /// Only this provider's.
    #[must_use]
    pub fn provider(mut self, provider: Provider) -> Self {
        self.target.provider = Some(provider);
        self
    }

    /// Only this endpoint's, by its short name: `userinfo`, `users.get`, …
    #[must_use]
    pub fn endpoint(mut self, endpoint: &str) -> Self {
        self.target.endpoint = Some(endpoint.to_owned());
        self
    }

    /// Only those to a request that shows this token of the table.
    #[must_use]
    pub fn token(mut self, token: &str) -> Self {
        self.target.token = Some(token.to_owned());
        self
    }

    /// Only some of the answers that match.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }
}

/// Which requests; what is absent does not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    provider: Option<Provider>,
    endpoint: Option<String>,
    token: Option<String>,
}

impl Target {
    fn is_hit(&self, seen: &Seen) -> bool {
        let provider = self.provider.is_none_or(|provider| seen.provider == Some(provider));
        let endpoint = self.endpoint.is_none() || self.endpoint == seen.endpoint;
        provider && endpoint && self.token.as_ref().is_none_or(|token| seen.tokens.contains(token))
    }
}

/// Which of the matching requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// All of them.
    #[default]
    Always,
    /// The first so many.
    First(u64),
    /// Each so-manieth; `every: 1` is always, `every: 0` never.
    Every(u64),
}

impl When {
    fn strikes(self, count: u64) -> bool {
        match self {
            Self::Always => true,
            Self::First(n) => count <= n,
            // Counting begins at one: zero divides none of it.
            Self::Every(k) => count.is_multiple_of(k),
        }
    }
}

/// What is done to the answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It comes this many milliseconds late.
    Delay(u64),
    /// It comes at this many bytes a second.
    Drip(u64),
    /// It never comes.
    Hang,
    /// Its head comes, its body never.
    HangAfterHeaders,
    /// The connection closes before the first byte.
    ResetBefore,
    /// The connection closes in the middle of the body.
    ResetMidBody,
    /// A page with this status comes instead.
    Status(u16),
    /// 429 comes instead.
    RateLimit {
        /// Seconds, in `Retry-After`.
        retry_after: u64,
    },
    /// A VK error object comes instead: 6 too many, 9 flood, 14 captcha, 17 validation, …
    VkError(u32),
    /// It is cut after this many bytes, though its length says otherwise.
    Truncate(usize),
    /// 302 comes instead, to this address; `/…` is taken to be of the sandbox itself.
    Redirect(String),
    /// This many bytes of JSON come instead.
    Huge {
        /// How many.
        bytes: u64,
        /// Whether `Content-Length` says so, or the body is chunked.
        #[serde(default)]
        declared: bool,
    },
    /// This many MiB of JSON come instead, compressed to next to nothing.
    GzipBomb(u64),
    /// It says it is of this type; `null` for no type at all.
    ContentType(Option<String>),
    /// This body comes instead, as JSON.
    Body(String),
    /// A body no text can hold, or hold well, comes instead.
    Junk(Junk),
    /// It comes with this status.
    WrongStatus(u16),
}

/// A body that is not an answer, under status 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Junk {
    /// A page that says sorry.
    Html,
    /// Ten thousand arrays in one another.
    DeepNesting,
    /// The answer with a second, different id in front of the right one.
    DuplicateKeys,
    /// An id that is `NaN`.
    Nan,
    /// The answer after a byte order mark.
    Bom,
    /// The answer with bytes that are not UTF-8.
    BadUtf8,
}

/// The rules in force. The first that strikes is the only one.
#[derive(Default)]
pub struct Faults {
    rules: Mutex<Vec<Counted>>,
}

struct Counted {
    rule: Rule,
    matched: u64,
}

impl Faults {
    /// Adds a rule behind those in force.
    pub fn add(&self, rule: Rule) {
        self.with(|rules| rules.push(Counted { rule, matched: 0 }));
    }

    /// Makes these the rules in force.
    pub fn replace(&self, rules: Vec<Rule>) {
        let fresh = rules.into_iter().map(|rule| Counted { rule, matched: 0 }).collect();
        self.with(|rules| *rules = fresh);
    }

    /// Takes all rules away.
    pub fn clear(&self) {
        self.with(Vec::clear);
    }

    /// What is done to the answer to this request, if anything; counts it for every rule it passes.
    pub(super) fn strike(&self, seen: &Seen) -> Option<Action> {
        self.with(|rules| {
            let hit = rules.iter_mut().filter(|counted| counted.rule.target.is_hit(seen));
            for counted in hit {
                counted.matched += 1;
                if counted.rule.when.strikes(counted.matched) {
                    return Some(counted.rule.action.clone());
                }
            }
            None
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Vec<Counted>) -> T) -> T {
        look(&mut self.rules.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(endpoint: &str, token: &str) -> Seen {
        Seen {
            method: "GET".to_owned(),
            path: String::new(),
            provider: Some(Provider::Google),
            endpoint: Some(endpoint.to_owned()),
            query_keys: Vec::new(),
            body_keys: Vec::new(),
            token_in_url: false,
            auth_scheme: None,
            tokens: vec![token.to_owned()],
            user_agent: true,
        }
    }

    fn strikes(faults: &Faults, times: usize) -> Vec<bool> {
        (0..times).map(|_| faults.strike(&seen("userinfo", "ok-1")).is_some()).collect()
    }

    #[test]
    fn a_rule_counts_only_what_it_matches() {
        let faults = Faults::default();
        faults.add(Rule::new(Action::Hang).endpoint("userinfo").token("ok-1").when(When::First(1)));
        assert!(faults.strike(&seen("tokeninfo", "ok-1")).is_none());
        assert!(faults.strike(&seen("userinfo", "ok-2")).is_none());
        assert_eq!(strikes(&faults, 2), [true, false]);
    }

    #[test]
    fn every_third_strikes_the_third_and_the_sixth() {
        let faults = Faults::default();
        faults.add(Rule::new(Action::Hang).when(When::Every(3)));
        assert_eq!(strikes(&faults, 6), [false, false, true, false, false, true]);
    }

    #[test]
    fn a_rule_that_is_over_gives_way_to_the_next() {
        let faults = Faults::default();
        faults.add(Rule::new(Action::Status(500)).when(When::First(1)));
        faults.add(Rule::new(Action::Status(503)));
        let struck = || faults.strike(&seen("userinfo", "ok-1"));
        assert_eq!([struck(), struck()], [Some(Action::Status(500)), Some(Action::Status(503))]);
    }

    #[test]
    fn rules_read_from_json() {
        for action in [
            r#""hang""#,
            r#""reset_mid_body""#,
            r#"{"delay": 5}"#,
            r#"{"rate_limit": {"retry_after": 3}}"#,
            r#"{"huge": {"bytes": 10}}"#,
            r#"{"content_type": null}"#,
            r#"{"junk": "bad_utf8"}"#,
        ] {
            let rule = format!(
                r#"{{"match": {{"provider": "vk"}}, "when": {{"every": 2}}, "action": {action}}}"#
            );
            serde_json::from_str::<Rule>(&rule).unwrap();
        }
    }
}
