//! The templates and the words they are filled with.

use std::{collections::HashMap, sync::Arc};

use actix_web::{HttpResponse, http::header};
use minijinja::{Environment, Error, ErrorKind, State, Value, value::Kwargs};

use crate::{domain::language::Language, error::Fault};

macro_rules! embedded {
    ($($name:literal)+) => {
        [$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

const TEMPLATES: [(&str, &str); 15] = embedded![
    "layout.html" "error.html" "sign_in.html" "consent.html" "sign_out.html" "account.html"
    "device.html" "device_ask.html" "device_done.html" "way.html" "forgot.html" "new_password.html" "activate.html"
    "register.html" "done.html"
];

const STYLE: &str = include_str!("templates/style.css");

/// The words of one language: lines `key = text`, a subset of Fluent's syntax.
const WORDS: [(Language, &str); 3] = [
    (Language::English, include_str!("words/en.ftl")),
    (Language::Russian, include_str!("words/ru.ftl")),
    (Language::Korean, include_str!("words/ko.ftl")),
];

type Words = HashMap<&'static str, HashMap<&'static str, &'static str>>;

/// Every page, ready to be filled in.
pub struct Pages(Environment<'static>);

impl Pages {
    /// Reads the templates and the words; a fault if a template is malformed.
    pub fn load() -> Result<Self, Fault> {
        let mut environment = Environment::new();
        for (name, text) in TEMPLATES {
            let read = environment.add_template(name, text);
            read.map_err(|cause| Fault::because("a page's template", cause))?;
        }
        let words = Arc::new(words());
        let known = Arc::clone(&words);
        environment.add_function("say", move |state: &State, key: &str, given: Kwargs| {
            say(&words, state, key, &given)
        });
        environment.add_test("said", move |key: &str| {
            known.get("en").is_some_and(|words| words.contains_key(key))
        });
        Ok(Self(environment))
    }

    /// A page as HTML.
    pub fn render(&self, name: &str, filled: Value) -> Result<String, Fault> {
        let template = self.0.get_template(name);
        let page = template.and_then(|template| template.render(filled));
        page.map_err(|cause| Fault::because("a page cannot be made", cause))
    }
}

fn words() -> Words {
    let lines = |text: &'static str| {
        let pairs = text.lines().filter(|line| !line.starts_with('#'));
        pairs.filter_map(|line| line.split_once(" = ")).collect()
    };
    WORDS.into_iter().map(|(language, text)| (language.tag(), lines(text))).collect()
}

/// The text of that key in the page's language, its variables filled in.
fn say(words: &Words, state: &State, key: &str, given: &Kwargs) -> Result<String, Error> {
    let language = state.lookup("lang");
    let language = language.as_ref().and_then(|tag| tag.as_str()).unwrap_or_default();
    let text = words.get(language).and_then(|words| words.get(key));
    let missing = || Error::new(ErrorKind::UndefinedError, format!("no words for {key}"));
    let mut text = (*text.ok_or_else(missing)?).to_owned();
    for name in given.args() {
        let value: Value = given.get(name)?;
        text = text.replace(&format!("{{ ${name} }}"), &value.to_string());
    }
    Ok(text)
}

/// `GET /account/style.css`.
pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .body(STYLE)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Pages, TEMPLATES, words};

    #[test]
    fn every_language_has_the_same_words_with_the_same_variables() {
        let words = words();
        let shape = |tag: &str| -> BTreeSet<(String, usize)> {
            let words = words.get(tag).expect("a language");
            words
                .iter()
                .map(|(key, text)| ((*key).to_owned(), text.matches("{ $").count()))
                .collect()
        };
        assert!(shape("en").len() > 30);
        assert_eq!(shape("en"), shape("ru"));
        assert_eq!(shape("en"), shape("ko"));
    }

    #[test]
    fn every_template_is_in_order_and_its_words_are_there() {
        assert!(Pages::load().is_ok());
        let words = words();
        for (name, text) in TEMPLATES {
            for said in text.split("say(\"").skip(1) {
                let key = said.split('"').next().expect("a key");
                // A key that goes on with something else is the beginning of some.
                let fits =
                    |known: &&str| *known == key || key.ends_with('_') && known.starts_with(key);
                assert!(words.get("en").is_some_and(|en| en.keys().any(fits)), "{name}: {key}");
            }
        }
    }
}
