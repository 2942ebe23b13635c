//! What an operator may set: one typed value, made from defaults, file, environment and options, in this order.
//!
//! Invariants: a key that is not in [`KEYS`] is an error wherever it stands; a secret never shows in a log or error.

mod check;
mod keys;
mod load;
mod values;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::platform::http::Network;

pub use check::{check, explain_bind, explain_stage_bind};
pub use keys::{KEYS, Key, example};
pub use load::{Flags, Surroundings, load};
pub use values::{ByteCount, Hidden, PublicUrl};

/// Everything that an operator may set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    pub listen: SocketAddr,
    pub data: PathBuf,
    pub database_url: Option<Hidden>,
    pub public_url: Option<PublicUrl>,
    pub trusted_proxies: Vec<Network>,
    pub search: Search,
    pub mail: Mail,
    pub limits: Limits,
    pub log: Log,
    pub live: Live,
    pub stage: Stage,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Search {
    pub engine: SearchEngine,
    pub meili_url: Option<String>,
    pub meili_master_key: Option<Hidden>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SearchEngine {
    #[default]
    Embedded,
    Meilisearch,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// Without it mails are kept for the owner to read.
    pub smtp_url: Option<Hidden>,
    pub from: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    pub max_upload_bytes: ByteCount,
    pub member_quota_bytes: ByteCount,
    pub brand_quota_bytes: ByteCount,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    pub format: LogFormat,
    pub filter: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Live {
    pub sockets_per_member: usize,
    pub sockets_per_address: usize,
    /// How much may wait for one slow reader before it is cut off with a position to resume from.
    pub queue_bytes: ByteCount,
}

/// Sound and picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Stage {
    pub enabled: bool,
    pub udp: SocketAddr,
    pub tcp: SocketAddr,
    /// Told to browsers as the addresses to send to.
    pub public_addresses: Vec<IpAddr>,
    pub turn_urls: Vec<String>,
    pub turn_secret: Option<Hidden>,
    /// Tells the servers apart that share one database: each stage is carried by one of them at a time.
    pub node: String,
}

const SQLITE_FILE: &str = "guildhall.db";

impl Config {
    /// Where people reach this server, without a slash at the end.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().to_owned(),
            None => format!("http://localhost:{}", self.listen.port()),
        }
    }

    /// The database to open. Only the default file may be created: a mistyped path must not start an empty server.
    pub fn database_url(&self) -> Hidden {
        match &self.database_url {
            Some(url) if !self.is_default_sqlite(url) => url.clone(),
            _ => Hidden::new(format!("sqlite://{}?mode=rwc", url_path(&self.sqlite_file()))),
        }
    }

    fn sqlite_file(&self) -> PathBuf {
        self.data.join(SQLITE_FILE)
    }

    fn is_default_sqlite(&self, url: &Hidden) -> bool {
        values::sqlite_path(url.reveal()).is_some_and(|path| path == self.sqlite_file())
    }
}

/// A path within a URL: the four characters that would end it or start an escape are escaped.
fn url_path(path: &std::path::Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23").replace(' ', "%20")
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data: PathBuf::from("./data"),
            database_url: None,
            public_url: None,
            trusted_proxies: Vec::new(),
            search: Search::default(),
            mail: Mail::default(),
            limits: Limits::default(),
            log: Log::default(),
            live: Live::default(),
            stage: Stage::default(),
        }
    }
}

impl Default for Mail {
    fn default() -> Self {
        Mail { smtp_url: None, from: "Guildhall <guildhall@localhost>".to_owned() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_upload_bytes: ByteCount::mebi(50),
            member_quota_bytes: ByteCount::mebi(2 * 1024),
            brand_quota_bytes: ByteCount::mebi(10 * 1024),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Log { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

impl Default for Live {
    fn default() -> Self {
        Live { sockets_per_member: 10, sockets_per_address: 200, queue_bytes: ByteCount::mebi(1) }
    }
}

impl Default for Stage {
    fn default() -> Self {
        let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 7881));
        Stage {
            enabled: true,
            udp: everywhere,
            tcp: everywhere,
            public_addresses: Vec::new(),
            turn_urls: Vec::new(),
            turn_secret: None,
            node: "main".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_default_database_may_be_created() {
        let mut config = Config { data: "/srv/my data".into(), ..Config::default() };
        assert_eq!(config.database_url().reveal(), "sqlite:///srv/my%20data/guildhall.db?mode=rwc");
        config.database_url = Some(Hidden::new("sqlite:///srv/other.db".into()));
        assert_eq!(config.database_url().reveal(), "sqlite:///srv/other.db");
        config.database_url = Some(Hidden::new("sqlite:///srv/my%20data/guildhall.db".into()));
        assert!(config.database_url().reveal().ends_with("mode=rwc"));
    }

    #[test]
    fn no_secret_shows_in_debug_output() {
        let secret = || Some(Hidden::new("smtp://u:hunter2@h".into()));
        let config = Config {
            database_url: secret(),
            search: Search { meili_master_key: secret(), ..Search::default() },
            mail: Mail { smtp_url: secret(), ..Mail::default() },
            ..Config::default()
        };
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn the_public_address_follows_the_port() {
        let config = Config { listen: "0.0.0.0:9000".parse().unwrap(), ..Config::default() };
        assert_eq!(config.public_url(), "http://localhost:9000");
    }
}
