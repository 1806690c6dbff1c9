//! The keys that this instance knows: who holds one is told without a question, as long as no key was
//! added or taken away.
//!
//! That is seen on the content clock, like any change of what is cached.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use data_encoding::HEXLOWER;
use tokio::sync::Mutex;

use crate::content_clock::{ContentClock, Provenance, Standing, TagSet};
use crate::db::{self, Database, Intent};
use crate::domain::integration::{self, ApiKey, KeyKind};
use crate::domain::{CacheTag, IntegrationId, KeyId, Timestamp};
use crate::services::Result;

/// Who brings a key along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Somebody who may read what is published.
    Reader,
    /// Somebody with a key that is for something else.
    OfAnotherKind,
    /// Nobody whom the site knows.
    Nobody,
}

/// What signs for whoever brings the id of a key along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// An admin key.
    Admin(AdminKey),
    /// A key that is for something else.
    OfAnotherKind,
    /// Nobody whom the site knows.
    Nobody,
}

/// An admin key.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub integration_id: IntegrationId,
    /// What it signs with, in hexadecimal.
    pub secret: String,
}

/// The keys. Clones share what is known.
#[derive(Debug, Clone)]
pub struct Keyring(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    db: Database,
    content_clock: Arc<ContentClock>,
    known: ArcSwapOption<Known>,
    /// One look for all who wait.
    looking: Mutex<()>,
}

#[derive(Debug)]
struct Known {
    provenance: Provenance,
    content: HashMap<[u8; 32], KeyId>,
    /// Hashes of the ids and secrets of admin keys, in the forms in which somebody may bring them.
    admin: HashSet<[u8; 32]>,
    /// What each id stands for.
    signers: HashMap<String, Signer>,
    /// Whether each key was used since that was noted last.
    uses: HashMap<KeyId, AtomicBool>,
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AdminKey").field(&self.integration_id).finish()
    }
}

impl Keyring {
    /// A ring that knows no key yet.
    #[must_use]
    pub fn new(db: Database, content_clock: Arc<ContentClock>) -> Self {
        let (known, looking) = (ArcSwapOption::empty(), Mutex::default());
        Self(Arc::new(Parts { db, content_clock, known, looking }))
    }

    /// Who holds a content key, if what is known of the keys still stands.
    #[must_use]
    pub fn holder(&self, key: &str) -> Option<Holder> {
        self.known().map(|known| known.holder(key))
    }

    /// The same after a look at the database, if need be.
    ///
    /// # Errors
    /// The database does not answer, and never did.
    pub async fn look_up(&self, key: &str) -> Result<Holder> {
        Ok(self.look().await?.holder(key))
    }

    /// Whose signature counts for the id of a key.
    ///
    /// # Errors
    /// The database does not answer, and never did.
    pub async fn signer(&self, id: &str) -> Result<Signer> {
        let known = match self.known() {
            Some(known) => known,
            None => self.look().await?,
        };
        Ok(known.signers.get(id).cloned().unwrap_or(Signer::Nobody))
    }

    /// Remembers that a key was used; a content key is remembered by whoever asks for its holder.
    pub fn used(&self, key: &KeyId) {
        if let Some(known) = self.0.known.load().as_ref() {
            known.used(key);
        }
    }

    /// Notes which keys were used since it did so last. Requests do not wait for it.
    ///
    /// # Errors
    /// The database does not answer; then it is noted the next time.
    pub async fn note_uses(&self, now: Timestamp) -> Result<()> {
        let Some(known) = self.0.known.load_full() else { return Ok(()) };
        let taken = |(key, used): (&KeyId, &AtomicBool)| {
            used.swap(false, Ordering::Relaxed).then(|| key.clone())
        };
        let keys: Vec<KeyId> = known.uses.iter().filter_map(taken).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let noted = async {
            let mut t = self.0.db.write().await?;
            for key in &keys {
                db::integrations::used(&mut t, key, now).await?;
            }
            t.commit().await
        };
        let noted = noted.await;
        if noted.is_err() {
            for key in &keys {
                self.used(key);
            }
        }
        Ok(noted?)
    }

