//! How far a credential reaches: what it may do at the calls of this house.

use super::{
    credential::{Principal, Via},
    scope,
};

/// How far a credential reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// As far as its account: a login of the installation's own.
    Account,
    /// As far as its scope: somebody allowed an application so much, and no more.
    Scope,
}

/// What a call does for whoever makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It shows what is in the account.
    Look,
    /// It changes what is in the account.
    Change,
    /// It looks after the installation.
    Administer,
    /// It tells who the person is (OpenID Connect Core §5.3).
    Identify,
}

/// The scope to look at an account.
pub const READ: &str = "read";
/// The scope to change an account, which whoever does it sees.
pub const WRITE: &str = "write";
/// The scope to know who somebody is.
pub const OPENID: &str = "openid";

impl Principal {
    /// The scope without which the principal may not do it; `None` if nothing is missing (RFC 6750 §3.1,
    /// `insufficient_scope`). A login of our own may look at its account and change it, whatever its scope says.
    pub fn lacks(&self, act: Act) -> Option<&'static str> {
        let has = |word| self.scope.has(word);
        let whole = self.reach == Reach::Account;
        let token = self.via == Via::AccessToken;
        let (may, missing) = match act {
            Act::Look => (whole || has(READ) || has(WRITE), READ),
            Act::Change => (whole || has(WRITE), WRITE),
            Act::Administer => (token && has(scope::ADMIN), scope::ADMIN),
            Act::Identify => (token && has(OPENID), OPENID),
        };
        (!may).then_some(missing)
    }

    /// Whether it speaks for an administrator who meant it to: an application needs the scope for that.
    pub fn administers(&self) -> bool {
        let meant = self.reach == Reach::Account || self.scope.has(scope::ADMIN);
        meant && self.account.as_ref().is_some_and(|account| account.is_admin)
    }
}

/// Whether a token for those resources (RFC 8707) is for the installation of that address: it is for none in
/// particular, or for a place of the installation.
pub fn is_for(resources: &[String], issuer: &str) -> bool {
    let ours = |uri: &String| {
        uri.strip_prefix(issuer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    resources.is_empty() || resources.iter().any(ours)
}

/// The resources an access token is for (RFC 8707 §2.2): those that are named, if all of them were allowed, and all
/// of those where none is named. `None` if one was not. Where none in particular was, the installation was.
pub fn narrowed(allowed: &[String], named: &[String], issuer: &str) -> Option<Vec<String>> {
    let is_allowed = |uri: &String| {
        if allowed.is_empty() {
            is_for(std::slice::from_ref(uri), issuer)
        } else {
            allowed.contains(uri)
        }
    };
    if named.is_empty() {
        return Some(allowed.to_vec());
    }
    named.iter().all(is_allowed).then(|| named.to_vec())
}

#[cfg(test)]
mod tests {
    use super::{Act, Reach, is_for, narrowed};
    use crate::domain::{
        credential::{Principal, Via},
        scope::ScopeSet,
        token::FamilyId,
    };

    fn principal(reach: Reach, via: Via, scope: &str) -> Principal {
        let scope = ScopeSet::parse(scope).expect("a scope");
        Principal { account: None, client: None, scope, family: FamilyId(1), via, reach }
    }

    #[test]
    fn an_application_may_what_its_scope_says() {
        let rows = [
            ("openid", [Some("read"), Some("write"), Some("admin"), None]),
            ("read", [None, Some("write"), Some("admin"), Some("openid")]),
            ("write", [None, None, Some("admin"), Some("openid")]),
            ("admin", [Some("read"), Some("write"), None, Some("openid")]),
            ("reads", [Some("read"), Some("write"), Some("admin"), Some("openid")]),
            ("read write admin openid", [None; 4]),
        ];
        for (scope, lacks) in rows {
            let me = principal(Reach::Scope, Via::AccessToken, scope);
            let acts = [Act::Look, Act::Change, Act::Administer, Act::Identify];
            assert_eq!(acts.map(|act| me.lacks(act)), lacks, "{scope}");
        }
    }

    #[test]
    fn a_login_of_our_own_may_look_and_change_and_no_more() {
        for via in [Via::AuthToken, Via::Jwt] {
            let me = principal(Reach::Account, via, "");
            let acts = [Act::Look, Act::Change, Act::Administer, Act::Identify];
            let lacks = [None, None, Some("admin"), Some("openid")];
            assert_eq!(acts.map(|act| me.lacks(act)), lacks);
        }
    }

    #[test]
    fn a_token_is_for_what_was_allowed_or_less() {
        let uris = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let rows = [
            ("a:1 a:2", "", Some("a:1 a:2")),
            ("a:1 a:2", "a:2", Some("a:2")),
            ("a:1 a:2", "a:2 a:3", None),
            ("", "", Some("")),
            ("", "a:1", None),
            ("", "https://id.example/", Some("https://id.example/")),
            ("a:1", "https://id.example", None),
        ];
        for (allowed, named, wanted) in rows {
            let found = narrowed(&uris(allowed), &uris(named), "https://id.example");
            assert_eq!(found, wanted.map(uris), "{allowed}: {named}");
        }
    }

    #[test]
    fn a_token_for_somebody_else_is_not_for_us() {
        let is_for_us = |uris: &[&str]| {
            let uris: Vec<String> = uris.iter().map(|uri| (*uri).to_owned()).collect();
            is_for(&uris, "https://id.example")
        };
        for uris in [
            &[][..],
            &["https://id.example"],
            &["https://id.example/"],
            &["https://api.example/", "https://id.example/auth/"],
        ] {
            assert!(is_for_us(uris), "{uris:?}");
        }
        for uri in ["https://api.example/", "https://id.example.evil/", "https://id.example:1"] {
            assert!(!is_for_us(&[uri]), "{uri}");
        }
    }
}
