//! Everything a house holds: how many rows each table has, and a hash of them. Not what it keeps of refusals: they are
//! written down, and change nothing else.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::support::{House, database::Database};

/// What is kept of refusals.
const OF_REFUSALS: [&str; 2] = ["audit_events", "throttles"];

/// The tables by name.
#[derive(Debug, PartialEq, Eq)]
pub struct State(BTreeMap<String, (usize, [u8; 32])>);

impl State {
    /// What the house holds now.
    pub async fn of(house: &House) -> Self {
        let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in house.lines(&everything(house).await).await {
            let (table, row) = line.split_once(' ').unwrap();
            rows.entry(table.to_owned()).or_default().push(row.to_owned());
        }
        let hashed = |mut rows: Vec<String>| {
            rows.sort_unstable();
            (rows.len(), Sha256::digest(rows.join("\n")).into())
        };
        Self(rows.into_iter().map(|(table, rows)| (table, hashed(rows))).collect())
    }

    /// The tables in which something was added, changed or deleted.
    pub fn changed(&self, after: &Self) -> Vec<String> {
        let tables: std::collections::BTreeSet<_> = self.0.keys().chain(after.0.keys()).collect();
        let told = |table: &String| {
            format!("{table} ({} rows, then {})", self.rows(table), after.rows(table))
        };
        tables
            .into_iter()
            .filter(|table| self.0.get(*table) != after.0.get(*table))
            .map(told)
            .collect()
    }

    fn rows(&self, table: &str) -> usize {
        self.0.get(table).map_or(0, |(rows, _)| *rows)
    }
}

/// A query for every row of every table, each with the name of its table before it.
async fn everything(house: &House) -> String {
    let shapes = if Database::is_postgres() {
        "select tablename || ' cast(t as text)' as line from pg_tables where schemaname = 'public'"
    } else {
        "select m.name || ' ' || group_concat('quote(t.\"' || p.name || '\")', ' || '' '' || ') as line
         from sqlite_master m, pragma_table_info(m.name) p where m.type = 'table' group by m.name"
    };
    let shapes = house.lines(shapes).await;
    let ours = shapes.iter().filter_map(|shape| shape.split_once(' '));
    let ours = ours.filter(|(table, _)| !table.starts_with("__") && !table.starts_with("sqlite_"));
    let ours = ours.filter(|(table, _)| !OF_REFUSALS.contains(table));
    let part = |(table, row)| format!("select '{table} ' || {row} as line from {table} t");
    ours.map(part).collect::<Vec<_>>().join(" union all ")
}

#[tokio::test]
async fn what_is_added_changed_or_deleted_is_seen() {
    let house = House::open().await;
    let empty = State::of(&house).await;
    house.register("ada").await;
    let registered = State::of(&house).await;
    let changed = empty.changed(&registered);
    assert!(changed.contains(&"accounts (0 rows, then 1)".to_owned()), "{changed:?}");
    assert!(changed.contains(&"outbox (0 rows, then 1)".to_owned()), "{changed:?}");

    house.tamper("update accounts set epoch = epoch + 1").await;
    let changed = registered.changed(&State::of(&house).await);
    assert_eq!(changed, ["accounts (1 rows, then 1)"]);
    house.get("/auth/users/me/").expect(401).await;
    assert_eq!(State::of(&house).await.changed(&State::of(&house).await), Vec::<String>::new());
}
