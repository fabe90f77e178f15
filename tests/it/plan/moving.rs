//! What moves to another database is every table there is.

use cambio::{
    server,
    store::moving::tables::{OURS, TABLES},
};

use crate::support::tables::{app_on, lines};

/// A file with all tables, and what it says.
async fn ask(query: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("all.db").display());
    server::migrate(&app_on(&url)).await.unwrap();
    lines(&url, query).await
}

#[tokio::test]
async fn every_table_is_listed_among_those_that_move() {
    let mut there = ask("select name as line from sqlite_master where type = 'table'").await;
    there.retain(|name| !OURS.contains(&name.as_str()));
    there.sort();
    let mut listed: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
    listed.sort_unstable();
    assert_eq!(there, listed, "src/store/moving/tables.rs lists others than there are");
}

#[tokio::test]
async fn a_table_moves_by_its_primary_key() {
    let keys = "select m.name || ' ' || \
        (select group_concat(name, ',') from (select name from pragma_table_info(m.name) where pk > 0 order by pk)) \
        as line from sqlite_master m where m.type = 'table' and m.sql like '%primary key%'";
    let there = ask(keys).await;
    for table in TABLES {
        let line = format!("{} {}", table.name, table.key.join(","));
        assert!(there.contains(&line), "{line} is not among {there:#?}");
    }
}

#[tokio::test]
async fn parents_move_before_their_children() {
    let references = "select m.name || ' ' || f.\"table\" as line from sqlite_master m \
        join pragma_foreign_key_list(m.name) f where m.type = 'table'";
    let place = |name: &str| TABLES.iter().position(|table| table.name == name).unwrap();
    let all = ask(references).await;
    assert!(all.len() > 10);
    for line in all {
        let (child, parent) = line.split_once(' ').unwrap();
        assert!(place(parent) < place(child), "{child} moves before {parent}");
    }
}
