//! Who is counted: an address, or a key.

use std::fmt;
use std::net::IpAddr;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// Somebody who is counted, the same on every instance. Nothing of a key can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject([u8; 16]);

impl Subject {
    /// An address. Whoever has one of IPv6 has the 64 bits behind it as well, so these count as one.
    #[must_use]
    pub fn of_address(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.to_ipv6_mapped().octets()),
            IpAddr::V6(address) => {
                let mut octets = address.octets();
                octets[8..].fill(0);
                Self(octets)
            }
        }
    }

    /// A key, or what stands for it.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(key)[..16]);
        Self(half)
    }

    /// The bytes.
    pub(super) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// In hexadecimal, as a part of a key in Redis.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_with_its_neighbours_in_ipv6_alone() {
        let of = |text: &str| Subject::of_address(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), of("::ffff:192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }

    #[test]
    fn a_key_cannot_be_read_from_its_subject() {
        let key = "22444f78447824223cefc48062";
        let shown = Subject::of_key(key).to_string();
        assert_eq!(shown.len(), 32);
        assert!(!shown.contains(&key[..8]));
        assert_ne!(Subject::of_key(key), Subject::of_key("another"));
    }
}
