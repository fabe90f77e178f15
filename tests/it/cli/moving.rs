//! `cambio move`: everything into another database.

use serde_json::Value;
use tempfile::TempDir;

use super::{process::Process, shell::Shell};
use crate::support::{House, database::Database, tables::lines};

/// Empty databases of every kind this run has: a file, and PostgreSQL if there is one.
async fn empty_ones(dir: &TempDir) -> Vec<Database> {
    let file = format!("sqlite://{}", dir.path().join("file.db").display());
    let mut all = vec![Database::Sqlite(file)];
    if Database::is_postgres() {
        all.push(Database::empty(dir.path()).await);
    }
    all
}

/// A terminal on a database, without warnings.
fn shell_on(url: &str) -> Shell {
    Shell::with(&[
        ("CAMBIO_DATABASE__URL", url),
        // A machine that runs many stories at once is slow, which is no story of its own.
        ("CAMBIO_DATABASE__ACQUIRE_TIMEOUT_MS", "30000"),
        ("CAMBIO_MAIL__TRANSPORT", "directory"),
        ("CAMBIO_MAIL__DIRECTORY", "mail"),
        ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
    ])
}

async fn count(url: &str, table: &str) -> String {
    let query = format!("select cast(count(*) as text) as line from {table}");
    lines(url, &query).await.concat()
}

/// How much is null, of every kind a column can be, and how much is empty.
const NULLS: &str = "select cast(count(*) as text) || ' ' || count(consumed_at) || ' ' || count(sealed) || ' ' || \
    (select cast(count(last_login) as text) || ' ' || count(language) || ' ' || count(username) from accounts) || ' ' || \
    (select cast(count(nullif(last_name, '')) as text) from accounts) as line from refresh_tokens";

#[tokio::test]
async fn everything_moves_and_people_go_on_with_the_tokens_they_have() {
    let dir = tempfile::tempdir().unwrap();
    for target in empty_ones(&dir).await {
        let house = House::open().await;
        let ada = house.person("ada").await;
        let web = house.client("web-client").await;
        let access = house.google_access(&web, "ok-1").await;
        let gone = house.google_access(&web, "ok-2").await;
        house.register("bob").await;
        house.delete_account("bob@example.com").await;
        house
            .tamper("update families set revoked_at = 1 where id = (select max(id) from families)")
            .await;

        let moved = Shell::at(&house).json(&["move", "--to", target.url()]);

        assert!(moved["rows"].as_u64().unwrap() > 5, "{moved:#}");
        let there = house.elsewhere(target).await;
        assert_eq!(there.lines(NULLS).await, house.lines(NULLS).await);
        there.me(&access).expect(200).await;
        there.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
        there.me(&gone).expect(401).await;
        assert!(there.register("carol").await > ada.id + 3, "a number that bob had came again");
    }
}

#[tokio::test]
async fn every_sign_a_text_can_have_arrives() {
    let dir = tempfile::tempdir().unwrap();
    let name = "a\\N\tb\\\n\r\u{8}\u{b}\u{c}'\"\\x00 ключ 열쇠 🗝";
    let ask =
        "select name || coalesce(language, ' null') || last_name || '.' as line from accounts";
    let mut url = String::new();
    for (turn, target) in empty_ones(&dir).await.into_iter().enumerate() {
        let house = House::open().await;
        house.register("ada").await;
        house
            .tamper(&format!(
                "update accounts set name = '{}', language = null",
                name.replace('\'', "''")
            ))
            .await;
        Shell::at(&house).ok(&["move", "--to", target.url()]);
        url = target.url().to_owned();
        assert_eq!(lines(&url, ask).await, [format!("{name} null.")], "{turn}");
    }
    // And from there into a file again.
    let back = format!("sqlite://{}", dir.path().join("back.db").display());
    shell_on(&url).ok(&["move", "--to", &back]);
    assert_eq!(lines(&back, ask).await, [format!("{name} null.")]);
}

#[tokio::test]
async fn what_was_moved_away_still_checks_but_takes_no_writes_until_it_is_reopened() {
    let dir = tempfile::tempdir().unwrap();
    let target = empty_ones(&dir).await.pop().unwrap();
    let house = House::open().await;
    let web = house.client("web-client").await;
    let access = house.google_access(&web, "ok-1").await;
    let shell = Shell::at(&house);
    shell.ok(&["move", "--to", target.url()]);

    house.me(&access).expect(200).await;
    house.convert(&web, "google-oauth2", "ok-1").expect(503).await;
    house
        .post("/auth/users/")
        .json(&crate::support::callers::sheet("ada@example.com"))
        .expect(503)
        .await;
    assert!(shell.refused(&["serve"]).contains("everything was moved away"));
    assert!(shell.refused(&["migrate"]).contains("everything was moved away"));

    shell.ok(&["move", "--reopen"]);
    house.convert(&web, "google-oauth2", "ok-1").expect(200).await;
    assert!(shell.refused(&["move", "--reopen"]).contains("was not moved"));
}

