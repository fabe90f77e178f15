//! The token table: what a caller shows decides what happens.
//!
//! | token | stands for |
//! | --- | --- |
//! | `ok-<n>` | person n, our application, everything granted; at VK known to both APIs |
//! | `ok-<n>-noemail`, `-unverified`, `-minimal` | without an address; with an unverified one; the id alone |
//! | `legacy-<n>`, `vkid-<n>` | the same (and the same endings), known to VK's legacy API or VK ID alone |
//! | `other-app-<n>` | the same person, issued to [`FOREIGN_APP`] |
//! | `expired`, `revoked`, `garbage`, and anything unknown | the provider's refusal |
//! | `ip-bound-<n>` | VK: bound to another address, so `users.get` refuses; `user_info` works |
//! | `service`, `group` | VK legacy: tokens of an application and of a community |
//! | `deactivated-<n>` | VK legacy: banned |
//! | `sub-mismatch-<n>` | the introspection names person n + 1 |
//! | `no-subject`, `null-subject`, `empty-list` | a good answer without an id |
//! | `id-int-<n>`, `id-string-<n>` | the id as a number or as a string (Google: a shorter id as a number) |
//! | `unicode-<n>`, `long-<n>`, `nul-<n>` | names with emoji and right-to-left marks, of 10 000 letters, with U+0000 |
//!
//! A number may follow the words without one (`expired-7`), for whoever needs a token that nobody else shows.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};

use super::{
    apps::{Apps, FOREIGN_APP},
    people::{Birthday, Id, IdForm, Name, Person},
};

/// An emulated provider. VK's two systems are two: a token may be good at one and unknown at the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Google.
    #[serde(alias = "google-oauth2")]
    Google,
    /// Yandex ID.
    #[serde(alias = "yandex-oauth2")]
    Yandex,
    /// VK's legacy API.
    #[serde(alias = "vk-oauth2")]
    Vk,
    /// VK ID.
    #[serde(alias = "vk-id")]
    VkId,
}

/// A token beyond the table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Where it is good.
    pub provider: Provider,
    /// The token; it appears in the log by this name.
    pub token: String,
    /// The id of the person, any text.
    pub subject: String,
    /// The address told, if any.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the provider vouches for it (Google only).
    #[serde(default)]
    pub email_verified: bool,
    /// Given name.
    #[serde(default)]
    pub first_name: String,
    /// Family name.
    #[serde(default)]
    pub last_name: String,
    /// The application it was issued to; our first one when absent.
    #[serde(default)]
    pub client_id: Option<String>,
}

impl NewToken {
    /// A token of a person of whom no more than the id is told, issued to our application.
    pub fn new(provider: Provider, token: &str, subject: &str) -> Self {
        Self {
            provider,
            token: token.to_owned(),
            subject: subject.to_owned(),
            email: None,
            email_verified: false,
            first_name: String::new(),
            last_name: String::new(),
            client_id: None,
        }
    }
}

/// What a token stands for.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    /// A person let an application in.
    Grant(Box<Grant>),
    /// It was good once.
    Expired,
    /// The person took it back.
    Revoked,
    /// Nothing is known of it.
    Garbage,
    /// VK: it belongs to the application itself.
    Service,
    /// VK: it belongs to a community.
    Group,
    /// It is good and the answer holds nobody.
    EmptyList,
}

/// Who let which application in.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) person: Person,
    pub(super) client_id: String,
    pub(super) quirk: Quirk,
}

/// What is odd about a grant.
#[derive(Debug, Clone)]
pub(super) enum Quirk {
    Nothing,
    /// VK: issued to another network address.
    IpBound,
    /// VK: the account is banned.
    Deactivated,
    /// The introspection names this id instead.
    Mismatch(Id),
}

/// The table and the tokens added to it.
#[derive(Default)]
pub(super) struct Tokens {
    added: RwLock<HashMap<(Provider, String), Grant>>,
}

impl Tokens {
    /// What a token stands for at a provider.
    pub(super) fn meaning(&self, apps: &Apps, provider: Provider, token: &str) -> Meaning {
        if provider == Provider::Vk && token == apps.vk_service_token {
            return Meaning::Service;
        }
        let key = (provider, token.to_owned());
        let added = self.added.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(grant) = added.get(&key) {
            return Meaning::Grant(Box::new(grant.clone()));
        }
        read(provider, token, apps.client_id(provider))
    }

