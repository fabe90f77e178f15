//! A letter on its way: words, address and envelope made into one mail message (RFC 5322).

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    address::AddressError,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::letters::Rendered;
use crate::domain::{email::Email, language::Language};

/// A letter and all that sending it takes.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Where it goes.
    pub to: Email,
    /// The language it is written in.
    pub language: Language,
    /// What it says.
    pub rendered: Rendered,
    /// The date it bears.
    pub now: DateTime<Utc>,
    /// Its `Message-ID` in angle brackets; the same at every attempt, so that a double is recognised.
    pub message_id: String,
}

impl Outgoing {
    /// The message: text first, HTML as the better alternative, marked so that no absence notice answers it
    /// (RFC 3834 §5). The error names no part of an address.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, String> {
        let to: Address = self.to.as_str().parse().map_err(|e: AddressError| e.to_string())?;
        let header = |name, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.rendered.subject.as_str())
            .date(self.now.into())
            .message_id(Some(self.message_id.clone()))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", self.language.tag()))
            .multipart(
                MultiPart::alternative()
                    .singlepart(part(ContentType::TEXT_PLAIN, &self.rendered.text))
                    .singlepart(part(ContentType::TEXT_HTML, &self.rendered.html)),
            )
            .map_err(|e| e.to_string())
    }
}

/// Longest line that travels as it is (RFC 5322 §2.1.1).
const LONGEST_LINE: usize = 998;

/// One form of the letter. Plain ASCII is sent as it is: quoted-printable would break a link over two lines,
/// and people read the files of a mail folder.
fn part(kind: ContentType, text: &str) -> SinglePart {
    let text = text.replace("\r\n", "\n");
    let legal = |b: u8| matches!(b, b'\n' | b'\t' | b' '..=b'~');
    let body = if text.bytes().all(legal) && text.lines().all(|line| line.len() <= LONGEST_LINE) {
        // lettre itself would fall back to quoted-printable from the 77th character of a line on.
        let bytes = text.replace('\n', "\r\n").into_bytes();
        Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text)
    };
    SinglePart::builder().header(kind).body(body)
}

#[cfg(test)]
mod tests {
    use super::{ContentType, part};

    #[test]
    fn a_link_of_any_sensible_length_stays_on_one_line() {
        let link = format!("https://id.example.org/auth/activate/MQ/{}", "a".repeat(200));
        let written = part(ContentType::TEXT_PLAIN, &format!("Hello,\n\n{link}\n")).formatted();
        let written = String::from_utf8(written).expect("ASCII");
        assert!(written.contains(&format!("\r\n\r\n{link}\r\n")), "{written}");
    }

    #[test]
    fn what_is_not_ascii_or_too_long_is_encoded() {
        for text in ["Привет\n".to_owned(), "a".repeat(999)] {
            let written = part(ContentType::TEXT_PLAIN, &text).formatted();
            let written = String::from_utf8(written).expect("ASCII");
            assert!(!written.contains("Content-Transfer-Encoding: 7bit"), "{written}");
            assert!(written.lines().all(|line| line.len() <= 78), "{written}");
        }
    }
}
