//! A range of network addresses, as in `10.0.0.0/8`.

use std::{fmt, net::IpAddr};

use serde::Deserialize;

/// A range of addresses; a lone address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cidr {
    address: IpAddr,
    prefix: u8,
}

impl Cidr {
    /// Whether the address lies in the range; an IPv4 address mapped into IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let kept = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                (ours.to_bits() ^ theirs.to_bits()) & kept == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let kept = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                (ours.to_bits() ^ theirs.to_bits()) & kept == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    /// Whether the range is all there is.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }
}

impl TryFrom<String> for Cidr {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const MEND: &str = "write ranges such as 10.0.0.0/8 or fd00::/8, or single addresses";
        let (address, prefix) = text.split_once('/').unzip();
        let Ok(address) = address.unwrap_or(&text).parse::<IpAddr>() else { return Err(MEND) };
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => Some(longest),
            Some(digits) => digits.parse().ok().filter(|prefix| *prefix <= longest),
        };
        prefix.map(|prefix| Self { address, prefix }).ok_or(MEND)
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::Cidr;

    fn range(text: &str) -> Cidr {
        Cidr::try_from(text.to_owned()).expect("a range")
    }

    #[test]
    fn a_range_holds_the_addresses_that_share_its_prefix() {
        for (text, address, inside) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("::/0", "2001:db8::1", true),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.0.0.0/8", "fd00::1", false),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(range(text).contains(address), inside, "{address} in {text}");
        }
    }

    #[test]
    fn malformed_ranges_are_refused() {
        for text in ["", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "proxy", "10.0.0.0/-1"] {
            assert!(Cidr::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
