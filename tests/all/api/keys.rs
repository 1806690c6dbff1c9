//! Keys: who may ask, and who is told that they may not.

use http::{Method, StatusCode};
use masthead::domain::IntegrationId;
use masthead::domain::integration::KeyKind;

use super::client::{self, Client};
use super::shelf;
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(
    a_key_is_needed_and_has_to_be_right,
    a_key_that_is_taken_away_opens_nothing_any_more,
    a_key_that_is_regenerated_stops_at_once,
    of_two_keys_made_at_once_one_is_left,
    a_browser_may_ask_from_anywhere,
    clients_of_another_age_are_told,
    versions_of_old_are_told,
    keys_are_not_kept_as_they_are,
);

const POSTS: &str = "/ghost/api/content/posts/";

async fn a_key_is_needed_and_has_to_be_right(database: &TestDatabase) {
    shelf::fill(database).await;
    let client = Client::on(database).await;
    let (key, admin) = (&client.key, &client.admin_key);
    let (id, secret) = admin.split_once(':').unwrap();
    assert_eq!((key.len(), id.len(), secret.len()), (26, 24, 64));
    for (query, status, kind, code) in [
        (String::new(), 403, "NoPermissionError", None),
        ("?key=".to_owned(), 403, "NoPermissionError", None),
        ("?monkey=x".to_owned(), 403, "NoPermissionError", None),
        ("?Key=x".to_owned(), 401, "UnauthorizedError", Some("UNKNOWN_CONTENT_API_KEY")),
        ("?key=x".to_owned(), 401, "UnauthorizedError", Some("UNKNOWN_CONTENT_API_KEY")),
        (format!("?key={key}0"), 401, "UnauthorizedError", Some("UNKNOWN_CONTENT_API_KEY")),
        (format!("?key={admin}"), 401, "UnauthorizedError", Some("INVALID_API_KEY_TYPE")),
        (format!("?key={secret}"), 401, "UnauthorizedError", Some("INVALID_API_KEY_TYPE")),
        (format!("?key={key}&key={key}"), 400, "BadRequestError", Some("INVALID_REQUEST")),
    ] {
        let answer = client.site.get(&format!("{POSTS}{query}")).await;
        let found = client::error(&answer);
        let found = (found.0, found.1.as_str(), found.2.as_deref());
        assert_eq!(found, (status, kind, code), "{query}");
        assert_eq!(answer.field("cache-control"), "no-store", "{query}");
    }
    assert_eq!(client.get("posts/").await.status, 200);
}

