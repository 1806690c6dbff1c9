//! The files of a source: they go to the media store, and their addresses into the texts.

use super::Run;
use crate::db::Transaction;
use crate::formats::{Problem, SourceFile};
use crate::services::{Result, ServiceError};

/// Placeholders, and the addresses that go in their places.
#[derive(Debug, Default)]
pub(super) struct Replacements(Vec<(String, String)>);

impl Replacements {
    /// The text with every placeholder replaced.
    pub(super) fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (placeholder, address) in &self.0 {
            if text.contains(placeholder.as_str()) {
                text = text.replace(placeholder, address);
            }
        }
        text
    }

    /// The same for a field that may be empty.
    pub(super) fn apply_to(&self, field: &mut Option<String>) {
        if let Some(text) = field {
            *text = self.apply(text);
        }
    }
}

impl Run<'_> {
    /// Uploads files. One that cannot be uploaded keeps its path as its address and is a problem.
    pub(super) async fn upload(
        &mut self,
        t: &mut Transaction,
        files: &[SourceFile],
    ) -> Result<Replacements> {
        let mut replacements = Replacements::default();
        for file in files {
            let media = &self.importing.media;
            let stored = if self.options.dry_run {
                media.try_file(&file.path).await
            } else {
                media.add_file_in(t, &file.path).await
            };
            let address = match stored {
                Ok(address) => {
                    self.files.insert(address.clone());
                    address
                }
                Err(ServiceError::Media(error)) => {
                    let origin = file.path.display().to_string();
                    self.problem(Problem { origin, line: None, reason: error.to_string() })?;
                    file.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
                }
                Err(error) => return Err(error),
            };
            replacements.0.push((file.placeholder.clone(), address));
        }
        Ok(replacements)
    }
}
