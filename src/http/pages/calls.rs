//! The calls there are pages for, as the document of the API tells them.

use actix_web::http::Method;
use serde_json::Value;

use crate::http::openapi::Document;

/// One call: a method of a path.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its `operationId`.
    pub id: String,
    /// Its method.
    pub method: Method,
    /// Its path as it is written, with `{…}` for what is filled in.
    pub path: String,
    /// What it does, in English.
    pub summary: String,
    /// More about it, in English.
    pub about: String,
    /// What it is filed under.
    pub tag: String,
    /// What it takes.
    pub inputs: Vec<Input>,
    /// How its body is written.
    pub body: BodyForm,
    /// How a credential is shown to it; nothing where none is wanted.
    pub schemes: Vec<Scheme>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyForm {
    /// There is none.
    None,
    /// Fields, as JSON.
    Json,
    /// Fields, as a form.
    Form,
    /// One JSON document that people type as a whole.
    Document,
}

/// Something a call takes.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name on the wire.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// What is typed.
    pub kind: Kind,
    /// Whether it must be there.
    pub is_required: bool,
    /// What it is, in English.
    pub about: String,
    /// A value as people send it.
    pub example: Option<Value>,
}

/// Where an input goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into the path.
    Path,
    /// After the `?`.
    Query,
    /// Into a header.
    Header,
    /// Into the body.
    Body,
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A line.
    Text,
    /// An address.
    Email,
    /// A password.
    Password,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// One of these.
    Choice(Vec<String>),
    /// JSON.
    Json,
}

/// How a credential is shown in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Token …`
    Token,
    /// `Bearer …`
    Bearer,
    /// `JWT …`
    Jwt,
}

impl Scheme {
    /// Every scheme.
    pub const ALL: [Self; 3] = [Self::Token, Self::Bearer, Self::Jwt];

    /// The word in the header.
    pub fn word(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Bearer => "Bearer",
            Self::Jwt => "JWT",
        }
    }

    /// The scheme of a security requirement; a client's own and a cookie are typed into no form.
    fn of(name: &str) -> Option<Self> {
        match name {
            "token" => Some(Self::Token),
            "jwt" => Some(Self::Jwt),
            "bearer" | "apiJwt" | "signinJwt" => Some(Self::Bearer),
            _ => None,
        }
    }
}

impl Call {
    /// The path by which it is looked up: without its last slash.
    pub fn bare_path(&self) -> &str {
        self.path.trim_end_matches('/')
    }

    /// Whether a path is one of its own, and what stands in it for `{…}`.
    pub fn filling<'a>(&self, path: &'a str) -> Option<Vec<(String, &'a str)>> {
        let (own, asked) = (self.bare_path().split('/'), path.trim_end_matches('/').split('/'));
        if own.clone().count() != asked.clone().count() {
            return None;
        }
        let mut filled = Vec::new();
        for (own, asked) in own.zip(asked) {
            match own.strip_prefix('{').and_then(|own| own.strip_suffix('}')) {
                Some(name) => filled.push((name.to_owned(), asked)),
                None if own == asked => {}
                None => return None,
            }
        }
        Some(filled)
    }

    /// What its `operationId` begins with: calls of one place share it.
    pub fn prefix(&self) -> &str {
        self.id.split('_').next().unwrap_or_default()
    }

    /// Whether it is a call that is mounted elsewhere as well.
    fn is_second(&self) -> bool {
        self.prefix() == "root"
    }

    /// What it is listed under.
    fn heading(&self) -> String {
        if self.is_second() { format!("{} /", self.tag) } else { self.tag.clone() }
    }

    /// Whether a login is wanted.
    pub fn wants_login(&self) -> bool {
        !self.schemes.is_empty()
    }
}

/// Every call that people can make in a browser: not those for machines, and not those that are pages or lead
/// to one.
pub fn read(document: &Document) -> Vec<Call> {
    let paths = document.value().get("paths").and_then(Value::as_object);
    let items = paths.into_iter().flatten();
    let methods = items.flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        operations.filter_map(|(method, operation)| call(document, path, method, operation))
    });
    let mut calls: Vec<Call> = methods.collect();
    // The fixed path before the one that would match it as well; to look at before to change.
    calls.sort_by_key(|call| {
        (call.path.matches('{').count(), call.path.clone(), rank(&call.method))
    });
    calls
}

/// The calls as they are listed: by what the document files them under, the second mount of the same calls last.
pub fn groups<'a>(calls: &'a [Call], document: &Document) -> Vec<(String, Vec<&'a Call>)> {
    let tags = document.value().get("tags").and_then(Value::as_array).into_iter().flatten();
    let tags: Vec<&str> = tags.filter_map(|tag| tag.get("name")?.as_str()).collect();
    let turn = |call: &Call| {
        let tag = tags.iter().position(|tag| *tag == call.tag).unwrap_or(tags.len());
        (call.is_second(), tag)
    };
    let mut sorted: Vec<&Call> = calls.iter().collect();
    sorted.sort_by_key(|call| turn(call));
    let same = |one: &&Call, other: &&Call| turn(one) == turn(other);
    sorted
        .chunk_by(same)
        .filter_map(|calls| Some((calls.first()?.heading(), calls.to_vec())))
        .collect()
}

