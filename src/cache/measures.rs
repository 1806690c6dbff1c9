//! The metrics of a class, registered once: a hit must not pay for finding its counter.

use std::any::TypeId;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use metrics::{Counter, Histogram, counter, histogram};

use super::{Class, Found, Layer};
use crate::clock::Timestamp;
use crate::content_clock::Standing;

/// The metrics of all classes that were used yet. There are a handful, so a walk finds one fastest.
#[derive(Debug, Default)]
pub struct Measures(ArcSwap<Vec<(TypeId, Arc<ClassMetrics>)>>);

/// The metrics of a class.
pub struct ClassMetrics {
    l1: LayerMetrics,
    l2: LayerMetrics,
    /// How long a load took.
    pub load_seconds: Histogram,
    /// Loads whose value may be kept.
    pub loads_kept: Counter,
    /// Loads that proved uncacheable.
    pub loads_passed: Counter,
    /// Loads that failed, panicked or took too long.
    pub loads_failed: Counter,
    /// How long an instance waited for another's lease.
    pub lease_wait_seconds: Histogram,
}

struct LayerMetrics {
    hit: Counter,
    stale: Counter,
    miss: Counter,
    bypass: Counter,
    age_seconds: Histogram,
}

impl std::fmt::Debug for ClassMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClassMetrics")
    }
}

impl Measures {
    /// The metrics of a class.
    pub fn of<C: Class>(&self) -> Arc<ClassMetrics> {
        self.with::<C, _>(Arc::clone)
    }

    /// Counts a look in a layer: a hit where the entry is valid and within its time, stale where it
    /// is not.
    pub fn count<C: Class>(&self, layer: Layer, found: Option<&Found<C::Value>>, now: Timestamp) {
        self.with::<C, _>(|class| {
            let metrics = class.layer(layer);
            let Some(found) = found else { return metrics.miss.increment(1) };
            let age = found.entry.age(now);
            let is_fresh = matches!(found.standing, Standing::Valid(_))
                && !found.fenced
                && age < found.entry.lifetime.fresh;
            if is_fresh { &metrics.hit } else { &metrics.stale }.increment(1);
            metrics.age_seconds.record(age.as_secs_f64());
        });
    }

    /// Counts a look that did not take place: the layer is out of order, or the key is one whose
    /// answers cannot be shared.
    pub fn count_bypass<C: Class>(&self, layer: Layer) {
        self.with::<C, _>(|class| class.layer(layer).bypass.increment(1));
    }

    fn with<C: Class, T>(&self, what: impl FnOnce(&Arc<ClassMetrics>) -> T) -> T {
        let id = TypeId::of::<C>();
        let find = |classes: &[(TypeId, Arc<ClassMetrics>)]| {
            classes.iter().position(|(class, _)| *class == id)
        };
        let classes = self.0.load();
        if let Some(at) = find(&classes) {
            return what(&classes[at].1);
        }
        let new = Arc::new(ClassMetrics::of::<C>());
        self.0.rcu(|classes| {
            let mut classes = Vec::clone(classes);
            if find(&classes).is_none() {
                classes.push((id, Arc::clone(&new)));
            }
            classes
        });
        what(&new)
    }
}

impl ClassMetrics {
    fn of<C: Class>() -> Self {
        let loads = |outcome: &'static str| counter!("masthead_cache_loads_total", "class" => C::NAME, "outcome" => outcome);
        Self {
            l1: LayerMetrics::of::<C>(Layer::L1),
            l2: LayerMetrics::of::<C>(Layer::L2),
            load_seconds: histogram!("masthead_cache_load_seconds", "class" => C::NAME),
            loads_kept: loads("kept"),
            loads_passed: loads("passed"),
            loads_failed: loads("failed"),
            lease_wait_seconds: histogram!("masthead_cache_lease_wait_seconds", "class" => C::NAME),
        }
    }

    /// Records a load.
    pub fn loaded(&self, took: Duration, outcome: &Counter) {
        self.load_seconds.record(took.as_secs_f64());
        outcome.increment(1);
    }

    const fn layer(&self, layer: Layer) -> &LayerMetrics {
        match layer {
            Layer::L1 => &self.l1,
            Layer::L2 => &self.l2,
        }
    }
}

impl LayerMetrics {
    fn of<C: Class>(layer: Layer) -> Self {
        let layer = layer.as_str();
        let lookups = |outcome: &'static str| {
            counter!(
                "masthead_cache_lookups_total",
                "layer" => layer, "class" => C::NAME, "outcome" => outcome
            )
        };
        Self {
            hit: lookups("hit"),
            stale: lookups("stale"),
            miss: lookups("miss"),
            bypass: lookups("bypass"),
            age_seconds: histogram!(
                "masthead_cache_age_seconds", "layer" => layer, "class" => C::NAME
            ),
        }
    }
}
