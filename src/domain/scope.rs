//! Scopes: what a grant allows, in words of RFC 6749 §3.3.

use std::fmt;

/// One scope word.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope(String);

impl Scope {
    /// Reads one word of printable ASCII without space, `"` and `\` (RFC 6749 §3.3), at most 64 long.
    pub fn parse(word: &str) -> Option<Self> {
        let legal = |b: u8| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        ((1..=64).contains(&word.len()) && word.bytes().all(legal)).then(|| Self(word.to_owned()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The scope that administers Cambio itself; granted to administrators alone.
pub const ADMIN: &str = "admin";

/// Distinct scopes in the order they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeSet(Vec<Scope>);

/// No scope at all, as first-party logins have it.
pub static NO_SCOPE: ScopeSet = ScopeSet(Vec::new());

impl ScopeSet {
    /// Most scopes one set may hold.
    pub const MAX: usize = 64;

    /// Reads a space-delimited list; repeated words count once. `None` when a word is malformed,
    /// two spaces meet, or there are more than [`ScopeSet::MAX`] words. An empty text is the empty set.
    pub fn parse(text: &str) -> Option<Self> {
        let mut set = Self::default();
        if text.is_empty() {
            return Some(set);
        }
        for word in text.split(' ') {
            let scope = Scope::parse(word)?;
            if set.contains(&scope) {
                continue;
            }
            if set.0.len() == Self::MAX {
                return None;
            }
            set.0.push(scope);
        }
        Some(set)
    }

    /// Whether the set holds no scope.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the scope is in the set.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// Whether the word is in the set.
    pub fn has(&self, word: &str) -> bool {
        self.0.iter().any(|scope| scope.0 == word)
    }

    /// Whether every scope of this set is also in the other.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.iter().all(|scope| other.contains(scope))
    }

    /// The scopes of this set that are also in the other, in this set's order.
    #[must_use]
    pub fn only(&self, other: &Self) -> Self {
        Self(self.0.iter().filter(|scope| other.contains(scope)).cloned().collect())
    }

    /// The scopes of this set but for that word.
    #[must_use]
    pub fn without(&self, word: &str) -> Self {
        Self(self.0.iter().filter(|scope| scope.0 != word).cloned().collect())
    }

    /// The scopes of both sets, this one's first; those beyond [`ScopeSet::MAX`] are left out.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let more = other.0.iter().filter(|scope| !self.contains(scope));
        Self(self.0.iter().chain(more).take(Self::MAX).cloned().collect())
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(&scope.0)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ScopeSet;
    use proptest::prelude::*;

    fn set(text: &str) -> ScopeSet {
        ScopeSet::parse(text).expect("a scope set")
    }

    #[test]
    fn order_is_kept_and_repeats_count_once() {
        assert_eq!(set("write read write").to_string(), "write read");
        assert_eq!(set("").to_string(), "");
    }

    #[test]
    fn malformed_lists_are_refused() {
        for text in [" ", "read  write", " read", "read ", "re\"ad", "re\\ad", "чит", "a\0", "a\tb"]
        {
            assert_eq!(ScopeSet::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back_the_same(text in "[a-d]{1,2}( [a-d]{1,2}){0,6}") {
            let scopes = set(&text);
            prop_assert_eq!(ScopeSet::parse(&scopes.to_string()), Some(scopes));
        }

        #[test]
        fn only_is_the_greatest_common_subset(a in "[a-d]( [a-d]){0,4}", b in "[a-d]( [a-d]){0,4}") {
            let (a, b) = (set(&a), set(&b));
            let both = a.only(&b);
            prop_assert!(both.is_within(&a) && both.is_within(&b));
            prop_assert!(a.iter().all(|s| !b.contains(s) || both.contains(s)));
            prop_assert_eq!(a.is_within(&b), both == a);
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,60}") {
            let _ = ScopeSet::parse(&text);
        }
    }
}
