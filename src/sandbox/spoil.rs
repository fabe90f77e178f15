//! What an action makes of a good answer, and how the result is to be sent. Pure.

use std::{io::Write as _, time::Duration};

use actix_web::{http::StatusCode, web::Bytes};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{
    ask::Answer,
    faults::{Action, Junk},
};

/// Longer than any client waits. Not for ever, so that a client gone leaves no connection behind for good.
const NEVER: Duration = Duration::from_mins(5);
/// Long enough for what was sent to leave the house before the connection breaks.
const BEAT: Duration = Duration::from_millis(5);

/// An answer and how it is sent.
pub(super) struct Spoiled {
    pub(super) head: Answer,
    pub(super) sending: Sending,
}

/// How an answer is sent.
pub(super) enum Sending {
    /// At once and whole.
    Whole,
    /// Whole, after this time.
    Late(Duration),
    /// Step by step; the head's own body is not looked at.
    Stepwise {
        /// What `Content-Length` says; chunked when absent.
        length: Option<u64>,
        /// What happens after the head.
        steps: Vec<Step>,
    },
}

/// One thing that happens while a body is sent.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// These bytes.
    Send(Bytes),
    /// This many letters.
    Fill(u64),
    /// Nothing for a while.
    Pause(Duration),
    /// The connection breaks.
    Break,
}

/// Does to an answer what the action says.
pub(super) fn spoil(action: &Action, good: Answer, base_url: &str) -> Spoiled {
    match action {
        Action::Delay(ms) => sent(good, Sending::Late(Duration::from_millis(*ms))),
        Action::Hang => sent(good, Sending::Late(NEVER)),
        Action::Drip(rate) => drip(good, *rate),
        Action::HangAfterHeaders => stepwise(good, vec![Step::Pause(NEVER)]),
        Action::ResetBefore => stepwise(good, vec![Step::Break]),
        Action::ResetMidBody => cut(good, |length| length / 2, Some(Step::Break)),
        Action::Truncate(at) => cut(good, |length| (*at).min(length), None),
        Action::Huge { bytes, declared } => huge(*bytes, *declared),
        Action::Status(code) => whole(Answer::html(status(*code), "Something went wrong")),
        Action::RateLimit { retry_after } => whole(rate_limit(*retry_after)),
        Action::VkError(code) => whole(vk_error(*code, base_url)),
        Action::Redirect(to) => whole(redirect(to, base_url)),
        Action::GzipBomb(mebibytes) => whole(gzip_bomb(*mebibytes)),
        Action::ContentType(kind) => whole(Answer { content_type: kind.clone(), ..good }),
        Action::Body(text) => {
            whole(Answer { body: text.clone().into_bytes(), ..Answer::ok(&json!(0)) })
        }
        Action::Junk(junk) => whole(junk_body(*junk, good)),
        Action::WrongStatus(code) => whole(Answer { status: status(*code), ..good }),
    }
}

fn sent(head: Answer, sending: Sending) -> Spoiled {
    Spoiled { head, sending }
}

fn whole(head: Answer) -> Spoiled {
    sent(head, Sending::Whole)
}

/// Announces the whole body, then does as the steps say.
fn stepwise(head: Answer, steps: Vec<Step>) -> Spoiled {
    let length = u64::try_from(head.body.len()).ok();
    sent(head, Sending::Stepwise { length, steps })
}

fn drip(mut good: Answer, bytes_per_second: u64) -> Spoiled {
    let pause = Duration::from_millis(1000 / bytes_per_second.max(1));
    let body = std::mem::take(&mut good.body);
    let length = u64::try_from(body.len()).ok();
    let one = |byte| [Step::Send(Bytes::from(vec![byte])), Step::Pause(pause)];
    let steps = body.into_iter().flat_map(one).collect();
    sent(good, Sending::Stepwise { length, steps })
}

