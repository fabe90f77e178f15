//! PostgreSQL as one end of a move.

use std::{fmt::Write as _, io::Cursor};

use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Error, Row};

use super::{
    super::postgres::Target,
    columns::{Column, Kind, Table, quoted},
    end::{AWAY, Batch, End, MARKS, Mark},
    line, tables,
};
use crate::error::Fault;

/// Settings of the session: a batch takes as long as it takes, and only the last one waits for the disk.
const SESSION: &str = "set statement_timeout = 0; set lock_timeout = '10s'; \
    set synchronous_commit = off; set bytea_output = hex; set standard_conforming_strings = on";

/// A server, and what drives the connection to it.
pub struct Server {
    runtime: Runtime,
    client: Client,
}

impl Server {
    /// Opens a connection.
    pub fn open(target: &Target) -> Result<Self, Fault> {
        let (runtime, client) = target.connect_raw()?;
        let mut server = Self { runtime, client };
        server.run(SESSION)?;
        Ok(server)
    }

    fn run(&mut self, statements: &str) -> Result<(), Fault> {
        self.runtime.block_on(self.client.batch_execute(statements)).map_err(failed)
    }

    fn rows(&mut self, query: &str) -> Result<Vec<Row>, Fault> {
        self.runtime.block_on(self.client.query(query, &[])).map_err(failed)
    }

    fn number(&mut self, query: &str) -> Result<i64, Fault> {
        let row = self.runtime.block_on(self.client.query_one(query, &[])).map_err(failed)?;
        row.try_get(0).map_err(failed)
    }

    /// All of it or nothing.
    fn together(&mut self, statements: &str) -> Result<(), Fault> {
        self.run(&format!("begin; {statements}; commit"))
    }
}

