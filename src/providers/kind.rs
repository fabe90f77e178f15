//! What a caller shows: is it of a sound form, and of which kind.

use secrecy::{ExposeSecret as _, SecretString};

use super::error::ProviderError;
use crate::{
    crypto::jwt::looks_like_jws,
    domain::provider::{CredentialKind, ProviderCredential},
};

/// The kind of the credential, named by the caller or seen by its form; refused when it is none the
/// provider takes, or when it could do harm on its way (line breaks in a header).
pub(super) fn read(
    shown: &ProviderCredential,
    accepted: &[CredentialKind],
) -> Result<CredentialKind, ProviderError> {
    let secrets = [&shown.code_verifier, &shown.id_token, &shown.access_token];
    let secrets = secrets.into_iter().flatten().map(SecretString::expose_secret);
    let plain = [&shown.nonce, &shown.device_id, &shown.redirect_uri, &shown.state];
    let plain = plain.into_iter().flatten().map(String::as_str);
    if !is_sound(shown.token.expose_secret()) {
        return Err(ProviderError::BadRequest(
            "token must be 1 to 16384 printable ASCII characters without spaces",
        ));
    }
    if !secrets.chain(plain).all(is_sound) {
        return Err(ProviderError::BadRequest(
            "what comes with the token must be printable ASCII without spaces, or left out",
        ));
    }
    let kind = shown.kind.unwrap_or_else(|| seen(shown));
    if accepted.contains(&kind) {
        return Ok(kind);
    }
    Err(ProviderError::BadRequest("this provider is not configured to take this kind of token"))
}

fn seen(shown: &ProviderCredential) -> CredentialKind {
    if shown.code_verifier.is_some() {
        // Nothing but a code has a PKCE verifier (RFC 7636 §4.5).
        CredentialKind::Code
    } else if looks_like_jws(shown.token.expose_secret()) {
        CredentialKind::IdToken
    } else {
        CredentialKind::AccessToken
    }
}

fn is_sound(text: &str) -> bool {
    (1..=ProviderCredential::MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::{
        crypto::{
            jwt::sign,
            jwt_key::{Algorithm, SigningKey},
        },
        domain::provider::{
            CredentialKind::{AccessToken, Code, IdToken, Signed},
            ProviderCredential,
        },
        providers::error::ProviderError,
    };

    fn shown(token: &str) -> ProviderCredential {
        ProviderCredential::token(token.into())
    }

    #[test]
    fn the_kind_is_seen_by_the_form() {
        let all = [AccessToken, IdToken, Code, Signed];
        let key = SigningKey::secret(Algorithm::HS256, b"s");
        let jwt = sign(&serde_json::json!({}), &key).expect("signed");
        assert_eq!(read(&shown(&jwt), &all), Ok(IdToken));
        for opaque in ["vk1.a.abc", "ya29.a0.b", "y0_AgAAA", "1/fFAGRNJru1FTz70BzhT3Zg"] {
            assert_eq!(read(&shown(opaque), &all), Ok(AccessToken), "{opaque}");
        }
        let code = ProviderCredential { code_verifier: Some("v".into()), ..shown("vk2.a.code") };
        assert_eq!(read(&code, &all), Ok(Code));
        let named = ProviderCredential { kind: Some(Signed), ..shown(&jwt) };
        assert_eq!(read(&named, &all), Ok(Signed));
    }

    #[test]
    fn what_a_provider_does_not_take_is_a_bad_request() {
        assert!(matches!(read(&shown("a"), &[IdToken]), Err(ProviderError::BadRequest(_))));
    }

    #[test]
    fn what_could_break_a_header_is_never_sent() {
        for token in ["", "a b", "a\r\nX: y", "é", "a\0", &"a".repeat(16_385)] {
            let verdict = read(&shown(token), &[AccessToken]);
            assert!(matches!(verdict, Err(ProviderError::BadRequest(_))), "{token:?}");
        }
        let odd = ProviderCredential { device_id: Some("a\n".to_owned()), ..shown("a") };
        assert!(matches!(read(&odd, &[AccessToken]), Err(ProviderError::BadRequest(_))));
    }
}
