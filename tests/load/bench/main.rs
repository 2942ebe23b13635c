//! `make bench`: what a delivery costs, beside a bare tokio-tungstenite broadcast in the same run.
//!
//! Both servers stay up; every measurement is a pair, one right after the other, and what counts is the ratio within the
//! pair, of which the median is printed. Absolute numbers are those of this machine at this moment.
//!
//! Guildhall runs as it is shipped, with its limits; the load comes from enough members to stay below them. With
//! `--engine` the live engine is measured alone, without log-in and database.

mod flood;
mod measure;
mod people;
mod servers;
mod table;
mod usage;

use std::{error::Error, path::PathBuf};

use clap::Parser;

use measure::Bench;
use servers::Servers;

#[derive(Debug, Clone, Parser)]
pub struct Options {
    /// The server to measure; the default is the one built beside this program.
    #[arg(long, env = "BENCH_SERVER")]
    server: Option<PathBuf>,
    /// Measure the live engine alone.
    #[arg(long)]
    engine: bool,
    /// Members online, rising. The middle one is used where one size is enough.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000, 5_000])]
    sizes: Vec<usize>,
    /// Sockets open for the memory of an idle one.
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// Members that come back for the cost of a reconnect.
    #[arg(long, default_value_t = 1_000)]
    reconnects: usize,
    /// Members who post and do not listen: each may post three times a second.
    #[arg(long, default_value_t = 2_000)]
    posters: usize,
    /// Deliveries a second for the measurement at a fixed rate.
    #[arg(long, default_value_t = 10_000)]
    deliveries: u32,
    #[arg(long, default_value_t = 3)]
    pairs: usize,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Small sizes and one short pair of each: shows that everything runs, and measures nothing.
    #[arg(long)]
    quick: bool,
}

impl Options {
    fn scaled(self) -> Self {
        if !self.quick {
            return self;
        }
        Self {
            sizes: vec![10, 20, 40],
            idle: 200,
            reconnects: 50,
            posters: 40,
            deliveries: 1_000,
            pairs: 1,
            seconds: 1.0,
            ..self
        }
    }

    /// People the seed must hold.
    fn people(&self) -> usize {
        let online = self.sizes.iter().copied().max().unwrap_or_default() + self.posters;
        online.max(self.idle).max(self.reconnects)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse().scaled();
    let servers = Servers::start(&options)?;
    let mut bench = Bench::new(&options, servers);
    let rows = bench.run()?;
    table::print(&rows, bench.name());
    bench.verdict()
}