impl End for Server {
    fn tables(&mut self) -> Result<Vec<String>, Fault> {
        let query = "select table_name::text from information_schema.tables \
            where table_schema = current_schema() and table_type = 'BASE TABLE'";
        self.rows(query)?.iter().map(|row| row.try_get(0).map_err(failed)).collect()
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Column>, Fault> {
        let found = self.rows(&format!(
            "select column_name::text, udt_name::text from information_schema.columns \
             where table_schema = current_schema() and table_name = {} \
             order by column_name::text collate \"C\"",
            line::quoted(table)
        ))?;
        let column = |row: &Row| {
            let kind: String = row.try_get(1).map_err(failed)?;
            Ok(Column { name: row.try_get(0).map_err(failed)?, kind: Kind::parse(&kind)? })
        };
        found.iter().map(column).collect()
    }

    fn count(&mut self, table: &str) -> Result<u64, Fault> {
        let count = self.number(&format!("select count(*) from {}", quoted(table)))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn holds(&mut self, table: &str) -> Result<bool, Fault> {
        Ok(!self.rows(&format!("select 1 from {} limit 1", quoted(table)))?.is_empty())
    }

    fn read(&mut self, table: &Table, after: Option<&str>, limit: usize) -> Result<Batch, Fault> {
        let (names, name) = (table.names(), quoted(table.name()));
        let after = table.after(after, literal)?;
        let copy = format!("copy (select {names} from {name} {after} limit {limit}) to stdout");
        let client = &self.client;
        let bytes = self.runtime.block_on(async {
            let rows = client.copy_out(copy.as_str()).await?;
            rows.try_fold(Vec::new(), |mut all, chunk| async move {
                all.extend_from_slice(&chunk);
                Ok(all)
            })
            .await
        });
        let lines = String::from_utf8(bytes.map_err(failed)?)
            .map_err(|cause| Fault::because("PostgreSQL's rows are not UTF-8", cause))?;
        Batch::of(table, lines)
    }

    fn write(&mut self, table: &Table, batch: &Batch) -> Result<(), Fault> {
        let Some(last) = &batch.last else { return Ok(()) };
        let copy = format!("copy {} ({}) from stdin", quoted(table.name()), table.names());
        let mark = Mark::Table(table.name()).keep(last);
        let lines = Cursor::new(batch.lines.clone());
        let client = &mut self.client;
        let written = self.runtime.block_on(async {
            let transaction = client.transaction().await?;
            let sink = transaction.copy_in(copy.as_str()).await?;
            let mut sink = std::pin::pin!(sink);
            sink.send(lines).await?;
            sink.finish().await?;
            transaction.batch_execute(&mark).await?;
            transaction.commit().await
        });
        written.map_err(failed)
    }

    fn counter(&mut self, table: &Table) -> Result<Option<i64>, Fault> {
        if !table.counted() {
            return Ok(None);
        }
        let name = line::quoted(table.name());
        let sequence = self.rows(&format!("select pg_get_serial_sequence({name}, 'id')"))?;
        let sequence: Option<String> =
            sequence.first().and_then(|row| row.try_get(0).ok()).flatten();
        let sequence = sequence.ok_or_else(|| Fault::internal("a key draws no numbers"))?;
        let query =
            format!("select case when is_called then last_value else 0 end from {sequence}");
        self.number(&query).map(Some)
    }

    fn set_counter(&mut self, table: &Table, last: i64) -> Result<(), Fault> {
        let (name, called) = (line::quoted(table.name()), last > 0);
        let last = last.max(1);
        self.run(&format!("select setval(pg_get_serial_sequence({name}, 'id'), {last}, {called})"))
    }

    fn mark(&mut self, mark: Mark<'_>) -> Result<Option<String>, Fault> {
        if self.number("select count(*) from pg_class where oid = to_regclass('moves')")? == 0 {
            return Ok(None);
        }
        let word = line::quoted(&mark.word());
        let found = self.rows(&format!("select said from moves where what = {word}"))?;
        found.first().map(|row| row.try_get(0).map_err(failed)).transpose()
    }

    /// The lock waits for whoever is writing; whoever comes after it meets the triggers.
    fn freeze(&mut self, id: &str) -> Result<(), Fault> {
        let mut triggers = String::new();
        let mut names = Vec::new();
        for table in tables::TABLES {
            let name = quoted(table.name);
            let _ = write!(
                triggers,
                "create trigger moved_away before insert or update or delete or truncate \
                 on {name} for each statement execute function moved_away();"
            );
            names.push(name);
        }
        let (side, id) = (Mark::Side.keep("source"), Mark::Id.keep(id));
        self.together(&format!(
            "lock table {} in share row exclusive mode; {MARKS}; {side}; {id}; \
             create function moved_away() returns trigger language plpgsql as $$ begin \
             raise exception {} using errcode = 'read_only_sql_transaction'; end $$; \
             {triggers} set local synchronous_commit = on",
            names.join(", "),
            line::quoted(AWAY),
        ))
    }

    fn thaw(&mut self) -> Result<(), Fault> {
        self.together("drop function moved_away() cascade; drop table moves")
    }

    fn begin(&mut self, id: &str) -> Result<(), Fault> {
        let (side, id) = (Mark::Side.keep("target"), Mark::Id.keep(id));
        self.together(&format!("{MARKS}; {side}; {id}"))
    }

    /// What came before is on disk with the last commit, which waits for it.
    fn finish(&mut self) -> Result<(), Fault> {
        self.run("analyze")?;
        self.together("set local synchronous_commit = on; drop table moves")
    }
}

/// A field of a key as it stands in a statement.
fn literal(kind: Kind, field: &str) -> Result<String, Fault> {
    let text = line::present(field)?;
    Ok(match kind {
        Kind::Int => line::number(&text)?.to_string(),
        Kind::Bool => (text == "t").to_string(),
        Kind::Bytes => format!("'\\x{}'::bytea", line::hex(&text)?),
        Kind::Text => line::quoted(&text),
    })
}

fn failed(error: Error) -> Fault {
    match error.as_db_error() {
        Some(said) => Fault::because(format!("PostgreSQL: {}", said.message()), error),
        None => Fault::Unavailable {
            what: "the connection to PostgreSQL broke".to_owned(),
            cause: Some(error.into()),
        },
    }
}
