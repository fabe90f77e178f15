//! Checks that several blocks share.

use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::{Common, Complaint};
use crate::domain::provider::ProviderName;

/// Every alias is a legal name and belongs to one provider only.
pub(super) fn names(blocks: &[(&'static str, Common<'_>)], wrong: &mut Vec<Complaint>) {
    let mut taken: Vec<&str> = blocks.iter().map(|(name, _)| *name).collect();
    for (name, common) in blocks {
        for alias in common.aliases {
            if ProviderName::parse(alias).is_none() {
                let mend = "use 1 to 32 of a-z, 0-9 and -";
                wrong.push((format!("{name}.aliases"), format!("{alias:?} is no name; {mend}")));
            } else if taken.contains(&alias.as_str()) {
                let mend = "give it to one provider only";
                wrong.push((format!("{name}.aliases"), format!("{alias:?} is taken; {mend}")));
            } else {
                taken.push(alias);
            }
        }
    }
}

/// The application ids are there and the further roots can be read.
pub(super) fn common(name: &str, common: &Common<'_>, wrong: &mut Vec<Complaint>) {
    let blank = |id: &String| id.trim().is_empty() || id.trim() != id;
    if common.client_ids.is_empty() || common.client_ids.iter().any(blank) {
        wrong.push((
            format!("{name}.client_ids"),
            "list the ids of your applications there, without spaces; a token issued to any other \
             application must not sign anybody in"
                .to_owned(),
        ));
    }
    if let Err(fault) = common.extra_roots() {
        wrong.push((format!("{name}.extra_root_ca"), format!("{fault}; name a PEM file")));
    }
}

/// An address of a provider: https, a host name, and nothing besides a path.
pub(super) fn url(path: &str, url: &Url, private: bool, wrong: &mut Vec<Complaint>) {
    let mut say = |mend: &str| wrong.push((path.to_owned(), mend.to_owned()));
    let bare = url.username().is_empty() && url.password().is_none();
    if !bare || url.query().is_some() || url.fragment().is_some() {
        return say("write the address without user, query and fragment");
    }
    if private {
        if !matches!(url.scheme(), "https" | "http") {
            say("write an http or https address");
        }
        return;
    }
    if url.scheme() != "https" {
        say("write an https address (http needs egress.allow_private_network)");
    } else if !matches!(url.host(), Some(Host::Domain(_))) {
        say("write a host name (an IP address needs egress.allow_private_network)");
    }
}

/// A secret, when there is one, is not blank.
pub(super) fn secret(path: &str, secret: Option<&SecretString>, wrong: &mut Vec<Complaint>) {
    if secret.is_some_and(|secret| secret.expose_secret().trim().is_empty()) {
        wrong.push((path.to_owned(), "is blank; write it, or leave the key out".to_owned()));
    }
}

/// Scopes are single words (RFC 6749 §3.3); they are sent with spaces between them.
pub(super) fn scopes(path: &str, scopes: &[String], wrong: &mut Vec<Complaint>) {
    let word = |scope: &String| !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic());
    if !scopes.iter().all(word) {
        let mend = "list single words, as the provider names them";
        wrong.push((path.to_owned(), mend.to_owned()));
    }
}
