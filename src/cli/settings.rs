//! `masthead settings`: what an owner decides once for every page.

use serde_json::Value;

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show every setting (what `masthead settings` does)
    Show,
    /// Set one, as in: masthead settings set title "The Daily"
    Set {
        /// Its key
        key: String,
        /// Its value; lists are JSON: '[{"label": "About", "url": "/about/"}]'
        value: String,
    },
}

pub(super) async fn run(config: Config, options: Options) -> Result<(), Failure> {
    let app = App::open(config).await?;
    match options.command.unwrap_or(Command::Show) {
        Command::Show => {
            let settings = serde_json::to_value(app.reading.settings().await?.settings)?;
            for (key, value) in settings.as_object().into_iter().flatten() {
                say(&format!("{key:<24}{}", shown(value)))?;
            }
        }
        Command::Set { key, value } => {
            let current = serde_json::to_value(app.reading.settings().await?.settings)?;
            let value = read(&value, current.get(&key));
            app.settings.set(&key, value).await?;
            say(&format!("{key} is set."))?;
        }
    }
    app.close().await;
    Ok(())
}

/// A text stays a text, even one like `2026`, where the setting is one now or is empty.
fn read(value: &str, current: Option<&Value>) -> Value {
    let is_text = current.is_some_and(|current| current.is_string() || current.is_null());
    if is_text && value == "null" {
        return Value::Null;
    }
    match serde_json::from_str(value) {
        Ok(json) if !is_text => json,
        _ => Value::String(value.to_owned()),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_by_what_the_setting_is() {
        assert_eq!(read("2026", Some(&json!("Masthead"))), json!("2026"));
        assert_eq!(read("12", Some(&json!(15))), json!(12));
        assert_eq!(read("true", Some(&json!(false))), json!(true));
        assert_eq!(read("[]", Some(&json!([]))), json!([]));
        assert_eq!(read("null", Some(&json!("x"))), Value::Null);
        assert_eq!(read("https://x.example", Some(&Value::Null)), json!("https://x.example"));
    }
}
