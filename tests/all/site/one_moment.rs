//! All that a page shows is of one moment, also while a change is committed and has no number yet.

use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(a_page_that_sees_a_change_without_a_number_takes_no_part_from_before);

/// The body of a page, asked for by somebody who waits for no number.
async fn at_once(instance: &Instance, path: &str) -> String {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = instance.app.site().oneshot(request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

async fn a_page_that_sees_a_change_without_a_number_takes_no_part_from_before(
    database: &TestDatabase,
) {
    let instance = Instance::on(database).await;
    instance.add_author(&author("Ann")).await;
    for title in ["Ebb", "Flood"] {
        instance.create(&published(title, NOON)).await;
    }
    // The front page brings a card of each into the data cache.
    let home = instance.page("/").await;
    assert!(home.contains("Ebb") && home.contains("Flood"), "{home}");

    let mut hand = database.hand().await;
    for slug in ["flood", "ebb"] {
        let sql = format!("update posts set title = title || ' again' where slug = '{slug}'");
        hand.execute(&sql).await;
    }
    // Its neighbour is shown as a card.
    let page = at_once(&instance, "/ebb/").await;
    assert!(page.contains("Ebb again"), "{page}");
    assert!(page.contains("Flood again"), "the neighbour is of an earlier moment: {page}");
}
