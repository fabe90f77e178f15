//! As much of PostgreSQL's protocol as it takes to see a commit go by.

use std::collections::HashMap;

/// How the statement begins that is committed by itself: the rotation of a refresh token.
const ROTATION: &str = "with used as (update refresh_tokens";

/// The messages of one client, in order.
#[derive(Debug, Default)]
pub struct Wire {
    buffer: Vec<u8>,
    /// The first message has no type.
    begun: bool,
    /// The texts of the statements since `begin`.
    inside: Option<String>,
    /// The texts of prepared statements, by name.
    prepared: HashMap<String, String>,
}

impl Wire {
    /// Takes what the client sent next; if a commit is in it, the texts of the statements that it commits.
    pub fn commits(&mut self, piece: &[u8]) -> Option<String> {
        self.buffer.extend_from_slice(piece);
        let mut found = None;
        while let Some((kind, length)) = self.next() {
            if self.buffer.len() < length {
                break;
            }
            let message: Vec<u8> = self.buffer.drain(..length).collect();
            self.begun = true;
            let committed = self.hear(kind, message.get(5..).unwrap_or_default());
            found = committed.or(found);
        }
        found
    }

    /// Type and whole length of the message that comes first.
    fn next(&self) -> Option<(u8, usize)> {
        let head = usize::from(self.begun);
        let length: [u8; 4] = self.buffer.get(head..head + 4)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(length)).ok()? + head;
        Some((if self.begun { self.buffer[0] } else { 0 }, length))
    }

    fn hear(&mut self, kind: u8, body: &[u8]) -> Option<String> {
        let texts = body.split(|byte| *byte == 0);
        let mut texts = texts.map(|text| String::from_utf8_lossy(text).trim().to_owned());
        let mut next = || texts.next().unwrap_or_default();
        match kind {
            // Query: its text.
            b'Q' => match next().to_ascii_lowercase().as_str() {
                "begin" => self.inside = Some(String::new()),
                "rollback" => self.inside = None,
                "commit" => return self.inside.take(),
                _ => {}
            },
            // Parse: a name and the text of the statement.
            b'P' => {
                let (name, text) = (next(), next());
                self.prepared.insert(name, text);
            }
            // Bind: the name of a portal and that of a statement.
            b'B' => {
                let (_portal, name) = (next(), next());
                let text = self.prepared.get(&name)?;
                match &mut self.inside {
                    Some(inside) => inside.push_str(text),
                    None => return text.starts_with(ROTATION).then(|| text.clone()),
                }
            }
            _ => {}
        }
        None
    }
}

/// Shown once at every start of the command: whoever looks for commits must find them.
pub fn check() {
    let message = |kind: u8, body: &str| {
        let mut message = vec![kind];
        message.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
        message.extend(body.bytes());
        message
    };
    let query = |text: &str| message(b'Q', &format!("{text}\0"));
    let (start, mut wire) = ([0, 0, 0, 9, 0, 3, 0, 0, 0], Wire::default());
    assert_eq!(wire.commits(&start), None);
    assert_eq!(wire.commits(&query("select 'commit'")), None);
    assert_eq!(wire.commits(&query("begin")), None);
    let commit = query("commit");
    assert_eq!(wire.commits(&commit[..3]), None);
    assert_eq!(wire.commits(&commit[3..]).as_deref(), Some(""));
    assert_eq!(wire.commits(&[query("begin"), query("COMMIT")].concat()).as_deref(), Some(""));
    assert_eq!(wire.commits(&message(b'P', &format!("s1\0{ROTATION} set\0\0\0"))), None);
    assert_eq!(wire.commits(&message(b'B', "\0s2\0\0")), None);
    assert!(wire.commits(&message(b'B', "\0s1\0\0")).is_some());
    let inside = [query("begin"), message(b'B', "\0s1\0\0")].concat();
    assert_eq!(wire.commits(&inside), None);
    assert!(wire.commits(&query("commit")).unwrap().contains("refresh_tokens"));
}
