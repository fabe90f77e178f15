//! `cambio migrate`, and nodes that start together.

use super::{
    process::{Process, free_port},
    shell::Shell,
};
use crate::support::{House, database::Database};

#[tokio::test]
async fn the_tables_are_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::empty(dir.path()).await;
    let shell = Shell::with(&[("CAMBIO_DATABASE__URL", database.url())]);
    let told = shell.run(&["migrate"]);
    assert_eq!(told.code, 0, "{told:#?}");
    assert!(told.out.starts_with("ran ") && told.out.lines().count() >= 4, "{told:#?}");
    let again = shell.run(&["migrate"]);
    assert_eq!(again.out, "nothing to do: the tables are up to date\n");
}

#[tokio::test]
async fn where_the_operator_migrates_nothing_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::empty(dir.path()).await;
    let shell = Shell::with(&[
        ("CAMBIO_DATABASE__URL", database.url()),
        ("CAMBIO_DATABASE__MIGRATE_AT_START", "false"),
    ]);
    assert_eq!(shell.run(&["client", "list"]).code, 1);
    assert_eq!(shell.run(&["migrate"]).code, 0);
    assert_eq!(shell.run(&["client", "list"]).code, 0);
}

#[tokio::test]
async fn nodes_that_start_at_once_on_an_empty_database_all_become_ready() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::empty(dir.path()).await;
    let ports = [(); 3].map(|()| free_port());
    let mut nodes: Vec<(Process, String)> = ports
        .into_iter()
        .map(|port| {
            let listen = format!("127.0.0.1:{port}");
            let shell = Shell::with(&[
                ("CAMBIO_DATABASE__URL", database.url()),
                ("CAMBIO_SERVER__LISTEN", &listen),
            ]);
            (Process::start(shell.command(&["serve"])), format!("http://{listen}"))
        })
        .collect();
    for (node, base) in &mut nodes {
        node.ready(base).await;
    }
    let shell = Shell::with(&[("CAMBIO_DATABASE__URL", database.url())]);
    assert!(shell.run(&["migrate"]).out.starts_with("nothing to do"));
}

#[tokio::test]
async fn migrations_that_run_at_once_do_not_disturb_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::empty(dir.path()).await;
    let shell = Shell::with(&[("CAMBIO_DATABASE__URL", database.url())]);
    let mut running: Vec<Process> =
        (0..4).map(|_| Process::start(shell.command(&["migrate"]))).collect();
    for migration in &mut running {
        assert_eq!(migration.ended().await, Some(0));
    }
}

#[tokio::test]
async fn a_command_may_be_run_beside_a_running_server() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    assert_eq!(shell.ok(&["migrate"]), "nothing to do: the tables are up to date\n");
    house.register("ada").await;
    assert_eq!(shell.json(&["account", "list"])[0]["email"], "ada@example.com");
}
