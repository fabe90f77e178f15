//! An e-mail address, parsed once.

use std::fmt;

/// Longest address accepted (RFC 5321 §4.5.3.1.3 less the angle brackets).
pub const MAX_EMAIL: usize = 254;

/// A syntactically valid address: local part as typed, domain in lower-case ASCII.
///
/// Two addresses that differ by letter case alone are the same mailbox to us ([`Email::key`]).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email {
    shown: String,
}

impl Email {
    /// Reads an address; `None` when it is not one.
    ///
    /// Accepted is a dot-atom local part of ASCII letters, digits and ``!#$%&'*+/=?^_`{|}~-`` (RFC 5322
    /// §3.2.3, no quoted strings) of at most 64 characters, and a domain name of at least two labels;
    /// an international domain is kept in its ASCII form. Surrounding white space is cut.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.len() > MAX_EMAIL * 4 {
            return None;
        }
        let (local, domain) = typed.rsplit_once('@')?;
        let domain = ascii_domain(domain)?;
        let shown = format!("{local}@{domain}");
        (is_dot_atom(local) && shown.len() <= MAX_EMAIL).then_some(Self { shown })
    }

    /// The address as shown to people and written on letters.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The form under which the address is unique: all lower case.
    pub fn key(&self) -> String {
        self.shown.to_ascii_lowercase()
    }

    /// The part behind the `@`, lower-case ASCII.
    pub fn domain(&self) -> &str {
        self.shown.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

fn is_dot_atom(local: &str) -> bool {
    let atom = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    (1..=64).contains(&local.len()) && local.split('.').all(atom)
}

fn ascii_domain(typed: &str) -> Option<String> {
    // `Host::parse` decodes percent signs and IP forms, which no mail domain has.
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    if typed.is_empty() || !typed.chars().all(plain) {
        return None;
    }
    let url::Host::Domain(domain) = url::Host::parse(typed).ok()? else { return None };
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let labels = domain.split('.').count();
    (labels >= 2 && domain.split('.').all(label)).then_some(domain)
}

impl fmt::Debug for Email {
    /// Never the address: it must not reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Email;
    use proptest::prelude::*;

    #[test]
    fn the_domain_is_lower_cased_and_the_local_part_kept() {
        let email = Email::parse(" Big.One+x@EXAMPLE.Com ").expect("an address");
        assert_eq!(email.as_str(), "Big.One+x@example.com");
        assert_eq!(email.key(), "big.one+x@example.com");
        assert_eq!(email.domain(), "example.com");
    }

    #[test]
    fn an_international_domain_is_kept_in_ascii() {
        let email = Email::parse("a@пример.рф").expect("an address");
        assert_eq!(email.as_str(), "a@xn--e1afmkfd.xn--p1ai");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for typed in [
            "",
            "a",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "a b@c.de",
            "a@b..c",
            ".a@b.cd",
            "a.@b.cd",
            "иван@example.com",
            "a@1.2.3.4",
            "a@[::1]",
            "a@exa%6dple.com",
            "a\r\n@b.cd",
            "a@-b.cd",
            "a@b.cd\0",
            "\"q\"@b.cd",
            "a@b@c.de,x",
        ] {
            assert!(Email::parse(typed).is_none(), "{typed:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_its_result_parses_to_itself(typed in "\\PC{0,80}") {
            if let Some(email) = Email::parse(&typed) {
                prop_assert_eq!(Email::parse(email.as_str()), Some(email));
            }
        }

        #[test]
        fn an_address_is_one_line_of_ascii(typed in "[a-zA-Z0-9.!+@\\-\\x00-\\x1f é]{0,60}") {
            if let Some(email) = Email::parse(&typed) {
                prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
            }
        }
    }
}
