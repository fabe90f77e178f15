//! A table as it is found, and the SQL that its columns need.

use super::{line, tables::Listed};
use crate::error::Fault;

/// What a column holds; both databases know these four and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of 64 bits.
    Int,
    /// A text.
    Text,
    /// True or false.
    Bool,
    /// Bytes.
    Bytes,
}

impl Kind {
    /// The kind that a database calls so.
    pub fn parse(word: &str) -> Result<Self, Fault> {
        match word.to_ascii_lowercase().as_str() {
            "integer" | "bigint" | "int8" => Ok(Self::Int),
            "text" => Ok(Self::Text),
            "boolean" | "bool" => Ok(Self::Bool),
            "blob" | "bytea" => Ok(Self::Bytes),
            other => Err(Fault::internal(format!("a column of the type {other} cannot be moved"))),
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table with its columns, in an order that is the same on both sides.
#[derive(Debug, Clone)]
pub struct Table {
    listed: Listed,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Which of them are the key.
    key: Vec<usize>,
}

impl Table {
    /// A table whose key is among its columns.
    pub fn new(listed: Listed, columns: Vec<Column>) -> Result<Self, Fault> {
        let place = |name: &&str| columns.iter().position(|column| column.name == *name);
        let key = listed.key.iter().map(place).collect::<Option<Vec<usize>>>();
        let key =
            key.ok_or_else(|| Fault::internal(format!("`{}` has another key", listed.name)))?;
        Ok(Self { listed, columns, key })
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.listed.name
    }

    /// The column whose numbers the database draws, if there is one.
    pub fn counted(&self) -> bool {
        self.listed.key == ["id"]
    }

    /// Its columns, as they stand in a statement.
    pub fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| quoted(&column.name)).collect();
        names.join(", ")
    }

    /// Where reading goes on after a key, and in which order.
    pub fn after(
        &self,
        key: Option<&str>,
        literal: fn(Kind, &str) -> Result<String, Fault>,
    ) -> Result<String, Fault> {
        let names: Vec<String> = self.listed.key.iter().map(|name| quoted(name)).collect();
        let names = names.join(", ");
        let Some(key) = key else { return Ok(format!("order by {names}")) };
        let kinds = self.key.iter().filter_map(|place| self.columns.get(*place));
        let fields = kinds.zip(line::fields(key));
        let texts = fields.map(|(column, field)| literal(column.kind, field));
        let texts = texts.collect::<Result<Vec<String>, Fault>>()?.join(", ");
        Ok(format!("where ({names}) > ({texts}) order by {names}"))
    }

    /// The key of a row, as its line has it.
    pub fn key_of(&self, line: &str) -> Result<String, Fault> {
        let fields: Vec<&str> = line::fields(line).collect();
        let key = self.key.iter().map(|place| fields.get(*place).copied());
        let key = key.collect::<Option<Vec<&str>>>();
        Ok(key.ok_or_else(|| Fault::internal("a row is shorter than its table"))?.join("\t"))
    }
}

/// A name, as it stands in a statement.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
