//! The pages as HTML.

use actix_web::{HttpResponse, HttpResponseBuilder, http::StatusCode, http::header};
use minijinja::{Environment, State, context, value::Serde};
use serde::Serialize;
use serde_json::Value;

use super::{
    calls::{Call, Input, Kind, Place},
    typed::{self, CREDENTIAL, Typed},
};
use crate::{domain::language::Language, http::sentences::Tongue};

/// What a browser may do with a page: show it, with our style, and send its forms to us.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// The templates, read once. What cannot be read is found by the first page, which every story opens.
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    for (name, text) in [
        ("layout.html", include_str!("templates/layout.html")),
        ("index.html", include_str!("templates/index.html")),
        ("call.html", include_str!("templates/call.html")),
        ("note.html", include_str!("templates/note.html")),
    ] {
        if let Err(error) = environment.add_template(name, text) {
            tracing::error!(%error, name, "a page cannot be read");
        }
    }
    environment.add_function("say", |state: &State<'_, '_>, id: &str| {
        let tag = state.lookup("lang").map(|tag| tag.to_string());
        let language = tag.as_deref().and_then(Language::parse);
        Tongue(language.unwrap_or_default()).say(id)
    });
    environment
}

/// What all pages share.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The templates.
    pub environment: &'a Environment<'static>,
    /// The name of this installation.
    pub site: &'a str,
    /// The language to write in.
    pub tongue: Tongue,
}

/// An answer to show.
#[derive(Debug, Serialize)]
pub struct Answer {
    status: u16,
    reason: &'static str,
    mood: &'static str,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// An answer with the headers that say something to people.
    pub fn new(status: StatusCode, headers: &header::HeaderMap, body: &[u8]) -> Self {
        const TOLD: [&str; 9] = [
            "content-type",
            "content-language",
            "www-authenticate",
            "allow",
            "location",
            "retry-after",
            "etag",
            "x-refresh-token",
            "x-request-id",
        ];
        let header = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?;
            Some((name.to_owned(), value.to_owned()))
        };
        Self {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default(),
            mood: if status.is_success() { "good" } else { "bad" },
            headers: TOLD.into_iter().filter_map(header).collect(),
            body: pretty(body),
        }
    }
}

fn pretty(body: &[u8]) -> String {
    let json = serde_json::from_slice::<Value>(body).ok();
    let indented = json.and_then(|json| serde_json::to_string_pretty(&json).ok());
    indented.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

/// A token that an answer brought, and where it may go on.
#[derive(Debug, Serialize)]
pub struct Carried<'a> {
    /// The token.
    pub credential: String,
    /// How it is shown.
    pub scheme: &'static str,
    /// The calls that take it.
    pub targets: Vec<Link<'a>>,
}

/// A call to go to.
#[derive(Debug, Serialize)]
pub struct Link<'a> {
    id: &'a str,
    href: String,
    method: &'a str,
    path: &'a str,
    summary: String,
    about: String,
}

#[derive(Serialize)]
struct Group<'a> {
    name: String,
    calls: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct FormInput<'a> {
    name: &'a str,
    field: String,
    kind: &'static str,
    r#type: &'static str,
    inputmode: &'static str,
    place: &'static str,
    required: bool,
    about: String,
    example: String,
    value: String,
    choices: Vec<String>,
}

