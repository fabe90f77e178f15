//! Traces on their way out of the house.

use std::{pin::Pin, sync::Arc, time::Duration};

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::{Client, redirect};
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Handle;

use crate::error::Fault;

/// What a collector answers is a few bytes; of more, nothing is read.
const ANSWER: usize = 64 * 1024;

/// The HTTP client for the collector. The thread that sends batches has no runtime: calls are made on the server's.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    runtime: Handle,
}

impl Sender {
    /// One whose calls are over after `patience`.
    pub(super) fn build(runtime: Handle, patience: Duration) -> Result<Self, Fault> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the collector is the operator's, not a provider"
        )]
        let client = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(patience)
            .build()
            .map_err(|why| Fault::because("the HTTP client for traces", why.without_url()))?;
        Ok(Self { client, runtime })
    }
}

fn tls() -> Result<ClientConfig, Fault> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| Fault::because("no TLS protocol to send traces by", cause))?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

impl HttpClient for Sender {
    #[expect(single_use_lifetimes, reason = "they are the trait's")]
    fn send_bytes<'a: 'f, 'f>(
        &'a self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        Self: 'f,
    {
        let sent = self.runtime.spawn(send(self.client.clone(), request));
        Box::pin(async move { Ok(sent.await??) })
    }
}

async fn send(client: Client, request: Request<Bytes>) -> reqwest::Result<Response<Bytes>> {
    let mut answer = client.execute(reqwest::Request::try_from(request)?).await?;
    let mut read = Vec::new();
    while read.len() < ANSWER
        && let Some(piece) = answer.chunk().await?
    {
        read.extend_from_slice(&piece);
    }
    let mut told = Response::new(Bytes::from(read));
    *told.status_mut() = answer.status();
    Ok(told)
}