/// What is filed under these is called by machines.
const FOR_MACHINES: [&str; 2] = ["health", "house"];

fn rank(method: &Method) -> usize {
    let order = [Method::GET, Method::POST, Method::PUT, Method::PATCH];
    order.iter().position(|known| known == method).unwrap_or(order.len())
}

fn call(document: &Document, path: &str, method: &str, operation: &Value) -> Option<Call> {
    let text =
        |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let tag = operation.pointer("/tags/0")?.as_str()?.to_owned();
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).ok()?;
    if FOR_MACHINES.contains(&tag.as_str()) || leads_to_a_page(document, operation) {
        return None;
    }
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let mut inputs: Vec<Input> =
        parameters.filter_map(|it| parameter(document, document.meant(it))).collect();
    let (body, fields) = body(document, operation);
    inputs.extend(fields);
    inputs.sort_by_key(turn);
    Some(Call {
        id: text("operationId"),
        path: path.to_owned(),
        summary: text("summary"),
        about: text("description"),
        schemes: schemes(operation),
        method,
        tag,
        inputs,
        body,
    })
}

/// When an input's turn is: who one is, then what is wanted, then passwords, then what is typed once more.
fn turn(input: &Input) -> (usize, usize) {
    const FIRST: [&str; 7] =
        ["grant_type", "client_id", "client_secret", "backend", "email", "username", "uid"];
    let known = FIRST.iter().position(|name| *name == input.name).unwrap_or(FIRST.len());
    let again = usize::from(input.name.starts_with("re_"));
    (usize::from(input.kind == Kind::Password) + again, known)
}

fn leads_to_a_page(document: &Document, operation: &Value) -> bool {
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    answers.into_iter().any(|(status, answer)| {
        let is_page = document.meant(answer).pointer("/content/text~1html").is_some();
        is_page || ["301", "302", "303", "307"].contains(&status.as_str())
    })
}

fn schemes(operation: &Value) -> Vec<Scheme> {
    let wanted = operation.get("security").and_then(Value::as_array).into_iter().flatten();
    let names = wanted.filter_map(Value::as_object).flat_map(|names| names.keys());
    let mut schemes = Vec::new();
    for scheme in names.filter_map(|name| Scheme::of(name)) {
        if !schemes.contains(&scheme) {
            schemes.push(scheme);
        }
    }
    schemes
}

fn parameter(document: &Document, parameter: &Value) -> Option<Input> {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let place = match text("in")? {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        _ => return None,
    };
    let is_required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
    let schema = document.meant(parameter.get("schema")?);
    Some(Input {
        name: text("name")?.to_owned(),
        about: text("description").unwrap_or_default().to_owned(),
        example: parameter.get("example").cloned().or_else(|| example(schema)),
        kind: kind(schema),
        is_required,
        place,
    })
}

fn body(document: &Document, operation: &Value) -> (BodyForm, Vec<Input>) {
    let Some(content) = operation.pointer("/requestBody/content").and_then(Value::as_object) else {
        return (BodyForm::None, Vec::new());
    };
    let json = content.get("application/json");
    let form = content.get("application/x-www-form-urlencoded");
    let (how, media) = match (json, form) {
        (Some(media), _) => (BodyForm::Json, media),
        (None, Some(media)) => (BodyForm::Form, media),
        (None, None) => return (BodyForm::None, Vec::new()),
    };
    let Some(schema) = media.get("schema").map(|schema| document.meant(schema)) else {
        return (BodyForm::None, Vec::new());
    };
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return (BodyForm::Document, vec![whole(media)]);
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|it| it.iter().any(|other| other == name));
    let field = |(name, schema): (&String, &Value)| {
        let schema = document.meant(schema);
        Input {
            place: Place::Body,
            kind: kind(schema),
            is_required: is_required(name),
            about: schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
            example: example(schema),
            name: name.clone(),
        }
    };
    (how, properties.iter().map(field).collect())
}

/// The name under which a body that is one document is typed.
pub const DOCUMENT: &str = "JSON";

fn whole(media: &Value) -> Input {
    Input {
        name: DOCUMENT.to_owned(),
        place: Place::Body,
        kind: Kind::Json,
        is_required: true,
        about: String::new(),
        example: media.get("example").cloned(),
    }
}

fn example(schema: &Value) -> Option<Value> {
    schema.pointer("/examples/0").cloned()
}

fn kind(schema: &Value) -> Kind {
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        return Kind::Choice(choices.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    if let Some(only) = schema.get("const").and_then(Value::as_str) {
        return Kind::Choice(vec![only.to_owned()]);
    }
    match schema.get("format").and_then(Value::as_str) {
        Some("email") => return Kind::Email,
        Some("password") => return Kind::Password,
        _ => {}
    }
    let is = |name: &str| match schema.get("type") {
        Some(Value::String(own)) => own == name,
        Some(Value::Array(own)) => own.iter().any(|own| own == name),
        _ => false,
    };
    match () {
        () if is("string") => Kind::Text,
        () if is("integer") => Kind::Number,
        () if is("boolean") => Kind::Flag,
        () if is("object") || is("array") => Kind::Json,
        () => Kind::Text,
    }
}
