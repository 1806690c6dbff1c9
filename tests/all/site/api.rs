//! The JSON API.

use http::StatusCode;
use serde_json::Value;

use super::furnished;
use crate::support::{TestDatabase, on_both};

on_both!(the_settings_are_told_in_ghosts_shape);

async fn the_settings_are_told_in_ghosts_shape(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let answer = site.get("/api/content/settings/?key=0123456789").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.field("content-type"), "application/json; charset=utf-8");
    let json: Value = serde_json::from_str(&answer.text()).unwrap();
    let settings = &json["settings"];
    assert_eq!(settings["lang"], settings["locale"]);
    assert!(settings["url"].as_str().unwrap().ends_with('/'));
    assert!(settings["navigation"].is_array());
    assert_eq!(json["meta"], serde_json::json!({}));
}
