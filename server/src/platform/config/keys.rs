//! Every key with the words that explain it: in the example file and in the refusal of a wrong value.

use serde_json::Value;

use super::Config;

/// One key that may be set.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As in the file, with a dot after the table.
    pub path: &'static str,
    /// What it is; ends a sentence that begins with "expected".
    pub meaning: &'static str,
    /// What the example file shows where there is no default.
    pub sample: &'static str,
}

const fn key(path: &'static str, meaning: &'static str, sample: &'static str) -> Key {
    Key { path, meaning, sample }
}

/// All keys in the order of the example file; a test holds them against the type.
pub const KEYS: &[Key] = &[
    key("listen", "the address and port to listen on; a proxy on the same machine can keep 127.0.0.1", ""),
    key("data", "the folder for database, files, search index and keys", ""),
    key(
        "database_url",
        "the database, sqlite:///path/to/file.db or postgres://user:password@host/name; SQLite in the data folder if not set",
        "postgres://guildhall:secret@localhost/guildhall",
    ),
    key(
        "public_url",
        "the address under which people reach this server; http://localhost and the port if not set",
        "https://talk.example.com",
    ),
    key(
        "trusted_proxies",
        "the addresses or networks of your own proxies, whose X-Forwarded headers are believed; have them close idle \
         connections to this server before it does, which is after 10 seconds",
        "",
    ),
    key("search.engine", "the search engine, embedded or meilisearch", ""),
    key("search.meili_url", "the address of Meilisearch, needed for engine meilisearch", "http://localhost:7700"),
    key("search.meili_master_key", "the master key of Meilisearch, needed for engine meilisearch", "secret"),
    key(
        "mail.smtp_url",
        "the mail server, smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465; \
         if not set, mails are kept for the owner to read in the browser",
        "smtp://user:password@mail.example.com:587",
    ),
    key("mail.from", "the sender of mails, such as Talk <talk@example.com>", ""),
    key("limits.max_upload_bytes", "the largest file that may be uploaded, such as 50 MiB", ""),
    key("limits.member_quota_bytes", "how much one member may store, such as 2 GiB", ""),
    key("limits.brand_quota_bytes", "how much one brand may store, such as 10 GiB", ""),
    key("log.format", "the form of log lines, text or json", ""),
    key("log.filter", "what is logged, such as info or guildhall=debug,info", ""),
    key("live.sockets_per_member", "how many open sockets one member may have, a number of at least 1", ""),
    key("live.sockets_per_address", "how many open sockets one address may have, a number of at least 1", ""),
    key("live.queue_bytes", "how much may wait for a slow reader before it is cut off, such as 1 MiB", ""),
    key("stage.enabled", "whether webinars have sound and picture, true or false", ""),
    key("stage.udp", "the address and UDP port for sound and picture; open it in the firewall", ""),
    key("stage.tcp", "the address and TCP port for those whose network lets no UDP through", ""),
    key(
        "stage.public_addresses",
        "the IP addresses under which browsers reach these ports, needed behind NAT; the machine's own if empty",
        "",
    ),
    key(
        "stage.turn_urls",
        "the TURN servers for those who reach neither port, such as turns:turn.example.com:443?transport=tcp",
        "",
    ),
    key("stage.turn_secret", "the secret shared with the TURN servers (static-auth-secret of coturn)", "secret"),
    key("stage.node", "the name of this server among those that share one database, one word", ""),
];

impl Key {
    pub(super) fn find(path: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.path == path)
    }

    /// The name of the environment variable for this key.
    pub fn variable(&self) -> String {
        format!("GUILDHALL_{}", self.path.replace('.', "_").to_ascii_uppercase())
    }

    /// The default, null where there is none.
    pub(super) fn default_in<'v>(&self, defaults: &'v Value) -> &'v Value {
        self.path.split('.').fold(defaults, |value, part| &value[part])
    }
}

/// The example file: every key, commented out, with its default.
pub fn example() -> serde_json::Result<String> {
    let defaults = serde_json::to_value(Config::default())?;
    let mut parts = vec![
        "# Settings of Guildhall. Everything is optional; what is commented out shows the default or a sample.\n\
         # Each key can also be set by an environment variable: GUILDHALL_ and the key in capitals, a dot becoming _.\n"
            .to_owned(),
    ];
    let mut table = "";
    for key in KEYS {
        let (in_table, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if in_table != table {
            table = in_table;
            parts.push(format!("\n[{table}]\n"));
        }
        let default = key.default_in(&defaults);
        let shown = if default.is_null() { Value::from(key.sample) } else { default.clone() };
        parts.push(format!("\n# {}.\n# {name} = {shown}\n", sentence(key.meaning)));
    }
    Ok(parts.concat())
}

fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(value: &Value, path: &str, into: &mut Vec<String>) {
        match value {
            Value::Object(table) => {
                for (name, value) in table {
                    let dot = if path.is_empty() { "" } else { "." };
                    leaves(value, &format!("{path}{dot}{name}"), into);
                }
            }
            _ => into.push(path.to_owned()),
        }
    }

    #[test]
    fn the_keys_are_those_of_the_type() {
        let mut typed = Vec::new();
        leaves(&serde_json::to_value(Config::default()).unwrap(), "", &mut typed);
        let mut listed: Vec<String> = KEYS.iter().map(|key| key.path.to_owned()).collect();
        typed.sort();
        listed.sort();
        assert_eq!(typed, listed, "every field of Config needs its line in KEYS");
    }

    #[test]
    fn proxies_are_told_how_long_an_idle_connection_lasts() {
        let idle = crate::platform::http::serve::Limits::default().head_read.as_secs();
        assert!(Key::find("trusted_proxies").unwrap().meaning.contains(&format!("after {idle} seconds")));
    }

    #[test]
    fn the_example_file_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/guildhall.example.toml");
        let fresh = example().unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &fresh).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(kept, fresh, "deploy/guildhall.example.toml is stale: run the tests once with UPDATE=1");
    }

    #[test]
    fn the_example_file_is_valid_once_uncommented() {
        let uncommented: Vec<String> = example()
            .unwrap()
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") && !setting.ends_with('.') => setting.to_owned(),
                _ => line.to_owned(),
            })
            .collect();
        let config: Config = toml::from_str(&uncommented.join("\n")).unwrap();
        assert_eq!(config.public_url(), "https://talk.example.com");
    }
}
