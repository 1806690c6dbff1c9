//! What is counted, in a memory of a fixed size: a count-min sketch of moments.
//!
//! A table of everybody would grow with every address that an attacker invents; one that is bounded has
//! to forget somebody to take another in, and who is forgotten begins anew. Here each subject has a cell
//! in each of four rows, which others have as well; each request moves all four, and the earliest of the
//! four counts. So nothing is ever forgotten, and nobody gets through who would not by themselves. The
//! other way it can err: somebody is refused for what others asked if in *all* rows somebody who asks too
//! much has the same cell. With 100 such at a time that is one in 50 millions, with 1,000 one in 6,000.
//! Which cells are whose depends on a secret of this process, so nobody can aim.
//!
//! Source: Cormode and Muthukrishnan, An improved data stream summary: the count-min sketch and its
//! applications, Journal of Algorithms 55 (2005). What is added up is time, and it drains by itself.

use std::hash::{DefaultHasher, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};

use super::Subject;
use crate::entropy::Entropy;

/// Rows, and the cells of each: 256 KiB.
const ROWS: usize = 4;
const BITS: u32 = 13;
const WIDTH: usize = 1 << BITS;

/// The moments at which all is paid, in microseconds of the stopwatch.
pub struct Sketch {
    cells: Box<[AtomicU64]>,
    secret: [u64; 2],
}

impl Sketch {
    /// One in which nobody owes anything.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let cells = (0..ROWS * WIDTH).map(|_| AtomicU64::new(0)).collect();
        Self { cells, secret: [entropy.next(), entropy.next()] }
    }

    /// When all is paid that somebody asked for. It may be later than that, never earlier.
    pub fn paid_at(&self, subject: &Subject) -> u64 {
        let moments = self.cells(subject).map(|cell| cell.load(Ordering::Relaxed));
        moments.into_iter().min().unwrap_or(0)
    }

    /// Adds what a request costs.
    pub fn add(&self, subject: &Subject, now: u64, cost: u64) {
        for cell in self.cells(subject) {
            let later = |moment: u64| Some(moment.max(now).saturating_add(cost));
            // It is never refused: there is always a later moment.
            let _ = cell.fetch_update(Ordering::Relaxed, Ordering::Relaxed, later);
        }
    }

    /// Puts the moment off to a later one. Hearing of it twice, or late, does no harm.
    pub fn raise(&self, subject: &Subject, moment: u64) {
        for cell in self.cells(subject) {
            cell.fetch_max(moment, Ordering::Relaxed);
        }
    }

    /// Nothing is owed any more; neither by those who have a cell in common.
    pub fn clear(&self, subject: &Subject, now: u64) {
        for cell in self.cells(subject) {
            cell.fetch_min(now, Ordering::Relaxed);
        }
    }

    fn cells(&self, subject: &Subject) -> [&AtomicU64; ROWS] {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.secret[0]);
        hasher.write(subject.bytes());
        hasher.write_u64(self.secret[1]);
        let hash = hasher.finish();
        std::array::from_fn(|row| {
            #[expect(clippy::cast_possible_truncation, reason = "a few bits of it are wanted")]
            let column = (hash >> (BITS as usize * row)) as usize % WIDTH;
            &self.cells[row * WIDTH + column]
        })
    }
}

impl std::fmt::Debug for Sketch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sketch").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::entropy::CountingEntropy;

    fn subject(number: u32) -> Subject {
        Subject::of_address(std::net::Ipv4Addr::from(number).into())
    }

    proptest! {
        /// However many there are, none is ever thought to owe less than they do.
        #[test]
        fn nobody_owes_less_than_in_a_table_of_everybody(
            seed: u64,
            requests in prop::collection::vec((0..20_000_u32, 0..50_000_u64), 1..3_000),
        ) {
            let sketch = Sketch::new(&CountingEntropy::from(seed));
            let mut table = HashMap::<u32, u64>::new();
            let mut now = 1;
            for (who, gap) in requests {
                now += gap;
                sketch.add(&subject(who), now, 1_000_000);
                let paid_at = table.entry(who).or_default();
                *paid_at = (*paid_at).max(now) + 1_000_000;
            }
            for (who, paid_at) in table {
                prop_assert!(sketch.paid_at(&subject(who)) >= paid_at);
            }
        }
    }

    /// A hundred thousand addresses that ask once each move nobody near a limit.
    #[test]
    fn a_crowd_is_no_burden_to_a_stranger() {
        const MINUTE: u64 = 60_000_000;
        let sketch = Sketch::new(&CountingEntropy::from(7));
        // Of a hundred requests a minute each costs 0.6 seconds.
        let cost = MINUTE / 100;
        let mut now = MINUTE;
        for who in 0..100_000 {
            now += MINUTE / 100_000;
            sketch.add(&subject(who), now, cost);
        }
        let owed = |who| sketch.paid_at(&subject(who)).saturating_sub(now);
        let worst = (200_000..210_000).map(owed).max().unwrap();
        assert!(worst < MINUTE / 4, "{worst}");
        // Nor do a hundred who ask as often as they can.
        for who in 300_000..300_100 {
            sketch.add(&subject(who), now, MINUTE);
        }
        let harmed = (200_000..210_000).filter(|&who| owed(who) >= MINUTE).count();
        assert_eq!(harmed, 0);
    }

    #[test]
    fn it_is_raised_and_cleared() {
        let sketch = Sketch::new(&CountingEntropy::from(7));
        let one = subject(1);
        sketch.raise(&one, 500);
        sketch.raise(&one, 400);
        assert_eq!(sketch.paid_at(&one), 500);
        assert_eq!(sketch.paid_at(&subject(2)), 0);
        sketch.clear(&one, 450);
        assert_eq!(sketch.paid_at(&one), 450);
    }
}
