//! What is said is said in every language: no message is missing, unused or filled in otherwise.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use actix_web::{HttpResponse, body::to_bytes};
use serde_json::Value;

use cambio::{
    domain::language::Language,
    error::{FieldCode, FieldError, Refusal},
    http::{djoser, language::Spoken, oauth, rest_jwt, restful, sentences::Tongue},
};

use crate::support::House;

use super::{
    refusals::{every_refusal, variants},
    source::{self, Word},
};

/// What calls do, beside the document.
const CALLS: &str = "calls.ftl";

/// Messages of one file by id: what each says, as it is written.
type Messages = BTreeMap<String, String>;

fn folder(language: Language) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/words").join(language.tag())
}

/// The names of the files of a language.
fn names(language: Language) -> BTreeSet<String> {
    let entries = fs::read_dir(folder(language)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // In English the document itself says what calls do.
    names.filter(|name| name != CALLS).collect()
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

/// Every text in the code of the program and what its templates say, in one piece for each line of a text.
fn texts() -> BTreeSet<String> {
    let program = source::files("src").into_iter().filter(|file| !file.is_test);
    let words = program.flat_map(|file| file.words());
    let text = |word| match word {
        // A line that goes on in the next one.
        Word::Text(text) => Some(text.split("\\\n").map(str::trim_start).collect::<String>()),
        Word::Name(_) | Word::Sign(_) => None,
    };
    words.filter_map(text).chain(said_by_templates()).collect()
}

/// The ids that templates say, or what the ids of some begin with.
fn said_by_templates() -> Vec<String> {
    let rooms = ["src/http/pages/templates", "src/http/signin_pages/templates"];
    let folders = rooms.map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join(room));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let texts = entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let said = |text: String| {
        let pieces = text.split(['"', '~']).map(str::to_owned);
        pieces.collect::<Vec<_>>()
    };
    texts.flat_map(said).collect()
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
            let is_name = id.starts_with("signin-provider-") && id.ends_with("-oauth2");
            assert!(is_name || !message.is_ascii(), "{language:?} {id}: {message}");
        }
    }
}

#[test]
fn no_message_is_unused() {
    let texts = texts();
    for (id, message) in all(Language::English) {
        let by_text = id.starts_with("phrase-") || id.starts_with("hint-");
        // A note says its title and the text below it.
        let named = if by_text { message.trim() } else { id.trim_end_matches("-text") };
        // The pages of signing in say their own without the prefix.
        let named = id.strip_prefix("signin-").unwrap_or(named);
        let begun = ["page-place-", "scope-", "provider-", "done-title-", "done-"];
        let begun = begun.iter().any(|head| named.starts_with(head) && texts.contains(*head));
        // A page with two purposes says its own: `say(what ~ "-title")`.
        let joined = named.split_once('-').is_some_and(|(head, tail)| {
            texts.contains(head) && texts.contains(&format!("-{tail}"))
        });
        assert!(begun || joined || texts.contains(named), "{id} is never said");
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

/// The words about what calls take, of the page of every call.
fn hints(document: &Value) -> BTreeSet<String> {
    let mut hints = BTreeSet::new();
    let told = |part: &Value| part["description"].as_str().map(str::to_owned);
    let meant = |part: &Value| {
        let name = part["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
        name.and_then(|name| document.pointer(name)).unwrap_or(part).clone()
    };
    for operation in operations(document) {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let visible = parameters.map(&meant).filter(|it| it["in"] != "cookie");
        hints.extend(visible.filter_map(|it| told(&it)));
        let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
        for (_, media) in content {
            let schema = meant(&media["schema"]);
            let fields = schema["properties"].as_object().into_iter().flatten();
            hints.extend(fields.filter_map(|(_, field)| told(&meant(field))));
        }
    }
    hints
}

/// The operations people have pages for.
fn operations(document: &Value) -> Vec<Value> {
    let items = document["paths"].as_object().unwrap().values();
    let all = items.flat_map(|item| item.as_object().unwrap().values().cloned());
    all.filter(|operation| !FOR_MACHINES.contains(&operation["tags"][0].as_str().unwrap()))
        .collect()
}

/// What is filed under these is called by machines, or is a page itself.
const FOR_MACHINES: [&str; 3] = ["health", "house", "authorization server"];

#[tokio::test]
async fn every_call_and_every_field_is_told_in_every_language() {
    let house = House::open().await;
    let document = house.get("/openapi.json").expect(200).await.json();
    let bare = |operation: &Value| {
        let id = operation["operationId"].as_str().unwrap();
        let id = id.strip_prefix("auth_").or_else(|| id.strip_prefix("root_")).unwrap_or(id);
        format!("call-{id}")
    };
    let ids: BTreeSet<String> = operations(&document).iter().map(bare).collect();
    for language in [Language::Russian, Language::Korean] {
        let told: BTreeSet<String> = messages(language, CALLS).into_keys().collect();
        assert_eq!(told, ids, "{language:?}");
    }
    let known = messages(Language::English, "hints.ftl");
    let known: BTreeSet<String> = known.values().map(|text| text.trim().to_owned()).collect();
    let missing: Vec<String> = hints(&document).difference(&known).cloned().collect();
    assert_eq!(missing, Vec::<String>::new(), "without a translation");
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
