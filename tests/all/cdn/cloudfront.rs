//! `CloudFront`, as `CreateInvalidation` of its API reference has it, signature included: that is
//! computed here once more, from the description of Signature Version 4 and not from our code.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use masthead::cdn::cloudfront::{CloudFront, CloudFrontSettings};
use masthead::cdn::{Provider, PurgeError, Round, Secret};
use sha2::{Digest as _, Sha256};

use super::memory_log::MemoryLog;
use super::{batch, client, purger, step_until};
use crate::support::stand_in::{Asked, Says, StandIn};

const DISTRIBUTION: &str = "EDFDVBD6EXAMPLE";
const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "s3cr3t-session-token";
const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";

fn failure(status: u16, code: &str, message: &str) -> Says {
    Says::new(
        status,
        format!(
            "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error>\
             <RequestId>410c2a4b-e435-49c9-8382-3770d80d7d4c</RequestId></ErrorResponse>"
        ),
    )
}

/// Answers, and remembers caller references as the real one does.
fn documented() -> impl Fn(&Asked) -> Says + Send + 'static {
    let known: Mutex<HashMap<String, Vec<String>>> = Mutex::default();
    move |asked| {
        if asked.method != "POST"
            || asked.uri.path() != format!("/2020-05-31/distribution/{DISTRIBUTION}/invalidation")
        {
            return failure(
                404,
                "NoSuchDistribution",
                "The specified distribution does not exist.",
            );
        }
        if asked.header("authorization") != expected_authorization(asked) {
            return failure(403, "SignatureDoesNotMatch", "The request signature does not match.");
        }
        let body = String::from_utf8(asked.body.to_vec()).unwrap();
        let Ok(document) = roxmltree::Document::parse(&body) else {
            return failure(400, "MalformedInput", "not XML");
        };
        let texts = |name: &str| -> Vec<String> {
            let all = document.descendants();
            let named = all.filter(|node| node.has_tag_name((NAMESPACE, name)));
            named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
        };
        let (paths, reference) = (texts("Path"), texts("CallerReference").concat());
        if texts("Quantity") != [paths.len().to_string()] {
            return failure(400, "InconsistentQuantities", "Quantity and Items do not match.");
        }
        if paths.len() > 3000 {
            return failure(413, "BatchTooLarge", "Invalidation batch specified is too large.");
        }
        let is_item = |path: &String| path.starts_with('/') || path.starts_with('#');
        if !paths.iter().all(is_item) {
            return failure(400, "InvalidArgument", "A path begins with / or #.");
        }
        let mut known = known.lock().unwrap();
        if known.entry(reference.clone()).or_insert(paths.clone()) != &paths {
            return failure(400, "InvalidationBatchAlreadyExists", "another batch had it");
        }
        Says::new(
            201,
            format!(
                "<?xml version=\"1.0\"?>\n<Invalidation xmlns=\"{NAMESPACE}\"><Id>I1</Id>\
                 <Status>InProgress</Status><InvalidationBatch><CallerReference>{reference}\
                 </CallerReference></InvalidationBatch></Invalidation>"
            ),
        )
    }
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sha256(bytes: impl AsRef<[u8]>) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

fn expected_authorization(asked: &Asked) -> String {
    let date = asked.header("x-amz-date");
    let day = date.split('T').next().unwrap();
    let mut canonical = format!("POST\n{}\n\n", asked.uri.path());
    for name in ["content-type", "host", "x-amz-date", "x-amz-security-token"] {
        writeln!(canonical, "{name}:{}", asked.header(name)).unwrap();
    }
    let names = "content-type;host;x-amz-date;x-amz-security-token";
    write!(canonical, "\n{names}\n{}", sha256(&asked.body)).unwrap();
    let scope = format!("{day}/us-east-1/cloudfront/aws4_request");
    let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", sha256(&canonical));
    let day_key = hmac(format!("AWS4{KEY}").as_bytes(), day);
    let key = hmac(&hmac(&hmac(&day_key, "us-east-1"), "cloudfront"), "aws4_request");
    format!(
        "AWS4-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders={names}, Signature={}",
        HEXLOWER.encode(&hmac(&key, &to_sign))
    )
}

