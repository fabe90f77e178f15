//! The published keys of a provider, kept as long as they may be and as long as they must be.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;
use url::Url;

use super::{
    answer::{Answer, Record},
    error::{Flaw, ProviderError},
    fetch::{Ask, KEYS_MAX},
    guard::{Again, Cx, Line},
};
use crate::{
    crypto::jwt_key::{Algorithm, VerifyingKey},
    error::Why,
};

/// How long a set is fresh when the provider does not say, and between which bounds it may say.
const FRESH: TimeDelta = TimeDelta::hours(1);
const FRESH_MIN: TimeDelta = TimeDelta::minutes(5);
const FRESH_MAX: TimeDelta = TimeDelta::hours(24);
/// For how long after that keys still serve when no new ones can be had.
const STALE: TimeDelta = TimeDelta::hours(24);
/// How long it is at least between two fetches that unknown keys, or ageing ones, give rise to.
const PAUSE: TimeDelta = TimeDelta::seconds(60);
/// How many keys of a set are looked at.
const KEYS: usize = 100;

/// The keys behind one address.
pub(super) struct Jwks {
    url: Url,
    algorithms: &'static [Algorithm],
    shelf: RwLock<Shelf>,
    door: Mutex<()>,
}

#[derive(Default)]
struct Shelf {
    keys: Arc<Vec<Key>>,
    /// From when to when they are fresh; none when there never were any.
    fresh: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When a fetch was last begun.
    tried: Option<DateTime<Utc>>,
    /// When an unknown name last gave rise to a fetch.
    tried_for_unknown: Option<DateTime<Utc>>,
}

/// A key and its name, if it has one.
#[derive(Debug)]
pub(super) struct Key {
    kid: Option<String>,
    key: VerifyingKey,
}

/// What is to be done about the keys before one is looked for.
#[derive(Debug, PartialEq, Eq)]
enum Age {
    /// There are none that may serve.
    Cold,
    /// They serve, and somebody should fetch new ones.
    Ageing,
    /// They serve.
    Fresh,
}

impl Jwks {
    /// Keys that will be fetched when first needed; only those for `algorithms` are of use.
    pub(super) fn new(url: Url, algorithms: &'static [Algorithm]) -> Self {
        Self { url, algorithms, shelf: RwLock::default(), door: Mutex::default() }
    }

    /// The key of that name; without a name, the only key there is. An unknown name has the set
    /// fetched anew once a minute at most: keys rotate, but names are easily made up.
    pub(super) async fn find(
        &self,
        kid: Option<&str>,
        line: &Line,
        cx: &Cx,
    ) -> Result<VerifyingKey, ProviderError> {
        let (age, _) = self.state(cx.now);
        match age {
            Age::Fresh => {}
            Age::Ageing => self.renew_if_nobody_does(line, cx).await,
            Age::Cold => self.fill(line, cx).await?,
        }
        if let Some(key) = self.pick(kid) {
            return Ok(key);
        }
        let unknown = ProviderError::Refused(Why::Forged);
        if kid.is_none() || !self.renew_for_unknown(line, cx).await? {
            return Err(unknown);
        }
        self.pick(kid).ok_or(unknown)
    }

    /// Keys past four fifths of their time are renewed by one caller while the others go on with the
    /// old ones; when that fails, the old ones serve on.
    async fn renew_if_nobody_does(&self, line: &Line, cx: &Cx) {
        let Ok(_door) = self.door.try_lock() else { return };
        let (age, rested) = self.state(cx.now);
        if age == Age::Ageing && rested && self.fetch(line, cx).await.is_err() {
            tracing::warn!(provider = %line.provider(), "keys could not be renewed, old ones serve on");
        }
    }

    async fn fill(&self, line: &Line, cx: &Cx) -> Result<(), ProviderError> {
        let _door = self.door.lock().await;
        match self.state(cx.now) {
            (Age::Cold, _) => self.fetch(line, cx).await,
            _ => Ok(()),
        }
    }

    /// Whether the set may be another one now.
    async fn renew_for_unknown(&self, line: &Line, cx: &Cx) -> Result<bool, ProviderError> {
        let before = self.keys();
        let _door = self.door.lock().await;
        if !Arc::ptr_eq(&before, &self.keys()) {
            // Somebody fetched it while we waited.
            return Ok(true);
        }
        if !self.may_try_for_unknown(cx.now) {
            return Ok(false);
        }
        self.fetch(line, cx).await.map(|()| true)
    }

    fn may_try_for_unknown(&self, now: DateTime<Utc>) -> bool {
        let mut kept = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        let may = kept.tried_for_unknown.is_none_or(|tried| is_long_from(tried, now));
        if may {
            kept.tried_for_unknown = Some(now);
        }
        may
    }

    async fn fetch(&self, line: &Line, cx: &Cx) -> Result<(), ProviderError> {
        self.shelf.write().unwrap_or_else(PoisonError::into_inner).tried = Some(cx.now);
        let ask = Ask::get(self.url.clone()).at_most(KEYS_MAX);
        let answer = line.ask(&ask, Again::CutOff, cx).await?;
        let fresh_for = fresh_for(&answer);
        let keys = usable(&answer.success()?, self.algorithms);
        if keys.is_empty() {
            // Such a set never takes the place of a good one.
            return Err(ProviderError::Malformed(Flaw::Member("keys")));
        }
        let mut kept = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        kept.keys = Arc::new(keys);
        kept.fresh = Some((cx.now, cx.now + fresh_for));
        Ok(())
    }

