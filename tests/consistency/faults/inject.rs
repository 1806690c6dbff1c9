//! Carries out a schedule on a topology, and notes what was done when.

use std::time::{Duration, Instant};

use super::schedule::{Part, part};
use super::{Fault, Gone, Link, Planned};
use crate::history::{Shared, Trouble, Watch};
use crate::support::redis::Redis;
use crate::topology::postgres::Stop;
use crate::topology::{Topology, Way};

/// What happens at the chosen place: some come by, and then one ends the process as a crash would.
const THERE: &str = "2*off->return";

/// When it is looked again whether a part is itself again.
const AGAIN: Duration = Duration::from_millis(50);

/// The hand that breaks and heals.
pub struct Injector<'a> {
    pub topology: &'a mut Topology,
    pub watch: Watch,
    pub history: Shared,
}

/// A fault under way.
struct Standing {
    fault: Fault,
    until: Instant,
    /// Where it stands in the history.
    trouble: usize,
    /// The server of PostgreSQL that it was done to.
    server: usize,
    /// Since when the part is back, where it takes a while to be itself again.
    back_since: Option<Instant>,
}

impl Injector<'_> {
    /// Carries out a schedule; returns when everything is whole again.
    pub async fn run(&mut self, schedule: &[Planned], mut say: impl FnMut(&str)) {
        let begin = Instant::now();
        let mut coming = schedule.iter().peekable();
        let mut standing: Vec<Standing> = Vec::new();
        while coming.peek().is_some() || !standing.is_empty() {
            let next_end = (0..standing.len()).min_by_key(|place| standing[*place].until);
            // On a busy machine things take longer than they were to: one part has one fault at a time.
            let next_begin =
                coming.peek().filter(|planned| self.is_whole(planned.fault, &standing));
            let next_begin = next_begin.map(|planned| begin + planned.at);
            let ends_first = next_end
                .filter(|place| next_begin.is_none_or(|begin| standing[*place].until <= begin));
            let next = ends_first.map(|place| standing[place].until).or(next_begin);
            tokio::time::sleep_until(next.expect("something comes").into()).await;
            if let Some(place) = ends_first {
                let mut over = standing.swap_remove(place);
                if self.heal(&mut over).await {
                    self.history.lock().unwrap().troubles[over.trouble].healed = self.watch.now();
                    say(&format!("healed: {:?}", over.fault));
                } else {
                    over.until = Instant::now() + AGAIN;
                    standing.push(over);
                }
            } else {
                let planned = coming.next().expect("it comes");
                say(&format!("fault: {:?} for {:.1?}", planned.fault, planned.lasts));
                standing.push(self.begin(planned).await);
            }
        }
    }

    /// Whether what a fault would break is whole, and is not the last instance that answers.
    fn is_whole(&self, fault: Fault, standing: &[Standing]) -> bool {
        let broken: Vec<Part> = standing.iter().map(|standing| part(standing.fault)).collect();
        let is_instance = |part: &Part| matches!(part, Part::Instance(_));
        let away = broken.iter().copied().filter(|part| is_instance(part)).count();
        let is_last = is_instance(&part(fault)) && away + 1 >= self.topology.instances.len();
        !broken.contains(&part(fault)) && !is_last
    }

    async fn begin(&mut self, planned: &Planned) -> Standing {
        let fault = planned.fault;
        let trouble = {
            let mut history = self.history.lock().unwrap();
            history.troubles.push(Trouble {
                what: format!("{fault:?}"),
                kind: fault.kind(),
                instance: fault.instance().and_then(|number| u8::try_from(number).ok()),
                began: self.watch.now(),
                healed: u64::MAX,
            });
            history.troubles.len() - 1
        };
        let server = self.server_of(fault);
        self.break_it(fault, server).await;
        Standing { fault, until: Instant::now() + planned.lasts, trouble, server, back_since: None }
    }

    /// Standbys are counted from the primary, which moves.
    fn server_of(&self, fault: Fault) -> usize {
        let behind = match fault {
            Fault::ReplayPaused(behind)
            | Fault::ReplayDelayed(behind, _)
            | Fault::StandbyKilled(behind)
            | Fault::Cut(Link::Replication(behind), _) => behind,
            _ => 0,
        };
        (self.topology.primary + behind) % self.topology.servers.len()
    }

    async fn break_it(&mut self, fault: Fault, server: usize) {
        let topology = &mut *self.topology;
        match fault {
            Fault::Redis(gone) => take_away(&mut topology.redis, gone),
            Fault::Sessions(gone) => take_away(&mut topology.sessions, gone),
            Fault::ReplayPaused(_) => {
                topology.servers[server].pause_replay(true).await;
            }
            Fault::ReplayDelayed(_, seconds) => {
                topology.servers[server].delay_replay(seconds).await;
            }
            Fault::StandbyKilled(_) => blocking(|| topology.servers[server].stop(Stop::Kill)),
            Fault::News(instance, way) => topology.ways[instance].redis.set(way),
            Fault::Instance(instance, gone) => blocking(|| match gone {
                Gone::Killed => topology.instances[instance].kill(),
                Gone::Frozen => topology.instances[instance].freeze(),
                // It may take long, and nobody must wait for it here.
                Gone::Stopped => topology.instances[instance].ask_to_stop(),
            }),
            Fault::Failpoint(instance, place) => {
                blocking(|| topology.instances[instance].kill());
                let setting = ("FAILPOINTS", format!("{place}={THERE}"));
                blocking(|| topology.start_instance(instance, &[setting]));
            }
            Fault::Primary(stop) => blocking(|| topology.servers[server].stop(stop)),
            Fault::Promotion => topology.promote().await,
            Fault::Varnish => blocking(|| topology.varnish.stop()),
            Fault::Cut(link, way) => cut(topology, link, server, way),
        }
    }

    /// Gives a part back. Whether it is itself again: an instance may have to wait for other parts to be
    /// healed first, the primary above all, and nobody must wait for it here.
    async fn heal(&mut self, over: &mut Standing) -> bool {
        let is_back = over.back_since.is_some();
        let back_since = *over.back_since.get_or_insert_with(Instant::now);
        let topology = &mut *self.topology;
        match over.fault {
            Fault::Redis(gone) => bring_back(&mut topology.redis, gone),
            Fault::Sessions(gone) => bring_back(&mut topology.sessions, gone),
            Fault::ReplayPaused(_) => topology.servers[over.server].pause_replay(false).await,
            Fault::ReplayDelayed(..) => topology.servers[over.server].delay_replay(0).await,
            Fault::StandbyKilled(_) | Fault::Primary(_) => {
                blocking(|| topology.servers[over.server].start());
            }
            Fault::News(instance, _) => topology.ways[instance].redis.set(Way::Open),
            Fault::Instance(instance, gone) => {
                match gone {
                    _ if is_back => {}
                    Gone::Frozen => topology.instances[instance].thaw(),
                    // One that was told to stop and has not ended by now had its time.
                    Gone::Killed | Gone::Stopped => blocking(|| {
                        topology.instances[instance].kill();
                        topology.start_instance(instance, &[]);
                    }),
                }
                return topology.is_ready(instance, back_since).await;
            }
            Fault::Failpoint(instance, _) => {
                if !is_back {
                    blocking(|| topology.instances[instance].kill());
                    blocking(|| topology.start_instance(instance, &[]));
                }
                return topology.is_ready(instance, back_since).await;
            }
            Fault::Promotion => topology.rebuild_standbys(),
            Fault::Varnish => blocking(|| topology.varnish.restart()),
            Fault::Cut(link, _) => cut(topology, link, over.server, Way::Open),
        }
        true
    }
}

fn cut(topology: &Topology, link: Link, server: usize, way: Way) {
    let relay = match link {
        Link::Postgres { instance, server } => &topology.ways[instance].postgres[server],
        Link::Redis(instance) => &topology.ways[instance].redis,
        Link::Sessions(instance) => &topology.ways[instance].sessions,
        Link::Purges(instance) => &topology.ways[instance].varnish,
        Link::Origin => &topology.origin,
        Link::Replication(_) => &topology.replication[server],
    };
    relay.set(way);
}

fn take_away(redis: &mut Redis, gone: Gone) {
    blocking(|| match gone {
        Gone::Frozen => redis.freeze(),
        Gone::Killed | Gone::Stopped => redis.kill(),
    });
}

fn bring_back(redis: &mut Redis, gone: Gone) {
    blocking(|| match gone {
        Gone::Frozen => redis.thaw(),
        Gone::Killed | Gone::Stopped => redis.restart(),
    });
}

/// What waits for a process keeps no reader waiting.
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}
