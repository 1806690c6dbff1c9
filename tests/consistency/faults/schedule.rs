//! The schedule: which fault begins when and lasts how long. The same seed gives the same schedule.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::{Fault, Gone, Kind, Link};
use crate::topology::Way;
use crate::topology::postgres::Stop;

/// The first fault comes after this time, so that there is something to spoil.
const BEFORE: Duration = Duration::from_secs(3);
/// How long a fault lasts, in milliseconds.
const LASTS: std::ops::Range<u64> = 500..7_000;
/// Between two faults of one part, so that it has been whole for a moment.
const REST: Duration = Duration::from_secs(1);

/// A fault with its time, counted from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub at: Duration,
    pub lasts: Duration,
    pub fault: Fault,
}

/// What a fault has to itself while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Redis,
    Sessions,
    Servers,
    Varnish,
    Origin,
    Instance(usize),
    Ways(usize),
}

/// Draws faults of these kinds until `end`; each is healed by then. The next begins after `gap` on
/// average, in milliseconds.
pub fn schedule(
    seed: u64,
    (kinds, gap): (&[Kind], u64),
    instances: usize,
    end: Duration,
) -> Vec<Planned> {
    let gaps = gap / 4..=gap * 7 / 4;
    let mut random = StdRng::seed_from_u64(seed);
    let mut busy_until: BTreeMap<Part, Duration> = BTreeMap::new();
    let mut planned = Vec::new();
    let mut at = BEFORE;
    while let Some(kind) = kinds.choose(&mut random) {
        at += Duration::from_millis(random.random_range(gaps.clone()));
        let lasts = Duration::from_millis(random.random_range(LASTS));
        let fault = draw(*kind, instances, &mut random);
        if at + lasts > end {
            break;
        }
        let part = part(fault);
        let is_busy = |part: Part| busy_until.get(&part).is_some_and(|until| at < *until);
        // Somebody is left to answer.
        let away = (0..instances).filter(|number| is_busy(Part::Instance(*number))).count();
        let is_one_too_many = matches!(part, Part::Instance(_)) && away + 1 >= instances;
        if is_busy(part) || is_one_too_many {
            continue;
        }
        busy_until.insert(part, at + lasts + REST);
        planned.push(Planned { at, lasts, fault });
    }
    planned
}

pub(super) const fn part(fault: Fault) -> Part {
    match fault {
        Fault::Redis(_) => Part::Redis,
        Fault::Sessions(_) => Part::Sessions,
        Fault::ReplayPaused(_)
        | Fault::ReplayDelayed(..)
        | Fault::StandbyKilled(_)
        | Fault::Primary(_)
        | Fault::Promotion
        | Fault::Cut(Link::Replication(_), _) => Part::Servers,
        Fault::Varnish => Part::Varnish,
        Fault::Cut(Link::Origin, _) => Part::Origin,
        Fault::Instance(number, _) | Fault::Failpoint(number, _) => Part::Instance(number),
        Fault::News(number, _)
        | Fault::Cut(
            Link::Postgres { instance: number, .. }
            | Link::Redis(number)
            | Link::Sessions(number)
            | Link::Purges(number),
            _,
        ) => Part::Ways(number),
    }
}

fn draw(kind: Kind, instances: usize, random: &mut StdRng) -> Fault {
    let gone = *[Gone::Killed, Gone::Frozen].choose(random).expect("there are two");
    let instance = random.random_range(0..instances);
    let standby = random.random_range(1..3);
    match kind {
        Kind::Redis => Fault::Redis(gone),
        Kind::Sessions => Fault::Sessions(gone),
        Kind::Standbys => match random.random_range(0..3) {
            0 => Fault::ReplayPaused(standby),
            1 => Fault::ReplayDelayed(standby, random.random_range(1..=10)),
            _ => Fault::StandbyKilled(standby),
        },
        Kind::News => {
            let ways = [Way::NewsLost, Way::NewsDoubled, Way::NewsReordered];
            Fault::News(instance, *ways.choose(random).expect("there are some"))
        }
        Kind::Instances => {
            let gone = [Gone::Killed, Gone::Frozen, Gone::Stopped];
            Fault::Instance(instance, *gone.choose(random).expect("there are some"))
        }
        Kind::Failpoints => {
            let places = ["after-commit", "after-stamp", "after-news", "before-purge-cursor"];
            Fault::Failpoint(instance, places.choose(random).expect("there are some"))
        }
        Kind::Primary => {
            let stops = [Stop::Fast, Stop::Immediate, Stop::Kill];
            Fault::Primary(*stops.choose(random).expect("there are some"))
        }
        Kind::Promotion => Fault::Promotion,
        Kind::Varnish => Fault::Varnish,
        Kind::Cuts => {
            let way = *[Way::Refused, Way::Swallowed].choose(random).expect("there are two");
            let link = match random.random_range(0..8) {
                0..3 => Link::Postgres { instance, server: random.random_range(0..3) },
                3 => Link::Redis(instance),
                4 => Link::Sessions(instance),
                5 => Link::Purges(instance),
                6 => Link::Origin,
                _ => Link::Replication(standby),
            };
            Fault::Cut(link, way)
        }
    }
}
