//! One run of the load generator, with the server's CPU time and memory read at its marks.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

use serde::Deserialize;
use serde_json::Value;

use super::{servers::Server, usage};

/// What a run has shown.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub report: Report,
    /// CPU time of the server, and of the load generator, between begin and end.
    pub cpu: Duration,
    pub load_cpu: Duration,
    /// Resident memory gained by the server from before the first socket to the end.
    pub grown_kib: f64,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    pub seconds: f64,
    pub messages: u64,
    pub deliveries: u64,
    pub p50_us: u32,
    pub p99_us: u32,
    pub holes: u64,
    pub doubles: u64,
    pub refused: u64,
    pub closed: u64,
}

pub fn run(mut command: Command, server: &Server) -> Result<Outcome, Box<dyn Error>> {
    let before_kib = usage::resident_kib(server.pid())?;
    command.args(["--address", &server.address.to_string()]).stdout(Stdio::piped());
    if let Some(seed) = &server.seed {
        command.arg("--seed").arg(seed);
    }
    let mut child = command.spawn()?;
    let used = |child: u32| -> Result<_, Box<dyn Error>> { Ok((usage::cpu(server.pid())?, usage::cpu(child)?)) };
    let mut at_begin = used(child.id())?;
    let mut outcome = None;
    for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
        let line: Value = serde_json::from_str(&line?)?;
        match line.get("at").and_then(Value::as_str) {
            Some("begin") => at_begin = used(child.id())?,
            Some("end") => {
                let at_end = used(child.id())?;
                outcome = Some(Outcome {
                    report: serde_json::from_value(line)?,
                    cpu: at_end.0.saturating_sub(at_begin.0),
                    load_cpu: at_end.1.saturating_sub(at_begin.1),
                    grown_kib: usage::resident_kib(server.pid())? - before_kib,
                });
                break;
            }
            _ => {}
        }
    }
    let status = child.wait()?;
    outcome.filter(|_| status.success()).ok_or_else(|| format!("the load generator: {status}").into())
}
