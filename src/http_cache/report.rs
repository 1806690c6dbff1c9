//! What a fetch is told beside its request, and what it tells beside its result: under which key is
//! looked, and what the one who asked should know.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, StatusCode};

use super::kept::Kept;
use super::storable::Refusal;
use super::vary::Variants;
use crate::cache::Entry;

/// Under what a response is looked for.
#[derive(Debug, Clone)]
pub struct Place {
    /// The key of the request.
    pub primary: String,
    /// The variants of that key, where there are some.
    pub variants: Option<Variants>,
    /// Anybody can make up such a key.
    pub is_made_up: bool,
}

impl Place {
    /// Where a key points to, before it is known whether it has variants.
    pub fn of(primary: String, is_made_up: bool) -> Self {
        Self { primary, variants: None, is_made_up }
    }

    /// The key of the response that a request asks for.
    pub fn key(&self, request: &HeaderMap) -> String {
        match &self.variants {
            Some(variants) => variants.key_for(&self.primary, request),
            None => self.primary.clone(),
        }
    }
}

/// What the one who asked learns beside what is stored.
#[derive(Debug, Default)]
pub struct Report {
    /// What the service answered.
    pub status: Option<StatusCode>,
    /// Why it is not stored.
    pub refusal: Option<Refusal>,
    /// Something was stored already, and too old.
    pub was_stale: bool,
    /// What is stored now.
    pub entry: Option<Arc<Entry<Kept>>>,
    /// Fields for this client alone, which are not stored.
    pub withheld: HeaderMap,
}

/// A report that is still to come.
#[derive(Debug, Clone, Default)]
pub struct Slot(Arc<Mutex<Report>>);

impl Slot {
    pub fn write(&self, change: impl FnOnce(&mut Report)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What was reported so far.
    pub fn take(&self) -> Report {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
