//! A database that somebody else holds locked: a backup, an administrator's transaction left open.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::{Connection as _, SqliteConnection, connection::SimpleConnection as _};
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::support::{House, database};

/// Holds the lock that every writer needs until it is dropped.
pub enum Lock {
    /// Of the file.
    Sqlite(#[expect(dead_code, reason = "held, not used")] SqliteConnection),
    /// Of the tables.
    Postgres(#[expect(dead_code, reason = "held, not used")] tokio_postgres::Client),
}

impl Lock {
    /// Takes it.
    pub async fn on(house: &House) -> Self {
        if let Some(path) = house.database_url().strip_prefix("sqlite://") {
            let mut file = SqliteConnection::establish(path).unwrap();
            file.batch_execute("pragma busy_timeout = 5000; begin immediate").unwrap();
            return Self::Sqlite(file);
        }
        let client = database::connect(house.database_url()).await;
        let lock = "begin; lock table families in exclusive mode; lock table access_tokens in exclusive mode";
        client.batch_execute(lock).await.unwrap();
        Self::Postgres(client)
    }
}

#[tokio::test]
async fn a_crowd_that_meets_a_locked_database_is_sent_away_at_once_and_not_one_by_one() {
    let house = House::with(&[("database.lock_timeout_ms", "200")]).await;
    house.activated("ada").await;
    let lock = Lock::on(&house).await;

    let crowd = join_all((0..8).map(|_| house.log_in("ada@example.com").into_future()));
    let said = timeout(Duration::from_secs(20), crowd).await.expect("all of them in time");
    for said in said {
        assert_eq!((said.status, said.header("retry-after")), (503, "1"), "{said:?}");
    }

    drop(lock);
    house.log_in("ada@example.com").expect(200).await;
}

#[tokio::test]
async fn whoever_only_reads_is_served_although_the_use_of_the_token_cannot_be_noted() {
    let house = House::with(&[("database.lock_timeout_ms", "100")]).await;
    let ada = house.person("ada").await;
    house.forward(TimeDelta::days(1));
    let lock = Lock::on(&house).await;

    house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;

    drop(lock);
}
