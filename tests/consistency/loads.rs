//! Where the instances read, as their figures say.

use crate::support::reader::Reader;
use crate::topology::Topology;

/// Snapshots that pages were made from, since each instance began.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Loads {
    pub on_replicas: u64,
    pub on_primary: u64,
}

impl Loads {
    /// The sum over all instances that answer.
    pub async fn of(topology: &Topology) -> Self {
        let reader = Reader::new();
        let mut loads = Self::default();
        for instance in &topology.instances {
            let Some(answer) = reader.try_get(&instance.metrics).await else { continue };
            loads.add(&String::from_utf8_lossy(&answer.body));
        }
        loads
    }

    /// Adds what one instance says. Whoever asks for the primary by name, as the desk does, has no choice
    /// and does not count.
    fn add(&mut self, metrics: &str) {
        for line in metrics.lines().filter(|line| line.starts_with("masthead_db_reads_total{")) {
            if line.contains("intent=\"primary\"") || !line.contains("outcome=\"ok\"") {
                continue;
            }
            let count = line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok());
            let into = if line.contains("source=\"replica\"") {
                &mut self.on_replicas
            } else {
                &mut self.on_primary
            };
            *into += count.unwrap_or_default();
        }
    }

    /// How much of all replicas did, in hundredths.
    pub fn share(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a share is shown with one digit")]
        let (replicas, all) =
            (self.on_replicas as f64, (self.on_replicas + self.on_primary) as f64);
        if all > 0.0 { replicas / all * 100.0 } else { 0.0 }
    }
}
