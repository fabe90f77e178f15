//! How a letter leaves the house.

use std::path::PathBuf;

use lettre::message::Mailbox;

use super::{directory, memory::Memory, outgoing::Outgoing, smtp::Smtp};
use crate::{
    config::mail::{Mail, TransportKind},
    error::Fault,
};

/// Why a letter did not leave. Neither text names an address or repeats what the letter says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No letter can leave at the moment, whichever it is: it is not this one's fault.
    #[error("{0}")]
    Unreachable(String),
    /// It may leave at another time: try again later.
    #[error("{0}")]
    Temporary(String),
    /// It never will: give it up.
    #[error("{0}")]
    Permanent(String),
}

/// A sender's address and a way out.
pub struct Transport {
    from: Mailbox,
    way: Way,
}

enum Way {
    Smtp(Box<Smtp>),
    Directory(PathBuf),
    Stdout,
    Memory(Memory),
}

impl Transport {
    /// The way the operator chose. A fault when the sender is no address, the server's name no name, or the
    /// directory cannot be made; whether the server answers is found out with the first letter.
    pub fn build(config: &Mail) -> Result<Self, Fault> {
        let way = match config.transport {
            TransportKind::Smtp => Way::Smtp(Box::new(Smtp::build(&config.smtp)?)),
            TransportKind::Directory => {
                let missing = || Fault::internal("mail.directory is not set");
                let path = config.directory.clone().ok_or_else(missing)?;
                directory::prepare(&path)
                    .map_err(|e| Fault::because("mail.directory cannot be made", e))?;
                Way::Directory(path)
            }
            TransportKind::Stdout => Way::Stdout,
        };
        Self::with(config, way)
    }

    /// Into a mailbox in memory instead of the way the operator chose.
    pub fn memory(config: &Mail, mailbox: Memory) -> Result<Self, Fault> {
        Self::with(config, Way::Memory(mailbox))
    }

    fn with(config: &Mail, way: Way) -> Result<Self, Fault> {
        let from = config.from.parse();
        let from = from.map_err(|e| Fault::because("mail.from is no sender's address", e))?;
        Ok(Self { from, way })
    }

    /// The `Message-ID` of the letter with that mark, in the sender's domain (RFC 5322 §3.6.4).
    pub fn message_id(&self, mark: &str) -> String {
        format!("<{mark}@{}>", self.from.email.domain())
    }

    /// Sends a letter: `Ok` means that the next in the chain has it and is answerable for it.
    pub async fn send(&self, letter: &Outgoing) -> Result<(), SendError> {
        let unwritable = |e| SendError::Permanent(format!("the letter is no mail message: {e}"));
        let message = letter.message(&self.from).map_err(unwritable)?;
        match &self.way {
            Way::Smtp(smtp) => smtp.send(message).await,
            Way::Directory(path) => put(directory::place(path, letter), message.formatted()).await,
            Way::Stdout => {
                print(letter);
                Ok(())
            }
            Way::Memory(mailbox) => mailbox.keep(letter),
        }
    }
}

/// Writes on a thread that may wait for the disk.
async fn put(place: PathBuf, message: Vec<u8>) -> Result<(), SendError> {
    let written = tokio::task::spawn_blocking(move || directory::put(&place, &message)).await;
    written
        .map_err(std::io::Error::other)
        .flatten()
        .map_err(|e| SendError::Unreachable(format!("mail.directory cannot be written to: {e}")))
}

#[expect(clippy::print_stdout, reason = "printing is what this way of sending is")]
fn print(letter: &Outgoing) {
    let Outgoing { to, rendered, .. } = letter;
    let (subject, text) = (&rendered.subject, &rendered.text);
    println!("----- letter to {} -----\nSubject: {subject}\n\n{text}-----", to.as_str());
}

#[cfg(test)]
mod tests {
    use std::fs;

    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use chrono::{DateTime, Utc};

    use super::{Memory, Outgoing, SendError, Transport};
    use crate::{
        config::mail::{Mail, TransportKind},
        domain::{email::Email, language::Language},
        mail::letters::Rendered,
    };

    fn letter() -> Outgoing {
        Outgoing {
            to: Email::parse("ada@example.com").expect("an address"),
            language: Language::English,
            rendered: Rendered {
                subject: "Hello".to_owned(),
                text: "Open this:\n\nhttps://example.com/a?b=c&d=e\n".to_owned(),
                html: "<p>Open this</p>\n".to_owned(),
            },
            now: "2024-02-29T12:00:00.000042Z".parse::<DateTime<Utc>>().expect("a time"),
            message_id: "<0123abcd@example.com>".to_owned(),
        }
    }

    fn mail() -> Mail {
        Mail { from: "Bureau <post@example.com>".to_owned(), ..Mail::default() }
    }

    fn written(letter: &Outgoing) -> String {
        let from = "Bureau <post@example.com>".parse().expect("a sender");
        String::from_utf8(letter.message(&from).expect("a message").formatted()).expect("text")
    }

