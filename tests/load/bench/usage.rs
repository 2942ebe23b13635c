//! What a process has used so far, as the kernel tells it.

use std::{error::Error, fs, time::Duration};

/// The kernel's unit in /proc/<pid>/stat, fixed on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU time in user and kernel, all threads.
pub fn cpu(pid: u32) -> Result<Duration, Box<dyn Error>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is the name in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')').ok_or("an unknown form of stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(Duration::from_secs_f64(f64::from(ticks) / TICKS_PER_SECOND))
}

/// Resident memory in KiB.
pub fn resident_kib(pid: u32) -> Result<f64, Box<dyn Error>> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Rss:")).ok_or("no Rss in smaps_rollup")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something() {
        let pid = std::process::id();
        assert!(resident_kib(pid).unwrap() > 100.0);
        assert!(cpu(pid).unwrap() < Duration::from_hours(1));
    }
}
