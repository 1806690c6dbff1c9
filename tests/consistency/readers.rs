//! Readers: many at once, of every layer, who note what they see.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::counters::{self, Span, Step};
use crate::history::{Outcome, Read, Shared, Target, Watch};
use crate::session::Session;
use crate::support::reader::Answer;
use crate::topology::{Topology, balancer};

/// Where the layers answer.
#[derive(Debug, Clone)]
pub struct Places {
    pub instances: Vec<String>,
    pub balancer: String,
    pub varnish: String,
}

impl Places {
    /// Those of a topology.
    pub fn of(topology: &Topology) -> Self {
        Self {
            instances: topology.instances.iter().map(|instance| instance.url.clone()).collect(),
            balancer: topology.balancer.url(),
            varnish: topology.varnish.url(),
        }
    }

    /// One of them; a CDN and a balancer have more readers than an instance has.
    pub fn any(&self, random: &mut StdRng) -> Target {
        match random.random_range(0..10) {
            0..3 => Target::Balancer,
            3..6 => Target::Varnish,
            _ => {
                let number = random.random_range(0..self.instances.len());
                Target::Instance(u8::try_from(number).expect("there are few"))
            }
        }
    }

    /// The address of one.
    pub fn url(&self, target: Target) -> &str {
        match target {
            Target::Instance(number) => &self.instances[usize::from(number)],
            Target::Balancer => &self.balancer,
            Target::Varnish => &self.varnish,
        }
    }
}

/// What all readers of a run have in common.
#[derive(Clone)]
pub struct Reading {
    pub places: Arc<Places>,
    pub groups: usize,
    pub watch: Watch,
    pub history: Shared,
    pub is_over: Arc<AtomicBool>,
}

impl Reading {
    /// One of the addresses: its group, where it has one, its number and its path.
    pub fn any_address(&self, random: &mut StdRng) -> (Option<usize>, u8, String) {
        if random.random_range(0..20) == 0 {
            let number = random.random_range(0..counters::SHARED.len());
            return (None, address_number(number), counters::SHARED[number].to_owned());
        }
        let group = random.random_range(0..self.groups);
        let (number, path) = Self::any_address_of(group, random);
        (Some(group), number, path)
    }

    /// One of the addresses of a group.
    pub fn any_address_of(group: usize, random: &mut StdRng) -> (u8, String) {
        let mut addresses = counters::addresses(group);
        let number = random.random_range(0..addresses.len());
        (address_number(number), addresses.swap_remove(number))
    }

    /// Asks once, and gives what is to be noted.
    pub async fn read(
        &self,
        session: (&mut Session, u16),
        target: Target,
        address: (Option<usize>, u8, &str),
        own: Step,
    ) -> Vec<Read> {
        let (group, number, path) = address;
        // Strangers are many, and are told apart by nothing.
        let token = (own > 0).then(|| session.0.token().to_owned());
        let begin = self.watch.now();
        let answer = session.0.get(&format!("{}{path}", self.places.url(target))).await;
        let end = self.watch.now();
        let words: Option<Arc<str>> = token.map(|token| {
            let status = answer.as_ref().map_or("no answer", Answer::cache_status);
            format!("token {token}, {status}").into()
        });
        let note = |group: usize, outcome| {
            let answer = answer.as_ref();
            Read {
                begin,
                end,
                session: session.1,
                group: u16::try_from(group).expect("there are few"),
                address: number,
                target,
                instance: answer.and_then(instance),
                is_stale: answer.is_some_and(is_stale),
                is_varnish_hit: answer.is_some_and(|a| a.cache_status().contains("varnish; hit")),
                own,
                words: words.clone(),
                outcome,
            }
        };
        let Some(page) = &answer else {
            return vec![note(group.unwrap_or_default(), Outcome::Lost)];
        };
        if page.status != 200 {
            let outcome = Outcome::Refused(page.status.as_u16());
            return vec![note(group.unwrap_or_default(), outcome)];
        }
        let spans = counters::read(&String::from_utf8_lossy(&page.body));
        match group {
            // A page that does not show what it is about is as good as none.
            Some(group) => {
                let span = spans.get(&group).copied().unwrap_or(Span { first: 1, last: 0 });
                vec![note(group, Outcome::Page(span))]
            }
            None => spans.iter().map(|(group, span)| note(*group, Outcome::Page(*span))).collect(),
        }
    }
}

fn address_number(number: usize) -> u8 {
    u8::try_from(number).expect("there are few")
}

/// Whether the instance calls it stale, or Varnish does (RFC 9211: less than nothing is left of it).
pub fn is_stale(answer: &Answer) -> bool {
    answer.is_stale() || answer.cache_status().contains("varnish; hit; ttl=-")
}

/// The instance that an answer names.
fn instance(answer: &Answer) -> Option<u8> {
    let number: u8 = answer.field("x-instance").strip_prefix(balancer::SERVER)?.parse().ok()?;
    number.checked_sub(1)
}

/// A reader without a session, who asks until all is over.
pub async fn read_on(reading: Reading, number: u16, seed: u64, pause: Duration) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut session = Session::new();
    let (mut notes, mut requests) = (Vec::new(), 0);
    while !reading.is_over.load(Ordering::Relaxed) {
        let target = reading.places.any(&mut random);
        let (group, address, path) = reading.any_address(&mut random);
        let who = (&mut session, number);
        notes.extend(reading.read(who, target, (group, address, &path), 0).await);
        requests += 1;
        if notes.last().is_some_and(|read| read.outcome == Outcome::Lost) {
            // Nobody asks in a tight loop where nobody listens.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    let mut history = reading.history.lock().unwrap();
    history.reads.extend(notes);
    history.requests += requests;
}
