//! How often somebody may try to sign in.
//!
//! Failures are counted for the address that they come from, for the account, and for the two together.
//! A few are free; from then on each doubles the time to wait, up to a limit, until none came for a
//! while. The count stands in the database, for all instances together: signing in needs the database
//! anyway, so there is nothing to fall back on and nothing to fall out of step. An attempt counts as a
//! failure when it begins and is taken back when it succeeds, so many at once gain nothing.
//!
//! The account alone has many free failures and short waits: a stranger must not be able to lock its
//! owner out.

use std::net::IpAddr;
use std::time::Duration;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::{Accounts, SignInError, tried};
use crate::clock::Timestamp;
use crate::db;
use crate::services::{Result, retrying};

/// After this time without a failure all are forgotten.
pub(super) const FORGOTTEN: Duration = Duration::from_mins(15);

/// What somebody may do before they have to wait, and for how long at most.
struct Limit {
    free: u32,
    longest_wait: Duration,
}

/// From one address: an office may share it.
const OF_ADDRESS: Limit = Limit { free: 20, longest_wait: Duration::from_mins(15) };
/// For one account, from anywhere.
const OF_ACCOUNT: Limit = Limit { free: 50, longest_wait: Duration::from_secs(30) };
/// For one account, from one address.
const OF_BOTH: Limit = Limit { free: 5, longest_wait: Duration::from_mins(15) };

/// An attempt under way: whom it is counted for.
pub(super) struct Attempt {
    address: String,
    account: String,
    both: String,
}

impl Attempt {
    fn new(email: &str, address: IpAddr) -> Self {
        let network = network(address);
        let hash = |kind: &str, parts: [&str; 2]| {
            let text = [kind, parts[0], parts[1]].join("\0");
            HEXLOWER.encode(&Sha256::digest(text))
        };
        Self {
            address: hash("address", [&network, ""]),
            account: hash("account", [email, ""]),
            both: hash("both", [email, &network]),
        }
    }

    /// Always in the same order, so that no two attempts wait for each other.
    fn limits(&self) -> [(&str, &Limit); 3] {
        [(&self.address, &OF_ADDRESS), (&self.account, &OF_ACCOUNT), (&self.both, &OF_BOTH)]
    }
}

/// Whoever has one address of IPv6 has the 64 bits behind it as well.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

impl Limit {
    /// How long to wait after so many failures.
    fn wait(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free) {
            None => Duration::ZERO,
            Some(beyond) => Duration::from_secs(1 << beyond.min(20)).min(self.longest_wait),
        }
    }
}

impl Accounts {
    /// Begins an attempt, if it is allowed.
    ///
    /// # Errors
    /// [`SignInError::TooOften`], or the database does not answer.
    pub(super) async fn attempt(
        &self,
        email: &str,
        address: IpAddr,
    ) -> Result<Attempt, SignInError> {
        let attempt = Attempt::new(email, address);
        let now = self.clock.now();
        match retrying(|| self.count(&attempt, now)).await? {
            Some(wait) => {
                tried("too_often");
                Err(SignInError::TooOften(wait))
            }
            None => Ok(attempt),
        }
    }

    /// Counts an attempt, or gives how long to wait for the next.
    async fn count(&self, attempt: &Attempt, now: Timestamp) -> Result<Option<Duration>> {
        let mut t = self.db.write().await?;
        let mut wait = Duration::ZERO;
        for (who, limit) in attempt.limits() {
            let (failures, last_at) = db::sign_in_failures::hold(&mut t, who, now).await?;
            let since = now.since(last_at);
            let failures = if since < FORGOTTEN { failures } else { 0 };
            wait = wait.max(limit.wait(count(failures)).saturating_sub(since));
            db::sign_in_failures::set(&mut t, who, failures + 1, now).await?;
        }
        if !wait.is_zero() {
            // Not committed: who comes too early is not counted.
            return Ok(Some(wait));
        }
        t.commit().await?;
        Ok(None)
    }

    /// Takes back what was counted for an attempt that succeeded. To the address it is one failure
    /// less: who has an account here may not use it to guess at others.
    pub(super) async fn forgive(&self, attempt: &Attempt) -> Result<()> {
        retrying(|| async {
            let mut t = self.db.write().await?;
            db::sign_in_failures::forgive_one(&mut t, &attempt.address).await?;
            db::sign_in_failures::forget(&mut t, &attempt.account).await?;
            db::sign_in_failures::forget(&mut t, &attempt.both).await?;
            Ok(t.commit().await?)
        })
        .await
    }
}

fn count(failures: i64) -> u32 {
    u32::try_from(failures.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit() {
        for (failures, seconds) in
            [(0, 0), (4, 0), (5, 1), (6, 2), (10, 32), (14, 512), (15, 900), (u32::MAX, 900)]
        {
            assert_eq!(OF_BOTH.wait(failures), Duration::from_secs(seconds), "{failures}");
        }
    }

    #[test]
    fn an_address_counts_with_its_neighbours_in_ipv6_alone() {
        for (address, network_of_it) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), network_of_it);
        }
    }
}
