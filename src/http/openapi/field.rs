//! What a call takes in its body: fields, and the schema they make.

use serde_json::{Map, Value, json};

/// A field of a body, as the document tells it.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    schema: Map<String, Value>,
    is_required: bool,
}

impl Field {
    /// A field with a schema of its own; it must be there.
    pub fn new(name: &'static str, schema: &Value) -> Self {
        let schema = schema.as_object().cloned().unwrap_or_default();
        Self { name, schema, is_required: true }
    }

    /// A text that holds something. A number will do: it counts as its digits.
    pub fn text(name: &'static str, most: usize) -> Self {
        let schema = json!({ "type": ["string", "number"], "minLength": 1, "maxLength": most });
        Self::new(name, &schema)
    }

    /// A text that may be empty.
    pub fn free(name: &'static str, most: usize) -> Self {
        Self::new(name, &json!({ "type": ["string", "number"], "maxLength": most }))
    }

    /// An e-mail address.
    pub fn email(name: &'static str) -> Self {
        Self::new(name, &json!({ "type": "string", "format": "email", "maxLength": 255 }))
            .example("user@example.com")
    }

    /// A password, or another secret that people type.
    pub fn password(name: &'static str) -> Self {
        let schema = json!({
            "type": ["string", "number"], "format": "password", "minLength": 1, "maxLength": 4096,
        });
        Self::new(name, &schema).example("3 blind mice, running")
    }

    /// It may be left out.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_required = false;
        self.schema.remove("example");
        self
    }

    /// It may be left out where another stands in its place; the example has it.
    #[must_use]
    pub fn unless_otherwise(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// What it is, in words for people.
    #[must_use]
    pub fn about(self, text: &str) -> Self {
        self.with("description", json!(text))
    }

    /// A value as people send it; a field that may be left out stands in the example only with one.
    #[must_use]
    pub fn example(self, value: impl Into<Value>) -> Self {
        let value = value.into();
        self.with("example", value)
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.schema.insert(key.to_owned(), value);
        self
    }

    fn schema(&self) -> Value {
        let mut schema = self.schema.clone();
        // JSON Schema has a list of examples where OpenAPI once had one.
        if let Some(example) = schema.remove("example") {
            schema.insert("examples".to_owned(), json!([example]));
        }
        Value::Object(schema)
    }
}

/// The schema of an object of these fields. Further ones are passed over.
pub fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), field.schema())).collect();
    let required: Vec<&str> =
        fields.iter().filter(|field| field.is_required).map(|field| field.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if let (false, Some(schema)) = (required.is_empty(), schema.as_object_mut()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

/// The fields as somebody would send them.
pub fn example(fields: &[Field]) -> Value {
    let examples = fields
        .iter()
        .filter_map(|field| Some((field.name.to_owned(), field.schema.get("example")?.clone())));
    Value::Object(examples.collect())
}