#[tokio::test]
async fn a_target_that_holds_anything_is_refused_and_the_source_stays_as_it_was() {
    let (house, other) = (House::open().await, House::open().await);
    other.register("bob").await;
    let shell = Shell::at(&house);

    let refused = shell.refused(&["move", "--to", other.database_url()]);

    assert!(refused.contains("not empty: it has rows in `accounts`"), "{refused}");
    house.register("ada").await;
    assert!(shell.refused(&["move", "--to", house.database_url()]).contains("itself"));
    assert!(shell.refused(&["move", "--to", "mysql://db/x"]).contains("no database"));
}

#[tokio::test]
async fn a_source_whose_tables_are_old_or_foreign_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let target = empty_ones(&dir).await.pop().unwrap();
    let house = House::open().await;
    house.tamper("create table shopping (item text)").await;
    let shell = Shell::at(&house);
    assert!(
        shell.refused(&["move", "--to", target.url()]).contains("`shopping` that is not Cambio's")
    );
    house.register("ada").await;

    let empty = format!("sqlite://{}", dir.path().join("empty.db").display());
    std::fs::write(dir.path().join("empty.db"), "").unwrap();
    assert!(shell_on(&empty).refused(&["move", "--to", target.url()]).contains("cambio migrate"));
    let none = format!("sqlite://{}", dir.path().join("none.db").display());
    assert!(shell_on(&none).refused(&["move", "--to", target.url()]).contains("there is no file"));
    assert!(!dir.path().join("none.db").exists());
}

/// Enough accounts for a copy that takes a while.
const MANY: &str = "insert into accounts (id, name, first_name, last_name, password, state, is_admin, epoch, created_at) \
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 250000) \
    select i, 'name ' || i, '', '', '!', 'active', false, 0, i from n";

/// The sums of a move that was asked for as JSON.
fn sums(told: &Value) -> Vec<(String, u64, String)> {
    let tables = told["tables"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    tables.map(|t| (text(&t["table"]), t["rows"].as_u64().unwrap(), text(&t["sum"]))).collect()
}

#[tokio::test]
async fn a_move_that_is_killed_twice_goes_on_where_it_was_and_ends_the_same() {
    let dir = tempfile::tempdir().unwrap();
    for target in empty_ones(&dir).await {
        let house = House::open().await;
        house.tamper(MANY).await;
        let shell = Shell::at(&house);
        let mut reached = 0;
        for _ in 0..2 {
            let moving = Process::start(shell.command(&["move", "--to", target.url()]));
            while there(&target).await <= reached {
                tokio::task::yield_now().await;
            }
            drop(moving);
            reached = there(&target).await;
            assert!((1..250_000).contains(&reached), "killed too late: {reached}");
            let refused = shell_on(target.url()).refused(&["serve"]);
            assert!(refused.contains("not everything has arrived"), "{refused}");
        }
        let resumed = sums(&shell.json(&["move", "--to", target.url()]));
        shell.ok(&["move", "--reopen"]);
        let whole = format!("sqlite://{}", house.dir().join("whole.db").display());
        assert_eq!(resumed, sums(&shell.json(&["move", "--to", &whole])));
        assert_eq!(count(target.url(), "accounts").await, "250000");
    }
}

/// How many accounts have arrived.
async fn there(target: &Database) -> i64 {
    if let Some(path) = target.url().strip_prefix("sqlite://")
        && !std::path::Path::new(path).exists()
    {
        return 0;
    }
    let reached = lines_or_none(target.url()).await;
    reached.first().map_or(0, |id| id.parse().unwrap())
}

/// What the target has noted of the accounts, if it has begun to.
async fn lines_or_none(url: &str) -> Vec<String> {
    let tables = if url.starts_with("sqlite://") {
        "select name as line from sqlite_master where name = 'moves'"
    } else {
        "select tablename::text as line from pg_tables where tablename = 'moves'"
    };
    if lines(url, tables).await.is_empty() {
        return Vec::new();
    }
    lines(url, "select said as line from moves where what = 'table accounts'").await
}

#[tokio::test]
async fn nothing_that_was_acknowledged_while_the_move_began_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let target = empty_ones(&dir).await.pop().unwrap();
    let house = House::open().await;
    let shell = Shell::at(&house);
    let mut moving = Process::start(shell.command(&["move", "--to", target.url()]));
    let mut acknowledged = Vec::new();
    for turn in 0.. {
        let email = format!("p{turn}@example.com");
        let body = crate::support::callers::sheet(&email);
        let said = house.post("/auth/users/").json(&body).await;
        match said.status {
            201 => acknowledged.push(email),
            503 => break,
            other => panic!("{other}: {}", said.shown()),
        }
    }
    assert_eq!(moving.ended().await, Some(0));
    let mut arrived = lines(target.url(), "select email as line from accounts").await;
    acknowledged.sort();
    arrived.sort();
    assert_eq!(arrived, acknowledged);
}
