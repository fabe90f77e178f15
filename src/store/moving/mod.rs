//! Moving everything from one database into another, so that a kill at any moment loses nothing.
//!
//! The source takes no more writes from the first row on: triggers say so, so that it holds for servers that
//! run, for older versions of them, and for as long as nobody thaws it. The target keeps how far the copy came,
//! in the transaction of the rows themselves. What both hold in the end is compared, row for row, by a sum that
//! does not depend on their order.

mod columns;
mod end;
mod line;
mod postgres;
mod sqlite;
mod sum;
pub mod tables;

use std::{sync::mpsc::sync_channel, thread};

pub use self::end::AWAY;
use self::{
    columns::Table,
    end::{Batch, End, Mark},
    sum::Sum,
};
use super::{
    migrate,
    open::{Place, Store, StoreOptions},
};
use crate::error::Fault;

/// Rows that travel together, in one transaction of the target.
const BATCH: usize = 20_000;
/// Batches that are read ahead.
const AHEAD: usize = 2;

/// Why a move did not go on. What was copied stays, and the next run goes on from there.
#[derive(Debug)]
pub enum Halt {
    /// It may not be, for the reason in the sentence.
    Refused(String),
    /// Something is wrong with us or a database.
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What a move tells while it goes on.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// A table is begun: its name, its rows, and how many of them are there already.
    Copying(&'a str, u64, u64),
    /// A table is being compared: its name and its rows.
    Comparing(&'a str, u64),
    /// So many rows more.
    Rows(u64),
}

/// A table as it was found equal on both sides.
#[derive(Debug, Clone)]
pub struct Moved {
    /// Its name.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// The sum of all its rows, in hex.
    pub sum: String,
}

/// Moves everything from `source` into `target`, which holds nothing or what an earlier run of the same move left.
/// `id` names the move if it is a new one. Afterwards the source takes no writes and the target is ready.
pub fn run(
    source: &StoreOptions,
    target: &StoreOptions,
    id: &str,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Vec<Moved>, Halt> {
    current(source)?;
    let mut from = open(source)?;
    let begun = from.mark(Mark::Side)?;
    if begun.as_deref() == Some("target") {
        return Err(refused("database.url is itself the target of a move that is not finished"));
    }
    let id = from.mark(Mark::Id)?.unwrap_or_else(|| id.to_owned());
    let mut to = prepare(target, &id)?;
    let tables = plan(from.as_mut(), to.as_mut())?;
    if begun.is_none() {
        from.freeze(&id)?;
    }
    for table in &tables {
        copy(from.as_mut(), to.as_mut(), table, tell)?;
    }
    let moved = compare(from.as_mut(), to.as_mut(), &tables, tell)?;
    to.finish()?;
    Ok(moved)
}

/// Lets a source that was moved away take writes again.
pub fn thaw(source: &StoreOptions) -> Result<(), Halt> {
    let mut from = open(source)?;
    match from.mark(Mark::Side)?.as_deref() {
        Some("source") => Ok(from.thaw()?),
        Some(_) => Err(refused("this database is the target of a move, and not all of it is here")),
        None => Err(refused("this database was not moved; it takes writes as it is")),
    }
}

fn refused(why: &str) -> Halt {
    Halt::Refused(why.to_owned())
}

fn open(options: &StoreOptions) -> Result<Box<dyn End>, Fault> {
    Ok(match Place::parse(options)? {
        Place::Sqlite { path, lock_ms, .. } => Box::new(sqlite::File::open(&path, lock_ms)?),
        Place::Postgres(target) => Box::new(postgres::Server::open(&target)?),
    })
}

/// Refuses a source whose tables are not those of this program.
fn current(source: &StoreOptions) -> Result<(), Halt> {
    if migrate::is_current(&Store::open(source)?)? {
        return Ok(());
    }
    Err(refused("the tables of database.url are not up to date: run `cambio migrate` first"))
}

/// The target with its tables and nothing in them, or as an earlier run of this move left it.
fn prepare(options: &StoreOptions, id: &str) -> Result<Box<dyn End>, Halt> {
    let mut to = open(options)?;
    match to.mark(Mark::Id)? {
        Some(other) if other != id => {
            return Err(refused("the target is part of another move; give an empty database"));
        }
        Some(_) if to.mark(Mark::Side)?.as_deref() == Some("source") => {
            return Err(refused("the target was itself moved away; give an empty database"));
        }
        Some(_) => return Ok(to),
        None => {}
    }
    migrate::run(&Store::open(options)?)?;
    for table in tables::TABLES {
        if to.holds(table.name)? {
            let why = format!("the target is not empty: it has rows in `{}`", table.name);
            return Err(Halt::Refused(why));
        }
    }
    to.begin(id)?;
    Ok(to)
}

/// Every table of the source with its columns, which must be those of the target.
fn plan(from: &mut dyn End, to: &mut dyn End) -> Result<Vec<Table>, Halt> {
    let known = |name: &String| tables::TABLES.iter().any(|table| table.name == name);
    for name in from.tables()? {
        if !known(&name) && !tables::OURS.contains(&name.as_str()) {
            let why = format!("the source has a table `{name}` that is not Cambio's");
            return Err(Halt::Refused(why));
        }
    }
    let mut planned = Vec::new();
    for table in tables::TABLES {
        let (here, there) = (from.columns(table.name)?, to.columns(table.name)?);
        if here != there {
            let why = format!("`{}` has not the same columns on both sides", table.name);
            return Err(Halt::Refused(why));
        }
        planned.push(Table::new(*table, here)?);
    }
    Ok(planned)
}

fn copy(
    from: &mut dyn End,
    to: &mut dyn End,
    table: &Table,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<(), Fault> {
    let reached = to.mark(Mark::Table(table.name()))?;
    let (done, of) = (to.count(table.name())?, from.count(table.name())?);
    tell(News::Copying(table.name(), of, done));
    let counter = from.counter(table)?;
    thread::scope(|scope| {
        let (send, batches) = sync_channel::<Batch>(AHEAD);
        let reading = scope
            .spawn(move || each_batch(from, table, reached, &mut |batch| send.send(batch).is_ok()));
        for batch in batches {
            to.write(table, &batch)?;
            tell(News::Rows(batch.rows));
        }
        reading.join().map_err(|_panic| Fault::internal("reading broke down"))?
    })?;
    if let Some(counter) = counter {
        to.set_counter(table, counter)?;
    }
    Ok(())
}

/// Reads what comes after a key, in the order of keys, until there is no more or nobody wants it.
fn each_batch(
    from: &mut dyn End,
    table: &Table,
    mut after: Option<String>,
    take: &mut dyn FnMut(Batch) -> bool,
) -> Result<(), Fault> {
    loop {
        let batch = from.read(table, after.as_deref(), BATCH)?;
        after.clone_from(&batch.last);
        if batch.rows == 0 || !take(batch) {
            return Ok(());
        }
    }
}

fn compare(
    from: &mut dyn End,
    to: &mut dyn End,
    tables: &[Table],
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Vec<Moved>, Halt> {
    let mut moved = Vec::new();
    for table in tables {
        tell(News::Comparing(table.name(), from.count(table.name())?));
        let (here, there) = thread::scope(|scope| {
            let here = scope.spawn(|| sum_of(from, table, &mut |_| ()));
            let there = sum_of(to, table, &mut |rows| tell(News::Rows(rows)));
            (here.join(), there)
        });
        let here = here.map_err(|_panic| Fault::internal("reading broke down"))??;
        if here != there? {
            let why =
                format!("`{}` is not the same on both sides; nothing was finished", table.name());
            return Err(Halt::Refused(why));
        }
        moved.push(Moved { table: table.name(), rows: here.rows(), sum: here.to_string() });
    }
    Ok(moved)
}

fn sum_of(end: &mut dyn End, table: &Table, tell: &mut dyn FnMut(u64)) -> Result<Sum, Fault> {
    let mut sum = Sum::default();
    each_batch(end, table, None, &mut |batch| {
        sum.add(&batch.lines);
        tell(batch.rows);
        true
    })?;
    Ok(sum)
}
