//! A number that grows, as it was a fixed time ago.

use std::collections::VecDeque;
use std::time::Duration;

/// The most marks that are kept.
const MOST_MARKS: usize = 512;

/// Remembers when a number was reached, and tells which it was so long ago at the latest.
#[derive(Debug)]
pub(super) struct Delay {
    wait: Duration,
    /// The number, and when it was reached, on the stopwatch.
    marks: VecDeque<(u64, Duration)>,
    passed: Option<u64>,
}

impl Delay {
    /// A delay of that much time.
    pub(super) const fn of(wait: Duration) -> Self {
        Self { wait, marks: VecDeque::new(), passed: None }
    }

    /// The number is this one now.
    pub(super) fn reach(&mut self, number: u64, now: Duration) {
        let newest = self.marks.back().map(|(number, _)| *number).or(self.passed);
        if newest.is_some_and(|newest| newest >= number) {
            return;
        }
        if self.marks.len() >= MOST_MARKS {
            // Later than it was is allowed; sooner is not.
            self.marks.pop_back();
        }
        self.marks.push_back((number, now));
    }

    /// The number as it was then; `None` where it is not known.
    pub(super) fn passed(&mut self, now: Duration) -> Option<u64> {
        while let Some((number, at)) = self.marks.front()
            && *at + self.wait <= now
        {
            self.passed = Some(*number);
            self.marks.pop_front();
        }
        self.passed
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::of(self.wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_comes_after_the_wait() {
        let second = Duration::from_secs;
        let mut delay = Delay::of(second(5));
        delay.reach(0, second(10));
        delay.reach(7, second(12));
        delay.reach(7, second(16));
        assert_eq!(delay.passed(second(14)), None);
        assert_eq!(delay.passed(second(15)), Some(0));
        assert_eq!(delay.passed(second(17)), Some(7));
        delay.reach(6, second(18));
        assert_eq!(delay.passed(second(90)), Some(7));
    }

    #[test]
    fn it_is_bounded_and_never_early() {
        let mut delay = Delay::of(Duration::from_secs(1));
        for number in 0..2000 {
            delay.reach(number, Duration::from_millis(number));
        }
        assert!(delay.marks.len() <= MOST_MARKS);
        assert!(delay.passed(Duration::from_millis(1999)) < Some(1000));
        assert_eq!(delay.passed(Duration::from_secs(3)), Some(1999));
    }
}
