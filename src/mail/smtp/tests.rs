//! Against a small mail server of our own, on loopback.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::Duration,
};

use lettre::Message;

use super::{SendError, Smtp};
use crate::config::mail::{self, SmtpTls};

/// How the server behaves.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Takes every letter.
    Kind,
    /// Wants `AUTH PLAIN` for `post` with `open sesame`.
    Guarded,
    /// Answers this to `RCPT`.
    Refuses(&'static str),
    /// Takes the connection and says nothing, ever.
    Silent,
    /// Takes the letter and never says that it has it.
    Forgetful,
    /// Speaks something else.
    Stranger,
    /// Hangs up on everybody, as what stands before a server that is away may do.
    Away,
    /// Hangs up in the midst of the letter.
    Breaks,
}

/// Serves until the test ends; hands out everything it is told, a whole letter as one text.
fn serve(manner: Manner) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (told, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let told = told.clone();
            thread::spawn(move || converse(manner, stream, &told));
        }
    });
    (port, heard)
}

fn converse(manner: Manner, mut stream: TcpStream, told: &Sender<String>) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    match manner {
        Manner::Silent => return lines.next().map(drop),
        Manner::Away => return None,
        Manner::Stranger => stream.write_all(b"SSH-2.0-secret\r\n").ok()?,
        _ => stream.write_all(b"220 here\r\n").ok()?,
    }
    while let Some(line) = lines.next() {
        // Not every test listens.
        let _ = told.send(line.clone());
        let answer = match (line.split([' ', ':']).next()?, manner) {
            ("EHLO", Manner::Guarded) => "250-here\r\n250 AUTH PLAIN",
            ("AUTH", _) if line == "AUTH PLAIN AHBvc3QAb3BlbiBzZXNhbWU=" => "235 2.7.0 welcome",
            ("AUTH", _) => "535 5.7.8 post may not",
            ("RCPT", Manner::Refuses(answer)) => answer,
            ("DATA", _) => "354 go on",
            ("QUIT", _) => "221 bye",
            _ => "250 2.0.0 fine",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
        if line == "DATA" {
            let letter: Vec<_> = lines.by_ref().take_while(|line| line != ".").collect();
            let _ = told.send(letter.join("\n"));
            if matches!(manner, Manner::Breaks) {
                return None;
            }
            if matches!(manner, Manner::Forgetful) {
                return stream.read_to_end(&mut Vec::new()).ok().map(drop);
            }
            stream.write_all(b"250 2.0.0 taken\r\n").ok()?;
        }
    }
    Some(())
}

fn client(port: u16) -> mail::Smtp {
    mail::Smtp { host: "127.0.0.1".to_owned(), port, tls: SmtpTls::None, ..mail::Smtp::default() }
}

fn smtp(config: &mail::Smtp) -> Smtp {
    Smtp::build(config).expect("a client")
}

fn letter(body: &str) -> Message {
    Message::builder()
        .from("Bureau <post@example.com>".parse().expect("a sender"))
        .to("ada@example.com".parse().expect("a receiver"))
        .subject("Hello")
        .body(body.to_owned())
        .expect("a letter")
}

async fn send(manner: Manner) -> Result<(), SendError> {
    smtp(&client(serve(manner).0)).send(letter("Hello.")).await
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let (port, heard) = serve(Manner::Kind);
    let smtp = smtp(&client(port));
    smtp.send(letter("One.\n.\n..two dots.\nEnd.")).await.expect("sent");
    let said: Vec<_> = heard.try_iter().collect();
    assert!(said.contains(&"MAIL FROM:<post@example.com>".to_owned()), "{said:?}");
    assert!(said.contains(&"RCPT TO:<ada@example.com>".to_owned()), "{said:?}");
    let body = said.iter().find(|s| s.contains("Subject: Hello")).expect("a letter");
    // Dots at the start of a line are doubled on the way (RFC 5321 §4.5.2).
    assert!(body.ends_with("\n\nOne.\n..\n...two dots.\nEnd."), "{body}");
}

