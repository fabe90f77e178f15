//! `cambio health`: 0 when the server is ready, anything else when it is not.

use super::{
    process::{Process, free_port},
    shell::Shell,
};
use crate::support::{House, database::Database};

#[tokio::test]
async fn a_ready_server_is_ready() {
    let house = House::open().await;
    let url = format!("{}/health/ready", house.base());
    let asked = tokio::task::spawn_blocking(move || Shell::with(&[]).ok(&["health", &url]));
    assert_eq!(asked.await.unwrap(), "ready\n");
}

#[test]
fn where_nobody_listens_nobody_is_ready() {
    let url = format!("http://127.0.0.1:{}/health/ready", free_port());
    assert!(Shell::with(&[]).refused(&["health", &url]).contains("refused"));
}

#[tokio::test]
async fn a_server_without_its_tables_lives_but_is_not_ready() {
    let dir = tempfile::tempdir().unwrap();
    let database = Database::empty(dir.path()).await;
    let listen = format!("127.0.0.1:{}", free_port());
    let shell = Shell::with(&[
        ("CAMBIO_DATABASE__URL", database.url()),
        ("CAMBIO_DATABASE__MIGRATE_AT_START", "false"),
        ("CAMBIO_SERVER__LISTEN", &listen),
    ]);
    let mut server = Process::start(shell.command(&["serve"]));
    server.says("serving");
    let told = shell.run(&["health", &format!("http://{listen}/health/ready")]);
    assert_eq!((told.code, told.out.as_str()), (1, "not ready\n"));
    shell.ok(&["health", &format!("http://{listen}/health/live")]);
}

#[test]
fn an_ip_version_6_address_is_an_address() {
    let url = format!("http://[::1]:{}/health/ready", free_port());
    let told = Shell::with(&[]).refused(&["health", &url]);
    assert!(told.contains("[::1]") && !told.contains("lookup"), "{told}");
}

#[test]
fn an_address_it_cannot_ask_is_refused() {
    for url in ["https://127.0.0.1:1/", "127.0.0.1:8000", "nonsense", "file:///etc/passwd"] {
        assert_eq!(Shell::with(&[]).run(&["health", url]).failed().code, 1, "{url}");
    }
}
