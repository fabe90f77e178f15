//! `SQLite` as one end of a move.

use diesel::{
    OptionalExtension as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Text},
};

use super::{
    super::{faults, open::open_sqlite},
    columns::{Column, Kind, Table, quoted},
    end::{AWAY, Batch, End, MARKS, Mark},
    line, tables,
};
use crate::error::Fault;

/// A file.
pub struct File(SqliteConnection);

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl File {
    /// Opens it; it is made if there is none.
    pub fn open(path: &str, lock_ms: u64) -> Result<Self, Fault> {
        Ok(Self(open_sqlite(path, lock_ms, false)?))
    }

    fn texts(&mut self, query: &str) -> Result<Vec<String>, Fault> {
        let found: Vec<Said> = faults::sqlite(|| sql_query(query).load(&mut self.0))?;
        Ok(found.into_iter().map(|row| row.said).collect())
    }

    fn number(&mut self, query: &str) -> Result<Option<i64>, Fault> {
        let found = faults::sqlite(|| sql_query(query).get_result(&mut self.0).optional())?;
        Ok(found.map(|row: Number| row.number))
    }

    /// All of it or nothing.
    fn together(&mut self, statements: &str) -> Result<(), Fault> {
        faults::sqlite(|| {
            self.0.immediate_transaction(|connection| connection.batch_execute(statements))
        })
    }
}

