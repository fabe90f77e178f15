//! A log that is not read: requests go on all the same.

use std::process::Command;

use super::{
    process::{Process, free_port},
    shell::Shell,
};
use crate::support::house::caller;

async fn serves_and_stops(start: impl FnOnce(Command) -> Process, requests: usize) {
    let listen = format!("127.0.0.1:{}", free_port());
    let base = format!("http://{listen}");
    let shell = Shell::with(&[
        ("CAMBIO_SERVER__LISTEN", &listen),
        ("CAMBIO_SERVER__DRAIN_SECONDS", "0"),
        ("CAMBIO_PUBLIC_URL", &base),
    ]);
    let mut server = start(shell.command(&["serve"]));
    server.ready(&base).await;
    let caller = caller();
    for _ in 0..requests {
        // Every refusal is a line in the log.
        let answer = caller.get(format!("{base}/auth/users/me/")).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    server.tell_to_stop();
    assert_eq!(server.ended().await, Some(0));
}

#[tokio::test]
async fn who_reads_the_log_may_go() {
    serves_and_stops(Process::unheard, 3).await;
}

#[tokio::test]
async fn who_reads_the_log_may_stop_reading() {
    // A pipe holds 64 KiB, and a line has more than 100 characters.
    serves_and_stops(Process::unread, 700).await;
}