impl<'a> Frame<'a> {
    /// A link to a call.
    pub fn link(&self, call: &'a Call) -> Link<'a> {
        Link {
            id: &call.id,
            href: format!("/pages/{}/{}", self.tongue.0.tag(), call.id),
            method: call.method.as_str(),
            path: &call.path,
            summary: self.tongue.about_call(&call.id, &call.summary),
            about: self.tongue.more_about_call(&call.id, &call.about),
        }
    }

    /// The list of all calls.
    pub fn index(&self, groups: &[(String, Vec<&'a Call>)], has_document: bool) -> HttpResponse {
        let group = |(name, calls): &(String, Vec<&'a Call>)| Group {
            name: name.clone(),
            calls: calls.iter().map(|call| self.link(call)).collect(),
        };
        let groups: Vec<Group<'a>> = groups.iter().map(group).collect();
        let context = context! { groups => given(&groups), document => has_document };
        self.page(StatusCode::OK, "index.html", "", context)
    }

    /// The page of a call.
    pub fn call(&self, shown: &Shown<'a>) -> HttpResponse {
        let Shown { call, siblings, typed, .. } = *shown;
        let schemes: Vec<_> = call
            .schemes
            .iter()
            .map(|scheme| {
                context! { word => scheme.word(), chosen => *scheme == typed::scheme(call, typed) }
            })
            .collect();
        let inputs: Vec<_> = call.inputs.iter().map(|input| self.input(input, typed)).collect();
        let context = context! {
            call => given(&self.link(call)),
            siblings => given(&siblings.iter().map(|call| self.link(call)).collect::<Vec<_>>()),
            answer => given(&shown.answer),
            carried => given(&shown.carried),
            inputs => given(&inputs),
            schemes,
            credential => typed.get(CREDENTIAL).unwrap_or_default(),
            curl => typed::shown(call, typed).curl(shown.public_url),
        };
        self.page(StatusCode::OK, "call.html", &format!("/{}", call.id), context)
    }

    /// A page that says why there is nothing else to see: the sentences of that id and of its `-text`.
    pub fn note(&self, status: StatusCode, id: &str) -> HttpResponse {
        let (title, text) = (self.tongue.say(id), self.tongue.say(&format!("{id}-text")));
        self.page(status, "note.html", "", context! { title, text })
    }

    fn input(&self, input: &'a Input, typed: &Typed) -> FormInput<'a> {
        let field = typed::field_name(input);
        let value = typed.get(&field).unwrap_or_default();
        let (kind, r#type, inputmode) = match input.kind {
            Kind::Text => ("text", "text", ""),
            Kind::Email => ("text", "text", "email"),
            Kind::Number => ("text", "text", "numeric"),
            Kind::Password => ("text", "password", ""),
            Kind::Flag => ("flag", "", ""),
            Kind::Choice(_) => ("choice", "", ""),
            Kind::Json => ("json", "", ""),
        };
        FormInput {
            name: &input.name,
            kind,
            r#type,
            inputmode,
            place: place(input.place),
            required: input.is_required,
            about: self.tongue.phrase(&input.about),
            // Nobody shall think that the example is the password.
            example: match (&input.kind, &input.example) {
                (Kind::Password, _) | (_, None) => String::new(),
                (_, Some(value)) => example(value),
            },
            // A password is never written into a page.
            value: if input.kind == Kind::Password { String::new() } else { value.to_owned() },
            choices: match &input.kind {
                Kind::Choice(choices) => choices.clone(),
                _ => ["true", "false"].map(str::to_owned).to_vec(),
            },
            field,
        }
    }

    fn page(
        &self,
        status: StatusCode,
        template: &str,
        place: &str,
        context: minijinja::Value,
    ) -> HttpResponse {
        let language = |language: Language| {
            context! {
                tag => language.tag(),
                name => language.own_name(),
                href => format!("/pages/{}{place}", language.tag()),
            }
        };
        let frame = context! {
            lang => self.tongue.0.tag(),
            site => self.site,
            languages => Language::ALL.map(language).to_vec(),
            ..context
        };
        let page = self.environment.get_template(template).and_then(|it| it.render(frame));
        match page {
            Ok(page) => guarded(status, self.tongue).body(page),
            Err(error) => {
                tracing::error!(%error, template, "a page cannot be made");
                guarded(StatusCode::INTERNAL_SERVER_ERROR, self.tongue).finish()
            }
        }
    }
}

fn given(value: &impl Serialize) -> minijinja::Value {
    minijinja::Value::from(Serde(value))
}

/// What is shown of a call.
#[derive(Debug)]
pub struct Shown<'a> {
    /// The call.
    pub call: &'a Call,
    /// The calls of the same address, itself among them.
    pub siblings: &'a [&'a Call],
    /// What stands in its form.
    pub typed: &'a Typed,
    /// What it answered.
    pub answer: Option<Answer>,
    /// The token that came with the answer.
    pub carried: Option<Carried<'a>>,
    /// The address of this installation.
    pub public_url: &'a str,
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
        Place::Body => "body",
    }
}

fn example(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An answer of these pages: never kept, framed or told to the next site.
pub fn guarded(status: StatusCode, tongue: Tongue) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::PRAGMA, "no-cache"))
        .insert_header((header::CONTENT_LANGUAGE, tongue.0.tag()))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header(("cross-origin-resource-policy", "same-origin"));
    response
}
