//! The document of a house, held against every answer that a story gets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use jsonschema::Validator;
use reqwest::{Method, header::HeaderMap};
use serde_json::{Value, json};

/// The OpenAPI document of a house; nothing where it is switched off.
#[derive(Clone)]
pub struct Described(Arc<Inner>);

struct Inner {
    document: Value,
    /// Validators of answers, by method, path and status.
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Described {
    /// What was served as `/openapi.json`.
    pub fn new(document: Value) -> Self {
        Self(Arc::new(Inner { document, validators: Mutex::default() }))
    }

    /// The document.
    pub fn value(&self) -> &Value {
        &self.0.document
    }

    /// The validator of the answers of a place, which takes longer to make than most stories to tell.
    fn known_validator(&self, place: &str, schema: &Value) -> Arc<Validator> {
        let mut known = self.0.validators.lock().unwrap();
        let made = || Arc::new(self.validator(schema));
        Arc::clone(known.entry(place.to_owned()).or_insert_with(made))
    }

    /// A validator of a schema of this document.
    pub fn validator(&self, schema: &Value) -> Validator {
        let whole = json!({ "allOf": [schema], "components": self.value()["components"] });
        jsonschema::options().should_validate_formats(true).build(&whole).unwrap()
    }

    /// What a part of the document means: itself, or what it refers to.
    pub fn meant<'a>(&'a self, part: &'a Value) -> &'a Value {
        match part["$ref"].as_str() {
            Some(target) => self.value().pointer(target.trim_start_matches('#')).unwrap(),
            None => part,
        }
    }

    /// What is wrong with an answer, by the document. A path or a method that it does not tell of is answered
    /// as its neighbours are.
    pub fn complaint(
        &self,
        asked: (&Method, &str),
        said: (u16, &HeaderMap, &str),
    ) -> Option<String> {
        let ((method, path), (status, headers, text)) = (asked, said);
        let (pattern, item) = self.item(path)?;
        let operation = item.get(method.as_str().to_lowercase())?;
        let place = format!("{method} {pattern} {status}");
        let kind = headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
        let kind = kind.split(';').next().unwrap();
        // What a browser gets that opens a call is no answer of the call.
        let is_page = headers.get("referrer-policy").is_some_and(|it| it == "no-referrer");
        if is_page && kind == "text/html" {
            return None;
        }
        let Some(answer) = operation["responses"].get(status.to_string()) else {
            return Some(format!("{place} is not in the document"));
        };
        let answer = self.meant(answer);
        // Which language an answer is in, and that it depends on the caller's.
        let tongue = ["content-language", "vary"].map(|name| headers.contains_key(name));
        let told = ["Content-Language", "Vary"].map(|name| answer["headers"].get(name).is_some());
        if tongue[0] && (tongue[1], told) != (true, [true; 2]) {
            return Some(format!(
                "{place}: not both of Content-Language and Vary are sent and told"
            ));
        }
        let Some(content) = answer["content"].get(kind) else {
            let empty = text.is_empty() && answer.get("content").is_none();
            return (!empty)
                .then(|| format!("{place}: no body of type {kind:?} is in the document"));
        };
        if kind != "application/json" {
            return None;
        }
        let body: Value = serde_json::from_str(text).unwrap();
        let wrong =
            self.known_validator(&place, &content["schema"]).validate(&body).err()?.to_string();
        Some(format!("{place}: {wrong}"))
    }

    /// The item of the paths that takes a path: one without parameters before one with.
    fn item(&self, path: &str) -> Option<(&String, &Value)> {
        let bare = |path: &str| path.trim_end_matches('/').to_owned();
        let asked = bare(path.split('?').next().unwrap());
        let fits = |pattern: &str| {
            let (pattern, asked): (Vec<_>, Vec<_>) =
                (pattern.split('/').collect(), asked.split('/').collect());
            let same = |(one, other): (&&str, &&str)| one == other || one.starts_with('{');
            pattern.len() == asked.len() && pattern.iter().zip(&asked).all(same)
        };
        let paths = self.value()["paths"].as_object()?;
        paths
            .iter()
            .find(|(pattern, _)| bare(pattern) == asked)
            .or_else(|| paths.iter().find(|(pattern, _)| fits(&bare(pattern))))
    }
}
