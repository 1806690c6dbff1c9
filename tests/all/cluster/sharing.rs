//! What one instance has made, the others need not make; what nobody could have made, nobody takes.

use futures_util::future::join_all;

use super::{Cluster, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_one_has_made_the_others_find_in_redis_and_then_keep() {
    let cluster = Cluster::start().await;
    let papers = cluster.papers();
    let first = cluster.reader.get(&papers[0]).await;
    assert!(first.cache_status().contains("fwd=uri-miss; fwd-status=200; stored"), "{first:?}");
    kept_page(&cluster).await;
    for paper in &papers[1..] {
        for layer in ["l2", "l1"] {
            let answer = cluster.reader.get(paper).await;
            assert!(answer.is_hit_of(layer), "{layer}: {answer:?}");
            assert_eq!(answer.body, first.body);
        }
    }
    let loads = ["masthead_cache_loads_total", "class=\"response\""];
    assert_eq!(cluster.counted_by_all(&loads).await, 1);
}

/// The key of the one page that is in Redis. Readers have it before it is there.
async fn kept_page(cluster: &Cluster) -> String {
    let keys = || cluster.redis.keys("masthead:response:");
    until("a page in Redis", async || !keys().is_empty()).await;
    let keys: Vec<String> = keys().into_iter().collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    keys[0].clone()
}

/// By the figures of the instances, and by what each reader is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_cold_page_is_made_once_for_three_hundred_readers_of_three_instances() {
    let cluster = Cluster::start().await;
    let papers = cluster.papers();
    let asking = (0..300).map(|n| cluster.reader.get(&papers[n % papers.len()]));
    let answers = join_all(asking).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.edition() == 1));
    let made = answers.iter().filter(|answer| answer.cache_status().contains("stored")).count();
    assert_eq!(made, 1);
    let loads = ["masthead_cache_loads_total", "class=\"response\""];
    assert_eq!(cluster.counted_by_all(&loads).await, 1);
}

/// Garbage, what is cut off or damaged, what is of another make, and what another build keeps.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_put_into_redis_is_not_served() {
    let cluster = Cluster::start().await;
    let papers = cluster.papers();
    let good = cluster.reader.get(&papers[0]).await;
    let key = &kept_page(&cluster).await;
    let written: Vec<u8> = cluster.redis.ask(&[b"GET", key.as_bytes()]);
    let mut flipped = written.clone();
    flipped[written.len() / 2] ^= 1;
    let mut of_another_make = written.clone();
    of_another_make[3] += 1;
    let plants: [&[u8]; 6] =
        [b"garbage", b"", &written[..written.len() / 2], &flipped, &of_another_make, &[0xFF; 4096]];
    for (n, plant) in plants.into_iter().enumerate() {
        // An address that nobody has asked for, so that Redis is the first to be asked.
        let planted = key.replace("/paper/", &format!("/tag/t{n}/"));
        cluster.redis.ask::<()>(&[b"SET", planted.as_bytes(), plant]);
        for paper in &papers {
            let url = paper.replace("/paper/", &format!("/tag/t{n}/"));
            let answer = cluster.reader.get(&url).await;
            assert_eq!(answer.status, 404, "{n}: {answer:?}");
        }
    }
    // A list in place of a text, and the entry of another build beside the key.
    let planted = key.replace("/paper/", "/tag/list/");
    cluster.redis.ask::<i64>(&[b"LPUSH", planted.as_bytes(), b"a"]);
    let other = key.replacen(".1:", ".2:", 1);
    assert_ne!(&other, key);
    cluster.redis.ask::<()>(&[b"SET", other.as_bytes(), b"of a later build"]);
    for paper in &papers {
        let answer = cluster.reader.get(&paper.replace("/paper/", "/tag/list/")).await;
        assert_eq!(answer.status, 404, "{answer:?}");
        assert_eq!(cluster.reader.get(paper).await.body, good.body);
    }
    assert!(!cluster.log().contains("panicked"), "{}", cluster.log());
}
