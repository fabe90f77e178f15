//! What is said is said in every language: no message is missing, unused or filled in otherwise.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use actix_web::{HttpResponse, body::to_bytes};
use cambio::{
    domain::language::Language,
    error::{FieldCode, FieldError, Refusal},
    http::{djoser, language::Spoken, oauth, rest_jwt, restful, sentences::Tongue},
};

use super::{
    refusals::{every_refusal, variants},
    source::{self, Word},
};

/// Messages of one file by id: what each says, as it is written.
type Messages = BTreeMap<String, String>;

fn folder(language: Language) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/words").join(language.tag())
}

/// The names of the files of a language.
fn names(language: Language) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(language)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn messages(language: Language, file: &str) -> Messages {
    let text = fs::read_to_string(folder(language).join(file)).unwrap();
    let mut messages = Messages::new();
    let mut last = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let head = line.split_once(" =").filter(|(id, _)| !id.contains(' ') && !id.is_empty());
        match head {
            Some((id, value)) => {
                assert_eq!(messages.insert(id.to_owned(), value.to_owned()), None, "{id} twice");
                id.clone_into(&mut last);
            }
            None => messages.entry(last.clone()).or_default().push_str(line),
        }
    }
    messages.remove("");
    messages
}

fn all(language: Language) -> Messages {
    names(language).iter().flat_map(|file| messages(language, file)).collect()
}

/// What a message is filled with.
fn variables(message: &str) -> BTreeSet<&str> {
    let end = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_');
    message.split('$').skip(1).map(|text| &text[..end(text).unwrap_or(text.len())]).collect()
}

/// Every text in the code of the program.
fn texts() -> BTreeSet<String> {
    let program = source::files("src").into_iter().filter(|file| !file.is_test);
    let words = program.flat_map(|file| file.words());
    let text = |word| match word {
        Word::Text(text) => Some(text),
        Word::Name(_) | Word::Sign(_) => None,
    };
    words.filter_map(text).collect()
}

#[test]
fn every_language_has_the_same_messages_filled_in_alike() {
    for language in Language::ALL {
        assert_eq!(names(language), names(Language::English), "{language:?}");
        for file in names(language) {
            let (own, english) = (messages(language, &file), messages(Language::English, &file));
            let ids = |messages: &Messages| messages.keys().cloned().collect::<Vec<_>>();
            assert_eq!(ids(&own), ids(&english), "{language:?} {file}");
            for (id, message) in &own {
                assert!(!message.trim().is_empty(), "{language:?} {id}");
                assert_eq!(variables(message), variables(&english[id]), "{language:?} {id}");
            }
        }
    }
}

#[test]
fn no_message_is_left_in_english() {
    for language in [Language::Russian, Language::Korean] {
        for (id, message) in all(language) {
            assert!(!message.is_ascii(), "{language:?} {id}: {message}");
        }
    }
}

#[test]
fn no_message_is_unused() {
    let texts = texts();
    for (id, message) in all(Language::English) {
        let named = if id.starts_with("phrase-") { message.trim() } else { id.as_str() };
        assert!(texts.contains(named), "{id} is never said");
    }
}

#[test]
fn what_is_said_by_its_id_exists() {
    let messages = all(Language::English);
    for file in source::files("src").iter().filter(|file| file.room() == "http" && !file.is_test) {
        for said in file.words().windows(3) {
            let [Word::Name(name), Word::Sign("("), Word::Text(id)] = said else { continue };
            let known = !name.starts_with("say") || messages.contains_key(id);
            assert!(known, "src/{}: there is no message {id}", file.place);
        }
    }
}

#[test]
fn what_readers_and_providers_say_in_words_of_their_own_is_translated() {
    let phrases = messages(Language::English, "phrases.ftl");
    let known: BTreeSet<&str> = phrases.values().map(|text| text.trim()).collect();
    for file in source::files("src").iter().filter(|file| !file.is_test) {
        for said in file.words().windows(3) {
            let [Word::Name(name), Word::Sign("("), Word::Text(text)] = said else { continue };
            let reader = name == "Malformed" && file.room() == "http";
            let provider = name == "BadRequest" && file.room() == "providers";
            assert!(!(reader || provider) || known.contains(&**text), "{text} is not translated");
        }
    }
}

async fn text(answer: HttpResponse) -> String {
    String::from_utf8(to_bytes(answer.into_body()).await.unwrap().to_vec()).unwrap()
}

fn every_code() -> Vec<FieldCode> {
    use FieldCode as Code;
    vec![
        Code::Required,
        Code::Blank,
        Code::Null,
        Code::NotAString,
        Code::NotAnInteger,
        Code::Nul,
        Code::Control,
        Code::TooLong(3),
        Code::NotAnEmail,
        Code::Taken,
        Code::UsernameTaken,
        Code::Reserved,
        Code::UsernameSigns,
        Code::UsernamePoses,
        Code::LoginMismatch,
        Code::PasswordMismatch,
        Code::PasswordTooShort(8),
        Code::PasswordTooLong(256),
        Code::PasswordCommon,
        Code::PasswordNumeric,
        Code::PasswordSimilar("first name"),
        Code::WrongPassword,
        Code::NotAChoice,
        Code::NotAnObject,
        Code::TooDeep(8),
        Code::TooMany(20),
        Code::NotALanguage,
        Code::Invalid("Send it, or email_as_name: true."),
    ]
}

#[test]
fn every_complaint_about_a_field_is_said_in_every_language() {
    let codes = every_code();
    let tried = format!("{codes:?}");
    for name in variants("FieldCode") {
        assert!(tried.contains(&name), "{name} is not tried");
    }
    for code in codes {
        let english = Tongue::ENGLISH.field(&code);
        assert!(english.contains(' ') && english.is_ascii(), "{code:?}: {english}");
        for language in [Language::Russian, Language::Korean] {
            let said = Tongue(language).field(&code);
            assert!(!said.is_ascii() && !said.contains('{'), "{language:?} {code:?}: {said}");
        }
    }
}

#[tokio::test]
async fn every_refusal_is_said_in_every_language_of_every_dialect() {
    let plain = |refusal: &Refusal| !matches!(refusal, Refusal::BadRequest(_));
    for refusal in every_refusal().into_iter().filter(plain) {
        let dialects: [Box<dyn Spoken>; 4] = [
            Box::new(djoser::Refused::from(refusal.clone())),
            Box::new(restful::Refused::from(refusal.clone())),
            Box::new(rest_jwt::Refused::from(refusal.clone())),
            Box::new(oauth::Refused::from(refusal.clone()).styled(oauth::refusals::Style::Drf)),
        ];
        for no in dialects.into_iter().filter(|no| no.has_tongues()) {
            assert!(text(no.told(Tongue::ENGLISH)).await.is_ascii(), "{refusal:?}");
            for language in [Language::Russian, Language::Korean] {
                let said = text(no.told(Tongue(language))).await;
                assert!(!said.is_ascii(), "{language:?} {refusal:?}: {said}");
            }
        }
    }
}

#[tokio::test]
async fn an_error_description_is_ascii_in_every_language() {
    for refusal in every_refusal() {
        let no = oauth::Refused::from(refusal.clone());
        if !no.has_tongues() {
            assert!(text(no.told(Tongue(Language::Korean))).await.is_ascii(), "{refusal:?}");
        }
    }
    let fields = vec![FieldError::new("token", FieldCode::Required)];
    assert!(!oauth::Refused::from(Refusal::Fields(fields)).has_tongues());
}
