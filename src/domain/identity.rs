//! The link rule: what becomes of a provider identity that we have, or have not, seen before.

use super::provider::{EmailTrust, ProviderEmail};

/// Which e-mail addresses of a provider may lead to an account that exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkExisting {
    /// None: every identity is its own account.
    Never,
    /// Only those for which the provider is the mail host.
    Authoritative,
    /// Those, and any other the provider has verified.
    Verified,
}

impl LinkExisting {
    fn admits(self, trust: EmailTrust) -> bool {
        match self {
            Self::Never => false,
            Self::Authoritative => trust == EmailTrust::Authoritative,
            Self::Verified => trust >= EmailTrust::Verified,
        }
    }
}

/// What happens when an e-mail address is taken and linking is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnClash {
    /// The conversion is refused.
    Refuse,
    /// A new account is made, without an e-mail address.
    CreateWithoutEmail,
}

/// What is known of the account that holds the identity's e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// No account has the address.
    Nobody,
    /// An account that has never been activated: its address and password prove nothing.
    Pending,
    /// An active account whose address is not proven.
    Unverified,
    /// An active account with a proven address.
    Verified,
    /// An active account that is tied to another person at the same provider: there the address has
    /// changed hands.
    SomebodyElse,
    /// An account somebody has switched off.
    Deactivated,
}

/// What the rule decides for an identity that has no account yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Make an account with the address, proven.
    CreateWithEmail,
    /// Make an account without an address.
    CreateWithoutEmail,
    /// Tie the identity to the holder of the address.
    ToHolder,
    /// Wipe what an unproven stranger left on the account (password, names, tokens, letters), then
    /// tie the identity to it (no pre-hijack).
    ToWipedHolder,
    /// Refuse.
    Refuse,
}

/// The link rule. Linking wants an address that the provider vouches for (as far as `existing`
/// demands) *and* that is proven here; an unproven account never wins over a vouched-for address.
pub fn link(
    email: Option<&ProviderEmail>,
    holder: Holder,
    existing: LinkExisting,
    clash: OnClash,
) -> Link {
    let Some(email) = email else { return Link::CreateWithoutEmail };
    let vouched = email.trust >= EmailTrust::Verified;
    let clashing = match clash {
        OnClash::Refuse => Link::Refuse,
        OnClash::CreateWithoutEmail => Link::CreateWithoutEmail,
    };
    match holder {
        // An address nobody vouches for never enters the unique column: it would squat there.
        Holder::Nobody if !vouched => Link::CreateWithoutEmail,
        Holder::Nobody => Link::CreateWithEmail,
        Holder::Pending | Holder::Unverified if vouched => Link::ToWipedHolder,
        Holder::Verified if existing.admits(email.trust) => Link::ToHolder,
        // A switched-off account must not be brought back, nor doubled, by a social login.
        Holder::Deactivated => Link::Refuse,
        // Somebody else: a firm gives the address of one who left to the next; the id at the provider counts.
        Holder::SomebodyElse | Holder::Pending | Holder::Unverified | Holder::Verified => clashing,
    }
}

#[cfg(test)]
mod tests {
    use super::{Holder, Link, LinkExisting, OnClash, link};
    use crate::domain::{
        email::Email,
        provider::{EmailTrust, ProviderEmail},
    };
    use proptest::prelude::*;

    fn email(trust: EmailTrust) -> ProviderEmail {
        ProviderEmail { address: Email::parse("ada@example.com").expect("an address"), trust }
    }

    fn any_trust() -> impl Strategy<Value = EmailTrust> {
        prop::sample::select(vec![
            EmailTrust::Unverified,
            EmailTrust::Verified,
            EmailTrust::Authoritative,
        ])
    }

    fn any_holder() -> impl Strategy<Value = Holder> {
        prop::sample::select(vec![
            Holder::Nobody,
            Holder::Pending,
            Holder::Unverified,
            Holder::Verified,
            Holder::SomebodyElse,
            Holder::Deactivated,
        ])
    }