fn provider(stand_in: &StandIn, key: &str) -> Arc<CloudFront> {
    let settings = CloudFrontSettings {
        api: stand_in.url(),
        distribution: DISTRIBUTION.to_owned(),
        access_key_id: KEY_ID.to_owned(),
        secret_access_key: Secret::new(key),
        session_token: Secret::new(TOKEN),
        ..CloudFrontSettings::default()
    };
    Arc::new(CloudFront::new(settings, client(Duration::from_millis(300))))
}

#[tokio::test]
async fn tags_are_invalidated_by_a_signed_call() {
    let stand_in = StandIn::start(documented()).await;
    let cloudfront = provider(&stand_in, KEY);
    cloudfront.purge(&batch(&["post:1", "path:/a&b"], true)).await.unwrap();
    // A repetition of the same batch is known by its caller reference.
    cloudfront.purge(&batch(&["post:1", "path:/a&b"], true)).await.unwrap();
    let asked = stand_in.asked();
    let body = String::from_utf8(asked[0].body.to_vec()).unwrap();
    assert!(body.contains("<Path>#post:1</Path><Path>#path:/a&amp;b</Path>"), "{body}");
    assert_eq!(asked[0].body, asked[1].body);
    let error = provider(&stand_in, "another").purge(&batch(&["a"], true)).await.unwrap_err();
    assert!(error.to_string().contains("403: SignatureDoesNotMatch"), "{error}");
}

#[tokio::test]
async fn each_round_is_an_invalidation_of_its_own() {
    let stand_in = StandIn::start(documented()).await;
    let log = MemoryLog::new();
    let purger = purger(provider(&stand_in, KEY), &log);
    let many: Vec<String> = (0..501).map(|n| format!("t{n:03}")).collect();
    log.change(&many.join(" "));
    log.change("post:1");
    step_until(&purger, |_| log.reached(Round::Settled) == 2 && log.reached(Round::Tiers) == 2)
        .await;
    let bodies: Vec<_> = stand_in.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies.len(), 9, "three calls in three rounds");
    assert!(bodies.iter().enumerate().all(|(n, body)| !bodies[..n].contains(body)));
}

#[tokio::test]
async fn no_other_answer_is_a_yes() {
    let stand_in = StandIn::start(documented()).await;
    let cloudfront = provider(&stand_in, KEY);
    let in_progress = failure(400, "TooManyInvalidationsInProgress", "Too many.");
    let wait = Some(Duration::from_secs(20));
    for (says, words, wait) in [
        (in_progress, "TooManyInvalidationsInProgress", wait),
        (
            failure(400, "Throttling", "Rate exceeded").with("retry-after", "3"),
            "Throttling",
            Some(Duration::from_secs(3)),
        ),
        (failure(503, "ServiceUnavailable", "later"), "503: ServiceUnavailable later", None),
        (Says::new(500, "<Error><Code>"), "500: ", None),
        (Says::new(200, "<html/>"), "200: ", None),
        (Says::nothing(), "no answer within", None),
        (Says::new(201, vec![b'<'; 1 << 20]), "larger than", None),
    ] {
        stand_in.say_once(says);
        let error = cloudfront.purge(&batch(&["a"], true)).await.unwrap_err();
        let PurgeError::NotNow { reason, after } = &error else { panic!("{error}") };
        assert!(reason.contains(words), "{reason}");
        assert_eq!(*after, wait, "{reason}");
    }
    for (status, code) in [(413, "BatchTooLarge"), (400, "InvalidArgument")] {
        stand_in.say_once(failure(status, code, ""));
        let error = cloudfront.purge(&batch(&["a"], true)).await.unwrap_err();
        assert!(matches!(error, PurgeError::Refused { .. }), "{error}");
    }
    let told = format!("{cloudfront:?}");
    assert!(!told.contains(KEY) && !told.contains(TOKEN), "{told}");
}