/// On every instance.
async fn a_key_that_is_taken_away_opens_nothing_any_more(database: &TestDatabase) {
    let client = Client::on(database).await;
    let other = Instance::on(database).await;
    let path = format!("{POSTS}?key={}", client.key);
    assert_eq!(other.get(&path).await.status, StatusCode::OK);
    let all = client.site.app.integrations.all().await.unwrap();
    client.site.app.integrations.remove(&all[0].id).await.unwrap();
    assert_eq!(other.get(&path).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(client.site.get(&path).await.status, StatusCode::UNAUTHORIZED);
    // One that is added is known at once as well.
    let new = client.site.app.integrations.add("New").await.unwrap().value;
    let path = format!("{POSTS}?key={}", new.content_key.reveal());
    assert_eq!(other.get(&path).await.status, StatusCode::OK);
}

/// What each of the two keys of a client opens.
async fn opens(client: &Client) -> [u16; 2] {
    let [content, admin] = [client.get("posts/").await, client.administer("posts/").await];
    [content.status.as_u16(), admin.status.as_u16()]
}

/// The integration of a client that is the only one.
async fn the_one(client: &Client) -> IntegrationId {
    client.site.app.integrations.all().await.unwrap().remove(0).id
}

/// On every instance; and the other key stays as it is.
async fn a_key_that_is_regenerated_stops_at_once(database: &TestDatabase) {
    let mut here = Client::on(database).await;
    let (key, admin_key) = (here.key.clone(), here.admin_key.clone());
    let mut there = Client { site: Instance::on(database).await, key, admin_key };
    let id = the_one(&here).await;
    for client in [&here, &there] {
        assert_eq!(opens(client).await, [200, 200]);
        assert!(client.get("posts/").await.is_hit());
    }
    for (kind, shut) in [(KeyKind::Content, [401, 200]), (KeyKind::Admin, [200, 401])] {
        let new = here.site.app.integrations.regenerate(&id, kind).await.unwrap().value;
        for client in [&mut there, &mut here] {
            assert_eq!(opens(client).await, shut, "the old one");
            let key = match kind {
                KeyKind::Content => &mut client.key,
                KeyKind::Admin => &mut client.admin_key,
            };
            new.reveal().clone_into(key);
            assert_eq!(opens(client).await, [200, 200], "the new one");
        }
    }
    let nobody = "000000000000000000000000".parse().unwrap();
    let refused = here.site.app.integrations.regenerate(&nobody, KeyKind::Admin).await;
    assert_eq!(refused.unwrap_err().to_string(), format!("id: `{nobody}` is no integration"));
    assert_eq!(database.hand().await.texts("select kind from api_keys").await.len(), 2);
}

/// The one that was made last, whoever that is; what the other was given opens nothing.
async fn of_two_keys_made_at_once_one_is_left(database: &TestDatabase) {
    let mut client = Client::on(database).await;
    let id = the_one(&client).await;
    let integrations = client.site.app.integrations.clone();
    let new = || integrations.regenerate(&id, KeyKind::Content);
    let (one, two, three) = tokio::join!(new(), new(), new());
    let mut opened = 0;
    for saved in [one, two, three] {
        saved.unwrap().value.reveal().clone_into(&mut client.key);
        opened += usize::from(opens(&client).await == [200, 200]);
    }
    assert_eq!(opened, 1);
    assert_eq!(database.hand().await.texts("select kind from api_keys").await.len(), 2);
}

async fn a_browser_may_ask_from_anywhere(database: &TestDatabase) {
    let client = Client::on(database).await;
    let fields = [
        ("origin", "https://elsewhere.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "accept-version"),
    ];
    // It asks without a key.
    for path in [POSTS, "/ghost/api/content/posts", "/ghost/api/content/settings/?key=x"] {
        let answer = client.site.request(Method::OPTIONS, path, &fields).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert_eq!(answer.field("access-control-allow-origin"), "*");
        assert_eq!(answer.field("access-control-allow-headers"), "accept-version");
        assert_eq!(answer.field("access-control-max-age"), "86400");
        assert!(answer.field("access-control-allow-methods").contains("GET"));
        assert!(answer.body.is_empty());
    }
}

async fn clients_of_another_age_are_told(database: &TestDatabase) {
    let client = Client::on(database).await;
    for (path, version, status, code) in [
        ("posts/", "v7.0", 200, None),
        ("posts/", "nonsense", 200, None),
        ("nothing/", "v6.65", 404, None),
        ("nothing/", "v6.3", 406, Some("UPDATE_CLIENT")),
        ("nothing/", "v7.0", 406, Some("UPDATE_GHOST")),
        ("nothing/", "v5.0", 406, Some("UPDATE_CLIENT")),
        ("nothing/", "nonsense", 400, None),
    ] {
        let answer = client.ask(Method::GET, path, &[("accept-version", version)]).await;
        assert_eq!(answer.status, status, "{path} {version}");
        if status != 200 {
            assert_eq!(client::error(&answer).2.as_deref(), code, "{path} {version}");
        }
    }
}

/// Who asks for a version of old is answered, and told where the newest is.
async fn versions_of_old_are_told(database: &TestDatabase) {
    let client = Client::on(database).await;
    let path = format!("/ghost/api/v3/content/posts?key={}", client.key);
    for _ in 0..3 {
        let answer = client.site.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.field("deprecation"), "version=\"v3\"");
        let link = "<https://example.org/ghost/api/content/posts/>; rel=\"latest-version\"";
        assert_eq!(answer.field("link"), link);
    }
    let answer = client.get("posts/").await;
    assert!(answer.headers.get("deprecation").is_none(), "that was not kept: {answer:?}");
}

/// Whoever reads the database learns no content key.
async fn keys_are_not_kept_as_they_are(database: &TestDatabase) {
    let client = Client::on(database).await;
    let mut hand = database.hand().await;
    let kept = hand.texts("select secret from api_keys").await;
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|secret| !secret.contains(&client.key)));
}
