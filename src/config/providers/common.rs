//! What every provider's block has, and how words of a setting become values.

use std::{fs, path::PathBuf};

use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    domain::{identity::LinkExisting, provider::CredentialKind},
    error::Fault,
};

/// The settings every provider has, borrowed from its block.
#[derive(Debug, Clone, Copy)]
pub struct Common<'a> {
    /// Whether its tokens are exchanged at all.
    pub enabled: bool,
    /// Other names clients use for it.
    pub aliases: &'a [String],
    /// Our applications there.
    pub client_ids: &'a [String],
    /// Which of its e-mail addresses may lead to an account that exists already.
    pub link_existing: LinkExisting,
    /// Whether a person without an e-mail address is refused.
    pub require_email: bool,
    /// Files with further roots of trust.
    pub extra_root_ca: &'a [PathBuf],
}

impl Common<'_> {
    /// Reads the further roots of trust, PEM files with one or more certificates each.
    ///
    /// They count for this provider alone: a national root must not be trusted for Google.
    pub fn extra_roots(&self) -> Result<Vec<CertificateDer<'static>>, Fault> {
        let mut roots = Vec::new();
        for path in self.extra_root_ca {
            let shown = path.display();
            let text = fs::read(path).map_err(|why| {
                Fault::because(format!("extra_root_ca {shown} cannot be read"), why)
            })?;
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(&text) {
                roots.push(certificate.map_err(|why| {
                    Fault::because(format!("extra_root_ca {shown} is not PEM"), why)
                })?);
            }
            if roots.len() == before {
                return Err(Fault::internal(format!("extra_root_ca {shown} has no certificate")));
            }
        }
        Ok(roots)
    }
}

/// What is done about the nonce of an `id_token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NonceRule {
    /// The caller and the token must both have one, and the same.
    Required,
    /// Both or neither.
    Optional,
    /// Not looked at.
    Ignored,
}

/// Reads `verified`, `authoritative` or `never`.
pub(super) fn link_existing<'de, D: Deserializer<'de>>(words: D) -> Result<LinkExisting, D::Error> {
    match String::deserialize(words)?.as_str() {
        "verified" => Ok(LinkExisting::Verified),
        "authoritative" => Ok(LinkExisting::Authoritative),
        "never" => Ok(LinkExisting::Never),
        _ => Err(D::Error::custom("write verified, authoritative or never")),
    }
}

/// Reads a list of kinds of credential.
pub(super) fn kinds<'de, D: Deserializer<'de>>(words: D) -> Result<Vec<CredentialKind>, D::Error> {
    let kind = |word: &String| {
        CredentialKind::parse(word)
            .ok_or_else(|| D::Error::custom("write access_token, id_token, code or signed"))
    };
    Vec::<String>::deserialize(words)?.iter().map(kind).collect()
}
