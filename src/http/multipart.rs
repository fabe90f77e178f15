//! Multipart bodies (RFC 7578), read strictly: text parts only, UTF-8, no name twice.

use futures_util::stream;
use multer::{Constraints, Multipart};

use super::body::{BadBody, Word, Words};

/// Reads the parts of a body that is in memory already. A part with a file name is no text.
pub async fn read(bytes: Vec<u8>, boundary: String) -> Result<Words, BadBody> {
    let malformed = |_| BadBody::Malformed("it is not multipart");
    let whole = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
    let mut parts = Multipart::with_constraints(whole, boundary, Constraints::new());
    let mut words = Words::default();
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        let Some(name) = part.name().map(str::to_owned) else {
            return Err(BadBody::Malformed("a part has no name"));
        };
        let is_file = part.file_name().is_some();
        let value = part.bytes().await.map_err(malformed)?;
        let word = if is_file {
            Word::Other
        } else {
            let text = std::str::from_utf8(&value);
            Word::Text(text.map_err(|_utf8| BadBody::Malformed("it is not UTF-8"))?.to_owned())
        };
        if !words.add(name, word) {
            return Err(BadBody::Malformed("a name occurs twice"));
        }
    }
    Ok(words)
}
