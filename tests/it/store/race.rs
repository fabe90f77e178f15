//! Many who want the same at once.

use cambio::{server, store::migrate};
use futures_util::future::join_all;

use crate::support::{House, callers::sheet, database::Database, tables::app_on};

/// One address in sixteen spellings.
fn spellings() -> Vec<String> {
    let letter = |n: usize, (at, c): (usize, char)| {
        if n >> at & 1 == 1 { c.to_ascii_uppercase() } else { c }
    };
    let spell = |n: usize| "adal".chars().enumerate().map(|it| letter(n, it)).collect::<String>();
    (0..16).map(|n| format!("{}@example.com", spell(n))).collect()
}

async fn register_all(house: &House, other: &House) -> Vec<u16> {
    let nodes = [house, other];
    let calls = spellings().into_iter().enumerate().map(|(n, email)| async move {
        nodes[n % 2].post("/auth/users/").json(&sheet(&email)).await.status
    });
    join_all(calls).await
}

async fn count(house: &House, table: &str) -> String {
    house.lines(&format!("select count(*) || '' as line from {table}")).await.remove(0)
}

#[tokio::test]
async fn sixteen_registrations_of_one_address_make_one_account() {
    let house = House::open().await;
    let other = house.second_node(&[]).await;

    let said = register_all(&house, &other).await;

    let how_many = |status| said.iter().filter(|one| **one == status).count();
    assert_eq!((how_many(201), how_many(400)), (1, 15), "{said:?}");
    assert_eq!(
        (count(&house, "accounts").await, count(&house, "outbox").await),
        ("1".into(), "1".into())
    );
}

#[tokio::test]
async fn where_nothing_is_told_all_sixteen_are_answered_alike() {
    let quiet = [("registration.reveal_existing", "false")];
    let house = House::with(&quiet).await;
    let other = house.second_node(&quiet).await;

    let said = register_all(&house, &other).await;

    assert!(said.iter().all(|status| *status == 201), "{said:?}");
    assert_eq!(count(&house, "accounts").await, "1");
    let activations = count(&house, "outbox where kind = 'activation'").await;
    let notices = count(&house, "outbox where kind = 'already_registered'").await;
    assert_eq!((activations, notices), ("1".into(), "15".into()));
}

#[tokio::test]
async fn two_nodes_that_write_side_by_side_keep_everything() {
    let house = House::open().await;
    let other = house.second_node(&[]).await;
    let nodes = [&house, &other];

    let calls = (0..24).map(|n| nodes[n % 2].register_later(n));
    let said = join_all(calls).await;

    assert!(said.iter().all(|status| *status == 201), "{said:?}");
    assert_eq!(count(&house, "accounts").await, "24");
}

impl House {
    async fn register_later(&self, n: usize) -> u16 {
        let sheet = sheet(&format!("p{n}@example.com"));
        self.post("/auth/users/").json(&sheet).await.status
    }
}

#[tokio::test]
async fn nodes_that_start_together_make_the_tables_once() {
    let place = tempfile::tempdir().unwrap();
    let database = Database::empty(place.path()).await;
    let apps: Vec<_> = (0..4).map(|_| app_on(database.url())).collect();

    let ran = join_all(apps.iter().map(server::migrate)).await;

    let mut ran: Vec<String> = ran.into_iter().flat_map(Result::unwrap).collect();
    ran.sort();
    assert_eq!(ran.len(), migrate::names().unwrap().0.len());
    ran.dedup();
    assert_eq!(ran.len(), migrate::names().unwrap().0.len());
}
