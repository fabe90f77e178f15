//! What is said to people, in their language: Fluent messages of `words/`, compiled in.
//!
//! The English ones are a published contract. What has none in another language is said in English.

use std::{collections::HashMap, sync::LazyLock};

use fluent_bundle::{FluentArgs, FluentResource, concurrent};

pub use fluent_bundle::FluentValue as Value;

use crate::{domain::language::Language, error::FieldCode};

type Bundle = concurrent::FluentBundle<FluentResource>;

/// The messages of one language, file by file.
macro_rules! texts {
    ($tag:literal $(, $calls:literal)?) => {
        [
            $(include_str!($calls),)?
            include_str!(concat!("words/", $tag, "/fields.ftl")),
            include_str!(concat!("words/", $tag, "/refusals.ftl")),
            include_str!(concat!("words/", $tag, "/phrases.ftl")),
            include_str!(concat!("words/", $tag, "/hints.ftl")),
            include_str!(concat!("words/", $tag, "/pages.ftl")),
            include_str!(concat!("words/", $tag, "/signin.ftl")),
        ]
    };
}

// Read when the first sentence in that language is said, and kept.
static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English, &texts!("en")));
static RUSSIAN: LazyLock<Bundle> =
    LazyLock::new(|| bundle(Language::Russian, &texts!("ru", "words/ru/calls.ftl")));
static KOREAN: LazyLock<Bundle> =
    LazyLock::new(|| bundle(Language::Korean, &texts!("ko", "words/ko/calls.ftl")));

/// The ids of phrases and hints by their English text: each stands on a line of its own.
static PHRASES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let texts = [include_str!("words/en/phrases.ftl"), include_str!("words/en/hints.ftl")];
    let lines = texts.into_iter().flat_map(str::lines);
    lines.filter_map(|line| line.split_once(" = ")).map(|(id, text)| (text, id)).collect()
});

fn bundle(language: Language, texts: &[&str]) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    // Marks around what is filled in would be seen by apps that compare sentences.
    bundle.set_use_isolating(false);
    for text in texts {
        // What cannot be read is left out, and said in English; a test finds it.
        let resource = FluentResource::try_new((*text).to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(readable, _errors)| readable));
    }
    bundle
}

/// A language to say something in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tongue(pub Language);

impl Tongue {
    /// What everything is said in unless somebody asks for another language.
    pub const ENGLISH: Self = Self(Language::English);

