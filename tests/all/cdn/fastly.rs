//! Fastly, as *Purging* of its API reference has it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use masthead::cdn::fastly::{Fastly, FastlySettings};
use masthead::cdn::{Provider, PurgeError, Round, Secret};

use super::memory_log::MemoryLog;
use super::{batch, client, purger, step_until};
use crate::support::stand_in::{Asked, Says, StandIn};

const SERVICE: &str = "SU1Z0isxPaozGVKXdv0eY";
const TOKEN: &str = "s3cr3t-token-of-the-service";

fn documented(asked: &Asked) -> Says {
    let refuse = |status, words: &str| {
        Says::new(status, serde_json::json!({ "msg": words, "detail": words }).to_string())
    };
    if asked.method != "POST" || asked.uri.path() != format!("/service/{SERVICE}/purge") {
        return refuse(404, "Record not found");
    }
    if asked.header("fastly-key") != TOKEN {
        return refuse(401, "Provided credentials are missing or invalid");
    }
    if !matches!(asked.header("fastly-soft-purge"), "" | "1") {
        return refuse(400, "Bad request");
    }
    match asked.json()["surrogate_keys"].as_array() {
        Some(keys) if (1..=256).contains(&keys.len()) => {
            let ids: BTreeMap<&str, String> = (0..)
                .zip(keys)
                .map(|(n, key)| (key.as_str().unwrap(), format!("108-1391560174-{n}")))
                .collect();
            Says::new(200, serde_json::to_vec(&ids).unwrap())
        }
        _ => refuse(400, "Bad request"),
    }
}

fn provider(stand_in: &StandIn) -> Arc<Fastly> {
    let settings = FastlySettings {
        api: stand_in.url(),
        service: SERVICE.to_owned(),
        token: Secret::new(TOKEN),
    };
    Arc::new(Fastly::new(settings, client(Duration::from_millis(300))))
}

#[tokio::test]
async fn keys_are_purged_softly_in_calls_of_256_and_once_more_for_the_shield() {
    let stand_in = StandIn::start(documented).await;
    let log = MemoryLog::new();
    let purger = purger(provider(&stand_in), &log);
    let many: Vec<String> = (0..300).map(|n| format!("t{n:03}")).collect();
    log.change(&many.join(" "));
    step_until(&purger, |_| log.reached(Round::First) == 1).await;
    let asked = stand_in.asked();
    let sizes: Vec<usize> =
        asked.iter().map(|a| a.json()["surrogate_keys"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [256, 44]);
    assert!(asked.iter().all(|asked| asked.header("fastly-soft-purge") == "1"));
    step_until(&purger, |_| log.reached(Round::Tiers) == 1).await;
    assert!(stand_in.asked().len() >= 2, "all of it again");
}

#[tokio::test]
async fn a_hard_purge_is_not_soft() {
    let stand_in = StandIn::start(documented).await;
    provider(&stand_in).purge(&batch(&["all"], false)).await.unwrap();
    let asked = stand_in.asked();
    assert!(!asked[0].headers.contains_key("fastly-soft-purge"));
    assert_eq!(asked[0].json(), serde_json::json!({ "surrogate_keys": ["all"] }));
}

#[tokio::test]
async fn no_other_answer_is_a_yes() {
    let stand_in = StandIn::start(documented).await;
    let fastly = provider(&stand_in);
    for says in [
        Says::new(429, "{}").with("retry-after", "5"),
        Says::new(503, "{}"),
        Says::new(401, "{}"),
        Says::new(200, "<html>"),
        Says::nothing(),
        Says::new(200, vec![b' '; 1 << 20]),
    ] {
        let asked_for = format!("{says:?}");
        stand_in.say_once(says);
        let error = fastly.purge(&batch(&["a"], true)).await.unwrap_err();
        assert!(matches!(error, PurgeError::NotNow { .. }), "{asked_for:.100}: {error}");
        assert!(!format!("{fastly:?} {error:?}").contains("s3cr3t"));
    }
    stand_in.say_once(Says::new(400, r#"{"msg":"Bad request"}"#));
    let error = fastly.purge(&batch(&["a"], true)).await.unwrap_err();
    assert!(matches!(error, PurgeError::Refused { .. }), "{error}");
}
