//! Tokens of the Admin API: whatever somebody sends, it is read or refused, and none that we did not sign
//! opens anything.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/web/api/admin/token.rs"]
#[allow(dead_code, unused_imports)]
mod token;

/// What a token needs of the house: an instant.
mod domain {
    pub struct Timestamp(pub i64);

    impl Timestamp {
        pub fn as_seconds(&self) -> i64 {
            self.0.div_euclid(1_000_000)
        }
    }
}

/// Nobody else has it, and no fuzzer finds it.
const SECRET: &str = "8d3f0c6e2b7a4951c0de5eedfa11ab1e8d3f0c6e2b7a4951c0de5eedfa11ab1e";

fuzz_target!(|text: &str| {
    let Ok(unverified) = token::Unverified::read(text) else { return };
    assert!(!unverified.key.is_empty());
    for seconds in [0, 1_795_461_709, i64::MAX / 1_000_000] {
        let now = domain::Timestamp(seconds * 1_000_000);
        assert!(unverified.verify(SECRET, now).is_err(), "{text:?} opens something");
        assert!(unverified.verify("no secret", domain::Timestamp(0)).is_err());
    }
});
