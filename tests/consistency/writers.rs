//! Writers: one for each group, who raise its counters one after the other and look at what they wrote.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::sync::mpsc;

use crate::counters::{self, Step};
use crate::desk::{Hand, Post, Saved};
use crate::history::Write;
use crate::readers::Reading;
use crate::session::Session;

/// How often a writer looks at the site after a save.
const LOOKS: usize = 2;

/// A save that is about to be sent: whoever watches how it spreads begins to look.
#[derive(Debug, Clone, Copy)]
pub struct Announced {
    pub group: usize,
    pub step: Step,
}

/// A writer of one group.
pub struct Writer {
    pub group: usize,
    pub reading: Reading,
    pub hand: Hand,
    /// The number of their session.
    pub session: u16,
    pub seed: u64,
    /// Between the beginnings of two saves.
    pub pause: Duration,
    /// Who is told of every save.
    pub announce: mpsc::Sender<Announced>,
}

/// What became of a writer's work.
#[derive(Debug, Clone, Copy)]
pub struct Written {
    pub group: usize,
    /// The last step that was acknowledged.
    pub acknowledged: Step,
    /// Something that was acknowledged was gone.
    pub is_lost: bool,
}

impl Writer {
    /// Writes until all is over. What was begun is brought to its end.
    pub async fn write_on(mut self) -> Written {
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut session = Session::new();
        let (mut seen, mut writes) = (Vec::new(), Vec::new());
        let mut written = Written { group: self.group, acknowledged: 0, is_lost: false };
        while !self.reading.is_over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            let step = written.acknowledged + 1;
            let Some(write) = self.save(step).await else {
                written.is_lost = true;
                break;
            };
            writes.push(write);
            written.acknowledged = step;
            for _ in 0..LOOKS {
                let target = self.reading.places.any(&mut random);
                let (address, path) = Reading::any_address_of(self.group, &mut random);
                let who = (&mut session, self.session);
                let address = (Some(self.group), address, path.as_str());
                seen.extend(self.reading.read(who, target, address, 0).await);
            }
            tokio::time::sleep(self.pause.saturating_sub(begun.elapsed())).await;
        }
        let mut history = self.reading.history.lock().unwrap();
        history.requests += seen.len() as u64;
        history.reads.extend(seen);
        history.writes.extend(writes);
        written
    }

    /// Brings one step to its end, however often that has to be tried; `None` where something that was
    /// acknowledged is gone.
    async fn save(&mut self, step: Step) -> Option<Write> {
        let (post, value) = counters::written_at(step);
        let post = Post {
            slug: counters::slug(self.group, post),
            before: counters::title(self.group, post, value - 1),
            title: counters::title(self.group, post, value),
        };
        let sent = self.reading.watch.now();
        // Whoever is busy watching another save misses this one.
        let _ = self.announce.try_send(Announced { group: self.group, step });
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.hand.save(&post).await {
                Saved::Acknowledged => {
                    let group = u16::try_from(self.group).expect("there are few");
                    let acknowledged = self.reading.watch.now();
                    return Some(Write { group, step, sent, acknowledged, attempts });
                }
                Saved::Unknown => tokio::time::sleep(Duration::from_millis(100)).await,
                Saved::Lost => return None,
            }
        }
    }
}
