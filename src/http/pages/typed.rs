//! What somebody typed into a form, turned into the request it stands for.

use actix_web::http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::calls::{BodyForm, Call, Input, Kind, Place, Scheme};
use crate::http::body::{Word, Words};

/// A request to be made.
#[derive(Debug)]
pub struct Wish {
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Its headers, the credential among them.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// The values of a form by the names of its fields.
#[derive(Debug, Default, Clone)]
pub struct Typed(Vec<(String, String)>);

/// The field for a credential.
pub const CREDENTIAL: &str = "credential";
/// The field for its scheme.
pub const SCHEME: &str = "scheme";

impl Typed {
    /// The fields of a form.
    pub fn read(words: &Words, call: &Call) -> Self {
        let names = call.inputs.iter().map(field_name);
        let names = names.chain([CREDENTIAL, SCHEME].map(str::to_owned));
        let typed = names.filter_map(|name| match words.get(&name) {
            Some(Word::Text(text)) => Some((name, text.clone())),
            _ => None,
        });
        Self(typed.collect())
    }

    /// One more value.
    pub fn set(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// What was typed for an input; nothing counts as left out unless the input must be there.
    fn given<'a>(&'a self, input: &Input) -> Option<&'a str> {
        let value = self.get(&field_name(input)).unwrap_or_default();
        (input.is_required || !value.is_empty()).then_some(value)
    }
}

/// The name of the form's field for an input: apart from those of the page itself.
pub fn field_name(input: &Input) -> String {
    let place = match input.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Body => "body",
    };
    format!("{place}.{}", input.name)
}

/// The request a form stands for.
pub fn wish(call: &Call, typed: &Typed) -> Wish {
    let given = |input: &Input| typed.given(input).map(str::to_owned);
    let credential = typed.get(CREDENTIAL).map(str::trim).filter(|it| !it.is_empty());
    let authorization = credential
        .filter(|_| call.wants_login())
        .map(|credential| format!("{} {credential}", scheme(call, typed).word()));
    build(call, &given, authorization)
}

/// The request as it is shown to people: with examples where nothing was typed, and no secret.
pub fn shown(call: &Call, typed: &Typed) -> Wish {
    let given = |input: &Input| {
        let typed = typed.given(input).filter(|text| !text.is_empty());
        match (typed, &input.example) {
            (Some(_), _) if input.kind == Kind::Password => Some("…".to_owned()),
            (Some(text), _) => Some(text.to_owned()),
            (None, Some(Value::String(text))) => Some(text.clone()),
            (None, Some(value)) => Some(value.to_string()),
            (None, None) => input.is_required.then(|| "…".to_owned()),
        }
    };
    let authorization =
        call.wants_login().then(|| format!("{} $TOKEN", scheme(call, typed).word()));
    build(call, &given, authorization)
}

/// The scheme that was chosen, or the call's first.
pub fn scheme(call: &Call, typed: &Typed) -> Scheme {
    let chosen = |scheme: &&Scheme| typed.get(SCHEME) == Some(scheme.word());
    let first = || call.schemes.first();
    call.schemes.iter().find(chosen).or_else(first).copied().unwrap_or(Scheme::Bearer)
}

fn build(
    call: &Call,
    given: &dyn Fn(&Input) -> Option<String>,
    authorization: Option<String>,
) -> Wish {
    let at = |place: Place| {
        let inputs = call.inputs.iter().filter(move |input| input.place == place);
        inputs.filter_map(|input| Some((input, given(input)?))).collect::<Vec<_>>()
    };
    let mut headers: Vec<(String, String)> =
        authorization.map(|value| ("Authorization".to_owned(), value)).into_iter().collect();
    headers.extend(at(Place::Header).into_iter().map(|(input, value)| (input.name.clone(), value)));
    let (kind, body) = body(call.body, &at(Place::Body));
    headers.extend(kind.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
    Wish {
        method: call.method.clone(),
        target: target(call, &at(Place::Path), &at(Place::Query)),
        headers,
        body,
    }
}

type Given<'a> = [(&'a Input, String)];

/// What stands unescaped in a part of a path (RFC 3986 §2.3).
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn target(call: &Call, path: &Given<'_>, query: &Given<'_>) -> String {
    let mut target = call.path.clone();
    for (input, value) in path {
        let value = utf8_percent_encode(value, &KEPT).to_string();
        target = target.replace(&format!("{{{}}}", input.name), &value);
    }
    if query.is_empty() {
        return target;
    }
    format!("{target}?{}", pairs(query))
}

fn pairs(given: &Given<'_>) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(given.iter().map(|(input, value)| (&input.name, value)));
    pairs.finish()
}

fn body(form: BodyForm, given: &Given<'_>) -> (Option<&'static str>, String) {
    match form {
        BodyForm::None => (None, String::new()),
        BodyForm::Form => (Some("application/x-www-form-urlencoded"), pairs(given)),
        BodyForm::Document => {
            let typed = given.first().map(|(_, typed)| typed.clone());
            (Some("application/json"), typed.unwrap_or_default())
        }
        BodyForm::Json => {
            let fields = given.iter().map(|(input, text)| (input.name.clone(), value(input, text)));
            let object: Map<String, Value> = fields.collect();
            (Some("application/json"), Value::Object(object).to_string())
        }
    }
}

/// What was typed, as JSON; what cannot be read is sent as a text, for the call to complain of.
fn value(input: &Input, typed: &str) -> Value {
    let text = || Value::String(typed.to_owned());
    match input.kind {
        Kind::Number => typed.trim().parse::<i64>().map_or_else(|_words| text(), Value::from),
        Kind::Flag => typed.parse::<bool>().map_or_else(|_words| text(), Value::from),
        Kind::Json => serde_json::from_str(typed).unwrap_or_else(|_words| text()),
        Kind::Text | Kind::Email | Kind::Password | Kind::Choice(_) => text(),
    }
}

impl Wish {
    /// The request for a shell.
    pub fn curl(&self, public_url: &str) -> String {
        let base = public_url.trim_end_matches('/');
        let mut parts = vec!["curl".to_owned()];
        if self.method != Method::GET {
            parts.push(format!("-X {}", self.method));
        }
        parts.push(quoted(&format!("{base}{}", self.target)));
        for (name, value) in &self.headers {
            // The token is the shell's to fill in.
            let header = format!("{name}: {value}");
            let is_secret = name == "Authorization";
            parts.push(format!(
                "-H {}",
                if is_secret { format!("\"{header}\"") } else { quoted(&header) }
            ));
        }
        if !self.body.is_empty() {
            parts.push(format!("--data-raw {}", quoted(&self.body)));
        }
        parts.join(" \\\n  ").replacen(" \\\n  -X", " -X", 1)
    }
}

/// A word for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
