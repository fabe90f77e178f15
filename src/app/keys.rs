//! From the configuration's secrets to the keys of the deeds: one for each dialect.

use secrecy::SecretString;

use crate::{
    config::{Config, dialects::signin::Hmac},
    crypto::{
        fernet::FernetKey,
        jwt_key::Algorithm,
        keys::{JwtKey, Keys, OpenedKeys, derived},
    },
    error::Fault,
};

/// The keys that a configuration, already validated, describes.
///
/// A dialect without a secret of its own gets one derived from the common one, so that no dialect's token
/// passes as another's.
pub(super) fn from(config: &Config) -> Result<Keys, Fault> {
    let common = config.jwt.signing_key.as_ref();
    let (api, signin) = (&config.dialects.api, &config.dialects.signin);
    let own = |enabled: bool, secret: Option<&SecretString>, purpose: &str| match (secret, common) {
        (Some(own), _) if enabled => Ok(Some(own.clone())),
        (None, Some(common)) if enabled => derived(common, purpose).map(Some),
        _ => Ok(None),
    };
    let api = own(api.enabled, api.jwt_secret.as_ref(), "cambio /api JWTs")?;
    let algorithm = match signin.jwt_algorithm {
        Hmac::Hs256 => Algorithm::HS256,
        Hmac::Hs384 => Algorithm::HS384,
        Hmac::Hs512 => Algorithm::HS512,
    };
    let restoring = signin.email_encrypt_key.as_ref().map(|key| {
        FernetKey::parse(key).ok_or_else(|| Fault::internal("email_encrypt_key is no Fernet key"))
    });
    let signin = own(signin.enabled, signin.jwt_secret.as_ref(), "cambio /signin JWTs")?;
    Ok(Keys {
        jwt: common.map(|secret| JwtKey::shared(secret, Algorithm::HS256)),
        api: api.map(|secret| JwtKey::shared(&secret, Algorithm::HS256)),
        signin: signin.map(|secret| JwtKey::shared(&secret, algorithm)),
        restoring: restoring.transpose()?,
        sealing: common.cloned(),
        opened: OpenedKeys::default(),
    })
}
