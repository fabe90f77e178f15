//! Bodies that are not read to their end: the connection is closed once the answer is out.
//!
//! actix-http does so for a body of a known length. One that comes in chunks it goes on to read and throw away,
//! for as long as the caller likes, once nobody holds it any more. So it is held until the answer is out.

use std::{
    cell::RefCell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpMessage as _,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    middleware::Next,
    web::Bytes,
};
use futures_util::Stream;

/// Wraps a request.
pub async fn wrap(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let held = Rc::new(RefCell::new(Some(payload)));
    let stream = Box::pin(Reading(Rc::clone(&held)));
    request.set_payload(Payload::Stream { payload: stream });
    let response = next.call(request).await?.map_into_boxed_body();
    if held.borrow().is_none() {
        return Ok(response);
    }
    Ok(response.map_body(|_, body| BoxBody::new(Holding { body, _payload: held })))
}

type Held = Rc<RefCell<Option<Payload>>>;

/// A body as it is read; read to its end, it is not held any more.
struct Reading(Held);

impl Stream for Reading {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut held = self.0.borrow_mut();
        let Some(payload) = held.as_mut() else { return Poll::Ready(None) };
        let read = Pin::new(payload).poll_next(cx);
        if matches!(read, Poll::Ready(None)) {
            *held = None;
        }
        read
    }
}

/// An answer that holds what was not read of its request.
struct Holding {
    body: BoxBody,
    _payload: Held,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        match self.body.size() {
            // An answer without a body would be let go before it is sent; it goes out as it is all the same.
            BodySize::None => BodySize::Sized(0),
            size => size,
        }
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
