//! A load that fills a cache, taken apart so that a test can stop in the middle of it.

use masthead::content_clock::{AsOf, Epoch};

use crate::support::Hand;

/// A snapshot in which the clock was read first, as everything that fills an entry does.
pub struct Fill {
    hand: Hand,
    /// Up to which change it sees, at least.
    pub as_of: AsOf,
}

impl Fill {
    pub async fn begin(url: &str) -> Self {
        let mut hand = Hand::connect(url).await;
        hand.execute(match hand {
            Hand::Sqlite(_) => "begin",
            Hand::Postgres(_) => "begin isolation level repeatable read read only",
        })
        .await;
        let as_of = clock(&mut hand).await;
        Self { hand, as_of }
    }

    /// The value of a setting, in the snapshot.
    pub async fn setting(&mut self, key: &str) -> Option<String> {
        setting(&mut self.hand, key).await
    }

    /// The size of a file, in the snapshot.
    pub async fn size(&mut self, path: &str) -> u64 {
        let size = format!("select cast(size as bigint) from media where path = '{path}'");
        self.hand.number(&size).await.try_into().unwrap()
    }

    /// The listed posts of a scope, in the snapshot.
    pub async fn listed(&mut self, scope: &str) -> Vec<String> {
        self.hand.texts(&format!("select post_id from listings where scope = '{scope}'")).await
    }
}

/// Where the clock stands for a connection.
pub async fn clock(hand: &mut Hand) -> AsOf {
    let clock = hand.texts("select epoch || ' ' || seq from content_clock").await;
    let (epoch, seq) = clock[0].split_once(' ').unwrap();
    AsOf { epoch: Epoch::parse(epoch).unwrap(), seq: seq.parse().unwrap() }
}

/// The value of a setting, as a connection sees it now.
pub async fn setting(hand: &mut Hand, key: &str) -> Option<String> {
    hand.texts(&format!("select value from settings where key = '{key}'")).await.pop()
}

/// SQL that gives a setting a value.
pub fn set(key: &str, value: &str) -> String {
    format!(
        "insert into settings (key, value) values ('{key}', '{value}')
         on conflict (key) do update set value = excluded.value"
    )
}

/// SQL that adds a file, which raises `media:NAME` and nothing else.
pub fn upload(name: &str) -> String {
    format!(
        "insert into media (id, path, name, content_type, size, created_at)
         values ('{name}', '{name}', '', '', 1, 1)"
    )
}
