//! The Admin API: who may ask, and what they are shown.

use axum::body::Body;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{Method, Request};
use masthead::clock::Clock as _;
use serde_json::{Value, json};
use sha2::Sha256;

use super::client::{self, Client};
use super::shelf;
use crate::instance::Answer;
use crate::support::fixtures::NOON;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_token_is_needed_and_has_to_hold,
    the_site_is_told_to_everybody,
    posts_are_shown_in_every_state,
    tags_and_users_are_shown_whole,
    nothing_of_it_is_kept,
);

/// A token of an admin key, signed as the clients do.
fn token(key: &str, header: &Value, claims: &Value) -> String {
    let (_, secret) = key.split_once(':').unwrap();
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(header), part(claims));
    let secret = HEXLOWER.decode(secret.as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}

fn header(key: &str) -> Value {
    json!({ "alg": "HS256", "typ": "JWT", "kid": key.split(':').next().unwrap() })
}

fn claims(issued: i64) -> Value {
    json!({ "iat": issued, "exp": issued + 300, "aud": "/admin/" })
}

impl Client {
    /// Asks the Admin API with a header of its own.
    pub async fn with(&self, path: &str, authorization: Option<&str>) -> Answer {
        let path = format!("/ghost/api/admin/{path}");
        let fields: Vec<_> =
            authorization.map(|field| ("authorization", field)).into_iter().collect();
        self.site.request(Method::GET, &path, &fields).await
    }

    /// Asks it as it should be asked.
    pub async fn administer(&self, path: &str) -> Answer {
        self.with(path, Some(&self.authorization())).await
    }

    /// What a request of this client says of who it is.
    pub fn authorization(&self) -> String {
        let key = &self.admin_key;
        let issued = self.site.clock.now().as_seconds();
        format!("Ghost {}", token(key, &header(key), &claims(issued)))
    }

    /// Sends something there.
    pub async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/ghost/api/admin/{path}"))
            .header("authorization", self.authorization())
            .header("content-type", "application/json");
        self.site.ask(request.body(body.into()).unwrap()).await
    }

    pub async fn administered(&self, path: &str) -> Value {
        let answer = self.administer(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        client::json(&answer)
    }
}

async fn a_token_is_needed_and_has_to_hold(database: &TestDatabase) {
    let client = Client::on(database).await;
    let (key, now) = (&client.admin_key, NOON.as_seconds());
    let good = token(key, &header(key), &claims(now));
    let nobody = json!({ "alg": "HS256", "kid": "000000000000000000000000" });
    let content_id = {
        let mut hand = database.hand().await;
        hand.texts("select id from api_keys where kind = 'content'").await.remove(0)
    };
    let content = json!({ "alg": "HS256", "kid": content_id });
    let none = json!({ "alg": "none", "kid": key.split(':').next().unwrap() });
    let nameless = json!({ "alg": "HS256" });
    for (field, status, kind, code) in [
        (None, 403, "NoPermissionError", None),
        (Some(good.clone()), 401, "UnauthorizedError", Some("INVALID_AUTH_HEADER")),
        (Some(format!("Bearer {good}")), 401, "UnauthorizedError", Some("INVALID_AUTH_HEADER")),
        (Some("Ghost abc".to_owned()), 400, "BadRequestError", Some("INVALID_JWT")),
        (
            Some(format!("Ghost {}", token(key, &nameless, &claims(now)))),
            400,
            "BadRequestError",
            Some("MISSING_ADMIN_API_KID"),
        ),
        (
            Some(format!("Ghost {}", token(key, &nobody, &claims(now)))),
            401,
            "UnauthorizedError",
            Some("UNKNOWN_ADMIN_API_KEY"),
        ),
        (
            Some(format!("Ghost {}", token(key, &content, &claims(now)))),
            401,
            "UnauthorizedError",
            Some("INVALID_API_KEY_TYPE"),
        ),
        (
            Some(format!("Ghost {}", token(key, &none, &claims(now)))),
            401,
            "UnauthorizedError",
            Some("INVALID_JWT"),
        ),
        (
            Some(format!("Ghost {}", token(key, &header(key), &claims(now - 400)))),
            401,
            "UnauthorizedError",
            Some("INVALID_JWT"),
        ),
        (
            Some(format!("Ghost {}", token(key, &header(key), &claims(now + 400)))),
            401,
            "UnauthorizedError",
            Some("INVALID_JWT"),
        ),
        (Some(format!("Ghost {good}x")), 401, "UnauthorizedError", Some("INVALID_JWT")),
    ] {
        let answer = client.with("posts/", field.as_deref()).await;
        let found = client::error(&answer);
        assert_eq!(
            (found.0, found.1.as_str(), found.2.as_deref()),
            (status, kind, code),
            "{field:?}"
        );
    }
    assert_eq!(client.with("posts/", Some(&format!("GHOST {good}"))).await.status, 200);
    assert_eq!(client.administer("nothing/").await.status, 404);
    // A content key is none for this.
    let path = format!("posts/?key={}", client.key);
    assert_eq!(client.with(&path, None).await.status, 403);
    // One that was taken away signs nothing any more.
    let all = client.site.app.integrations.all().await.unwrap();
    client.site.app.integrations.remove(&all[0].id).await.unwrap();
    assert_eq!(client.administer("posts/").await.status, 401);
}

