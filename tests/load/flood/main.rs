//! The load generator: one thread, raw sockets, as little framing as will do, so that it costs less than the server it
//! measures. It speaks to the bare broadcast and to Guildhall alike.
//!
//! It prints one line of JSON when all are connected, one when the measurement begins, and one with the result when it
//! ends; whoever measures the server's CPU time reads it at these lines.

mod crowd;
mod load;
mod seed;
mod tally;
mod wire;

use std::{error::Error, net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Parser, ValueEnum};

use crowd::{Crowd, Role};
use load::Pressure;
use seed::{Office, Seed};

#[derive(Debug, Parser)]
struct Options {
    #[arg(long)]
    address: SocketAddr,
    /// The people of a Guildhall server; without it the server is the bare broadcast.
    #[arg(long)]
    seed: Option<PathBuf>,
    /// Come from addresses in 127.<network>.0.0/16: a server limits how many handshakes it takes from each in a time.
    #[arg(long, default_value_t = 1)]
    network: u8,
    #[arg(long, value_enum, default_value = "load")]
    task: Task,
    /// Sockets that receive.
    #[arg(long, default_value_t = 100)]
    followers: usize,
    /// Sockets that only send.
    #[arg(long, default_value_t = 100)]
    posters: usize,
    /// Of the followers, so many stop reading once they follow.
    #[arg(long, default_value_t = 0)]
    stalled: usize,
    /// Messages a second; without it as many as the server takes.
    #[arg(long)]
    rate: Option<f64>,
    /// Without a rate: messages that may be on their way.
    #[arg(long, default_value_t = 128)]
    window: u64,
    /// Length of a message's text.
    #[arg(long, default_value_t = 200)]
    bytes: usize,
    #[arg(long, default_value_t = 2.0)]
    warm_seconds: f64,
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Task {
    /// Followers receive what posters send.
    Load,
    /// Followers follow, and nothing is sent.
    Idle,
    /// Followers come, follow from the last position, and are done.
    Reconnect,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let seed = options.seed.as_deref().map(Seed::read).transpose()?;
    let mut crowd = Crowd::new(options.address, options.network, seed.as_ref().map(|seed| seed.place.stream.clone()))?;
    match options.task {
        Task::Load => run_load(&options, seed.as_ref(), &mut crowd),
        Task::Idle => run_idle(&options, seed.as_ref(), &mut crowd),
        Task::Reconnect => run_reconnect(&options, seed.as_ref(), &mut crowd),
    }
}

fn run_load(options: &Options, seed: Option<&Seed>, crowd: &mut Crowd) -> Result<(), Box<dyn Error>> {
    gather(options, seed, crowd, Role::Follower, 0..options.followers)?;
    gather(options, seed, crowd, Role::Poster, options.followers..options.followers + options.posters)?;
    crowd.stall(options.stalled)?;
    let pressure = options.rate.map_or(Pressure::Window(options.window), Pressure::Rate);
    say("connected");
    let channels = seed.map_or(&[][..], |seed| &seed.place.channels);
    let mut load = load::Load::new(pressure, channels, options.bytes);
    load.run(crowd, Duration::from_secs_f64(options.warm_seconds))?;
    crowd.measure(true);
    say("begin");
    load.run(crowd, Duration::from_secs_f64(options.seconds))?;
    crowd.measure(false);
    report(crowd, options.seconds)
}

fn run_idle(options: &Options, seed: Option<&Seed>, crowd: &mut Crowd) -> Result<(), Box<dyn Error>> {
    say("begin");
    gather(options, seed, crowd, Role::Follower, 0..options.followers)?;
    say("connected");
    crowd.pump_for(Duration::from_secs_f64(options.seconds))?;
    report(crowd, options.seconds)
}

fn run_reconnect(options: &Options, seed: Option<&Seed>, crowd: &mut Crowd) -> Result<(), Box<dyn Error>> {
    // The first one learns the position from which the others resume.
    gather(options, seed, crowd, Role::Follower, 0..1)?;
    let paths = paths(options, seed, Role::Follower, 1..options.followers)?;
    say("connected");
    say("begin");
    let start = std::time::Instant::now();
    for (index, path) in paths.iter().enumerate() {
        crowd.admit(index + 1, path, Role::Follower)?;
    }
    report(crowd, start.elapsed().as_secs_f64())
}

/// Tickets live for 30 seconds, so they are fetched a few at a time.
const TICKETS_AHEAD: usize = 500;

fn gather(
    options: &Options,
    seed: Option<&Seed>,
    crowd: &mut Crowd,
    role: Role,
    people: std::ops::Range<usize>,
) -> Result<(), Box<dyn Error>> {
    for first in people.clone().step_by(TICKETS_AHEAD) {
        let some = first..people.end.min(first + TICKETS_AHEAD);
        for (person, path) in some.clone().zip(paths(options, seed, role, some)?) {
            crowd.admit(person, &path, role)?;
        }
    }
    Ok(())
}

fn paths(
    options: &Options,
    seed: Option<&Seed>,
    role: Role,
    people: std::ops::Range<usize>,
) -> Result<Vec<String>, Box<dyn Error>> {
    let Some(seed) = seed else {
        let path = if role == Role::Poster { "/post" } else { "/" };
        return Ok(people.map(|_| path.to_owned()).collect());
    };
    let mut office = Office::open(options.address)?;
    let mut paths = Vec::new();
    for person in people {
        let cookie = &seed.people.get(person).ok_or("the seed has too few people")?.cookie;
        let ticket = office.ticket(&seed.place.brand, cookie)?;
        paths.push(format!("/api/v1/realtime?ticket={ticket}"));
    }
    Ok(paths)
}

fn say(at: &str) {
    println!("{{\"at\":\"{at}\"}}");
}

fn report(crowd: &mut Crowd, seconds: f64) -> Result<(), Box<dyn Error>> {
    println!("{}", serde_json::to_string(&crowd.tally.report(seconds))?);
    Ok(())
}
