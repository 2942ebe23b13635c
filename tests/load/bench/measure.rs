//! The measures, each a pair of runs.

use std::{error::Error, thread, time::Duration};

use super::{
    Options,
    flood::{self, Outcome},
    servers::Servers,
    table::Row,
};

/// Between two runs, so that the sockets of the one are gone before the other.
const BREATHER: Duration = Duration::from_secs(1);

pub struct Bench<'a> {
    options: &'a Options,
    servers: Servers,
    /// Messages a second that the bare broadcast takes at the middle size.
    bare_rate: f64,
    /// CPU per delivery at saturation, by size.
    by_size: Vec<(usize, f64)>,
    faults: Vec<String>,
    /// Runs so far; each comes from addresses of its own.
    runs: u8,
}

/// Which server a run is for.
#[derive(Debug, Clone, Copy)]
enum Side {
    Bare,
    Measured,
}

type Pair = (Outcome, Outcome);

impl<'a> Bench<'a> {
    pub fn new(options: &'a Options, servers: Servers) -> Self {
        Self { options, servers, bare_rate: 0.0, by_size: Vec::new(), faults: Vec::new(), runs: 0 }
    }

    pub fn name(&self) -> &'static str {
        self.servers.name
    }

    pub fn run(&mut self) -> Result<Vec<Row>, Box<dyn Error>> {
        let mut rows = Vec::new();
        for size in &self.options.sizes {
            rows.push(self.saturation(*size)?);
        }
        rows.extend(self.growth());
        rows.push(self.fixed_rate()?);
        rows.extend(self.half_load()?);
        rows.push(self.stalled_reader()?);
        rows.push(self.reconnect()?);
        rows.push(self.idle()?);
        Ok(rows)
    }

    /// Fails if anything was lost, doubled, refused or closed in any run.
    pub fn verdict(&self) -> Result<(), Box<dyn Error>> {
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults.join("\n").into()) }
    }

    fn saturation(&mut self, size: usize) -> Result<Row, Box<dyn Error>> {
        let pairs = self.pairs(&self.load(size, &[]))?;
        if size == self.middle() {
            self.bare_rate = median(pairs.iter().map(|(bare, _)| count(bare.report.messages) / bare.report.seconds));
        }
        let row = cpu_row(format!("CPU per delivery at saturation, {size} online"), &pairs);
        self.by_size.push((size, row.measured));
        Ok(Row { must: Some(1.25), aim: Some(0.6), ..row })
    }

    /// What a delivery costs at the largest size, by what it costs at the middle one.
    fn growth(&self) -> Option<Row> {
        let (_, middle) = self.by_size.iter().find(|(size, _)| *size == self.middle())?;
        let (size, largest) = self.by_size.last().filter(|(size, _)| *size != self.middle())?;
        Some(Row {
            measure: format!("the same at {size} by that at {}", self.middle()),
            unit: "",
            bare: None,
            measured: largest / middle,
            ratio: None,
            must: Some(1.3),
            aim: None,
        })
    }

    fn fixed_rate(&mut self) -> Result<Row, Box<dyn Error>> {
        let (size, deliveries) = (self.middle(), self.options.deliveries);
        let rate = f64::from(deliveries) / count(size as u64);
        let pairs = self.pairs(&self.load(size, &["--rate", &rate.to_string()]))?;
        let row = cpu_row(format!("CPU per delivery at {deliveries}/s, {size} online"), &pairs);
        Ok(Row { must: Some(1.1), aim: Some(0.8), ..row })
    }

    fn half_load(&mut self) -> Result<[Row; 2], Box<dyn Error>> {
        let size = self.middle();
        let pairs = self.pairs(&self.load(size, &["--rate", &self.half_rate()]))?;
        let p50 = row(format!("p50 at half of bare saturation, {size} online"), "ms", &pairs, |run| {
            millis(run.report.p50_us)
        });
        let p99 = row(format!("p99 at half of bare saturation, {size} online"), "ms", &pairs, |run| {
            millis(run.report.p99_us)
        });
        Ok([p50, Row { must: Some(1.0), aim: Some(0.6), ..p99 }])
    }

    /// The others' p99 with one stalled reader, by that without: a pair on the measured server alone.
    fn stalled_reader(&mut self) -> Result<Row, Box<dyn Error>> {
        let size = self.middle();
        let calm = self.load(size, &["--rate", &self.half_rate()]);
        let stalled = self.load(size, &["--rate", &self.half_rate(), "--stalled", "1"]);
        let mut pairs = Vec::new();
        for _ in 0..self.options.pairs {
            let without = self.flood(Side::Measured, &calm)?;
            pairs.push((without, self.flood(Side::Measured, &stalled)?));
        }
        let row = row(format!("p99 of the others, 1 of {size} stalled"), "ms", &pairs, |run| millis(run.report.p99_us));
        Ok(Row { must: Some(1.1), aim: Some(1.0), ..row })
    }

    fn reconnect(&mut self) -> Result<Row, Box<dyn Error>> {
        let many = self.options.reconnects;
        let pairs = self.pairs(&arguments(&["--task", "reconnect", "--followers", &many.to_string()]))?;
        let each = |run: &Outcome| run.cpu.as_secs_f64() * 1e6 / count(many as u64 - 1);
        let row = row("CPU per reconnect with ticket and position".into(), "us", &pairs, each);
        Ok(Row { ratio: None, must: Some(150.0), aim: Some(80.0), ..row })
    }

    fn idle(&mut self) -> Result<Row, Box<dyn Error>> {
        self.servers.restart()?;
        let many = self.options.idle;
        let idle = arguments(&["--task", "idle", "--followers", &many.to_string(), "--seconds", "3"]);
        let pair = (self.flood(Side::Bare, &idle)?, self.flood(Side::Measured, &idle)?);
        let row = row(format!("memory of an idle socket, {many} open"), "KiB", &[pair], |run| {
            run.grown_kib / count(many as u64)
        });
        Ok(Row { ratio: None, must: Some(4.0), aim: Some(2.0), ..row })
    }

    fn load(&self, followers: usize, more: &[&str]) -> Vec<String> {
        let (followers, posters) = (followers.to_string(), self.options.posters.to_string());
        let seconds = self.options.seconds.to_string();
        let mut all = arguments(&["--followers", &followers, "--posters", &posters, "--seconds", &seconds]);
        all.extend(arguments(more));
        all
    }

    fn pairs(&mut self, arguments: &[String]) -> Result<Vec<Pair>, Box<dyn Error>> {
        (0..self.options.pairs)
            .map(|_| Ok((self.flood(Side::Bare, arguments)?, self.flood(Side::Measured, arguments)?)))
            .collect()
    }

    fn flood(&mut self, side: Side, arguments: &[String]) -> Result<Outcome, Box<dyn Error>> {
        let server = match side {
            Side::Bare => &self.servers.bare,
            Side::Measured => &self.servers.measured,
        };
        self.runs = self.runs.wrapping_add(1).max(1);
        let mut command = self.servers.flood();
        command.args(arguments).args(["--network", &self.runs.to_string()]);
        let outcome = flood::run(command, server)?;
        let report = &outcome.report;
        eprintln!(
            "{side:?} {}: {:.0} deliveries/s, p50 {:.2} ms, p99 {:.2} ms, server {:.0} ms CPU, load {:.0} ms CPU",
            arguments.join(" "),
            count(report.deliveries) / report.seconds,
            millis(report.p50_us),
            millis(report.p99_us),
            outcome.cpu.as_secs_f64() * 1e3,
            outcome.load_cpu.as_secs_f64() * 1e3,
        );
        let is_load = !arguments.iter().any(|argument| argument == "--task");
        if report.holes + report.doubles + report.refused + report.closed > 0 || (is_load && report.deliveries == 0) {
            self.faults.push(format!("{side:?} {}: {report:?}", arguments.join(" ")));
        }
        thread::sleep(BREATHER);
        Ok(outcome)
    }

    fn middle(&self) -> usize {
        self.options.sizes.get(self.options.sizes.len() / 2).copied().unwrap_or(1)
    }

    fn half_rate(&self) -> String {
        (self.bare_rate / 2.0).max(1.0).to_string()
    }
}

fn cpu_row(measure: String, pairs: &[Pair]) -> Row {
    row(measure, "us", pairs, |run| run.cpu.as_secs_f64() * 1e6 / count(run.report.deliveries.max(1)))
}

fn row(measure: String, unit: &'static str, pairs: &[Pair], value: impl Fn(&Outcome) -> f64) -> Row {
    let bare = median(pairs.iter().map(|(bare, _)| value(bare)));
    let measured = median(pairs.iter().map(|(_, measured)| value(measured)));
    let ratio = median(pairs.iter().map(|(bare, measured)| value(measured) / value(bare)));
    Row { measure, unit, bare: Some(bare), measured, ratio: Some(ratio), must: None, aim: None }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn arguments(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

fn millis(micros: u32) -> f64 {
    f64::from(micros) / 1e3
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
fn count(count: u64) -> f64 {
    count as f64
}