impl End for File {
    fn tables(&mut self) -> Result<Vec<String>, Fault> {
        self.texts("select name as said from sqlite_master where type = 'table'")
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Column>, Fault> {
        let table = line::quoted(table);
        let found = self.texts(&format!(
            "select name || ' ' || type as said from pragma_table_info({table}) order by name"
        ))?;
        let column = |text: &String| {
            let (name, kind) = text.split_once(' ').unwrap_or((text, ""));
            Ok(Column { name: name.to_owned(), kind: Kind::parse(kind)? })
        };
        found.iter().map(column).collect()
    }

    fn count(&mut self, table: &str) -> Result<u64, Fault> {
        let count = self.number(&format!("select count(*) as number from {}", quoted(table)))?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }

    fn holds(&mut self, table: &str) -> Result<bool, Fault> {
        let query = format!("select 1 as number from {} limit 1", quoted(table));
        Ok(self.number(&query)?.is_some())
    }

    fn read(&mut self, table: &Table, after: Option<&str>, limit: usize) -> Result<Batch, Fault> {
        let row: Vec<String> = table.columns.iter().map(written).collect();
        let row = row.join(" || char(9) || ");
        let after = table.after(after, literal)?;
        let name = quoted(table.name());
        let lines =
            self.texts(&format!("select {row} as said from {name} {after} limit {limit}"))?;
        let mut all = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
        for line in lines {
            all.push_str(&line);
            all.push('\n');
        }
        Batch::of(table, all)
    }

    fn write(&mut self, table: &Table, batch: &Batch) -> Result<(), Fault> {
        let Some(last) = &batch.last else { return Ok(()) };
        let (rows, name, names) = (json(table, &batch.lines)?, quoted(table.name()), table.names());
        let values: Vec<String> = table.columns.iter().enumerate().map(read_back).collect();
        let insert =
            format!("insert into {name} ({names}) select {} from json_each(?)", values.join(", "));
        let mark = Mark::Table(table.name()).keep(last);
        faults::sqlite(|| {
            self.0.immediate_transaction(|connection| {
                sql_query(insert).bind::<Text, _>(rows).execute(connection)?;
                connection.batch_execute(&mark)
            })
        })
    }

    fn counter(&mut self, table: &Table) -> Result<Option<i64>, Fault> {
        if !table.counted() {
            return Ok(None);
        }
        let name = line::quoted(table.name());
        let query = format!("select seq as number from sqlite_sequence where name = {name}");
        Ok(Some(self.number(&query)?.unwrap_or(0)))
    }

    fn set_counter(&mut self, table: &Table, last: i64) -> Result<(), Fault> {
        let name = line::quoted(table.name());
        self.together(&format!(
            "delete from sqlite_sequence where name = {name}; \
             insert into sqlite_sequence (name, seq) values ({name}, {last});"
        ))
    }

    fn mark(&mut self, mark: Mark<'_>) -> Result<Option<String>, Fault> {
        if !self.tables()?.iter().any(|name| name == "moves") {
            return Ok(None);
        }
        let word = line::quoted(&mark.word());
        Ok(self.texts(&format!("select said from moves where what = {word}"))?.pop())
    }

    fn freeze(&mut self, id: &str) -> Result<(), Fault> {
        let triggers = each_trigger(|name, table, event| {
            format!(
                "create trigger {name} before {event} on {table} \
                 begin select raise(abort, {}); end;",
                line::quoted(AWAY)
            )
        });
        let (side, id) = (Mark::Side.keep("source"), Mark::Id.keep(id));
        self.together(&format!("{MARKS}; {side}; {id}; {triggers}"))
    }

    fn thaw(&mut self) -> Result<(), Fault> {
        let triggers = each_trigger(|name, _, _| format!("drop trigger if exists {name};"));
        self.together(&format!("{triggers} drop table moves;"))
    }

    fn begin(&mut self, id: &str) -> Result<(), Fault> {
        let (side, id) = (Mark::Side.keep("target"), Mark::Id.keep(id));
        self.together(&format!("{MARKS}; {side}; {id};"))
    }

    fn finish(&mut self) -> Result<(), Fault> {
        self.together("drop table moves;")
    }
}

/// A statement for every table and every way to write into it.
fn each_trigger(statement: impl Fn(&str, &str, &str) -> String) -> String {
    let mut all = String::new();
    for table in tables::TABLES {
        for event in ["insert", "update", "delete"] {
            let name = quoted(&format!("moved_{}_{event}", table.name));
            all.push_str(&statement(&name, &quoted(table.name), event));
        }
    }
    all
}

/// The expression that writes a column as COPY does.
fn written(column: &Column) -> String {
    let name = quoted(&column.name);
    match column.kind {
        Kind::Int => format!("coalesce({name}, '\\N')"),
        Kind::Bool => format!("case {name} when 1 then 't' when 0 then 'f' else '\\N' end"),
        // `hex(null)` is no null but an empty text.
        Kind::Bytes => {
            format!("case when {name} is null then '\\N' else '\\\\x' || lower(hex({name})) end")
        }
        Kind::Text => {
            let mut text = name;
            for (letter, by) in line::ESCAPED {
                let code = u32::from(letter);
                text = format!("replace({text}, char({code}), '\\{by}')");
            }
            format!("coalesce({text}, '\\N')")
        }
    }
}

/// The expression that reads a column out of an array of JSON.
fn read_back((place, column): (usize, &Column)) -> String {
    match column.kind {
        Kind::Bytes => format!("unhex(value ->> {place})"),
        Kind::Int | Kind::Text | Kind::Bool => format!("value ->> {place}"),
    }
}

/// Rows as an array of arrays, bytes as hex.
fn json(table: &Table, lines: &str) -> Result<String, Fault> {
    let mut rows = Vec::new();
    for line in lines.split_terminator('\n') {
        let fields = table.columns.iter().zip(line::fields(line));
        let values = fields.map(|(column, field)| value(column.kind, field));
        rows.push(values.collect::<Result<Vec<_>, Fault>>()?);
    }
    serde_json::to_string(&rows).map_err(|cause| Fault::because("rows cannot be written", cause))
}

fn value(kind: Kind, field: &str) -> Result<serde_json::Value, Fault> {
    let Some(text) = line::said(field)? else { return Ok(serde_json::Value::Null) };
    Ok(match kind {
        Kind::Int => line::number(&text)?.into(),
        Kind::Bool => i64::from(text == "t").into(),
        Kind::Bytes => line::hex(&text)?.into(),
        Kind::Text => text.into(),
    })
}

/// A field of a key as it stands in a statement.
fn literal(kind: Kind, field: &str) -> Result<String, Fault> {
    let text = line::present(field)?;
    Ok(match kind {
        Kind::Int => line::number(&text)?.to_string(),
        Kind::Bool => i64::from(text == "t").to_string(),
        Kind::Bytes => format!("x'{}'", line::hex(&text)?),
        Kind::Text => line::quoted(&text),
    })
}