/// Sends the beginning only, and then either breaks or just ends.
fn cut(good: Answer, at: impl FnOnce(usize) -> usize, then: Option<Step>) -> Spoiled {
    let kept = at(good.body.len());
    let beginning: Bytes = good.body.iter().take(kept).copied().collect();
    let steps = [Step::Send(beginning), Step::Pause(BEAT)].into_iter().chain(then).collect();
    stepwise(good, steps)
}

fn huge(bytes: u64, declared: bool) -> Spoiled {
    let (open, close) = (r#"{"padding":""#, r#""}"#);
    let frame = u64::try_from(open.len() + close.len()).unwrap_or_default();
    let filling = bytes.saturating_sub(frame);
    let steps = vec![
        Step::Send(Bytes::from_static(open.as_bytes())),
        Step::Fill(filling),
        Step::Send(Bytes::from_static(close.as_bytes())),
    ];
    let length = declared.then_some(filling + frame);
    sent(Answer::ok(&json!({})), Sending::Stepwise { length, steps })
}

fn rate_limit(retry_after: u64) -> Answer {
    let error = json!({"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED"});
    Answer::json(StatusCode::TOO_MANY_REQUESTS, &json!({"error": error}))
        .header("Retry-After", retry_after.to_string())
}

/// Errors 14 and 17 carry an address that must never be fetched; the log shows whether it was.
fn vk_error(code: u32, base_url: &str) -> Answer {
    let message = match code {
        6 => "Too many requests per second",
        9 => "Flood control",
        14 => "Captcha needed",
        17 => "Validation required: please open redirect_uri in browser",
        _ => "Error",
    };
    let mut error = json!({"error_code": code, "error_msg": message, "request_params": []});
    if let (14 | 17, Some(fields)) = (code, error.as_object_mut()) {
        let trap = json!(format!("{base_url}/trap"));
        fields.insert("captcha_sid".to_owned(), json!("1"));
        fields.insert("captcha_img".to_owned(), trap.clone());
        fields.insert("redirect_uri".to_owned(), trap);
    }
    Answer::ok(&json!({"error": error}))
}

fn redirect(to: &str, base_url: &str) -> Answer {
    let here = if to.starts_with('/') { base_url } else { "" };
    Answer::empty(StatusCode::FOUND).header("Location", format!("{here}{to}"))
}

fn gzip_bomb(mebibytes: u64) -> Answer {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let block = vec![b' '; 1024 * 1024];
    let bomb = (0..mebibytes)
        .try_for_each(|_| packer.write_all(&block))
        .and_then(|()| packer.write_all(b"{}"))
        .and_then(|()| packer.finish());
    // Writing to memory does not fail.
    let body = bomb.unwrap_or_default();
    Answer { body, ..Answer::ok(&json!({})) }.header("Content-Encoding", "gzip")
}

fn junk_body(junk: Junk, good: Answer) -> Answer {
    let inside = good.body.get(1..).unwrap_or_default();
    let body = match junk {
        Junk::Html => return Answer::html(StatusCode::OK, "Sorry, we are being improved"),
        Junk::DeepNesting => {
            let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
            format!(r#"{{"sub":{open}{close}}}"#).into_bytes()
        }
        Junk::DuplicateKeys => {
            let other = r#"{"sub":"666","id":"666","aud":"666","client_id":"666","#;
            let nested = r#""user":{"user_id":"666"},"response":[{"id":666}],"#;
            [other.as_bytes(), nested.as_bytes(), inside].concat()
        }
        Junk::Nan => {
            br#"{"sub":NaN,"id":NaN,"user":{"user_id":NaN},"response":[{"id":NaN}]}"#.to_vec()
        }
        Junk::Bom => ["\u{feff}".as_bytes(), &good.body].concat(),
        Junk::BadUtf8 => [&b"{\"broken\":\"\xff\xfe\","[..], inside].concat(),
    };
    Answer { body, ..good }
}

/// What is no status at all becomes 500.
fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
