//! Cloudflare, as *Purge cached content* of its API documentation has it.

use std::sync::Arc;
use std::time::Duration;

use masthead::cdn::cloudflare::{Cloudflare, CloudflareSettings};
use masthead::cdn::{Outcome, Provider, PurgeError, Round, Secret};

use super::memory_log::MemoryLog;
use super::{batch, client, purger, step_until};
use crate::support::stand_in::{Asked, Says, StandIn};

const ZONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const TOKEN: &str = "s3cr3t-token-of-the-zone";

/// What the documentation says of a request, and how it answers.
fn documented(asked: &Asked) -> Says {
    let says = |status, success: bool, errors: serde_json::Value| {
        let result = success.then(|| serde_json::json!({ "id": ZONE }));
        let body = serde_json::json!({
            "success": success, "errors": errors, "messages": [], "result": result
        });
        Says::new(status, body.to_string()).with("content-type", "application/json")
    };
    let refuse = |status, code: u32, message: &str| {
        says(status, false, serde_json::json!([{ "code": code, "message": message }]))
    };
    if asked.method != "POST" || asked.uri.path() != format!("/client/v4/zones/{ZONE}/purge_cache")
    {
        return refuse(404, 7003, "Could not route");
    }
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return refuse(403, 10000, "Authentication error");
    }
    let body = asked.json();
    let tags = body["tags"].as_array().map_or(0, Vec::len);
    if asked.header("content-type") != "application/json" || !(1..=100).contains(&tags) {
        return refuse(400, 1094, "too many tags");
    }
    says(200, true, serde_json::json!([]))
}

fn settings(api: String, token: &str) -> CloudflareSettings {
    CloudflareSettings { api, zone: ZONE.to_owned(), token: Secret::new(token) }
}

fn provider(stand_in: &StandIn, timeout: Duration) -> Arc<Cloudflare> {
    Arc::new(Cloudflare::new(settings(stand_in.url(), TOKEN), client(timeout)))
}

#[tokio::test]
async fn tags_are_purged_in_calls_of_a_hundred() {
    let stand_in = StandIn::start(documented).await;
    let cloudflare = provider(&stand_in, Duration::from_secs(10));
    let log = MemoryLog::new();
    let purger = purger(cloudflare, &log);
    let many: Vec<String> = (0..250).map(|n| format!("t{n:03}")).collect();
    log.change(&many.join(" "));
    step_until(&purger, |_| log.reached(Round::First) == 1).await;
    let asked = stand_in.asked();
    let tags: Vec<String> = asked
        .iter()
        .flat_map(|asked| asked.json()["tags"].as_array().unwrap().clone())
        .map(|tag| tag.as_str().unwrap().to_owned())
        .collect();
    assert_eq!((asked.len(), tags), (3, many));
    assert!(asked[0].header("user-agent").starts_with("masthead/"));
}

#[tokio::test]
async fn no_other_answer_is_a_yes() {
    let stand_in = StandIn::start(documented).await;
    let cloudflare = provider(&stand_in, Duration::from_millis(300));
    let limited = r#"{"success":false,"errors":[{"code":10000,"message":"slow down"}]}"#;
    for (says, words) in [
        (Says::new(429, limited).with("retry-after", "7"), "429: 10000 slow down"),
        (Says::new(500, "oops"), "500: oops"),
        (Says::new(200, r#"{"success":false,"errors":[]}"#), "200: "),
        (Says::new(200, r#"{"success":true"#), "200: {"),
        (Says::new(200, ""), "200: "),
        (Says::new(302, "").with("location", "http://127.0.0.1:1/"), "302: "),
        (Says::nothing(), "no answer within 300ms"),
        (Says::new(200, vec![b'x'; 1 << 20]), "larger than"),
    ] {
        stand_in.say_once(says);
        let error = cloudflare.purge(&batch(&["a"], true)).await.unwrap_err();
        let PurgeError::NotNow { reason, after } = &error else { panic!("{error}") };
        assert!(reason.contains(words), "{reason}");
        assert_eq!(*after, words.starts_with("429").then_some(Duration::from_secs(7)));
    }
    cloudflare.purge(&batch(&["a"], true)).await.unwrap();
    stand_in.say_once(Says::new(400, r#"{"success":false,"errors":[{"code":1,"message":"bad"}]}"#));
    let error = cloudflare.purge(&batch(&["a"], true)).await.unwrap_err();
    assert!(matches!(error, PurgeError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn it_is_asked_again_until_it_says_yes_across_a_restart() {
    let stand_in = StandIn::start(documented).await;
    let log = MemoryLog::new();
    log.change("post:1");
    for status in [500, 503] {
        stand_in.say_once(Says::new(status, ""));
        let purger = purger(provider(&stand_in, Duration::from_secs(10)), &log);
        assert_eq!(purger.step().await, Outcome::Failed);
        assert_eq!(log.reached(Round::First), 0);
    }
    stand_in.say_once(Says::new(500, ""));
    let purger = purger(provider(&stand_in, Duration::from_secs(10)), &log);
    let rounds = [Round::First, Round::Tiers, Round::Settled];
    step_until(&purger, |_| rounds.iter().all(|round| log.reached(*round) == 1)).await;
    let asked = stand_in.asked();
    // Three failures, and a yes in each round.
    assert_eq!(asked.len(), 6);
    assert!(
        asked.iter().all(|asked| asked.json() == serde_json::json!({"tags": ["post", "post:1"]}))
    );
}

#[tokio::test]
async fn the_token_is_told_to_nobody_else() {
    let stand_in = StandIn::start(documented).await;
    let wrong = Cloudflare::new(
        settings(stand_in.url(), "s3cr3t-but-wrong"),
        client(Duration::from_secs(10)),
    );
    let error = wrong.purge(&batch(&["a"], true)).await.unwrap_err();
    assert!(error.to_string().contains("403: 10000 Authentication error"), "{error}");
    assert!(!format!("{wrong:?} {error:?}").contains("s3cr3t"));
}