    /// The sentence of that id.
    pub fn say(self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// The sentence of that id, filled in.
    pub fn say_with(self, id: &str, fillings: &[(&str, Value<'_>)]) -> String {
        let fillings = fillings.iter().cloned().collect();
        let own = formatted(self.bundle(), id, &fillings);
        own.or_else(|| formatted(&ENGLISH, id, &fillings)).unwrap_or_else(|| id.to_owned())
    }

    /// Whether there is a sentence of that id.
    pub fn knows(id: &str) -> bool {
        ENGLISH.has_message(id)
    }

    /// What a deed or a reader said in English words of its own.
    pub fn phrase(self, english: &str) -> String {
        PHRASES.get(english).map_or_else(|| english.to_owned(), |id| self.say(id))
    }

    /// What a call does; English is told by the document itself.
    pub fn about_call(self, id: &str, english: &str) -> String {
        self.of_call(id, None).unwrap_or_else(|| english.to_owned())
    }

    /// More about a call.
    pub fn more_about_call(self, id: &str, english: &str) -> String {
        self.of_call(id, Some("about")).unwrap_or_else(|| english.to_owned())
    }

    fn of_call(self, id: &str, attribute: Option<&str>) -> Option<String> {
        let calls = match self.0 {
            Language::English => return None,
            Language::Russian | Language::Korean => self.bundle(),
        };
        let message = calls.get_message(&format!("call-{}", bare(id)))?;
        let pattern = match attribute {
            None => message.value()?,
            Some(name) => message.get_attribute(name)?.value(),
        };
        let text = calls.format_pattern(pattern, None, &mut Vec::new());
        Some(text.into_owned())
    }

    /// The sentence for what is wrong with a field.
    pub fn field(self, code: &FieldCode) -> String {
        let id = match code {
            FieldCode::Required => "field-required",
            FieldCode::Blank => "field-blank",
            FieldCode::Null => "field-null",
            FieldCode::NotAString => "field-not-a-string",
            FieldCode::NotAnInteger => "field-not-an-integer",
            FieldCode::Nul => "field-nul",
            FieldCode::Control => "field-control",
            FieldCode::NotAnEmail => "field-not-an-email",
            FieldCode::Taken => "field-taken",
            FieldCode::UsernameTaken => "field-username-taken",
            FieldCode::Reserved => "field-reserved",
            FieldCode::UsernameSigns => "field-username-signs",
            FieldCode::UsernamePoses => "field-username-poses",
            FieldCode::LoginMismatch => "field-login-mismatch",
            FieldCode::PasswordMismatch => "field-password-mismatch",
            FieldCode::PasswordCommon => "field-password-common",
            FieldCode::PasswordNumeric => "field-password-numeric",
            FieldCode::WrongPassword => "field-wrong-password",
            FieldCode::NotAChoice => "field-not-a-choice",
            FieldCode::NotAnObject => "field-not-an-object",
            FieldCode::NotALanguage => "field-not-a-language",
            FieldCode::Invalid(text) => return self.phrase(text),
            FieldCode::TooDeep(most) => return self.most("field-too-deep", *most),
            FieldCode::TooMany(most) => return self.most("field-too-many", *most),
            FieldCode::TooLong(most) => return self.most("field-too-long", *most),
            FieldCode::PasswordTooLong(most) => return self.most("field-password-too-long", *most),
            FieldCode::PasswordTooShort(least) => {
                return self.say_with("field-password-too-short", &[("least", (*least).into())]);
            }
            FieldCode::PasswordSimilar(attribute) => return self.similar(attribute),
        };
        self.say(id)
    }

    fn most(self, id: &str, most: usize) -> String {
        self.say_with(id, &[("most", most.into())])
    }

    /// An attribute is named in English words; the messages choose by them, and a choice has no blanks.
    fn similar(self, attribute: &str) -> String {
        let named = match self.0 {
            Language::English => attribute.to_owned(),
            Language::Russian | Language::Korean => attribute.replace(' ', "-"),
        };
        self.say_with("field-password-similar", &[("attribute", named.into())])
    }

    fn bundle(self) -> &'static Bundle {
        match self.0 {
            Language::English => &ENGLISH,
            Language::Russian => &RUSSIAN,
            Language::Korean => &KOREAN,
        }
    }
}

/// A call's id without what its mounts put before it: the same call is told in the same words.
fn bare(id: &str) -> &str {
    id.strip_prefix("auth_").or_else(|| id.strip_prefix("root_")).unwrap_or(id)
}

fn formatted(bundle: &Bundle, id: &str, fillings: &FluentArgs<'_>) -> Option<String> {
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(fillings), &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{FluentResource, Tongue};
    use crate::{domain::language::Language, error::FieldCode};

    fn said(language: Language, code: &FieldCode) -> String {
        Tongue(language).field(code)
    }

    #[test]
    fn russian_counts_in_three_ways() {
        for (least, counted) in
            [(1, "1 символ."), (3, "3 символа."), (8, "8 символов."), (21, "21 символ.")]
        {
            let told = said(Language::Russian, &FieldCode::PasswordTooShort(least));
            assert!(told.ends_with(counted), "{told}");
        }
        let told = said(Language::Russian, &FieldCode::TooLong(1));
        assert_eq!(told, "Это поле должно содержать не более 1 символа.");
    }

    #[test]
    fn an_attribute_is_named_in_the_language_of_the_sentence() {
        let code = FieldCode::PasswordSimilar("email address");
        assert_eq!(
            said(Language::English, &code),
            "The password is too similar to the email address."
        );
        assert_eq!(
            said(Language::Russian, &code),
            "Пароль слишком похож на адрес электронной почты."
        );
        assert_eq!(said(Language::Korean, &code), "비밀번호가 이메일 주소와 너무 비슷합니다.");
    }

    #[test]
    fn every_file_of_messages_can_be_read() {
        for text in [
            &texts!("en")[..],
            &texts!("ru", "words/ru/calls.ftl"),
            &texts!("ko", "words/ko/calls.ftl"),
        ]
        .concat()
        {
            let read = FluentResource::try_new(text.to_owned());
            assert!(read.is_ok(), "{:?}", read.map_err(|(_, errors)| errors));
        }
    }

    #[test]
    fn numbers_are_written_as_they_are() {
        let told = said(Language::English, &FieldCode::TooLong(16_384));
        assert_eq!(told, "Ensure this field has no more than 16384 characters.");
    }

    #[test]
    fn what_nobody_has_translated_is_said_as_it_is() {
        assert_eq!(Tongue(Language::Korean).phrase("a hush word"), "a hush word");
        assert_eq!(Tongue(Language::Korean).say("no-such-id"), "no-such-id");
    }
}
