//! The webhook, and a receiver that checks what it is told as docs/CDN.md says.

use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use masthead::cdn::webhook::{Webhook, WebhookSettings};
use masthead::cdn::{Provider as _, PurgeError, Secret};
use sha2::Sha256;

use super::{batch, client};
use crate::support::stand_in::{Asked, Says, StandIn};

const SECRET: &str = "s3cr3t-of-both-sides";

/// Refuses what is not signed.
fn receiver(asked: &Asked) -> Says {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(asked.header("masthead-timestamp").as_bytes());
    mac.update(b".");
    mac.update(&asked.body);
    let expected = HEXLOWER.encode(&mac.finalize().into_bytes());
    if asked.method == "POST" && asked.header("masthead-signature") == format!("sha256={expected}")
    {
        Says::new(204, "")
    } else {
        Says::new(401, "not signed")
    }
}

fn webhook(stand_in: &StandIn, secret: &str) -> Webhook {
    let settings = WebhookSettings {
        url: Secret::new(format!("{}/hook/s3cr3t-path", stand_in.url())),
        secret: Secret::new(secret),
        ..WebhookSettings::default()
    };
    Webhook::new(settings, client(Duration::from_millis(300)))
}

#[tokio::test]
async fn a_receiver_is_told_what_changed_and_can_check_who_says_so() {
    let stand_in = StandIn::start(receiver).await;
    let webhook = webhook(&stand_in, SECRET);
    webhook.purge(&batch(&["post:1", "posts"], true)).await.unwrap();
    let asked = stand_in.asked();
    assert_eq!(asked[0].uri.path(), "/hook/s3cr3t-path");
    assert_eq!(asked[0].header("idempotency-key"), "00112233445566778899aabbccddeeff");
    assert!(asked[0].header("masthead-timestamp").parse::<u64>().unwrap() > 1_700_000_000);
    assert_eq!(
        asked[0].json(),
        serde_json::json!({
            "epoch": "0000000000000000000000000000feed",
            "seq": 42,
            "tags": ["post:1", "posts"],
            "soft": true,
        })
    );
}

#[tokio::test]
async fn another_key_is_noticed_and_nothing_secret_is_told() {
    let stand_in = StandIn::start(receiver).await;
    let webhook = webhook(&stand_in, "s3cr3t-of-another");
    let error = webhook.purge(&batch(&["a"], true)).await.unwrap_err();
    assert!(matches!(&error, PurgeError::NotNow { .. }), "{error}");
    assert!(!format!("{webhook:?} {error:?}").contains("s3cr3t"));
}
