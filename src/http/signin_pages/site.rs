//! The templates, and how they say something in the language of a page.

use actix_web::{HttpResponse, http::header};
use minijinja::{Environment, Error, State, Value, value::Kwargs};

use crate::{
    domain::language::Language,
    error::Fault,
    http::sentences::{self, Tongue},
};

macro_rules! embedded {
    ($($name:literal)+) => {
        [$(($name, include_str!(concat!("templates/", $name)))),+]
    };
}

const TEMPLATES: [(&str, &str); 15] = embedded![
    "layout.html" "error.html" "sign_in.html" "consent.html" "sign_out.html" "account.html"
    "device.html" "device_ask.html" "device_done.html" "way.html" "letter.html" "new_password.html" "activate.html"
    "register.html" "done.html"
];

const STYLE: &str = include_str!("templates/style.css");

/// What the ids of the pages' sentences begin with.
const PREFIX: &str = "signin-";

/// Every page, ready to be filled in.
pub struct Pages(Environment<'static>);

impl Pages {
    /// Reads the templates, for the installation of that name; a fault if one is malformed.
    pub fn load(site: &str) -> Result<Self, Fault> {
        let mut environment = Environment::new();
        for (name, text) in TEMPLATES {
            let read = environment.add_template(name, text);
            read.map_err(|cause| Fault::because("a page's template", cause))?;
        }
        environment.add_global("site", site);
        environment
            .add_function("say", |state: &State, key: &str, given: Kwargs| say(state, key, &given));
        environment.add_test("said", |key: &str| Tongue::knows(&format!("{PREFIX}{key}")));
        Ok(Self(environment))
    }

    /// A page as HTML.
    pub fn render(&self, name: &str, filled: Value) -> Result<String, Fault> {
        let template = self.0.get_template(name);
        let page = template.and_then(|template| template.render(filled));
        page.map_err(|cause| Fault::because("a page cannot be made", cause))
    }
}

/// The sentence of that key in the page's language, filled in.
fn say(state: &State, key: &str, given: &Kwargs) -> Result<String, Error> {
    let tag = state.lookup("lang");
    let language = tag.as_ref().and_then(Value::as_str).and_then(Language::parse);
    let filling = |name| Ok((name, filled(&given.get(name)?)));
    let fillings: Vec<_> = given.args().map(filling).collect::<Result<_, Error>>()?;
    Ok(Tongue(language.unwrap_or_default()).say_with(&format!("{PREFIX}{key}"), &fillings))
}

/// Numbers stay numbers: by them a sentence chooses its form.
fn filled(value: &Value) -> sentences::Value<'static> {
    match value.as_i64() {
        Some(number) => number.into(),
        None => value.to_string().into(),
    }
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
    use super::{PREFIX, Pages, TEMPLATES};
    use crate::http::sentences::Tongue;

    #[test]
    fn every_template_is_in_order_and_its_words_are_there() {
        assert!(Pages::load("Cambio").is_ok());
        for (name, text) in TEMPLATES {
            for said in text.split("say(\"").skip(1) {
                let key = said.split('"').next().expect("a key");
                // A key that goes on with something else is the beginning of some.
                let whole = !key.ends_with('-');
                assert!(!whole || Tongue::knows(&format!("{PREFIX}{key}")), "{name}: {key}");
            }
        }
    }
}
