//! The `[linking]` section: when a provider's person and an account meet.

use serde::Deserialize;

/// What is done when an address told by a provider belongs to an account that may not be linked.
///
/// Which addresses may be linked is said per provider, by its `link_existing`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Linking {
    /// `refuse` or `create_without_email`.
    pub on_email_clash: OnEmailClash,
}

/// The two answers to a clash of addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnEmailClash {
    /// Nobody is signed in; the person logs in and links the identity themselves.
    #[default]
    Refuse,
    /// A second account is made, without an address.
    CreateWithoutEmail,
}
