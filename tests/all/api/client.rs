//! Somebody who asks the API, with a key.

use http::Method;
use serde_json::Value;

use crate::instance::{Answer, Instance};
use crate::support::TestDatabase;

/// An instance with an integration.
pub struct Client {
    pub site: Instance,
    pub key: String,
    pub admin_key: String,
}

impl Client {
    pub async fn on(database: &TestDatabase) -> Self {
        Self::of(Instance::on(database).await).await
    }

    /// The same of an instance that is there.
    pub async fn of(site: Instance) -> Self {
        let new = site.app.integrations.add("Front end").await.unwrap().value;
        let [key, admin_key] = [new.content_key, new.admin_key].map(|key| key.reveal().to_owned());
        Self { site, key, admin_key }
    }

    /// Asks for something of the Content API: `posts/?limit=1`.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    pub async fn ask(&self, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mark = if path.contains('?') { '&' } else { '?' };
        let path = format!("/ghost/api/content/{path}{mark}key={}", self.key);
        self.site.request(method, &path, fields).await
    }

    /// What is there, as JSON.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        json(&answer)
    }
}

/// An answer as JSON, which it says it is.
pub fn json(answer: &Answer) -> Value {
    assert_eq!(answer.field("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.field("content-version"), "v6.65");
    assert_eq!(answer.field("access-control-allow-origin"), "*");
    serde_json::from_slice(&answer.body).unwrap()
}

/// An error as clients read it: its status, type and code, and its context or else its message.
pub fn error(answer: &Answer) -> (u16, String, Option<String>, String) {
    let body = json(answer);
    let errors = body["errors"].as_array().unwrap_or_else(|| panic!("{body}"));
    assert_eq!(errors.len(), 1, "{body}");
    let error = errors[0].as_object().unwrap();
    let names = [
        "message",
        "context",
        "type",
        "details",
        "property",
        "help",
        "code",
        "id",
        "ghostErrorCode",
    ];
    assert!(names.iter().all(|name| error.contains_key(*name)), "{body}");
    assert_eq!(error.len(), names.len(), "{body}");
    assert!(error["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok());
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    let words = text("context").or_else(|| text("message")).unwrap();
    (answer.status.as_u16(), text("type").unwrap(), text("code"), words)
}
