//! Sends answers, also in ways no server should.

use std::{collections::VecDeque, io, time::Duration};

use actix_web::{
    HttpResponse,
    body::{BodyStream, SizedStream},
    http::header,
    web::Bytes,
};
use futures_util::{Stream, stream};

use super::{
    ask::Answer,
    spoil::{Sending, Spoiled, Step},
};

/// The largest piece of filling sent at once.
const PIECE: u64 = 64 * 1024;

/// Sends an answer as it is.
pub(super) fn plain(answer: Answer) -> HttpResponse {
    let (head, body) = open(answer);
    head.set_body(body).map_into_boxed_body()
}

/// Sends a spoiled answer.
///
/// Actix writes the head together with the first piece of the body, so a body that fails at once closes the
/// connection before the first byte, and one that fails after a pause closes it in the middle.
pub(super) async fn deliver(spoiled: Spoiled) -> HttpResponse {
    let Spoiled { head, sending } = spoiled;
    match sending {
        Sending::Whole => plain(head),
        Sending::Late(delay) => {
            tokio::time::sleep(delay).await;
            plain(head)
        }
        Sending::Stepwise { length, steps } => {
            let (head, _) = open(head);
            match length {
                Some(length) => {
                    head.set_body(SizedStream::new(length, play(steps))).map_into_boxed_body()
                }
                None => head.set_body(BodyStream::new(play(steps))).map_into_boxed_body(),
            }
        }
    }
}

fn open(answer: Answer) -> (HttpResponse, Vec<u8>) {
    let mut head = HttpResponse::build(answer.status);
    if let Some(kind) = answer.content_type {
        head.insert_header((header::CONTENT_TYPE, kind));
    }
    for field in answer.headers {
        head.insert_header(field);
    }
    (head.finish(), answer.body)
}

fn play(steps: Vec<Step>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(VecDeque::from(steps), |mut steps| async move {
        let piece = next_piece(&mut steps).await?;
        Some((piece, steps))
    })
}

/// Does the steps up to the next that yields something.
async fn next_piece(steps: &mut VecDeque<Step>) -> Option<io::Result<Bytes>> {
    loop {
        match steps.pop_front()? {
            Step::Send(bytes) => return Some(Ok(bytes)),
            Step::Pause(time) => pause(time).await,
            Step::Break => return Some(Err(io::ErrorKind::ConnectionReset.into())),
            Step::Fill(0) => {}
            Step::Fill(left) => {
                let now = left.min(PIECE);
                steps.push_front(Step::Fill(left - now));
                return Some(Ok(vec![b'x'; usize::try_from(now).unwrap_or_default()].into()));
            }
        }
    }
}

async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
