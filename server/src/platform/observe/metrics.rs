//! The numbers of one `App`, as Prometheus reads them.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Metric, Registry};

const PREFIX: &str = "guildhall";
/// How long the page waits for numbers that have to be asked for; then it shows what they were.
const COUNT_MAX: Duration = Duration::from_secs(2);

/// A registry of its own for each `App`.
#[derive(Clone)]
pub struct Metrics(Arc<Shelf>);

struct Shelf {
    registry: Mutex<Registry>,
    counts: Mutex<Vec<Arc<Count>>>,
}

/// A number that is asked for before the page is made.
struct Count {
    last: AtomicI64,
    ask: Box<dyn Fn() -> BoxFuture<'static, Option<i64>> + Send + Sync>,
}

impl Metrics {
    pub fn new() -> Self {
        let registry = Mutex::new(Registry::with_prefix(PREFIX));
        Metrics(Arc::new(Shelf { registry, counts: Mutex::default() }))
    }

    /// Adds a number that its owner counts.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.registry().register(name, help, metric);
    }

    /// Adds a number that is looked at when somebody asks: a queue's length, a lag.
    pub fn watch(&self, name: &'static str, help: &'static str, read: impl Fn() -> i64 + Send + Sync + 'static) {
        self.registry().register_collector(Box::new(Watched { name, help, read }));
    }

    /// Adds a number that somebody has to be asked for: rows of a table. `None` leaves it at what it was.
    pub fn count<F>(&self, name: &'static str, help: &'static str, ask: impl Fn() -> F + Send + Sync + 'static)
    where
        F: Future<Output = Option<i64>> + Send + 'static,
    {
        let count = Arc::new(Count { last: AtomicI64::new(0), ask: Box::new(move || Box::pin(ask())) });
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&count));
        self.watch(name, help, move || count.last.load(Ordering::Relaxed));
    }

    /// Asks for what [`Metrics::count`] has added.
    pub async fn refresh(&self) {
        let counts = self.0.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let asked = counts.iter().map(async |count| {
            if let Ok(Some(number)) = tokio::time::timeout(COUNT_MAX, (count.ask)()).await {
                count.last.store(number, Ordering::Relaxed);
            }
        });
        join_all(asked).await;
    }

    /// The whole page.
    pub fn render(&self) -> Result<String, fmt::Error> {
        let mut page = String::new();
        prometheus_client::encoding::text::encode(&mut page, &self.registry())?;
        Ok(page)
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.0.registry.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[tokio::test]
    async fn a_number_that_cannot_be_had_stays_what_it_was() {
        let (metrics, rows) = (Metrics::new(), Arc::new(Mutex::new(Some(3))));
        let asked = Arc::clone(&rows);
        metrics.count("dead_letters", "Set aside", move || std::future::ready(*asked.lock().unwrap()));
        metrics.refresh().await;
        *rows.lock().unwrap() = None;
        metrics.refresh().await;
        assert!(metrics.render().unwrap().contains("guildhall_dead_letters 3\n"));
    }

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