    fn any_existing() -> impl Strategy<Value = LinkExisting> {
        prop::sample::select(vec![
            LinkExisting::Never,
            LinkExisting::Authoritative,
            LinkExisting::Verified,
        ])
    }

    fn any_clash() -> impl Strategy<Value = OnClash> {
        prop::sample::select(vec![OnClash::Refuse, OnClash::CreateWithoutEmail])
    }

    #[test]
    fn the_table_of_defaults() {
        use EmailTrust::{Authoritative, Unverified, Verified};
        let rows = [
            (Unverified, Holder::Nobody, Link::CreateWithoutEmail),
            (Unverified, Holder::Pending, Link::Refuse),
            (Unverified, Holder::Verified, Link::Refuse),
            (Unverified, Holder::Deactivated, Link::Refuse),
            (Verified, Holder::Nobody, Link::CreateWithEmail),
            (Verified, Holder::Pending, Link::ToWipedHolder),
            (Verified, Holder::Unverified, Link::ToWipedHolder),
            (Verified, Holder::Verified, Link::ToHolder),
            (Authoritative, Holder::Verified, Link::ToHolder),
            (Authoritative, Holder::Deactivated, Link::Refuse),
        ];
        for (trust, holder, wanted) in rows {
            let decided =
                link(Some(&email(trust)), holder, LinkExisting::Verified, OnClash::Refuse);
            assert_eq!(decided, wanted, "{trust:?} × {holder:?}");
        }
    }

    proptest! {
        #[test]
        fn an_unverified_address_never_reaches_an_account_nor_the_unique_column(
            holder in any_holder(), existing in any_existing(), clash in any_clash(),
        ) {
            let decided = link(Some(&email(EmailTrust::Unverified)), holder, existing, clash);
            prop_assert!(matches!(decided, Link::CreateWithoutEmail | Link::Refuse));
        }

        #[test]
        fn without_an_address_nothing_is_linked(
            holder in any_holder(), existing in any_existing(), clash in any_clash(),
        ) {
            prop_assert_eq!(link(None, holder, existing, clash), Link::CreateWithoutEmail);
        }

        #[test]
        fn a_switched_off_account_stays_off(
            trust in any_trust(), existing in any_existing(), clash in any_clash(),
        ) {
            let decided = link(Some(&email(trust)), Holder::Deactivated, existing, clash);
            prop_assert_eq!(decided, Link::Refuse);
        }

        #[test]
        fn an_address_that_has_changed_hands_leads_nowhere(
            trust in any_trust(), existing in any_existing(), clash in any_clash(),
        ) {
            let decided = link(Some(&email(trust)), Holder::SomebodyElse, existing, clash);
            prop_assert!(matches!(decided, Link::CreateWithoutEmail | Link::Refuse));
        }

        #[test]
        fn what_proves_nothing_is_wiped_before_it_is_linked(
            trust in any_trust(), existing in any_existing(), clash in any_clash(),
        ) {
            for holder in [Holder::Pending, Holder::Unverified] {
                prop_assert_ne!(link(Some(&email(trust)), holder, existing, clash), Link::ToHolder);
            }
        }

        #[test]
        fn a_proven_account_is_linked_only_as_far_as_the_setting_goes(
            trust in any_trust(), clash in any_clash(),
        ) {
            let to = |existing| link(Some(&email(trust)), Holder::Verified, existing, clash);
            prop_assert_ne!(to(LinkExisting::Never), Link::ToHolder);
            prop_assert_eq!(
                to(LinkExisting::Authoritative) == Link::ToHolder,
                trust == EmailTrust::Authoritative
            );
            prop_assert_eq!(
                to(LinkExisting::Verified) == Link::ToHolder,
                trust >= EmailTrust::Verified
            );
        }
    }
}