    /// Makes one more token known; the latest wins.
    pub(super) fn add(&self, new: NewToken, apps: &Apps) {
        let provider = new.provider;
        let key = (provider, new.token);
        let client_id = new.client_id.unwrap_or_else(|| apps.client_id(provider).to_owned());
        let person = Person {
            id: Id { text: new.subject, form: IdForm::Native },
            email: new.email,
            email_verified: new.email_verified,
            first: Name::same(&new.first_name),
            last: Name::same(&new.last_name),
            profile: true,
            birthday: Birthday::Hidden,
        };
        let grant = Grant { person, client_id, quirk: Quirk::Nothing };
        self.added.write().unwrap_or_else(PoisonError::into_inner).insert(key, grant);
    }

    /// Forgets the tokens added.
    pub(super) fn reset(&self) {
        self.added.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The words that a token of the table may begin with, before its number.
const KINDS: [&str; 12] = [
    "ok-",
    "legacy-",
    "vkid-",
    "other-app-",
    "ip-bound-",
    "deactivated-",
    "sub-mismatch-",
    "id-int-",
    "id-string-",
    "unicode-",
    "long-",
    "nul-",
];

fn read(provider: Provider, token: &str, ours: &str) -> Meaning {
    let nobody = |form| {
        let mut grant = Grant::of(provider, 0, ours);
        grant.person.id.form = form;
        Meaning::Grant(Box::new(grant))
    };
    let word = token.rsplit_once('-').filter(|(_, n)| is_number(n)).map_or(token, |(word, _)| word);
    match word {
        "expired" => Meaning::Expired,
        "revoked" => Meaning::Revoked,
        "service" if provider == Provider::Vk => Meaning::Service,
        "group" if provider == Provider::Vk => Meaning::Group,
        "no-subject" => nobody(IdForm::Absent),
        "null-subject" => nobody(IdForm::Null),
        "empty-list" => Meaning::EmptyList,
        _ => read_numbered(provider, token, ours)
            .map_or(Meaning::Garbage, |grant| Meaning::Grant(Box::new(grant))),
    }
}

/// Whether it is a number as it is plainly written.
fn is_number(digits: &str) -> bool {
    digits.parse::<u32>().is_ok_and(|n| n.to_string() == digits)
}

fn read_numbered(provider: Provider, token: &str, ours: &str) -> Option<Grant> {
    let (kind, rest) = KINDS.iter().find_map(|kind| Some((*kind, token.strip_prefix(kind)?)))?;
    let (digits, ending) = rest.split_once('-').map_or((rest, None), |(n, end)| (n, Some(end)));
    let n: u32 = digits.parse().ok()?;
    let known = is_number(digits) && knows(provider, kind);
    let mut grant = known.then(|| Grant::of(provider, n, ours))?;
    match ending {
        None => {}
        Some(ending) if matches!(kind, "ok-" | "legacy-" | "vkid-") => {
            lessen(provider, ending, n, &mut grant.person)?;
        }
        Some(_) => return None,
    }
    bend(provider, kind, n, &mut grant);
    Some(grant)
}

/// Whether a provider has tokens of that kind.
fn knows(provider: Provider, kind: &str) -> bool {
    match kind {
        "legacy-" | "deactivated-" => provider == Provider::Vk,
        "vkid-" => provider == Provider::VkId,
        "ip-bound-" => matches!(provider, Provider::Vk | Provider::VkId),
        _ => true,
    }
}

/// Takes from a person what an ending says is not granted; nothing for an ending that does not exist.
fn lessen(provider: Provider, ending: &str, n: u32, person: &mut Person) -> Option<()> {
    match ending {
        "noemail" => person.email = None,
        "unverified" => {
            person.email_verified = false;
            // Yandex has no flag: an address at another mail host is all it can say.
            if provider == Provider::Yandex {
                person.email = Some(format!("user{n}@mail.example"));
            }
        }
        "minimal" => {
            person.email = None;
            person.profile = false;
            person.birthday = Birthday::Hidden;
        }
        _ => return None,
    }
    Some(())
}

/// Makes of a plain grant what its kind says.
fn bend(provider: Provider, kind: &str, n: u32, grant: &mut Grant) {
    let person = &mut grant.person;
    match kind {
        "other-app-" => FOREIGN_APP.clone_into(&mut grant.client_id),
        "ip-bound-" => grant.quirk = Quirk::IpBound,
        "deactivated-" => grant.quirk = Quirk::Deactivated,
        "sub-mismatch-" => {
            grant.quirk = Quirk::Mismatch(Person::number(provider, n.wrapping_add(1)).id);
        }
        "id-int-" => {
            person.id.form = IdForm::Number;
            if provider == Provider::Google {
                person.id.text = (9_007_199_254_740_993 + u64::from(n)).to_string();
            }
        }
        "id-string-" => person.id.form = IdForm::Text,
        "unicode-" => {
            person.first = Name::same("Zoë 🦉👩‍🚀");
            person.last = Name::same("\u{202e}שלום\u{202c} Ёж");
        }
        "long-" => person.first = Name::same(&"ю".repeat(10_000)),
        "nul-" => person.first = Name::same("Nu\u{0}l"),
        _ => {}
    }
}

impl Grant {
    fn of(provider: Provider, n: u32, client_id: &str) -> Self {
        let person = Person::number(provider, n);
        Self { person, client_id: client_id.to_owned(), quirk: Quirk::Nothing }
    }

    /// The id that introspection tells.
    pub(super) fn introspected_id(&self) -> &Id {
        match &self.quirk {
            Quirk::Mismatch(other) => other,
            Quirk::Nothing | Quirk::IpBound | Quirk::Deactivated => &self.person.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Provider; 4] = [Provider::Google, Provider::Yandex, Provider::Vk, Provider::VkId];

    fn grant(provider: Provider, token: &str) -> Option<Grant> {
        match read(provider, token, "ours") {
            Meaning::Grant(grant) => Some(*grant),
            _ => None,
        }
    }

    #[test]
    fn every_kind_is_good_at_some_provider() {
        for kind in KINDS {
            let token = format!("{kind}5");
            assert!(ALL.into_iter().any(|at| grant(at, &token).is_some()), "{token}");
        }
    }

    #[test]
    fn a_number_that_is_not_plainly_written_makes_garbage() {
        for token in [
            "ok-",
            "ok-x",
            "ok-+5",
            "ok-05",
            "ok--5",
            "ok-5-",
            "ok-5-what",
            "OK-5",
            "ok-99999999999",
        ] {
            assert!(matches!(read(Provider::Google, token, "ours"), Meaning::Garbage), "{token}");
        }
    }

    #[test]
    fn a_word_may_have_a_number() {
        let meaning = |token| read(Provider::Vk, token, "ours");
        assert!(matches!(meaning("expired"), Meaning::Expired));
        assert!(matches!(meaning("expired-7"), Meaning::Expired));
        assert!(matches!(meaning("empty-list-7"), Meaning::EmptyList));
        assert!(matches!(meaning("expired-07"), Meaning::Garbage));
    }

    #[test]
    fn the_two_systems_of_vk_know_their_own_tokens() {
        assert!(grant(Provider::Vk, "legacy-1").is_some());
        assert!(grant(Provider::VkId, "legacy-1").is_none());
        assert!(grant(Provider::VkId, "vkid-1-noemail").is_some_and(|g| g.person.email.is_none()));
        assert!(grant(Provider::Vk, "vkid-1").is_none());
        assert!(grant(Provider::Google, "legacy-1").is_none());
    }

    #[test]
    fn a_foreign_token_is_of_the_same_person() {
        let (ours, theirs) = (grant(Provider::Vk, "ok-4"), grant(Provider::Vk, "other-app-4"));
        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
        assert_eq!(ours.person.id.text, theirs.person.id.text);
        assert_eq!((ours.client_id.as_str(), theirs.client_id.as_str()), ("ours", FOREIGN_APP));
    }

    #[test]
    fn an_added_token_is_known_where_it_was_added() {
        let (tokens, apps) = (Tokens::default(), Apps::demo());
        tokens.add(NewToken::new(Provider::Yandex, "ada", "42"), &apps);
        let meaning = |at| tokens.meaning(&apps, at, "ada");
        assert!(matches!(meaning(Provider::Yandex), Meaning::Grant(g) if g.person.id.text == "42"));
        assert!(matches!(meaning(Provider::Google), Meaning::Garbage));
    }
}