#[tokio::test]
async fn many_letters_share_few_connections() {
    let (port, heard) = serve(Manner::Kind);
    let smtp = smtp(&client(port));
    for _ in 0..5 {
        smtp.send(letter("Hello.")).await.expect("sent");
    }
    let said: Vec<_> = heard.try_iter().collect();
    assert_eq!(said.iter().filter(|s| s.contains("Subject: Hello")).count(), 5);
    let greetings = said.iter().filter(|s| s.starts_with("EHLO")).count();
    assert!(greetings < 5, "connections are used again: {greetings}");
}

#[tokio::test]
async fn a_guarded_server_is_logged_in_to() {
    let (port, heard) = serve(Manner::Guarded);
    let login = |password: &str| mail::Smtp {
        username: Some("post".to_owned()),
        password: Some(password.to_owned().into()),
        ..client(port)
    };
    smtp(&login("open sesame")).send(letter("Hello.")).await.expect("sent");
    assert!(heard.try_iter().any(|line| line.starts_with("AUTH PLAIN ")));

    // A mistyped password must not cost anybody a letter.
    let refused = smtp(&login("open barley")).send(letter("Hello.")).await;
    let told = "the mail server answered 535 5.7.8".to_owned();
    assert_eq!(refused, Err(SendError::Temporary(told)));
}

#[tokio::test]
async fn a_refusal_is_final_or_not_as_the_server_says_and_names_no_address() {
    for (answer, told) in [
        ("451 4.7.1 <ada@example.com> later", "the mail server answered 451 4.7.1"),
        ("421 closing, ada@example.com", "the mail server answered 421"),
    ] {
        let result = send(Manner::Refuses(answer)).await;
        assert_eq!(result, Err(SendError::Temporary(told.to_owned())));
    }
    for (answer, told) in [
        ("550 5.1.1 <ada@example.com> unknown", "the mail server answered 550 5.1.1"),
        ("553 ada@example.com is nobody", "the mail server answered 553"),
    ] {
        let result = send(Manner::Refuses(answer)).await;
        assert_eq!(result, Err(SendError::Permanent(told.to_owned())));
    }
}

#[tokio::test]
async fn after_a_refused_letter_the_next_one_arrives() {
    let (port, _) = serve(Manner::Refuses("550 no"));
    let mut refused = smtp(&client(port));
    assert!(refused.send(letter("Hello.")).await.is_err());
    let (port, heard) = serve(Manner::Kind);
    refused.builder = refused.builder.clone().port(port);
    refused.idle().clear();
    assert_eq!(refused.send(letter("Hello.")).await, Ok(()));
    assert!(heard.try_iter().any(|said| said.contains("Subject: Hello")));
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time_and_its_connection_with_it() {
    for manner in [Manner::Silent, Manner::Forgetful] {
        let mut smtp = smtp(&client(serve(manner).0));
        smtp.timeout = Duration::from_millis(150);
        let result = smtp.send(letter("Hello.")).await;
        assert!(matches!(result, Err(SendError::Temporary(_))), "{manner:?}: {result:?}");
        assert!(smtp.idle().is_empty(), "{manner:?}: {result:?}");
    }
}

#[tokio::test]
async fn no_server_no_tls_and_no_smtp_are_all_passing_troubles() {
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let (kind, _) = serve(Manner::Kind);
    for config in [
        client(closed.port()),
        client(serve(Manner::Stranger).0),
        mail::Smtp { tls: SmtpTls::Starttls, ..client(kind) },
        mail::Smtp { tls: SmtpTls::Implicit, ..client(kind) },
    ] {
        let result = smtp(&config).send(letter("Hello.")).await;
        let Err(SendError::Temporary(told) | SendError::Unreachable(told)) = result else {
            panic!("{config:?}: {result:?}")
        };
        assert!(!told.contains("secret") && !told.contains('@'), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_apart_from_a_letter_that_breaks_the_line() {
    assert!(matches!(send(Manner::Away).await, Err(SendError::Unreachable(_))));
    assert!(matches!(send(Manner::Breaks).await, Err(SendError::Temporary(_))));
}

#[test]
fn a_client_may_outlive_the_runtime_it_sent_on() {
    let (port, _heard) = serve(Manner::Kind);
    let smtp = smtp(&client(port));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(smtp.send(letter("Hello."))).expect("sent");
    drop(runtime);
    drop(smtp);
}
