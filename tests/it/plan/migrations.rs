//! Two databases, one set of tables, and a way up that is also a way down.

use std::collections::BTreeSet;

use cambio::{server, store::migrate};

use super::source::{self, Word};
use crate::support::{
    House,
    database::Database,
    tables::{app_on, lines, undo_migrations},
};

/// The tables of a database, a line for each column, index, foreign key and number of checks.
async fn tables(url: &str) -> BTreeSet<String> {
    let questions = if url.starts_with("sqlite://") { SQLITE } else { POSTGRES };
    let mut told = BTreeSet::new();
    for question in questions {
        told.extend(lines(url, question).await.iter().map(|line| plain(line)));
    }
    told
}

/// A line in the words that both databases have.
fn plain(line: &str) -> String {
    let line = line.to_lowercase().replace("integer", "bigint").replace("bytea", "blob");
    line.replace("::text", "")
        .replace(['(', ')'], "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

const SQLITE: [&str; 4] = [
    "select 'column ' || m.name || '.' || p.name || ' ' || p.type
        || case when p.\"notnull\" then ' not null' else '' end
        || case when p.pk > 0 then ' key ' || p.pk else '' end as line
     from sqlite_master m join pragma_table_info(m.name) p
     where m.type = 'table' and m.name not like 'sqlite%' and m.name not like '\\_\\_%' escape '\\'",
    "select 'index ' || i.name || ' on ' || m.name
        || case when i.\"unique\" then ' unique' else '' end || ' ' || (
            select group_concat(name, ',') from (select name from pragma_index_info(i.name) order by seqno)
        ) || coalesce((
            select substr(d.sql, instr(lower(d.sql), ' where ')) from sqlite_master d
            where d.name = i.name and i.partial
        ), '') as line
     from sqlite_master m join pragma_index_list(m.name) i
     where m.type = 'table' and i.origin = 'c'",
    "select 'from ' || m.name || '.' || f.\"from\" || ' to ' || f.\"table\" || '.' || f.\"to\"
        || ' ' || f.on_delete as line
     from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'",
    "select 'checks of ' || name || ' '
        || ((length(sql) - length(replace(lower(sql), 'check (', ''))) / 7) as line
     from sqlite_master where type = 'table' and lower(sql) like '%check (%'",
];

const POSTGRES: [&str; 4] = [
    "select 'column ' || c.table_name || '.' || c.column_name || ' ' || c.data_type
        || case when c.is_nullable = 'NO' then ' not null' else '' end
        || coalesce((
            select ' key ' || k.ordinal_position from information_schema.key_column_usage k
            join information_schema.table_constraints t using (constraint_schema, constraint_name)
            where t.constraint_type = 'PRIMARY KEY' and k.table_name = c.table_name
              and k.column_name = c.column_name
        ), '') as line
     from information_schema.columns c
     where c.table_schema = 'public' and c.table_name not like '\\_\\_%'",
    "select 'index ' || i.relname || ' on ' || t.relname
        || case when x.indisunique then ' unique' else '' end || ' ' || (
            select string_agg(a.attname, ',' order by k.n)
            from unnest(x.indkey::int[]) with ordinality k(attnum, n)
            join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum
        ) || coalesce(' where ' || pg_get_expr(x.indpred, t.oid), '') as line
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
     join pg_namespace n on n.oid = t.relnamespace
     where n.nspname = 'public' and not x.indisprimary",
    "select 'from ' || t.relname || '.' || a.attname || ' to ' || r.relname || '.' || b.attname || ' '
        || case c.confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'no action' end as line
     from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class r on r.oid = c.confrelid
     join pg_attribute a on a.attrelid = t.oid and a.attnum = c.conkey[1]
     join pg_attribute b on b.attrelid = r.oid and b.attnum = c.confkey[1]
     where c.contype = 'f'",
    "select 'checks of ' || t.relname || ' ' || count(*) as line
     from pg_constraint c join pg_class t on t.oid = c.conrelid
     where c.contype = 'c' and c.connamespace = 'public'::regnamespace group by t.relname",
];

#[test]
fn both_databases_have_the_same_migrations() {
    let (sqlite, postgres) = migrate::names().unwrap();

    assert_eq!(sqlite, postgres);
    assert!(sqlite.len() >= 4 && sqlite.is_sorted());
}

#[tokio::test]
async fn going_down_and_up_again_leaves_the_same_tables() {
    let house = House::open().await;
    let before = tables(house.database_url()).await;
    house.register("ada").await;

    undo_migrations(&house.app).await;
    assert_eq!(tables(house.database_url()).await, BTreeSet::new());
    house.get("/health/ready").expect(503).await;
    let ran = server::migrate(&house.app).await.unwrap();

    assert_eq!(ran.len(), migrate::names().unwrap().0.len());
    assert_eq!(tables(house.database_url()).await, before);
    house.register("ada").await;
}

#[tokio::test]
async fn migrating_twice_changes_nothing() {
    let house = House::open().await;

    assert_eq!(server::migrate(&house.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_program_knows_every_column_and_whether_it_may_be_empty() {
    let house = House::open().await;
    let told = tables(house.database_url()).await;
    let columns = told.iter().filter_map(|line| line.strip_prefix("column "));
    let live: BTreeSet<String> =
        columns.map(|line| line.split(" key ").next().unwrap().to_owned()).collect();

    assert_eq!(live, known());
}

#[tokio::test]
async fn sqlite_has_the_tables_of_postgresql() {
    // There is nothing to compare with where PostgreSQL is not at hand; the second run has both.
    if !Database::is_postgres() {
        return;
    }
    let house = House::open().await;
    let place = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", place.path().join("parity.db").display());
    server::migrate(&app_on(&file)).await.unwrap();

    let (here, there) = (tables(house.database_url()).await, tables(&file).await);

    let only_here: Vec<_> = here.difference(&there).collect();
    let only_there: Vec<_> = there.difference(&here).collect();
    assert!(only_here.is_empty() && only_there.is_empty(), "{only_here:#?}\n{only_there:#?}");
}

/// The columns of `src/store/schema.rs`, as [`tables`] tells them.
fn known() -> BTreeSet<String> {
    let files = source::files("src");
    let words = files.iter().find(|file| file.place == "store/schema.rs").unwrap().words();
    let mut columns = BTreeSet::new();
    let mut table = String::new();
    for at in words.windows(5) {
        match at {
            [Word::Sign("!"), Word::Sign("{"), Word::Name(found), ..] => table.clone_from(found),
            [Word::Name(column), Word::Sign(">"), Word::Name(kind), next, _]
                if *next != Word::Sign("(") =>
            {
                let (kind, empty) = match (kind.as_str(), next) {
                    ("Nullable", Word::Name(inner)) => (inner.as_str(), ""),
                    (kind, _) => (kind, " not null"),
                };
                let kind = match kind {
                    "BigInt" => "bigint",
                    "Text" => "text",
                    "Bool" => "boolean",
                    "Binary" => "blob",
                    other => panic!("a type without a word: {other}"),
                };
                columns.insert(format!("{table}.{column} {kind}{empty}"));
            }
            _ => {}
        }
    }
    assert!(columns.len() > 50, "the tables cannot be read");
    columns
}