    /// What is known, if it still stands.
    fn known(&self) -> Option<Arc<Known>> {
        self.0.known.load_full().filter(|known| self.stands(known))
    }

    /// What is known after a look at the database. While that does not answer, what was known last is
    /// held on to: readers are to read on.
    async fn look(&self) -> Result<Arc<Known>> {
        let _one = self.0.looking.lock().await;
        if let Some(known) = self.known() {
            return Ok(known);
        }
        match self.ask().await {
            Ok(known) => {
                let known = Arc::new(known);
                if let Some(before) = self.0.known.load_full() {
                    known.take_over(&before);
                }
                self.0.known.store(Some(known.clone()));
                Ok(known)
            }
            Err(error) => {
                let known = self.0.known.load_full().ok_or(error)?;
                tracing::warn!("the keys of the API are those of before");
                Ok(known)
            }
        }
    }

    fn stands(&self, known: &Known) -> bool {
        matches!(self.0.content_clock.standing(&known.provenance), Standing::Valid(_))
    }

    /// Reads the keys: a replica will do, unless it lacks a change that this instance knows of.
    async fn ask(&self) -> db::Result<Known> {
        let known = self.look_at(Intent::Any).await?;
        if self.stands(&known) {
            return Ok(known);
        }
        match self.look_at(Intent::Primary).await {
            Ok(known) => Ok(known),
            Err(error) if error.is_unavailable() => Ok(known),
            Err(error) => Err(error),
        }
    }

    async fn look_at(&self, intent: Intent) -> db::Result<Known> {
        let mut snapshot = self.0.db.read(intent).await?;
        let keys = db::integrations::keys(&mut snapshot).await?;
        let tags = TagSet::of([CacheTag::INTEGRATIONS.as_str()]);
        Ok(Known::of(Provenance::new(snapshot.as_of(), tags), &keys))
    }
}

impl Known {
    fn of(provenance: Provenance, keys: &[ApiKey]) -> Self {
        let (mut content, mut admin) = (HashMap::new(), HashSet::new());
        let mut signers = HashMap::new();
        for key in keys {
            let signer = match key.kind {
                KeyKind::Content => {
                    let hash = HEXLOWER.decode(key.secret.as_bytes()).ok();
                    let hash = hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok());
                    content.extend(hash.map(|hash| (hash, key.id.clone())));
                    Signer::OfAnotherKind
                }
                KeyKind::Admin => {
                    let whole = format!("{}:{}", key.id, key.secret);
                    let forms = [key.secret.as_str(), key.id.as_str(), &whole];
                    admin.extend(forms.map(integration::hash_of));
                    Signer::Admin(AdminKey {
                        id: key.id.clone(),
                        integration_id: key.integration_id.clone(),
                        secret: key.secret.clone(),
                    })
                }
            };
            signers.insert(key.id.to_string(), signer);
        }
        let uses = keys.iter().map(|key| (key.id.clone(), AtomicBool::new(false))).collect();
        Self { provenance, content, admin, signers, uses }
    }

    /// A key that is used all the time is looked at, and not written to: that costs a hit nothing.
    fn used(&self, key: &KeyId) {
        if let Some(used) = self.uses.get(key)
            && !used.load(Ordering::Relaxed)
        {
            used.store(true, Ordering::Relaxed);
        }
    }

    /// Remembers what was remembered before the keys changed.
    fn take_over(&self, before: &Self) {
        for (key, used) in &before.uses {
            if used.load(Ordering::Relaxed) {
                self.used(key);
            }
        }
    }

    /// A look for a hash takes as long whatever is nearly right: nobody learns a key by the time.
    fn holder(&self, key: &str) -> Holder {
        let hash = integration::hash_of(key);
        if let Some(key) = self.content.get(&hash) {
            self.used(key);
            Holder::Reader
        } else if self.admin.contains(&hash) {
            Holder::OfAnotherKind
        } else {
            Holder::Nobody
        }
    }
}
