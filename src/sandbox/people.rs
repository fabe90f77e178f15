//! The people of the sandbox: everybody is made from a number, so that a test needs no list.

use serde_json::Value;

use super::tokens::Provider;

/// Given names in Latin and Cyrillic letters.
const FIRST: [(&str, &str); 8] = [
    ("Ada", "Ада"),
    ("Boris", "Борис"),
    ("Vera", "Вера"),
    ("Gleb", "Глеб"),
    ("Daria", "Дарья"),
    ("Egor", "Егор"),
    ("Zoya", "Зоя"),
    ("Ilya", "Илья"),
];

/// Family names in Latin and Cyrillic letters.
const LAST: [(&str, &str); 7] = [
    ("Shevchenko", "Шевченко"),
    ("Kovalenko", "Коваленко"),
    ("Bondar", "Бондарь"),
    ("Koval", "Коваль"),
    ("Melnik", "Мельник"),
    ("Moroz", "Мороз"),
    ("Gritsenko", "Гриценко"),
];

/// Somebody with an account at a provider.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) email: Option<String>,
    pub(super) email_verified: bool,
    pub(super) first: Name,
    pub(super) last: Name,
    /// Whether the token opens the profile, or no more than the id.
    pub(super) profile: bool,
    /// Birth dates come in many forms; this chooses one.
    pub(super) birthday: Birthday,
}

impl Person {
    /// The person with that number.
    pub(super) fn number(provider: Provider, n: u32) -> Self {
        Self {
            id: Id { text: id(provider, n), form: IdForm::Native },
            email: email(provider, n),
            // Only Google says anything about it.
            email_verified: provider == Provider::Google,
            first: Name::of(pick(&FIRST, n)),
            last: Name::of(pick(&LAST, n)),
            profile: true,
            birthday: match n % 3 {
                0 => Birthday::Full,
                1 => Birthday::WithoutYear,
                _ => Birthday::Hidden,
            },
        }
    }

    /// The names in one language, or nothing when the token does not open the profile.
    pub(super) fn names(&self, russian: bool) -> Option<(&str, &str)> {
        self.profile.then(|| (self.first.in_letters(russian), self.last.in_letters(russian)))
    }

    /// The login name: what stands before the `@`, or the id.
    pub(super) fn login(&self) -> &str {
        let local = self.email.as_deref().and_then(|email| email.split('@').next());
        local.unwrap_or(&self.id.text)
    }
}

/// An id and the form it is written in.
#[derive(Debug, Clone)]
pub(super) struct Id {
    pub(super) text: String,
    pub(super) form: IdForm,
}

/// How an id is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IdForm {
    /// As this provider does.
    Native,
    /// As a number, whatever the provider does.
    Number,
    /// As a string, whatever the provider does.
    Text,
    /// As `null`.
    Null,
    /// Not at all.
    Absent,
}

impl Id {
    /// The id where the provider writes a string.
    pub(super) fn as_text(&self) -> Option<Value> {
        match self.form {
            IdForm::Native | IdForm::Text => Some(Value::from(self.text.as_str())),
            IdForm::Number => Some(self.number()),
            IdForm::Null => Some(Value::Null),
            IdForm::Absent => None,
        }
    }

    /// The id where the provider writes a number.
    pub(super) fn as_number(&self) -> Option<Value> {
        match self.form {
            IdForm::Native | IdForm::Number => Some(self.number()),
            IdForm::Text => Some(Value::from(self.text.as_str())),
            IdForm::Null => Some(Value::Null),
            IdForm::Absent => None,
        }
    }

    /// A number where it fits into 64 bits; a custom subject may be any text and stays text.
    fn number(&self) -> Value {
        self.text
            .parse::<u64>()
            .map_or_else(|_not_a_number| Value::from(self.text.as_str()), Value::from)
    }
}

/// A name in two alphabets.
#[derive(Debug, Clone)]
pub(super) struct Name {
    latin: String,
    cyrillic: String,
}

impl Name {
    /// A name that looks the same to everybody.
    pub(super) fn same(name: &str) -> Self {
        Self::of((name, name))
    }

    fn of((latin, cyrillic): (&str, &str)) -> Self {
        Self { latin: latin.to_owned(), cyrillic: cyrillic.to_owned() }
    }

    fn in_letters(&self, russian: bool) -> &str {
        if russian { &self.cyrillic } else { &self.latin }
    }
}

/// How much of a birth date is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birthday {
    /// All of it.
    Full,
    /// Day and month.
    WithoutYear,
    /// Nothing.
    Hidden,
}

/// Ids differ for every number and are decimal; one in three of Yandex's and VK's is above 2^53, where
/// software that reads numbers as floats hits the neighbour. Google's have 21 digits, as the real ones.
fn id(provider: Provider, n: u32) -> String {
    const ABOVE_FLOATS: u64 = 9_007_199_254_740_993;
    match provider {
        Provider::Google => format!("1{n:020}"),
        Provider::Yandex | Provider::Vk | Provider::VkId if n % 3 == 2 => {
            (ABOVE_FLOATS + u64::from(n)).to_string()
        }
        Provider::Yandex | Provider::Vk | Provider::VkId => {
            (100_000_000 + u64::from(n)).to_string()
        }
    }
}

fn email(provider: Provider, n: u32) -> Option<String> {
    match provider {
        Provider::Google => Some(format!("user{n}@gmail.com")),
        Provider::Yandex => Some(format!("user{n}@yandex.ru")),
        Provider::VkId => Some(format!("user{n}@mail.example")),
        // users.get never tells one.
        Provider::Vk => None,
    }
}

fn pick<const N: usize>(
    names: &[(&'static str, &'static str); N],
    n: u32,
) -> (&'static str, &'static str) {
    let turn = usize::try_from(n).unwrap_or_default() % N;
    names.get(turn).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_decimal_and_differ_for_every_number() {
        for provider in [Provider::Google, Provider::Yandex, Provider::Vk, Provider::VkId] {
            let ids: HashSet<String> = (0..1000).map(|n| id(provider, n)).collect();
            assert_eq!(ids.len(), 1000);
            assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_digit()) && id.len() <= 21));
        }
    }

    #[test]
    fn vk_and_vk_id_know_a_person_by_the_same_id() {
        assert_eq!(id(Provider::Vk, 7), id(Provider::VkId, 7));
    }

    #[test]
    fn some_ids_are_above_what_a_float_can_hold() {
        let odd: u64 = id(Provider::Yandex, 2).parse().unwrap();
        assert!(odd > 1 << 53);
    }
}
