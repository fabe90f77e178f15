//! No query that is asked at each request, and none that clears away, reads a table or an index from end to end.
//!
//! The queries are those the store really asks: diesel tells them while the deeds are done on this thread.

use std::{cell::RefCell, collections::BTreeSet, sync::Once};

use cambio::{
    app::App,
    domain::{
        account::AccountId,
        client::{ClientId, ClientKey},
        email::Email,
        token::{Digest, FamilyId},
    },
    server,
    store::{accounts, clients, families, outbox, tokens},
    usecases::{Ctx, prune},
};
use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection,
    connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation},
    sql_query,
    sql_types::Text,
};

use crate::support::tables::app_on;

thread_local! {
    /// What is asked on this thread, while somebody wants to know.
    static ASKED: RefCell<Option<BTreeSet<String>>> = const { RefCell::new(None) };
}

/// Has every connection that is opened from now on tell what it is asked.
fn listen() {
    static ONCE: Once = Once::new();
    #[expect(clippy::unnecessary_wraps, reason = "its type is the library's")]
    fn ear() -> Option<Box<dyn Instrumentation>> {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                ASKED.with_borrow_mut(|asked| {
                    if let Some(asked) = asked {
                        asked.insert(query.to_string());
                    }
                });
            }
        }))
    }
    ONCE.call_once(|| set_default_instrumentation(ear).unwrap());
}

/// Does what requests do all day, as far as the store is asked.
fn a_day(ctx: &mut Ctx<'_>) {
    let (digest, family, now) = (Digest([7; 32]), FamilyId(1), ctx.now);
    tokens::find_access(ctx.conn, digest).unwrap();
    tokens::find_family(ctx.conn, family).unwrap();
    tokens::touch(ctx.conn, digest, now, now).unwrap();
    tokens::find_refresh(ctx.conn, digest).unwrap();
    tokens::consume_refresh(ctx.conn, digest, now, None).unwrap();
    tokens::has_open_refresh(ctx.conn, digest).unwrap();
    tokens::delete_access_of(ctx.conn, family).unwrap();
    families::revoke(ctx.conn, family, now).unwrap();
    families::revoke_of(ctx.conn, AccountId(1), ClientKey(1), now).unwrap();
    clients::find(ctx.conn, &ClientId::parse("web-client").unwrap()).unwrap();
    clients::list_secrets(ctx.conn, ClientKey(1), now).unwrap();
    accounts::find(ctx.conn, AccountId(1)).unwrap();
    accounts::find_by_email(ctx.conn, &Email::parse("ada@example.com").unwrap()).unwrap();
    outbox::take_due(ctx.conn, now, now).unwrap();
    prune::batch(ctx, 100).unwrap();
}

/// Rows that are over, so that clearing away does all it can do.
const OVER: [&str; 4] = [
    "insert into families (id, scope, how, epoch, created_at, expires_at, revoked_at) \
     values (1, 'read', 'login', 0, 0, 1, null), (2, 'read', 'login', 0, 0, null, 1)",
    "insert into access_tokens (digest, kind, family_id, scope, issued_at, expires_at) \
     values (x'01', 'access', 1, 'read', 0, 1), (x'02', 'auth', 2, 'read', 0, 1)",
    "insert into refresh_tokens values (x'01', 1, 0, 1, 1, x'00')",
    "insert into spent_states values (x'01', 1)",
];

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn asked(app: &App, file: &str) -> BTreeSet<String> {
    let mut rows = SqliteConnection::establish(file).unwrap();
    for statement in OVER {
        sql_query(statement).execute(&mut rows).unwrap();
    }
    ASKED.set(Some(BTreeSet::new()));
    // The second time there are only those left that were revoked.
    for _ in 0..2 {
        app.run_now(|ctx| {
            a_day(ctx);
            Ok(())
        })
        .unwrap();
    }
    ASKED.take().unwrap()
}

#[tokio::test]
async fn no_query_of_a_day_reads_a_table_from_end_to_end() {
    listen();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("day.db").display().to_string();
    let app = app_on(&format!("sqlite://{file}"));
    server::migrate(&app).await.unwrap();

    let asked = asked(&app, &file);

    let queries: Vec<&str> =
        asked.iter().filter_map(|query| query.split(" -- binds").next()).collect();
    let about = |table: &str| queries.iter().filter(|query| query.contains(table)).count();
    let known =
        [about("access_tokens"), about("families"), about("refresh_tokens"), about("outbox")];
    assert!(known.iter().all(|count| *count > 0) && queries.len() > 25, "{queries:#?}");
    let mut connection = SqliteConnection::establish(&file).unwrap();
    // Nothing is found by a list of nothing, and there are a handful of keys.
    let tables = queries.iter().filter(|query| query.contains('`') && !query.contains("(1=0)"));
    for query in tables.filter(|query| !query.contains("signing_keys")) {
        let plan: Vec<Step> = sql_query(format!("explain query plan {query}"))
            .load(&mut connection)
            .unwrap_or_else(|why| panic!("{query}: {why}"));
        let steps: Vec<String> = plan.into_iter().map(|step| step.detail).collect();
        let slow =
            steps.iter().any(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE"));
        assert!(!slow, "{query}\n{}", steps.join("\n"));
    }
}
