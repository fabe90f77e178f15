//! A database that cannot do its work at the moment: "try later", in whatever language it says so.

use serde_json::json;

use crate::support::{House, callers::sheet, database::Database};

/// Lets every registration fail with that SQLSTATE and those words.
async fn fails_with(house: &House, code: &str, words: &str) {
    let statement = format!(
        "create or replace function fail() returns trigger language plpgsql as
            $$ begin raise exception '{words}' using errcode = '{code}'; end $$;
         drop trigger if exists fail on outbox;
         create trigger fail before insert on outbox execute function fail()"
    );
    house.tamper(&statement).await;
}

#[tokio::test]
async fn a_passing_failure_of_postgresql_is_told_by_no_word() {
    if !Database::is_postgres() {
        return;
    }
    let house = House::open().await;
    for (code, words) in [
        ("40P01", "Verklemmung entdeckt"),
        ("57014", "выполнение оператора отменено из-за тайм-аута"),
        ("55P03", "ロックのタイムアウトのためステートメントをキャンセルしています"),
        ("57P01", "завершение подключения по команде администратора"),
        ("53100", "konnte Datei nicht erweitern"),
    ] {
        fails_with(&house, code, words).await;
        let call = house.post("/auth/users/").json(&sheet("ada@example.com"));
        let said = call.expect(503).await;
        assert!(said.headers.contains_key("retry-after"), "{code}");
    }
    house.tamper("drop trigger fail on outbox").await;
    house.register("ada").await;
}

#[tokio::test]
async fn what_does_not_fit_the_tables_is_our_error_on_both_databases() {
    let house = House::open().await;
    house.tamper("alter table outbox rename column kind to sort").await;

    house.post("/auth/users/").json(&sheet("ada@example.com")).expect(500).await;

    house.tamper("alter table outbox rename column sort to kind").await;
    house.register("ada").await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_tried_later() {
    if !Database::is_postgres() {
        return;
    }
    let house = House::with(&[("database.statement_timeout_ms", "200")]).await;
    let slow = "create function slow() returns trigger language plpgsql as
            $$ begin perform pg_sleep(3); return new; end $$;
         create trigger slow before insert on outbox for each row execute function slow()";
    house.tamper(slow).await;

    let said = house.post("/auth/users/").json(&sheet("ada@example.com")).expect(503).await;

    assert_ne!(said.json(), json!(null));
}
