//! Integrations: programs that speak to the site for its owner, and the keys by which they are known.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::ids::{IntegrationId, KeyId};
use crate::clock::Timestamp;
use crate::entropy::Entropy;

/// Bytes of a content key: Ghost's clients want 26 hexadecimal characters.
const CONTENT_BYTES: usize = 13;
/// Bytes of the secret of an admin key: they want 64.
const ADMIN_BYTES: usize = 32;

/// A program that speaks to the site for its owner.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// What the owner calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum KeyKind {
    /// What is published, to read it.
    Content,
    /// The site, to write it.
    Admin,
}

impl KeyKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Content, Self::Admin];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Content => "content",
            Self::Admin => "admin",
        }
    }
}

/// A key, as it is kept.
#[derive(Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiKey {
    /// Its id. That of an admin key is a part of it.
    pub id: KeyId,
    /// Whose it is.
    pub integration_id: IntegrationId,
    /// What it opens.
    pub kind: KeyKind,
    /// A hash of a content key; the secret of an admin key. In hexadecimal.
    pub secret: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A key as clients take it, which is shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl ApiKey {
    /// A new key of an integration: what is kept of it, and what is shown of it.
    #[must_use]
    pub fn new(
        integration_id: &IntegrationId,
        kind: KeyKind,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, Secret) {
        let id = KeyId::new(now, entropy.next());
        let (secret, shown) = match kind {
            KeyKind::Content => {
                let shown = random_hex(CONTENT_BYTES, entropy);
                (HEXLOWER.encode(&hash_of(&shown)), shown)
            }
            KeyKind::Admin => {
                let secret = random_hex(ADMIN_BYTES, entropy);
                let shown = format!("{id}:{secret}");
                (secret, shown)
            }
        };
        let integration_id = integration_id.clone();
        (Self { id, integration_id, kind, secret, created_at: now }, Secret(shown))
    }
}

impl Secret {
    /// The characters.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// What is kept of a content key. It is random and long, so that a plain hash tells nothing of it.
#[must_use]
pub fn hash_of(content_key: &str) -> [u8; 32] {
    Sha256::digest(content_key).into()
}

fn random_hex(bytes: usize, entropy: &dyn Entropy) -> String {
    let mut random = Vec::with_capacity(bytes + 8);
    while random.len() < bytes {
        random.extend(entropy.next().to_be_bytes());
    }
    HEXLOWER.encode(&random[..bytes])
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, integration_id, kind, .. } = self;
        f.debug_struct("ApiKey")
            .field("id", id)
            .field("integration_id", integration_id)
            .field("kind", kind)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::CountingEntropy;

    #[test]
    fn secrets_are_as_long_as_the_clients_want_and_show_nowhere() {
        let entropy = CountingEntropy::from(1);
        let now = Timestamp::from(jiff::Timestamp::UNIX_EPOCH);
        let integration = IntegrationId::new(now, 1);
        let new = |kind| ApiKey::new(&integration, kind, now, &entropy);
        let [(content, shown_content), (admin, shown_admin)] = KeyKind::ALL.map(new);
        assert_eq!(shown_content.reveal().len(), 26);
        assert!(shown_content.reveal().bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(content.secret, HEXLOWER.encode(&hash_of(shown_content.reveal())));
        assert_eq!(admin.secret.len(), 64);
        assert_eq!(shown_admin.reveal(), format!("{}:{}", admin.id, admin.secret));
        assert_eq!(format!("{shown_content:?} {shown_admin:?}"), "Secret Secret");
    }
}
