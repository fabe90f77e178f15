//! Looking into the tables, for the few stories that are about the store itself.

use std::sync::Arc;

use cambio::{
    app::App,
    clock::SystemClock,
    config::{Config, Sources},
    domain::ended::Ended,
    entropy::OsEntropy,
    usecases::Ctx,
};
use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query,
    sql_types::Text,
};

use super::{House, database};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl House {
    /// What a query says in its one column, which must be a text called `line`.
    pub async fn lines(&self, query: &str) -> Vec<String> {
        lines(self.database_url(), query).await
    }

    /// Writes past every rule, and lets this house know that something has changed.
    pub async fn tamper(&self, statement: &str) {
        self.tamper_unseen(statement).await;
        let tell = |ctx: &mut Ctx<'_>| {
            ctx.conn.end(Ended::Everything);
            Ok(())
        };
        self.app.write(tell).await.unwrap();
    }

    /// Writes past every rule.
    pub async fn tamper_unseen(&self, statement: &str) {
        if let Some(path) = self.database_url().strip_prefix("sqlite://") {
            let mut file = SqliteConnection::establish(path).unwrap();
            sql_query("pragma busy_timeout = 5000").execute(&mut file).unwrap();
            sql_query(statement).execute(&mut file).unwrap();
            return;
        }
        database::connect(self.database_url()).await.batch_execute(statement).await.unwrap();
    }

    /// Every row of a table in one text, to be searched for what must not be there.
    pub async fn dump(&self, table: &str, columns: &[&str]) -> Vec<String> {
        let text = |column: &&str| format!("coalesce(cast({column} as text), '')");
        let row = columns.iter().map(text).collect::<Vec<_>>().join(" || ' ' || ");
        self.lines(&format!("select {row} as line from {table}")).await
    }
}

/// What a query of any database says.
pub async fn lines(url: &str, query: &str) -> Vec<String> {
    if let Some(path) = url.strip_prefix("sqlite://") {
        let mut file = SqliteConnection::establish(path).unwrap();
        sql_query("pragma busy_timeout = 5000").execute(&mut file).unwrap();
        let found: Vec<Line> = sql_query(query).load(&mut file).unwrap();
        return found.into_iter().map(|line| line.line).collect();
    }
    let found = database::connect(url).await.query(query, &[]).await.unwrap();
    found.iter().map(|row| row.get("line")).collect()
}

/// The program on a database of one's own, its tables not made yet.
pub fn app_on(url: &str) -> App {
    let overrides = vec![("database.url".to_owned(), url.to_owned())];
    let loaded = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
    App::build(&loaded.config, Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap()
}

/// Undoes every migration of a house's database.
pub async fn undo_migrations(app: &App) {
    let store = app.store().clone();
    let undone = tokio::task::spawn_blocking(move || cambio::store::migrate::undo_all(&store));
    undone.await.unwrap().unwrap();
}
