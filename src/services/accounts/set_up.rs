//! Setting up: the first owner comes in by a code that only who runs the site can read.
//!
//! While no owner has a password, every instance says the code when it starts, and all say the same: it
//! stands in the database as one of the shared [`secrets`](crate::db::secrets). It is used once and
//! then forgotten, in the transaction that makes the owner. 128 bits cannot be guessed, so attempts are
//! not counted; and a wrong code costs nothing, since the password is hashed only behind a right one.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest as _, Sha256};

use super::Accounts;
use crate::db::{self, Intent};
use crate::domain::Author;
use crate::services::users::NewUser;
use crate::services::{Result, ServiceError, keep};

/// The name of the secret.
const SECRET: &str = "set-up";
/// Bytes of it that make the code.
const CODE: usize = 16;

/// The code, as it is said and typed: 26 letters and digits in groups.
pub struct SetUpCode(String);

impl SetUpCode {
    fn new(secret: &[u8; db::secrets::LENGTH]) -> Self {
        Self(BASE32_NOPAD.encode(&secret[..CODE]).to_ascii_lowercase())
    }

    /// Whether this is what somebody typed, in whatever groups and letters.
    fn is(&self, typed: &str) -> bool {
        let typed: String = typed
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .take(2 * self.0.len())
            .collect();
        // How much of two hashes agrees tells nothing of what was hashed.
        Sha256::digest(typed) == Sha256::digest(&self.0)
    }
}

impl fmt::Display for SetUpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, c) in self.0.chars().enumerate() {
            if n > 0 && n % 5 == 0 && n < 25 {
                f.write_str("-")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for SetUpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SetUpCode")
    }
}

impl Accounts {
    /// Whether the site waits for its owner.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn awaits_owner(&self) -> Result<bool> {
        let owner =
            db::users::owner_with_password(&mut *self.db.read(Intent::Primary).await?).await?;
        Ok(owner.is_none())
    }

    /// The code, while the site waits for its owner.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_up_code(&self) -> Result<Option<SetUpCode>> {
        if !self.awaits_owner().await? {
            return Ok(None);
        }
        Ok(Some(SetUpCode::new(&self.shared_secret(SECRET).await?)))
    }

    /// Makes the owner, for who knows the code.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the code is wrong or was used, or where the name, the address or
    /// the password will not do.
    pub async fn set_up(&self, code: &str, user: &NewUser, password: &str) -> Result<Author> {
        let wrong = || ServiceError::invalid("code", "is not the one in the log");
        let secret = db::secrets::find(&mut *self.db.read(Intent::Primary).await?, SECRET).await?;
        if !secret.is_some_and(|secret| SetUpCode::new(&secret).is(code)) {
            return Err(wrong());
        }
        let hash = self.passwords.hash(password).await?;
        let mut t = self.db.write().await?;
        let is_first = db::secrets::forget(&mut t, SECRET).await?;
        if !is_first || db::users::owner_with_password(&mut t).await?.is_some() {
            return Err(wrong());
        }
        let owner = self.users.take_over(&mut t, user, &hash).await?;
        keep(t, &self.stamper).await?;
        Ok(owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_however_it_is_typed() {
        let code = SetUpCode::new(&[0xA7; 32]);
        let said = code.to_string();
        assert_eq!(said, "u6t2p-j5hu6-t2pj5-hu6t2-pj5hu4");
        for typed in
            [said.clone(), said.to_uppercase(), said.replace('-', " "), format!(" {said}\n")]
        {
            assert!(code.is(&typed), "{typed}");
        }
        for wrong in
            ["", "u6t2p", &said[..said.len() - 1], &format!("{said}a"), &"u".repeat(1 << 20)]
        {
            assert!(!code.is(wrong), "{wrong:.40}");
        }
        assert_eq!(format!("{code:?}"), "SetUpCode", "it is not shown by accident");
    }
}
