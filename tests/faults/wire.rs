//! As much of PostgreSQL's protocol as it takes to see a commit go by.

use std::collections::HashSet;

/// The messages of one client, in order.
#[derive(Debug, Default)]
pub struct Wire {
    buffer: Vec<u8>,
    /// The first message has no type.
    begun: bool,
    /// The prepared statements that are kept without a commit: a rotation is one statement, and that is all.
    rotations: HashSet<Vec<u8>>,
}

/// How a rotation begins (`src/store/rotations.rs`).
const ROTATION: &[u8] = b"with used as (update refresh_tokens";

impl Wire {
    /// Takes what the client sent next; whether a commit is in it.
    pub fn commits(&mut self, piece: &[u8]) -> bool {
        self.buffer.extend_from_slice(piece);
        let mut found = false;
        while let Some((kind, length)) = self.next() {
            if self.buffer.len() < length {
                break;
            }
            let message: Vec<u8> = self.buffer.drain(..length).collect();
            self.begun = true;
            found |= match kind {
                b'Q' => is_commit(&message[5..]),
                b'B' => self.rotations.contains(words(&message[5..]).nth(1).unwrap_or_default()),
                b'P' => {
                    self.parsed(&message[5..]);
                    false
                }
                _ => false,
            };
        }
        found
    }

    /// A statement is prepared, under its name.
    fn parsed(&mut self, body: &[u8]) {
        let mut words = words(body);
        let (name, text) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if text.starts_with(ROTATION) {
            self.rotations.insert(name.to_owned());
        } else {
            self.rotations.remove(name);
        }
    }

    /// Type and whole length of the message that comes first.
    fn next(&self) -> Option<(u8, usize)> {
        let head = usize::from(self.begun);
        let length: [u8; 4] = self.buffer.get(head..head + 4)?.try_into().ok()?;
        let length = usize::try_from(u32::from_be_bytes(length)).ok()? + head;
        Some((if self.begun { self.buffer[0] } else { 0 }, length))
    }
}

/// The texts at the beginning of a message, each of which ends with a zero.
fn words(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == 0)
}

fn is_commit(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"\0").unwrap_or(text).trim_ascii();
    text.trim_ascii_end().eq_ignore_ascii_case(b"commit")
}

/// Shown once at every start of the command: whoever looks for commits must find them.
pub fn check() {
    let query = |text: &str| {
        let mut message = vec![b'Q'];
        message.extend(u32::try_from(text.len() + 5).unwrap().to_be_bytes());
        message.extend(text.bytes().chain([0]));
        message
    };
    let start = [0, 0, 0, 9, 0, 3, 0, 0, 0];
    let mut wire = Wire::default();
    assert!(!wire.commits(&start));
    assert!(!wire.commits(&query("select 'commit'")));
    let commit = query("commit");
    assert!(!wire.commits(&commit[..3]));
    assert!(wire.commits(&commit[3..]));
    assert!(wire.commits(&[query("begin"), query("COMMIT")].concat()));
    let told = |kind: u8, words: &[&[u8]]| {
        let body: Vec<u8> = words.iter().flat_map(|word| [word, &b"\0"[..]].concat()).collect();
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind], &length[..], &body].concat()
    };
    assert!(!wire.commits(&told(b'P', &[b"s1", ROTATION])));
    assert!(!wire.commits(&told(b'B', &[b"", b"s0"])));
    assert!(wire.commits(&told(b'B', &[b"", b"s1"])));
}
