//! When a JWT holds: `exp`, `nbf` and `iat` against the instant handed in.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// How the instants of a token are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRule {
    /// By how many seconds two clocks may differ.
    pub leeway: i64,
    /// How many seconds after `iat` it is still taken; with a limit, `iat` must be there.
    pub max_age: Option<i64>,
}

/// Why a token does not hold now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    /// `exp` has passed.
    #[error("expired")]
    Expired,
    /// Issued longer ago than the rule allows.
    #[error("issued too long ago")]
    Stale,
    /// `nbf` or `iat` lies in the future.
    #[error("not valid yet")]
    NotYet,
    /// `exp` is missing, or an instant is not a whole number of seconds.
    #[error("an instant is missing or not a whole number")]
    Malformed,
}

/// Checks the instants of a token (RFC 7519 §4.1.4-6) at `now`; `exp` is always wanted.
///
/// They must be whole JSON numbers: a lenient reading of `"exp": "9999999999"` has let tokens live
/// for ever elsewhere.
pub fn check(
    claims: &Map<String, Value>,
    rule: TimeRule,
    now: DateTime<Utc>,
) -> Result<(), BadTime> {
    let now = now.timestamp();
    let exp = instant(claims, "exp")?.ok_or(BadTime::Malformed)?;
    let nbf = instant(claims, "nbf")?;
    let iat = instant(claims, "iat")?;
    if exp.saturating_add(rule.leeway) <= now {
        return Err(BadTime::Expired);
    }
    let future = |at: Option<i64>| at.is_some_and(|at| at > now.saturating_add(rule.leeway));
    if future(nbf) || future(iat) {
        return Err(BadTime::NotYet);
    }
    let Some(max_age) = rule.max_age else { return Ok(()) };
    let issued = iat.ok_or(BadTime::Malformed)?;
    if issued < now.saturating_sub(max_age) { Err(BadTime::Stale) } else { Ok(()) }
}

fn instant(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, BadTime> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(BadTime::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::{BadTime, TimeRule, check};
    use chrono::DateTime;
    use serde_json::{Value, json};

    const NOW: i64 = 1_700_000_000;
    const RULE: TimeRule = TimeRule { leeway: 60, max_age: Some(3600) };

    fn at(claims: &Value) -> Result<(), BadTime> {
        let now = DateTime::from_timestamp(NOW, 0).expect("an instant");
        check(claims.as_object().expect("an object"), RULE, now)
    }

    #[test]
    fn the_edges_lie_sixty_seconds_off() {
        let fresh = json!(NOW);
        for (claims, wanted) in [
            (json!({"exp": NOW - 59, "iat": fresh}), Ok(())),
            (json!({"exp": NOW - 60, "iat": fresh}), Err(BadTime::Expired)),
            (json!({"exp": NOW + 9, "iat": NOW + 60}), Ok(())),
            (json!({"exp": NOW + 9, "iat": NOW + 61}), Err(BadTime::NotYet)),
            (json!({"exp": NOW + 9, "iat": fresh, "nbf": NOW + 60}), Ok(())),
            (json!({"exp": NOW + 9, "iat": fresh, "nbf": NOW + 61}), Err(BadTime::NotYet)),
            (json!({"exp": NOW + 9, "iat": NOW - 3600}), Ok(())),
            (json!({"exp": NOW + 9, "iat": NOW - 3601}), Err(BadTime::Stale)),
            (json!({"exp": i64::MAX, "iat": fresh}), Ok(())),
            (json!({"exp": i64::MIN, "iat": fresh}), Err(BadTime::Expired)),
        ] {
            assert_eq!(at(&claims), wanted, "{claims}");
        }
    }

    #[test]
    fn an_instant_is_a_whole_number_or_nothing() {
        for odd in [json!("9999999999"), json!(null), json!(9e9), json!([1]), json!(true)] {
            assert_eq!(at(&json!({"exp": odd, "iat": NOW})), Err(BadTime::Malformed), "{odd}");
            assert_eq!(at(&json!({"exp": NOW + 9, "iat": odd})), Err(BadTime::Malformed));
            assert_eq!(
                at(&json!({"exp": NOW + 9, "iat": NOW, "nbf": odd})),
                Err(BadTime::Malformed)
            );
        }
        assert_eq!(at(&json!({"iat": NOW})), Err(BadTime::Malformed));
        assert_eq!(at(&json!({"exp": NOW + 9})), Err(BadTime::Malformed));
    }
}
