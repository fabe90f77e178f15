//! The readers of what providers answer, open to the fuzz targets; nothing else uses this.

use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::{
    answer::{Answer, Record},
    exchange,
    fetch::{Fetcher, Reply},
    google::{self, Google},
    guard::Line,
    id_token::Rules,
    jwks,
    vk::Vk,
    vk_id, vk_legacy,
    yandex::{self, Yandex},
};
use crate::{
    config::providers::{Egress, Providers, common::NonceRule},
    crypto::{json, jwt_key::Algorithm},
    domain::provider::{AudienceProof, ProviderCredential, ProviderIdentity, ProviderName},
    error::Fault,
};

/// The application that is ours, at every provider.
pub const OURS: &str = "ours";

/// Every provider with its settings, asked nothing.
pub struct Desk {
    google: Google,
    yandex: Yandex,
    vk: Vk,
}

impl Desk {
    /// Opens the desk.
    pub fn open() -> Result<Self, Fault> {
        let mut config = Providers::default();
        let ours = vec![OURS.to_owned()];
        config.google.client_ids.clone_from(&ours);
        config.yandex.client_ids.clone_from(&ours);
        config.vk.client_ids = ours;
        Ok(Self {
            google: Google::new(&config.google, line()?),
            yandex: Yandex::new(&config.yandex, line()?),
            vk: Vk::new(&config.vk, line()?),
        })
    }

    /// The person of Google's answers, the same bytes being both of them.
    pub fn google(&self, status: u16, told: &[u8]) -> Option<ProviderIdentity> {
        let told = google::told(answer(status, told)?).ok()?;
        google::check_token(&told, &[OURS.to_owned()]).ok()?;
        self.google.identity(&told, AudienceProof::Introspected).ok()
    }

    /// The person of Yandex' answer.
    pub fn yandex(&self, status: u16, told: &[u8]) -> Option<ProviderIdentity> {
        let info = yandex::told(answer(status, told)?).ok()?;
        yandex::check_client(&info, &[OURS.to_owned()]).ok()?;
        self.yandex.identity(&info, AudienceProof::ClientIdEcho).ok()
    }

    /// The person of VK ID's answer.
    pub fn vk_id(&self, status: u16, told: &[u8]) -> Option<ProviderIdentity> {
        match vk_id::read(answer(status, told)?).ok()? {
            vk_id::Owner::Known(user) => self.vk.identity(&user, AudienceProof::ClientIdEcho).ok(),
            vk_id::Owner::Unknown | vk_id::Owner::Foreign => None,
        }
    }
}

/// Whether VK's old API tells of a person, or of a checked token; whether VK ID hands out a token.
pub fn vk_others(status: u16, told: &[u8]) -> [bool; 3] {
    [
        answer(status, told).is_some_and(|answer| vk_legacy::read_user(answer).is_ok()),
        answer(status, told).is_some_and(|answer| vk_legacy::read_check(answer).is_ok()),
        serde_json::from_slice::<exchange::Tokens>(told).is_ok_and(|tokens| {
            let _ = tokens.user_id();
            !tokens.access_token().is_empty()
        }),
    ]
}

/// How many keys of a set are of use.
pub fn keys(told: &[u8]) -> usize {
    let set = answer(200, told).and_then(|answer| answer.success().ok());
    set.map_or(0, |set| jwks::usable(&set, &[Algorithm::RS256, Algorithm::ES256]).len())
}

/// Whether the claims of a token whose signature holds would sign somebody in.
pub fn claims(told: &[u8], now: DateTime<Utc>) -> bool {
    let Some(claims) = json::parse_object(told) else { return false };
    let rules = Rules {
        issuers: &["accounts.google.com".to_owned()],
        client_ids: &[OURS.to_owned()],
        nonce: NonceRule::Optional,
        max_age: 3600,
    };
    rules.check(&Record::from(claims), &ProviderCredential::token("t".into()), now).is_ok()
}

fn answer(status: u16, told: &[u8]) -> Option<Answer> {
    let json = HeaderValue::from_static("application/json");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, json)]);
    Answer::read(&Reply { status, headers, body: told.to_vec() }).ok()
}

fn line() -> Result<Line, Fault> {
    let rules = Egress::default();
    let name = ProviderName::parse("fuzzed").ok_or_else(|| Fault::internal("no name"))?;
    Ok(Line::new(name, Fetcher::build(&rules, Vec::new())?, &rules))
}
