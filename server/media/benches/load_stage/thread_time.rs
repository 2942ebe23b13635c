//! The CPU time of one thread of this process, by its name.

use std::fs;

/// Seconds on a core so far; `None` where the system does not tell.
pub fn of(name: &str) -> Option<f64> {
    let threads = fs::read_dir("/proc/self/task").ok()?;
    let named = threads
        .flatten()
        .find(|thread| fs::read_to_string(thread.path().join("comm")).is_ok_and(|comm| comm.trim() == name))?;
    let stat = fs::read_to_string(named.path().join("schedstat")).ok()?;
    let nanos: f64 = stat.split_whitespace().next()?.parse().ok()?;
    Some(nanos / 1e9)
}
