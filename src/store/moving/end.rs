//! What a move asks of either database.

use super::columns::{Column, Table};
use crate::error::Fault;

/// Rows on their way.
#[derive(Debug)]
pub struct Batch {
    /// A line each, with its end.
    pub lines: String,
    /// How many there are.
    pub rows: u64,
    /// The key of the last one.
    pub last: Option<String>,
}

impl Batch {
    /// Rows of a table, as lines.
    pub fn of(table: &Table, lines: String) -> Result<Self, Fault> {
        let mut rows = 0;
        let mut last = None;
        for line in lines.split_terminator('\n') {
            (rows, last) = (rows + 1, Some(line));
        }
        let last = last.map(|line| table.key_of(line)).transpose()?;
        Ok(Self { lines, rows, last })
    }
}

/// What a database that takes part in a move keeps of it, in the table `moves`.
#[derive(Debug, Clone, Copy)]
pub enum Mark<'a> {
    /// `source` or `target`.
    Side,
    /// The name of the move.
    Id,
    /// The key of the last row of a table that has arrived.
    Table(&'a str),
}

impl Mark<'_> {
    /// Under which word it is kept.
    pub fn word(self) -> String {
        match self {
            Self::Side => "side".to_owned(),
            Self::Id => "id".to_owned(),
            Self::Table(name) => format!("table {name}"),
        }
    }

    /// The statement that keeps it; the value is the only parameter's text, quoted.
    pub fn keep(self, value: &str) -> String {
        format!(
            "insert into moves (what, said) values ({}, {}) \
             on conflict (what) do update set said = excluded.said",
            super::line::quoted(&self.word()),
            super::line::quoted(value)
        )
    }
}

/// The table that keeps the marks.
pub const MARKS: &str = "create table moves (what text primary key not null, said text not null)";
/// What is told to who writes into a source.
pub const AWAY: &str = "this database was moved away";

/// One of the two databases of a move.
pub trait End: Send {
    /// Every table there is.
    fn tables(&mut self) -> Result<Vec<String>, Fault>;
    /// The columns of a table, by their names.
    fn columns(&mut self, table: &str) -> Result<Vec<Column>, Fault>;
    /// How many rows a table has.
    fn count(&mut self, table: &str) -> Result<u64, Fault>;
    /// Whether it has any.
    fn holds(&mut self, table: &str) -> Result<bool, Fault>;
    /// The rows after a key, at most so many.
    fn read(&mut self, table: &Table, after: Option<&str>, limit: usize) -> Result<Batch, Fault>;
    /// Keeps the rows and how far they reach, or neither.
    fn write(&mut self, table: &Table, batch: &Batch) -> Result<(), Fault>;
    /// The last number that was drawn for a table's key, where numbers are drawn.
    fn counter(&mut self, table: &Table) -> Result<Option<i64>, Fault>;
    /// Draws on from that number.
    fn set_counter(&mut self, table: &Table, last: i64) -> Result<(), Fault>;
    /// What it keeps of a move, if it takes part in one.
    fn mark(&mut self, mark: Mark<'_>) -> Result<Option<String>, Fault>;
    /// Becomes the source of a move: whoever writes from now on is refused, whatever was acknowledged before is in.
    fn freeze(&mut self, id: &str) -> Result<(), Fault>;
    /// Takes writes again.
    fn thaw(&mut self) -> Result<(), Fault>;
    /// Becomes the target of a move.
    fn begin(&mut self, id: &str) -> Result<(), Fault>;
    /// Is no target any more; afterwards everything is on disk.
    fn finish(&mut self) -> Result<(), Fault>;
}
