//! The check at start-up: what is well-formed but cannot work is told before anything runs, a line each, with the remedy.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;

use super::values::sqlite_path;
use super::{ByteCount, Config, SearchEngine};
use crate::platform::mail::{is_mailbox, is_smtp_url};

/// Makes the data folder if it is missing; everything else is only looked at.
pub fn check(config: &Config) -> Result<(), Vec<String>> {
    let mut problems = Vec::new();
    problems.extend(data_problem(&config.data));
    problems.extend(database_problem(config));
    problems.extend(search_problem(config));
    problems.extend(mail_problem(config));
    problems.extend(limit_problems(config));
    problems.extend(stage_problem(config));
    if let Err(error) = config.log.filter.parse::<tracing_subscriber::EnvFilter>() {
        problems
            .push(format!("`log.filter` is not valid ({error}): set it to info, or to such as guildhall=debug,info"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The line for a port that cannot be had.
pub fn explain_bind(listen: SocketAddr, error: &io::Error) -> String {
    format!("{} (--listen, GUILDHALL_LISTEN or `listen`)", cannot_listen(listen, error))
}

/// The line for a port of the stage that cannot be had.
pub fn explain_stage_bind(port: &str, listen: SocketAddr, error: &io::Error) -> String {
    let remedy = "(`stage.udp` and `stage.tcp`, or `stage.enabled` = false for webinars without sound and picture)";
    format!("{} {remedy}", cannot_listen(format_args!("{port} {listen}"), error))
}

fn cannot_listen(listen: impl std::fmt::Display, error: &io::Error) -> String {
    let remedy = match error.kind() {
        io::ErrorKind::AddrInUse => "another program uses it; stop that one or choose another port",
        io::ErrorKind::PermissionDenied => "ports below 1024 need rights; choose a higher one and put a proxy in front",
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address; use 127.0.0.1 or 0.0.0.0",
        _ => "choose another address or port",
    };
    format!("cannot listen on {listen} ({error}): {remedy}")
}

fn data_problem(data: &Path) -> Option<String> {
    let probe = data.join(".write-probe");
    let tried = fs::create_dir_all(data).and_then(|()| fs::write(&probe, b"")).and_then(|()| fs::remove_file(&probe));
    let shown = data.display();
    tried.err().map(|error| format!("cannot write to the data folder {shown} ({error}): give the user of this process the right to write there, or set `data` to another folder"))
}

fn database_problem(config: &Config) -> Option<String> {
    let url = config.database_url.as_ref()?;
    let address = url.reveal();
    if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        return None;
    }
    if !address.starts_with("sqlite:") {
        return Some("`database_url` is neither sqlite: nor postgres: — use sqlite:///path/to/file.db or postgres://user:password@host/name".to_owned());
    }
    let Some(path) = sqlite_path(address) else {
        return Some(
            "`database_url` is a database in memory, which would forget everything: name a file, or remove the key"
                .to_owned(),
        );
    };
    let missing = !config.is_default_sqlite(url) && !path.is_file();
    let shown = path.display();
    missing.then(|| format!("`database_url` names {shown}, which does not exist: mend the path, or remove the key to start with a new database in the data folder"))
}

fn search_problem(config: &Config) -> Option<String> {
    let search = &config.search;
    if search.engine == SearchEngine::Embedded {
        return None;
    }
    let is_web = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    if !search.meili_url.as_ref().is_some_and(is_web) {
        return Some("`search.engine` is meilisearch, but `search.meili_url` is not an http address: set it, such as http://localhost:7700".to_owned());
    }
    let keyless = search.meili_master_key.is_none();
    keyless.then(|| "`search.engine` is meilisearch, but `search.meili_master_key` is missing: set it to the key that Meilisearch was started with".to_owned())
}

fn mail_problem(config: &Config) -> Option<String> {
    if !is_mailbox(&config.mail.from) {
        return Some("`mail.from` is not a sender: set it to such as Talk <talk@example.com>".to_owned());
    }
    let wrong = config.mail.smtp_url.as_ref().is_some_and(|url| !is_smtp_url(url.reveal()));
    wrong.then(|| "`mail.smtp_url` is not a mail server: set it to such as smtp://user:password@host:587 or smtps://host:465, with special characters percent-encoded".to_owned())
}

fn limit_problems(config: &Config) -> Vec<String> {
    const QUEUE_LEAST: ByteCount = ByteCount(64 * 1024);
    let (limits, live) = (&config.limits, &config.live);
    let mut problems = Vec::new();
    if limits.max_upload_bytes > limits.member_quota_bytes || limits.member_quota_bytes > limits.brand_quota_bytes {
        problems.push(
            "`limits` do not fit: raise them until max_upload_bytes <= member_quota_bytes <= brand_quota_bytes"
                .to_owned(),
        );
    }
    if live.sockets_per_member == 0 || live.sockets_per_address == 0 {
        problems.push(
            "`live.sockets_per_member` and `live.sockets_per_address` must be at least 1: nobody could connect"
                .to_owned(),
        );
    }
    if live.queue_bytes < QUEUE_LEAST {
        problems.push(format!("`live.queue_bytes` must be at least {QUEUE_LEAST}: the largest frame has to fit"));
    }
    problems
}

fn stage_problem(config: &Config) -> Option<String> {
    let stage = &config.stage;
    let is_turn = |url: &String| url.starts_with("turn:") || url.starts_with("turns:");
    if !stage.turn_urls.iter().all(is_turn) {
        return Some("`stage.turn_urls` holds something else than turn: or turns: addresses: set it to such as turns:turn.example.com:443?transport=tcp".to_owned());
    }
    if !stage.turn_urls.is_empty() && stage.turn_secret.is_none() {
        return Some("`stage.turn_urls` is set, but `stage.turn_secret` is missing: set it to the secret that the TURN servers were given".to_owned());
    }
    let nameless =
        stage.node.is_empty() || !stage.node.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    nameless.then(|| "`stage.node` is not a name: set it to one word of letters, digits, - and _".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::Hidden;

    fn told(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data: folder.path().join("data"), ..Config::default() };
        change(&mut config);
        check(&config).err().unwrap_or_default()
    }

    #[test]
    fn the_defaults_work() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
    }

    #[test]
    fn a_database_that_is_missing_is_an_error_unless_it_is_the_default_one() {
        let missing = told(|config| config.database_url = Some(Hidden::new("sqlite:///nowhere/x.db".into())));
        assert_eq!(missing.len(), 1);
        assert!(missing[0].contains("/nowhere/x.db, which does not exist: mend the path"), "{missing:?}");
        let default = told(|config| {
            let file = config.sqlite_file();
            config.database_url = Some(Hidden::new(format!("sqlite://{}", file.display())));
        });
        assert_eq!(default, Vec::<String>::new());
        assert_eq!(told(|config| config.database_url = Some(Hidden::new("mysql://h".into()))).len(), 1);
        assert_eq!(told(|config| config.database_url = Some(Hidden::new("sqlite::memory:".into()))).len(), 1);
    }

    #[test]
    fn a_data_folder_that_cannot_be_written_is_told() {
        let told = told(|config| config.data = "/proc/guildhall".into());
        assert!(told[0].starts_with("cannot write to the data folder /proc/guildhall"), "{told:?}");
    }

    #[test]
    fn each_wrong_value_has_one_line_with_the_remedy() {
        let told = told(|config| {
            config.search.engine = SearchEngine::Meilisearch;
            config.mail.smtp_url = Some(Hidden::new("http://hunter2".into()));
            config.limits.max_upload_bytes = ByteCount(u64::MAX);
            config.live.sockets_per_member = 0;
            config.live.queue_bytes = ByteCount(1);
            config.log.filter = "=!".into();
            config.stage.turn_urls = vec!["turn:turn.example".into()];
        });
        assert_eq!(told.len(), 7, "{told:?}");
        assert!(
            told.iter().all(|line| !line.contains('\n') && line.contains(": ") && !line.contains("hunter2")),
            "{told:?}"
        );
    }

    #[test]
    fn a_port_in_use_is_told_with_the_remedy() {
        let line = explain_bind("127.0.0.1:80".parse().unwrap(), &io::Error::from(io::ErrorKind::AddrInUse));
        assert!(line.contains("another program uses it") && line.contains("GUILDHALL_LISTEN"), "{line}");
    }
}
