//! The rules for what readers saw.

use std::collections::BTreeMap;

use super::Rule;
use super::timeline::Timeline;
use crate::counters::{Span, Step};
use crate::faults::Kind;
use crate::history::{Moment, Outcome, Read, Target};

/// What is older than this is called stale.
pub const BOUND: Moment = 2_000_000;

/// Judges a page.
pub fn of_a_page(read: &Read, span: Span, timeline: &Timeline<'_>) -> Option<(Rule, String)> {
    if span.is_empty() {
        return Some((Rule::OneMoment, "no step has these counters".to_owned()));
    }
    let sent = timeline.sent_by(read.group, read.end);
    // What was lost just now may still be shown, as what is old may; the CDN has to be told first.
    let may_be_lost = timeline.has_loss(read.group, read.begin.saturating_sub(BOUND), read.end)
        || read.target == Target::Varnish && timeline.has_loss(read.group, 0, read.end)
        || read.is_stale;
    if span.first > sent && !may_be_lost {
        return Some((Rule::Phantom, format!("step {sent} was the last that had been sent")));
    }
    if span.last < read.own {
        return Some((Rule::OwnWrites, format!("their own step {} is not there", read.own)));
    }
    if read.is_stale {
        return None;
    }
    let (rule, owed) = match read.target {
        Target::Varnish => (Rule::StaleAtCdn, timeline.purged_by(read.group, read.begin)),
        Target::Instance(_) | Target::Balancer => {
            let long_ago = read.begin.checked_sub(BOUND)?;
            (Rule::Stale, timeline.acknowledged_by(read.group, long_ago))
        }
    };
    (span.last < owed).then(|| (rule, missing(read, owed, timeline)))
}

fn missing(read: &Read, owed: Step, timeline: &Timeline<'_>) -> String {
    let at = timeline.acknowledged_at(read.group, owed).unwrap_or_default();
    let age = std::time::Duration::from_micros(read.begin.saturating_sub(at));
    format!("step {owed} had been acknowledged {:.3} s before", age.as_secs_f64())
}

/// Judges an answer that is no page, and an answer that did not come.
pub fn of_a_failure(read: &Read, timeline: &Timeline<'_>) -> Option<(Rule, String)> {
    let stood = |kinds: &[Kind]| timeline.has(kinds, read.begin, read.end);
    // Nobody but the instance itself can answer for an instance that is away.
    let is_away = matches!(read.target, Target::Instance(number)
    if timeline.troubles(read.begin, read.end).any(|trouble| {
        trouble.instance == Some(number)
            && matches!(trouble.kind, Kind::Instances | Kind::Failpoints)
    }));
    let is_allowed = match read.outcome {
        _ if is_away => true,
        // An honest refusal: what the writer is owed cannot be had.
        Outcome::Refused(503) if read.own > 0 => {
            timeline.troubles(read.begin, read.end).next().is_some()
        }
        Outcome::Lost | Outcome::Refused(_) if read.target == Target::Varnish => {
            stood(&[Kind::Varnish, Kind::Cuts])
        }
        _ => false,
    };
    (!is_allowed).then(|| (Rule::Failed, "nothing that stood allows it".to_owned()))
}

/// Reads that show less than what their instance had shown at the same address more than `apart` before
/// they began, each with the read that had shown more.
///
/// Within the bound that happens: a page may show a change that has no number yet, and the next source
/// may not have it.
pub fn ways_back<'a>(
    reads: &'a [Read],
    apart: Moment,
    timeline: &Timeline<'_>,
) -> Vec<(&'a Read, &'a Read)> {
    let mut places: BTreeMap<(u8, u16, u8), Vec<&Read>> = BTreeMap::new();
    for read in reads {
        let instance = match read.target {
            Target::Instance(number) => Some(number),
            Target::Balancer => read.instance,
            // It may have been made long ago.
            Target::Varnish => None,
        };
        if let (Some(instance), Outcome::Page(_), false) = (instance, read.outcome, read.is_stale) {
            places.entry((instance, read.group, read.address)).or_default().push(read);
        }
    }
    let back = places.into_values().flat_map(|reads| ways_back_of_one(reads, apart));
    // What was lost may be shown for as long as what is old, and then be gone.
    let is_of_a_loss = |before: &Read, read: &Read| {
        timeline.has_loss(read.group, before.begin.saturating_sub(BOUND), read.end)
    };
    back.filter(|(before, read)| !is_of_a_loss(before, read)).collect()
}

fn ways_back_of_one(mut reads: Vec<&Read>, apart: Moment) -> Vec<(&Read, &Read)> {
    let mut ended = reads.clone();
    reads.sort_by_key(|read| read.begin);
    ended.sort_by_key(|read| read.end);
    let mut ended = ended.into_iter().peekable();
    let mut most: Option<(Step, &Read)> = None;
    let mut back = Vec::new();
    for read in reads {
        while let Some(before) = ended.next_if(|before| before.end + apart < read.begin) {
            if let Outcome::Page(span) = before.outcome
                && most.is_none_or(|(step, _)| span.first > step)
            {
                most = Some((span.first, before));
            }
        }
        if let (Outcome::Page(span), Some((step, before))) = (read.outcome, most)
            && span.last < step
        {
            back.push((before, read));
        }
    }
    back
}