    /// The age of the keys, and whether the last fetch lies long enough back for another.
    fn state(&self, now: DateTime<Utc>) -> (Age, bool) {
        let kept = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let rested = kept.tried.is_none_or(|tried| is_long_from(tried, now));
        let Some((since, until)) = kept.fresh else { return (Age::Cold, rested) };
        let age = match now {
            _ if now >= until + STALE => Age::Cold,
            _ if now - since >= (until - since) / 5 * 4 => Age::Ageing,
            _ => Age::Fresh,
        };
        (age, rested)
    }

    fn keys(&self) -> Arc<Vec<Key>> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner).keys)
    }

    fn pick(&self, kid: Option<&str>) -> Option<VerifyingKey> {
        choose(&self.keys(), kid).cloned()
    }
}

/// Whether a fetch lies long enough back for another, or ahead: then the clock was set back since.
fn is_long_from(tried: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (now - tried).abs() >= PAUSE
}

/// By name; without a name only when there is no choice. A name that two keys share names none.
fn choose<'k>(keys: &'k [Key], kid: Option<&str>) -> Option<&'k VerifyingKey> {
    let mut fitting = keys.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid);
    match (fitting.next(), fitting.next()) {
        (Some(key), None) => Some(&key.key),
        _ => None,
    }
}

/// The keys of a set that we can use; the others are passed over, for providers add new kinds.
pub(super) fn usable(set: &Record, algorithms: &[Algorithm]) -> Vec<Key> {
    let listed = set.list("keys").unwrap_or_default().iter().take(KEYS);
    let read = listed.filter_map(|jwk| {
        let kid = jwk.get("kid").and_then(|kid| kid.as_str()).map(str::to_owned);
        Some(Key { kid, key: VerifyingKey::from_jwk(jwk, algorithms)? })
    });
    read.collect()
}

fn fresh_for(answer: &Answer) -> TimeDelta {
    let told = answer.max_age.and_then(TimeDelta::try_seconds);
    told.map_or(FRESH, |told| told.clamp(FRESH_MIN, FRESH_MAX))
}

#[cfg(test)]
mod tests {
    use super::{Age, Jwks, choose, usable};
    use crate::crypto::{jwt_key::Algorithm, test_keys};
    use chrono::{DateTime, TimeDelta, Utc};
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn set(keys: &Value) -> Vec<super::Key> {
        let set = json!({ "keys": keys }).as_object().expect("an object").clone();
        usable(&set.into(), &[Algorithm::RS256])
    }

    #[test]
    fn keys_of_no_use_are_passed_over() {
        let mut encryption = test_keys::rsa_jwk("enc");
        encryption["use"] = "enc".into();
        let keys = set(&json!([
            {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}, {"kty": "new"}, "odd", null,
            {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "short"}, encryption,
            test_keys::rsa_jwk("good"),
        ]));
        assert_eq!(keys.len(), 1);
        assert!(choose(&keys, Some("good")).is_some());
        assert!(choose(&keys, Some("short")).is_none());
    }

    #[test]
    fn without_a_name_there_must_be_no_choice() {
        let one = set(&json!([test_keys::rsa_jwk("a")]));
        assert!(choose(&one, None).is_some());
        let two = set(&json!([test_keys::rsa_jwk("a"), test_keys::rsa_jwk("b")]));
        assert!(choose(&two, None).is_none());
        assert!(choose(&two, Some("b")).is_some());
        let double = set(&json!([test_keys::rsa_jwk("a"), test_keys::rsa_jwk("a")]));
        assert!(choose(&double, Some("a")).is_none());
    }

    #[test]
    fn a_set_is_no_set_without_a_list() {
        assert!(set(&json!({})).is_empty());
        assert!(set(&json!([])).is_empty());
    }

    #[test]
    fn made_up_names_give_rise_to_one_fetch_a_minute() {
        let url = url::Url::parse("https://keys.example/").expect("a URL");
        let jwks = Jwks::new(url, &[Algorithm::RS256]);
        let at = |seconds: i64| {
            DateTime::from_timestamp(1_700_000_000 + seconds, 0).expect("an instant")
        };
        let tries = [0_i64, 0, 59, 60, 61];
        let may = tries.map(|seconds| jwks.may_try_for_unknown(at(seconds)));
        assert_eq!(may, [true, false, false, true, false]);
        // The clock was set back by an hour.
        assert_eq!([-3540, -3539].map(|s| jwks.may_try_for_unknown(at(s))), [true, false]);
    }

    #[test]
    fn keys_age_at_four_fifths_and_serve_a_day_longer() {
        let url = url::Url::parse("https://keys.example/").expect("a URL");
        let jwks = Jwks::new(url, &[Algorithm::RS256]);
        let start: DateTime<Utc> = DateTime::from_timestamp(1_700_000_000, 0).expect("an instant");
        let at = |minutes| start + TimeDelta::minutes(minutes);
        assert_eq!(jwks.state(at(0)), (Age::Cold, true));
        {
            let mut kept = jwks.shelf.write().expect("unpoisoned");
            kept.keys = Arc::new(set(&json!([test_keys::rsa_jwk("a")])));
            kept.fresh = Some((at(0), at(60)));
            kept.tried = Some(at(0));
        }
        assert_eq!(jwks.state(at(0)), (Age::Fresh, false));
        assert_eq!(jwks.state(at(47)), (Age::Fresh, true));
        assert_eq!(jwks.state(at(48)), (Age::Ageing, true));
        assert_eq!(jwks.state(at(60 + 24 * 60 - 1)), (Age::Ageing, true));
        assert_eq!(jwks.state(at(60 + 24 * 60)), (Age::Cold, true));
    }
}
