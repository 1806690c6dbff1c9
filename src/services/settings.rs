//! The settings of the site, as one typed value.

use serde_json::{Map, Value};

use super::webhooks::Events;
use super::{Result, ServiceError, keep};
use crate::content_clock::Stamper;
use crate::db::{self, Connection, Database, Transaction};
use crate::domain::Settings;

/// Changes the settings.
#[derive(Debug, Clone)]
pub struct SettingsEditor {
    db: Database,
    stamper: Stamper,
    events: Events,
}

impl SettingsEditor {
    /// An editor over a database.
    pub fn new(db: Database, stamper: Stamper, events: Events) -> Self {
        Self { db, stamper, events }
    }

    /// Sets one setting.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] where the key is not known or the value is not allowed.
    pub async fn set(&self, key: &str, value: Value) -> Result<()> {
        let mut t = self.db.write().await?;
        save(&mut t, &Map::from_iter([(key.to_owned(), value)])).await?;
        self.events.of_site(&mut t).await?;
        keep(t, &self.stamper).await?;
        self.events.wake();
        Ok(())
    }
}

/// The settings as they are; what was never set has its default.
///
/// A value that no longer fits its type is passed over with a warning, not an error: a site with
/// one broken setting is better than none.
///
/// # Errors
/// The database does not answer.
pub async fn load(c: &mut Connection) -> db::Result<Settings> {
    let mut map = default_map();
    let mut saved = Vec::new();
    for (key, text) in db::settings::all(c).await? {
        match serde_json::from_str::<Value>(&text) {
            Ok(value) => saved.push((key, value)),
            Err(error) => {
                tracing::warn!(setting = key, %error, "a setting is not JSON and is passed over");
            }
        }
    }
    let mut all = map.clone();
    all.extend(saved.iter().cloned());
    if let Ok(settings) = serde_json::from_value(Value::Object(all)) {
        return Ok(settings);
    }
    // One of them is wrong: each is tried by itself.
    for (key, value) in saved {
        if let Err(error) = fit(&mut map, &key, value) {
            tracing::warn!(setting = key, %error, "a setting does not fit and is passed over");
        }
    }
    Ok(typed(map))
}

/// Sets some settings; those not named keep their values.
///
/// # Errors
/// [`ServiceError::Invalid`] where a key is not known or a value is not allowed; then nothing is
/// set.
pub async fn save(t: &mut Transaction, changes: &Map<String, Value>) -> Result<()> {
    let mut map = default_map();
    for (key, value) in changes {
        fit(&mut map, key, value.clone())
            .map_err(|error| ServiceError::invalid("settings", format!("{key}: {error}")))?;
    }
    validate(&typed(map))?;
    for (key, value) in changes {
        db::settings::set(t, key, &value.to_string()).await?;
    }
    Ok(())
}

fn default_map() -> Map<String, Value> {
    match serde_json::to_value(Settings::default()) {
        Ok(Value::Object(map)) => map,
        _ => unreachable!("settings serialise to an object"),
    }
}

fn typed(map: Map<String, Value>) -> Settings {
    serde_json::from_value(Value::Object(map)).expect("each value was fitted before")
}

/// Puts one value in its place, if the whole still is a [`Settings`].
fn fit(map: &mut Map<String, Value>, key: &str, value: Value) -> serde_json::Result<()> {
    let mut trial = map.clone();
    trial.insert(key.to_owned(), value);
    serde_json::from_value::<Settings>(Value::Object(trial.clone()))?;
    *map = trial;
    Ok(())
}

fn validate(settings: &Settings) -> Result<()> {
    if !(1..=100).contains(&settings.posts_per_page) {
        return Err(ServiceError::invalid("posts_per_page", "is from 1 to 100"));
    }
    if jiff::tz::TimeZone::get(&settings.timezone).is_err() {
        return Err(ServiceError::invalid(
            "timezone",
            format!("`{}` is no IANA time zone", settings.timezone),
        ));
    }
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let digits = settings.accent_color.strip_prefix('#').unwrap_or_default();
    if !matches!(digits.len(), 3 | 6) || !digits.chars().all(is_hex) {
        return Err(ServiceError::invalid("accent_color", "is `#` and 3 or 6 hexadecimal digits"));
    }
    if settings.locale.parse::<unic_langid::LanguageIdentifier>().is_err() {
        return Err(ServiceError::invalid("locale", "is a language like `en` or `pt-BR`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_must_fit_and_be_allowed() {
        let mut map = default_map();
        assert!(fit(&mut map, "title", "Daily".into()).is_ok());
        assert!(fit(&mut map, "titel", "Daily".into()).is_err());
        assert!(fit(&mut map, "posts_per_page", "ten".into()).is_err());
        assert_eq!(typed(map.clone()).title, "Daily");
        assert!(validate(&typed(map.clone())).is_ok());
        for (key, value) in [
            ("posts_per_page", Value::from(0)),
            ("timezone", "Mars/Olympus".into()),
            ("accent_color", "red".into()),
        ] {
            let mut map = map.clone();
            fit(&mut map, key, value).unwrap();
            assert!(validate(&typed(map)).is_err(), "{key}");
        }
    }
}
