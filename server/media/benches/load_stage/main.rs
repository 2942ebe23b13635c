//! What forwarding costs: one publisher, many viewers, SRTP and congestion feedback on, beside a bare UDP forwarder that
//! sends packets of the same size to as many addresses in the same run. Only the CPU time of the forwarding thread counts,
//! so the load may share the machine.
//!
//! `cargo bench -p guildhall-media --bench load-stage -- --viewers 100`

#![expect(clippy::unwrap_used, reason = "a measurement that can't go on has failed")]
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::cast_precision_loss, reason = "ratios of counts, to two digits")]

#[path = "../../tests/stage/camera.rs"]
mod camera;
#[path = "../../tests/stage/client.rs"]
#[expect(dead_code, reason = "shared with the walks")]
mod client;
#[path = "../../tests/stage/pictures.rs"]
mod pictures;

mod bare;
mod stage;
mod thread_time;

use std::time::Duration;

use clap::Parser;

/// What one measurement found.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub packets: u64,
    pub seconds: f64,
}

impl Cost {
    pub fn micros(self) -> f64 {
        self.seconds * 1e6 / self.packets.max(1) as f64
    }
}

#[derive(Debug, Parser)]
struct Options {
    /// Viewers of the one stage.
    #[arg(long, default_value_t = 100)]
    viewers: usize,
    /// Seconds of each half of a pair.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// A pair is one measurement of each forwarder, one right after the other.
    #[arg(long, default_value_t = 3)]
    pairs: usize,
    /// Bytes of a picture's packet.
    #[arg(long, default_value_t = 1_100)]
    bytes: usize,
    /// Shows that everything runs, and measures nothing.
    #[arg(long)]
    quick: bool,
    /// Cargo's own flag.
    #[arg(long, hide = true)]
    bench: bool,
}

/// What a viewer of one stage takes, picture and sound.
const VIEWER_BITS_PER_SECOND: f64 = 1.5e6;

fn main() {
    let mut options = Options::parse();
    if options.quick {
        options = Options { viewers: 5, seconds: 0.5, pairs: 1, ..options };
    }
    let span = Duration::from_secs_f64(options.seconds);
    let mut stage = stage::Stage::open(options.viewers, options.bytes);
    let mut pairs: Vec<(Cost, Cost)> = (0..options.pairs)
        .map(|_| (stage.measure(span), bare::measure(options.viewers, options.bytes, span)))
        .collect();
    pairs.sort_by(|a, b| ratio(*a).total_cmp(&ratio(*b)));
    let (node, bare) = pairs[pairs.len() / 2];
    let per_core = 1e6 / node.micros();
    // One picture packet in three is a sound's, of 80 bytes, as the stage's publisher sends them.
    let bits_per_packet = (2.0 * options.bytes as f64 + 80.0) / 3.0 * 8.0;
    println!("viewers                          {:>10}", options.viewers);
    println!("node: us of CPU a packet         {:>10.2}", node.micros());
    println!("bare: us of CPU a packet         {:>10.2}", bare.micros());
    println!("ratio (median of {} pairs)        {:>10.2}", pairs.len(), ratio((node, bare)));
    println!("node: packets/s a core           {per_core:>10.0}");
    println!("node: viewers of 1.5 Mbit/s a core {:>8.0}", per_core * bits_per_packet / VIEWER_BITS_PER_SECOND);
    println!("node: forwarded {}, lost on the way {}", node.packets, stage.lost());
}

fn ratio((node, bare): (Cost, Cost)) -> f64 {
    node.micros() / bare.micros()
}
