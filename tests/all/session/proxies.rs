//! Where a request comes from, as the desk believes it.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use http::{Request, header};

use super::visitor::encoded;
use super::{EMAIL, ORIGIN, PASSWORD, Visitor, ann};
use crate::instance::Instance;
use crate::support::{TestDatabase, on_both};

on_both!(only_the_word_of_a_listed_proxy_counts);

async fn only_the_word_of_a_listed_proxy_counts(db: &TestDatabase) {
    let site = Instance::with(db, |config| {
        config.server.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    ann(&site).await;
    let mut hand = db.hand().await;
    for (peer, address) in [("10.1.2.3:80", "198.51.100.7"), ("203.0.113.5:80", "203.0.113.5")] {
        let token = Visitor::new().token(&site, "/desk/sign-in/").await;
        let body = encoded(&[("csrf", &token), ("email", EMAIL), ("password", PASSWORD)]);
        let request = Request::post("/desk/sign-in/")
            .extension(ConnectInfo(peer.parse::<SocketAddr>().unwrap()))
            .header("x-forwarded-for", "1.2.3.4, 198.51.100.7")
            .header("x-real-ip", "5.6.7.8")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        site.ask(request.body(body.into()).unwrap()).await;
        let sql = "select address from sign_ins order by created_at desc, id desc limit 1";
        assert_eq!(hand.texts(sql).await, [address], "{peer}");
        site.clock.advance(1);
    }
}
