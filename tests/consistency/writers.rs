//! Writers: one for each group, who raise its counters one after the other and look at what they wrote.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::sync::mpsc;

use crate::counters::{self, Span, Step};
use crate::desk::{Desk, Post, Saved};
use crate::history::{Loss, Write};
use crate::readers::Reading;
use crate::session::Session;

/// How often a writer looks at the site after a save.
const LOOKS: usize = 2;
/// For so long a writer rests who found less than what they had written.
const AFTER_LOSS: Duration = Duration::from_secs(4);

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
    pub desk: Desk,
    pub session: Session,
    /// The number of their session.
    pub number: u16,
    /// The ids of the posts of the group.
    pub ids: Vec<String>,
    pub seed: u64,
    /// Between the beginnings of two saves.
    pub pause: Duration,
    /// Whether a promotion may take back what was acknowledged.
    pub may_lose: bool,
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
        let (mut seen, mut writes) = (Vec::new(), Vec::new());
        let mut written = Written { group: self.group, acknowledged: 0, is_lost: false };
        while !self.reading.is_over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            let step = written.acknowledged + 1;
            let Some(write) = self.save(step).await else {
                if !self.may_lose {
                    written.is_lost = true;
                    break;
                }
                written.acknowledged = self.begin_from_less().await;
                continue;
            };
            writes.push(write);
            written.acknowledged = step;
            let own = if self.desk.is_owed() { step } else { 0 };
            for _ in 0..LOOKS {
                let target = self.reading.places.any(&mut random);
                let (address, path) = Reading::any_address_of(self.group, &mut random);
                let who = (&mut self.session, self.number);
                let address = (Some(self.group), address, path.as_str());
                seen.extend(self.reading.read(who, target, address, own).await);
            }
            tokio::time::sleep(self.pause.saturating_sub(begun.elapsed())).await;
        }
        let mut history = self.reading.history.lock().unwrap();
        history.requests += seen.len() as u64;
        history.reads.extend(seen);
        history.writes.extend(writes);
        written
    }

    /// Finds where the group stands after something was lost, and goes on from there: after a while,
    /// so that what was lost is gone from everywhere, if ever, before its numbers are given again.
    async fn begin_from_less(&mut self) -> Step {
        let step = loop {
            let span = self.desk.standing(self.group).await;
            if let Some(Span { first, .. }) = span.filter(|span| span.first == span.last) {
                break first;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        let group = u16::try_from(self.group).expect("there are few");
        let loss = Loss { group, step, at: self.reading.watch.now() };
        self.reading.history.lock().unwrap().losses.push(loss);
        tokio::time::sleep(AFTER_LOSS).await;
        step
    }

    /// Brings one step to its end, however often that has to be tried; `None` where something that was
    /// acknowledged is gone.
    async fn save(&mut self, step: Step) -> Option<Write> {
        let (post, value) = counters::written_at(step);
        let post = Post {
            id: self.ids[post as usize].clone(),
            slug: counters::slug(self.group, post),
            before: counters::title(self.group, post, value - 1),
            title: counters::title(self.group, post, value),
            all_before: counters::titles(self.group, step - 1),
            all_behind: counters::titles(self.group, step),
        };
        let sent = self.reading.watch.now();
        // Whoever is busy watching another save misses this one.
        let _ = self.announce.try_send(Announced { group: self.group, step });
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.desk.save(&mut self.session, &post).await {
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
