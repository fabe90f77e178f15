//! As much of PostgreSQL's protocol as it takes to see a commit go by.

/// The messages of one client, in order.
#[derive(Debug, Default)]
pub struct Wire {
    buffer: Vec<u8>,
    /// The first message has no type.
    begun: bool,
}

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
            found |= kind == b'Q' && is_commit(&message[5..]);
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
}
