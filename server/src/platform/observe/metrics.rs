//! The numbers of one `App`, as Prometheus reads them.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Metric, Registry};

const PREFIX: &str = "guildhall";

/// A registry of its own for each `App`.
#[derive(Clone)]
pub struct Metrics(Arc<Mutex<Registry>>);

impl Metrics {
    pub fn new() -> Self {
        Metrics(Arc::new(Mutex::new(Registry::with_prefix(PREFIX))))
    }

    /// Adds a number that its owner counts.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.registry().register(name, help, metric);
    }

    /// Adds a number that is looked at when somebody asks: a queue's length, a lag.
    pub fn watch(&self, name: &'static str, help: &'static str, read: impl Fn() -> i64 + Send + Sync + 'static) {
        self.registry().register_collector(Box::new(Watched { name, help, read }));
    }

    /// The whole page.
    pub fn render(&self) -> Result<String, fmt::Error> {
        let mut page = String::new();
        prometheus_client::encoding::text::encode(&mut page, &self.registry())?;
        Ok(page)
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

struct Watched<F> {
    name: &'static str,
    help: &'static str,
    read: F,
}

impl<F> fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl<F: Fn() -> i64 + Send + Sync + 'static> Collector for Watched<F> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let gauge = ConstGauge::new((self.read)());
        let metric = encoder.encode_descriptor(self.name, self.help, None, gauge.metric_type())?;
        gauge.encode(metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prometheus_client::metrics::counter::Counter;

    #[test]
    fn two_houses_count_apart() {
        let (one, other) = (Metrics::new(), Metrics::new());
        let posted = Counter::<u64>::default();
        one.register("messages_posted", "Messages stored", posted.clone());
        other.watch("queue_length", "Waiting letters", || 7);
        posted.inc();
        let (one, other) = (one.render().unwrap(), other.render().unwrap());
        assert!(one.contains("guildhall_messages_posted_total 1\n") && !one.contains("queue"), "{one}");
        assert!(other.contains("guildhall_queue_length 7\n") && !other.contains("posted"), "{other}");
    }
}
