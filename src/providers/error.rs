//! Why a provider did not tell us who somebody is.

use std::time::Duration;

use crate::{
    crypto::{jwt::BadJwt, jwt_time::BadTime},
    error::{Error, Fault, Refusal, Why},
};

/// What came of asking a provider, when it was not an identity. Never holds a token, a body or a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum ProviderError {
    /// The request cannot be understood; nobody was asked. The text names the parameter and the mend.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// The credential is not good. The caller's doing: never counts against the provider.
    #[error("refused: {0:?}")]
    Refused(Why),
    /// The provider could not be asked.
    #[error("unavailable: {0:?}")]
    Unavailable(Outage),
    /// The provider wants to be asked less often.
    #[error("rate limited")]
    RateLimited {
        /// When to try again.
        retry_after: Duration,
    },
    /// The provider answered something that is not an answer.
    #[error("malformed: {0:?}")]
    Malformed(Flaw),
    /// The provider rejects something of ours: a secret, a service token, our network address.
    #[error("misconfigured: {0}")]
    Misconfigured(&'static str),
}

/// How a provider could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outage {
    /// No connection: name lookup, TCP or TLS failed. Nothing was sent.
    Connect,
    /// The connection ended before the answer did.
    Closed,
    /// It took too long.
    Timeout,
    /// It answered with this status of its own failure.
    Status(u16),
    /// It failed too often of late and is left alone for this long.
    BreakerOpen(Duration),
    /// Too many calls to it are under way.
    Crowded,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is larger than an answer has any reason to be.
    TooLarge,
    /// It wants us to go elsewhere.
    Redirect,
    /// It does not call itself JSON.
    ContentType,
    /// It is not a JSON object, or one we do not read strictly.
    NotJson,
    /// It lacks a member that every such answer has.
    Member(&'static str),
    /// It names nobody, or somebody in a form no id has.
    Subject,
    /// A status that has no meaning here.
    Status(u16),
}

impl ProviderError {
    /// The outcome as one word, for logs and metrics.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "bad_request",
            Self::Refused(Why::ForeignAudience) => "wrong_audience",
            Self::Refused(_) => "refused",
            Self::Unavailable(_) => "unavailable",
            Self::RateLimited { .. } => "rate_limited",
            Self::Malformed(_) => "malformed",
            Self::Misconfigured(_) => "misconfigured",
        }
    }

    fn is_verdict(&self) -> bool {
        matches!(self, Self::BadRequest(_) | Self::Refused(_))
    }
}

/// Two answers to one question: both, or the failure that says most. A verdict on the credential
/// outweighs a provider that could not say.
pub(super) fn both<A, B>(
    one: Result<A, ProviderError>,
    other: Result<B, ProviderError>,
) -> Result<(A, B), ProviderError> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (Err(one), Err(other)) if other.is_verdict() && !one.is_verdict() => Err(other),
        (Err(why), _) | (_, Err(why)) => Err(why),
    }
}

impl From<ProviderError> for Error {
    fn from(error: ProviderError) -> Self {
        /// How long a caller waits before it asks a provider again that just failed.
        const SOON: Duration = Duration::from_secs(5);
        match error {
            ProviderError::BadRequest(mend) => Refusal::BadRequest(mend).into(),
            ProviderError::Refused(why) => Refusal::ProviderRefused(why).into(),
            ProviderError::Unavailable(Outage::BreakerOpen(left)) => {
                Refusal::ProviderUnavailable { retry_after: left, status: None }.into()
            }
            ProviderError::Unavailable(Outage::Status(status)) => {
                Refusal::ProviderUnavailable { retry_after: SOON, status: Some(status) }.into()
            }
            ProviderError::Unavailable(_) => {
                Refusal::ProviderUnavailable { retry_after: SOON, status: None }.into()
            }
            ProviderError::RateLimited { retry_after } => {
                Refusal::ProviderUnavailable { retry_after, status: Some(429) }.into()
            }
            ProviderError::Malformed(Flaw::Status(status)) => {
                Refusal::ProviderMalformed { status: Some(status) }.into()
            }
            ProviderError::Malformed(_) => Refusal::ProviderMalformed { status: None }.into(),
            ProviderError::Misconfigured(what) => Fault::internal(what).into(),
        }
    }
}

impl From<BadJwt> for ProviderError {
    fn from(bad: BadJwt) -> Self {
        Self::Refused(match bad {
            BadJwt::Malformed | BadJwt::Claims => Why::Malformed,
            BadJwt::Header | BadJwt::Algorithm | BadJwt::Signature => Why::Forged,
        })
    }
}

impl From<BadTime> for ProviderError {
    fn from(bad: BadTime) -> Self {
        Self::Refused(match bad {
            BadTime::Expired | BadTime::Stale => Why::Expired,
            BadTime::NotYet | BadTime::Malformed => Why::Malformed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Flaw, Outage, ProviderError, both};
    use crate::error::Why;

    #[test]
    fn a_verdict_on_the_token_outweighs_a_provider_that_could_not_say() {
        let refused = ProviderError::Refused(Why::Unknown);
        let down = ProviderError::Unavailable(Outage::Timeout);
        let odd = ProviderError::Malformed(Flaw::NotJson);
        let met = |one, other| both::<(), ()>(Err(one), Err(other)).expect_err("an error");
        assert_eq!(met(down.clone(), refused.clone()), refused);
        assert_eq!(met(refused.clone(), down.clone()), refused);
        assert_eq!(met(down.clone(), odd), down);
        assert_eq!(both::<u8, u8>(Ok(1), Err(down.clone())), Err(down));
        assert_eq!(both(Ok(1), Ok(2)), Ok((1, 2)));
    }
}