async fn the_site_is_told_to_everybody(database: &TestDatabase) {
    let client = Client::on(database).await;
    let body = client::json(&client.with("site/", None).await);
    assert_eq!(body["site"]["url"], "https://example.org/");
    assert_eq!(body["site"]["version"], "6.65");
    // The rest is for those whom the owner let in.
    for path in ["settings/", "config/"] {
        assert_eq!(client.with(path, None).await.status, 403, "{path}");
    }
    let settings = client.administered("settings/").await;
    let title = json!({ "key": "title", "value": body["site"]["title"] });
    assert!(settings["settings"].as_array().unwrap().contains(&title), "{settings}");
    assert_eq!(client.administered("config/").await["config"]["version"], "6.65");
    for none in ["members", "newsletters", "tiers", "offers", "labels"] {
        let body = client.administered(&format!("{none}/")).await;
        assert_eq!((&body[none], &body["meta"]["pagination"]["total"]), (&json!([]), &json!(0)));
    }
}

async fn posts_are_shown_in_every_state(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let body = client.administered("posts/?fields=uuid,status").await;
    let shown: String = body["posts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|post| post["uuid"].as_str().unwrap())
        .collect();
    assert_eq!(shown, "yxgfedcbah", "what is scheduled, what is a draft, and then by date");
    assert_eq!(body["meta"]["pagination"]["total"], 10);

    let post = client.administered("posts/slug/epsilon/").await["posts"][0].clone();
    assert_eq!(post["status"], "published");
    assert_eq!(post["published_at"], "2026-04-15T12:00:00.000Z");
    assert_eq!(post["authors"][0]["roles"][0]["name"], "Author");
    assert_eq!(post["primary_tag"]["slug"], "long-reads");
    assert_eq!((post.get("access"), post.get("html")), (None, None));
    let document: Value = serde_json::from_str(post["lexical"].as_str().unwrap()).unwrap();
    assert_eq!(document["root"]["children"][0]["markdown"], "# epsilon");
    let post =
        client.administered("posts/slug/epsilon/?formats=html,markdown").await["posts"][0].clone();
    assert_eq!(post["html"], "<h1>epsilon</h1>", "an integration reads what members do");
    assert_eq!((&post["markdown"], post.get("lexical")), (&json!("# epsilon"), None));

    let draft = client.administered("posts/slug/unfinished/").await["posts"][0].clone();
    assert_eq!(draft["url"], "https://example.org/p/x/");
    assert_eq!(draft["published_at"], Value::Null);
    let answer = client.administer("posts/?formats=pdf").await;
    assert_eq!(client::error(&answer).0, 422);
    assert_eq!(client.administer("posts/slug/about/").await.status, 404);
    assert_eq!(client.administer("pages/slug/about/").await.status, 200);
}

async fn tags_and_users_are_shown_whole(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let body = client.administered("tags/?include=count.posts&order=slug%20asc").await;
    let slugs: Vec<_> = body["tags"].as_array().unwrap().iter().map(|tag| &tag["slug"]).collect();
    assert_eq!(slugs, ["hash-internal", "long-reads", "news", "only-pages", "tech", "unused"]);
    assert_eq!(body["tags"][0]["created_at"], "2026-05-01T12:00:00.000Z");
    let mut hand = database.hand().await;
    hand.execute("update users set email = 'ann@example.org' where slug = 'ann'").await;
    let user = client.administered("users/email/Ann@example.org/").await["users"][0].clone();
    assert_eq!((&user["slug"], &user["status"]), (&json!("ann"), &json!("locked")));
    assert_eq!(client.administered("users/slug/ann/").await["users"][0], user);
    assert_eq!(client.administer("users/email/nobody@example.org/").await.status, 404);
    assert_eq!(client.administer("users/email/%00/").await.status, 404);
}

async fn nothing_of_it_is_kept(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    for path in ["posts/", "site/", "posts/?filter=published_at:%3Enow-1d", "posts/slug/nothing/"] {
        for _ in 0..3 {
            let answer = client.administer(path).await;
            assert_eq!(answer.field("cache-control"), "no-store", "{path}");
            assert!(answer.headers.get("cache-status").is_none() || !answer.is_hit(), "{path}");
        }
    }
}
