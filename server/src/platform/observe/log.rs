//! The log: text for people or JSON for machines, on standard error.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::platform::config::{Log, LogFormat};

/// Starts the log of the process; to be called once, by `main`.
pub fn start(log: &Log) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let filter: EnvFilter = log.filter.parse()?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Escaping(io::stderr));
    match log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    }
}

/// Logs where a panic happened. What it says may quote what a person wrote, so that stays out.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// Lets no control byte through but the end of the line: a name with escape codes must not repaint the operator's screen,
/// and one with a line break must not forge a line.
#[derive(Clone)]
struct Escaping<M>(M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Escaping<M> {
    type Writer = EscapingWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        EscapingWriter(self.0.make_writer())
    }
}

struct EscapingWriter<W>(W);

impl<W: Write> Write for EscapingWriter<W> {
    /// One call is one line: that is how the formatter writes.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let (text, end) = text.strip_suffix('\n').map_or((&*text, ""), |text| (text, "\n"));
        if text.chars().any(char::is_control) {
            self.0.write_all((escaped(text) + end).as_bytes())?;
        } else {
            self.0.write_all(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn escaped(text: &str) -> String {
    let escape = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(json: bool, act: impl FnOnce()) -> String {
        let kept = Kept::default();
        let writer = kept.clone();
        let builder = tracing_subscriber::fmt().with_ansi(false).with_writer(Escaping(move || writer.clone()));
        if json {
            tracing::subscriber::with_default(builder.json().flatten_event(true).finish(), act);
        } else {
            tracing::subscriber::with_default(builder.finish(), act);
        }
        String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn control_bytes_come_out_escaped_and_forge_no_line() {
        let hostile = "Anna\u{1b}[2J\r\nERROR forged\u{85}\u{0}";
        for json in [false, true] {
            let log = logged(json, || tracing::info!(name = %hostile, "joined {hostile}"));
            assert_eq!(log.matches('\n').count(), 1, "{log}");
            assert!(log.trim_end().chars().all(|c| !c.is_control()), "{log:?}");
            assert!(log.contains("joined") && log.contains("Anna"), "{log}");
        }
    }

    #[test]
    fn json_stays_json() {
        let log = logged(true, || tracing::info!(name = %"a\u{1b}\u{9b}\"b", "hello"));
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!((line["message"].as_str(), line["name"].as_str()), (Some("hello"), Some("a\u{1b}\u{9b}\"b")));
    }
}
