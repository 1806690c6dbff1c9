//! Passwords: argon2id at the crate's default costs (RFC 9106, OWASP's first choice).
//!
//! To hash one takes some 20 MB and tens of milliseconds on purpose, and strangers can ask for it. So
//! it is done beside the tasks that answer, a few at once, and whoever waits too long is turned away.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::{Result, ServiceError};

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;
/// The longest password, in bytes.
const MAX_PASSWORD: usize = 1_000;
/// How many are hashed at once.
const AT_ONCE: usize = 2;
/// How long somebody waits for their turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// A hash of no password, at the costs of all others: to compare with where there is none to compare
/// with, so that it takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz\
    $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords, a few at once.
#[derive(Debug, Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    /// The hash of a password, in PHC form.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where it is too short or too long; [`ServiceError::Busy`].
    pub async fn hash(&self, password: &str) -> Result<String> {
        if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
            return Err(ServiceError::invalid(
                "password",
                format!("has at least {MIN_PASSWORD} characters"),
            ));
        }
        let password = password.to_owned();
        let hash = self.beside(move || Argon2::default().hash_password(password.as_bytes()));
        match hash.await? {
            Ok(hash) => Ok(hash.to_string()),
            Err(error) => Err(ServiceError::invalid("password", error.to_string())),
        }
    }

    /// Whether a password is the one of a hash. Without a hash it takes as long to say no.
    ///
    /// # Errors
    /// [`ServiceError::Busy`].
    pub async fn verify(&self, password: &str, hash: Option<String>) -> Result<bool> {
        // No hash is of a longer one.
        if password.len() > MAX_PASSWORD {
            return Ok(false);
        }
        let password = password.to_owned();
        self.beside(move || {
            let is_real = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
            let is_right = PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
            });
            is_right && is_real
        })
        .await
    }

    /// Does the work on a thread of its own, when there is a place. A client that leaves takes no
    /// place along.
    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = tokio::time::timeout(PATIENCE, self.places.clone().acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(ServiceError::Busy) };
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.map_err(|_| ServiceError::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(passwords.verify("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("correct house", Some(hash)).await.unwrap());
        assert!(!passwords.verify("", None).await.unwrap());
        assert!(!passwords.verify("correct horse", Some("nonsense".to_owned())).await.unwrap());
    }

    #[tokio::test]
    async fn the_hash_of_nobody_costs_what_the_others_do() {
        let costs = |hash: &str| {
            let hash = PasswordHash::new(hash).unwrap();
            (
                hash.algorithm.to_string(),
                hash.version,
                hash.params.to_string(),
                hash.hash.unwrap().len(),
            )
        };
        let real = Passwords::default().hash("correct horse").await.unwrap();
        assert_eq!(costs(NOBODY), costs(&real));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_too_long_is_turned_away() {
        let passwords = Passwords::default();
        let _all = passwords.places.clone().acquire_many_owned(2).await.unwrap();
        let answer = passwords.verify("correct horse", None).await;
        assert!(matches!(answer, Err(ServiceError::Busy)));
    }

    #[tokio::test]
    async fn a_password_of_any_length_is_answered() {
        let passwords = Passwords::default();
        let long = "x".repeat(1 << 20);
        assert!(!passwords.verify(&long, None).await.unwrap());
        for odd in ["", "too short", &long] {
            assert!(matches!(passwords.hash(odd).await, Err(ServiceError::Invalid { .. })));
        }
    }
}