    #[test]
    fn a_message_has_every_header_a_machine_should_send() {
        let message = written(&letter());
        for line in [
            "From: Bureau <post@example.com>",
            "To: ada@example.com",
            "Subject: Hello",
            "Date: Thu, 29 Feb 2024 12:00:00 +0000",
            "Message-ID: <0123abcd@example.com>",
            "Auto-Submitted: auto-generated",
            "Content-Language: en",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            "https://example.com/a?b=c&d=e",
        ] {
            assert_eq!(
                message.split("\r\n").filter(|l| *l == line).count(),
                1,
                "{line}\n{message}"
            );
        }
        assert!(message.contains("Content-Type: multipart/alternative;"), "{message}");
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn a_link_is_not_broken_over_two_lines() {
        let link = format!("https://example.com/{}?b=c", "a".repeat(200));
        let mut long = letter();
        long.rendered.text = format!("Open this:\n\n{link}\n");
        long.rendered.html = format!("<p><a href=\"{link}\">Open this</a></p>\n");
        let message = written(&long);
        assert_eq!(message.matches(&link).count(), 2, "{message}");
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
    }

    #[test]
    fn letters_in_every_script_leave_in_plain_ascii() {
        let mut korean = letter();
        korean.language = Language::Korean;
        korean.rendered.subject = "[환전소] 계정 활성화 안내".to_owned();
        korean.rendered.text = "아래 링크를 열어 주세요.\n".repeat(20);
        let message = written(&korean);
        assert!(message.is_ascii() && message.split("\r\n").all(|line| line.len() <= 78));
        let body = message.split("\r\n\r\n").nth(2).expect("the text part");
        let body: String = body.split("\r\n--").next().expect("a body").split("\r\n").collect();
        let text = String::from_utf8(STANDARD.decode(body).expect("base64")).expect("text");
        assert_eq!(text.replace("\r\n", "\n"), korean.rendered.text);
    }

    #[test]
    fn a_subject_cannot_add_a_header() {
        let mut bait = letter();
        bait.rendered.subject = "Hi\r\nBcc: eve@example.com\r\n\r\nbody".to_owned();
        assert!(!written(&bait).contains("\r\nBcc:"));
        assert!(!written(&bait).contains("\r\n\r\nbody"));
    }

    #[test]
    fn a_message_id_is_of_the_senders_domain() {
        let transport = Transport::memory(&mail(), Memory::default()).expect("a transport");
        assert_eq!(transport.message_id("0123abcd"), "<0123abcd@example.com>");
    }

    #[test]
    fn a_sender_that_is_no_address_is_a_fault() {
        for from in ["nobody", "A <a@b.c", "A <a@b.c>, B <b@b.c>", "a@b.c\r\nBcc: x@y.z"] {
            let mail = Mail { from: from.to_owned(), ..Mail::default() };
            assert!(Transport::build(&mail).is_err(), "{from}");
        }
        assert!(Transport::build(&Mail::default()).is_ok());
    }

    #[tokio::test]
    async fn memory_keeps_letters_and_fails_as_often_as_told() {
        let mailbox = Memory::default();
        let transport = Transport::memory(&mail(), mailbox.clone()).expect("a transport");
        let busy = SendError::Temporary("busy".to_owned());
        mailbox.fail_next(2, &busy);
        assert_eq!(transport.send(&letter()).await, Err(busy.clone()));
        assert_eq!(transport.send(&letter()).await, Err(busy));
        assert_eq!(transport.send(&letter()).await, Ok(()));
        assert_eq!(mailbox.letters().len(), 1);
    }

    #[tokio::test]
    async fn printing_never_fails() {
        let transport = Transport::build(&mail()).expect("a transport");
        assert_eq!(transport.send(&letter()).await, Ok(()));
    }

    #[tokio::test]
    async fn a_directory_gets_one_private_file_per_letter() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("new/outbox");
        let config =
            Mail { transport: TransportKind::Directory, directory: Some(path.clone()), ..mail() };
        let transport = Transport::build(&config).expect("a transport");
        let later = Outgoing { message_id: "<ffff@example.com>".to_owned(), ..letter() };
        for letter in [letter(), later, letter()] {
            assert_eq!(transport.send(&letter).await, Ok(()));
        }
        let mut files: Vec<_> =
            fs::read_dir(&path).expect("files").map(|f| f.expect("a file").path()).collect();
        files.sort();
        let names: Vec<_> = files.iter().filter_map(|f| f.file_name()?.to_str()).collect();
        assert_eq!(
            names,
            ["20240229T120000.000042Z-0123abcd.eml", "20240229T120000.000042Z-ffff.eml"]
        );
        assert!(
            fs::read_to_string(&files[0]).expect("a letter").contains("\r\nSubject: Hello\r\n")
        );
        #[cfg(unix)]
        for (file, mode) in [(&files[0], 0o600), (&path, 0o700)] {
            use std::os::unix::fs::PermissionsExt as _;
            let found = fs::metadata(file).expect("a file").permissions().mode() & 0o777;
            assert_eq!(found, mode);
        }
    }

    #[tokio::test]
    async fn a_directory_that_has_vanished_is_a_passing_trouble() {
        let place = tempfile::tempdir().expect("a directory");
        let directory = Some(place.path().join("outbox"));
        let config = Mail { transport: TransportKind::Directory, directory, ..mail() };
        let transport = Transport::build(&config).expect("a transport");
        fs::remove_dir(place.path().join("outbox")).expect("gone");
        assert!(matches!(transport.send(&letter()).await, Err(SendError::Unreachable(_))));
    }
}
