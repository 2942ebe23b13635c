//! Puts the layers together: defaults, file, environment, options. Collects everything that is wrong, a line each.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Config;
use super::keys::{KEYS, Key};

const FILE_NAME: &str = "guildhall.toml";
const PREFIX: &str = "GUILDHALL_";
/// Names the file, so it cannot stand in it.
const CONFIG_VARIABLE: &str = "GUILDHALL_CONFIG";

/// The options that every command takes; they win over everything else.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// The settings file; ./guildhall.toml or the one in the data folder, where there is one
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    pub listen: Option<String>,
    /// The folder for database, files, search index and keys
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data: Option<String>,
    /// The database, if not SQLite in the data folder
    #[arg(long, value_name = "URL", global = true)]
    pub database_url: Option<String>,
    /// The address under which people reach this server
    #[arg(long, value_name = "URL", global = true)]
    pub public_url: Option<String>,
}

/// What the process finds around itself; passed in, so that a test brings its own.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub folder: PathBuf,
    pub variables: Vec<(String, String)>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
            .collect();
        Surroundings { folder: PathBuf::from("."), variables }
    }
}

/// One value and where it comes from.
struct Setting {
    path: String,
    value: Value,
    /// For the line that says where to mend it.
    origin: String,
}

/// The configuration, or a line for each thing that is wrong.
pub fn load(flags: &Flags, around: &Surroundings) -> Result<Config, Vec<String>> {
    let mut problems = Vec::new();
    let variables = from_variables(around, &mut problems);
    let options = from_flags(flags);
    let file = settings_file(flags, around, variables.iter().chain(&options));
    let mut settings = match file {
        Some(file) => from_file(&file, &mut problems),
        None => Vec::new(),
    };
    settings.extend(variables);
    settings.extend(options);
    let Ok(defaults) = serde_json::to_value(Config::default()) else {
        return Err(vec!["the defaults cannot be written down; this is a mistake in the program".to_owned()]);
    };
    let mut merged = defaults.clone();
    for setting in settings {
        match problem_with(&setting, &defaults) {
            Some(problem) => problems.push(problem),
            None => set(&mut merged, &setting.path, setting.value),
        }
    }
    if problems.is_empty() {
        serde_json::from_value(merged).map_err(|error| vec![error.to_string()])
    } else {
        Err(problems)
    }
}

fn from_flags(flags: &Flags) -> Vec<Setting> {
    let given = [
        ("listen", &flags.listen),
        ("data", &flags.data),
        ("database_url", &flags.database_url),
        ("public_url", &flags.public_url),
    ];
    let setting = |(path, value): (&str, &Option<String>)| {
        let option = path.replace('_', "-");
        let value = Value::from(value.clone()?);
        Some(Setting { path: path.to_owned(), value, origin: format!("the option --{option}") })
    };
    given.into_iter().filter_map(setting).collect()
}

fn from_variables(around: &Surroundings, problems: &mut Vec<String>) -> Vec<Setting> {
    let defaults = serde_json::to_value(Config::default()).unwrap_or_default();
    let mut settings = Vec::new();
    for (name, text) in &around.variables {
        if !name.starts_with(PREFIX) || name == CONFIG_VARIABLE {
            continue;
        }
        let Some(key) = KEYS.iter().find(|key| key.variable() == *name) else {
            problems.push(format!("the environment variable {name} is not known: {}", nearest_variable(name)));
            continue;
        };
        let value = typed_like(key.default_in(&defaults), text);
        settings.push(Setting { path: key.path.to_owned(), value, origin: format!("the environment variable {name}") });
    }
    settings
}

/// The environment knows only text: numbers and lists are read as what they stand in for.
fn typed_like(default: &Value, text: &str) -> Value {
    match default {
        Value::Number(_) => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
        Value::Bool(_) => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        Value::Array(_) => text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(Value::from).collect(),
        _ => Value::from(text),
    }
}

/// The file that was named, else the one in the working folder, else the one in the data folder.
fn settings_file<'s>(
    flags: &Flags,
    around: &Surroundings,
    settings: impl Iterator<Item = &'s Setting>,
) -> Option<PathBuf> {
    let by_variable = || around.variables.iter().find(|(name, _)| name == CONFIG_VARIABLE).map(|(_, path)| path.into());
    if let Some(named) = flags.config.clone().or_else(by_variable) {
        return Some(around.folder.join(named));
    }
    let data = settings.filter(|setting| setting.path == "data").last().and_then(|setting| setting.value.as_str());
    let data = data.map_or_else(|| Config::default().data, PathBuf::from);
    [around.folder.join(FILE_NAME), around.folder.join(data).join(FILE_NAME)].into_iter().find(|file| file.is_file())
}

fn from_file(file: &Path, problems: &mut Vec<String>) -> Vec<Setting> {
    let shown = file.display();
    let read =
        std::fs::read_to_string(file).map_err(|error| format!("cannot read {shown}: {error}; check path and rights"));
    let parsed = read.and_then(|text| {
        toml::from_str::<Map<String, Value>>(&text).map_err(|error| {
            let words = error.message().replace('\n', " ");
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            format!("{shown} is not valid TOML in line {line}: {words}")
        })
    });
    let mut settings = Vec::new();
    match parsed {
        Ok(table) => flatten(&table, "", &format!("{shown}"), &mut settings),
        Err(problem) => problems.push(problem),
    }
    settings
}

fn flatten(table: &Map<String, Value>, above: &str, origin: &str, into: &mut Vec<Setting>) {
    for (name, value) in table {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            Value::Object(inner) if Key::find(&path).is_none() && is_table(&path) => {
                flatten(inner, &path, origin, into);
            }
            _ => into.push(Setting { path, value: value.clone(), origin: origin.to_owned() }),
        }
    }
}

fn is_table(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.split_once('.').is_some_and(|(table, _)| table == path))
}

/// Tries the setting alone on top of the defaults, so that each wrong one is told, not only the first.
fn problem_with(setting: &Setting, defaults: &Value) -> Option<String> {
    let Setting { path, value, origin } = setting;
    let Some(key) = Key::find(path) else {
        return Some(format!("the key `{path}` in {origin} is not known: {}", nearest_key(path)));
    };
    let mut alone = defaults.clone();
    set(&mut alone, path, value.clone());
    let wrong = serde_json::from_value::<Config>(alone).is_err();
    wrong.then(|| format!("`{path}` in {origin} is not valid: expected {}", key.meaning))
}

fn set(config: &mut Value, path: &str, value: Value) {
    match path.split_once('.') {
        Some((table, name)) => config[table][name] = value,
        None => config[path] = value,
    }
}

fn nearest_key(path: &str) -> String {
    match nearest(path, KEYS.iter().map(|key| key.path.to_owned())) {
        Some(near) => format!("did you mean `{near}`? Otherwise remove it"),
        None => "remove it; deploy/guildhall.example.toml lists all keys".to_owned(),
    }
}

fn nearest_variable(name: &str) -> String {
    match nearest(name, KEYS.iter().map(Key::variable)) {
        Some(near) => format!("did you mean {near}? Otherwise unset it"),
        None => "unset it; deploy/guildhall.example.toml lists all keys".to_owned(),
    }
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known.map(|known| (similarity(name, &known), known)).filter(|(score, _)| *score >= 60).max().map(|(_, known)| known)
}

/// In per cent: pairs of neighbouring letters in common.
fn similarity(a: &str, b: &str) -> usize {
    let pairs = |text: &str| -> Vec<[u8; 2]> { text.as_bytes().windows(2).map(|pair| [pair[0], pair[1]]).collect() };
    let (of_a, mut of_b) = (pairs(a), pairs(b));
    let total = of_a.len() + of_b.len();
    let mut common = 0_usize;
    for pair in of_a {
        if let Some(at) = of_b.iter().position(|other| *other == pair) {
            of_b.swap_remove(at);
            common += 1;
        }
    }
    (200 * common).checked_div(total).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::config::SearchEngine;

    fn around(file: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, Surroundings) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), file).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let around = Surroundings { folder: folder.path().to_owned(), variables };
        (folder, around)
    }

    fn problems(file: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let (folder, around) = around(file, variables);
        let problems = load(&Flags::default(), &around).unwrap_err();
        let shown = folder.path().display().to_string();
        problems.iter().map(|problem| problem.replace(&shown, "")).collect()
    }

    #[test]
    fn options_win_over_environment_over_file_over_defaults() {
        let file = "listen = '127.0.0.1:1'\ndata = 'f'\n[mail]\nfrom = 'a@b.example'\n[search]\nengine = 'meilisearch'";
        let variables = [("GUILDHALL_LISTEN", "127.0.0.1:2"), ("GUILDHALL_DATA", "e"), ("HOME", "/")];
        let (_folder, around) = around(file, &variables);
        let flags = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };
        let config = load(&flags, &around).unwrap();
        assert_eq!((config.listen.port(), config.data.to_str().unwrap()), (3, "e"));
        assert_eq!((config.mail.from.as_str(), config.search.engine), ("a@b.example", SearchEngine::Meilisearch));
        assert_eq!(config.log.filter, "info");
    }

    #[test]
    fn the_environment_can_set_numbers_lists_and_sizes() {
        let variables = [
            ("GUILDHALL_LIVE_SOCKETS_PER_MEMBER", "4"),
            ("GUILDHALL_TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("GUILDHALL_LIMITS_MAX_UPLOAD_BYTES", "1 MiB"),
        ];
        let (_folder, around) = around("", &variables);
        let config = load(&Flags::default(), &around).unwrap();
        assert_eq!((config.live.sockets_per_member, config.trusted_proxies.len()), (4, 2));
        assert_eq!(config.limits.max_upload_bytes.0, 1 << 20);
    }

    #[test]
    fn everything_wrong_is_told_at_once_a_line_each() {
        let file = "listne = '127.0.0.1:1'\ndata = 7\n[mail]\nfrmo = 'x'\n[nonsense]\na = 1";
        let told = problems(file, &[("GUILDHALL_LISTEN", "here"), ("GUILDHALL_DATABASEURL", "x")]);
        assert_eq!(
            told,
            [
                "the environment variable GUILDHALL_DATABASEURL is not known: did you mean GUILDHALL_DATABASE_URL? Otherwise unset it",
                "`data` in /guildhall.toml is not valid: expected the folder for database, files, search index and keys",
                "the key `listne` in /guildhall.toml is not known: did you mean `listen`? Otherwise remove it",
                "the key `mail.frmo` in /guildhall.toml is not known: did you mean `mail.from`? Otherwise remove it",
                "the key `nonsense` in /guildhall.toml is not known: remove it; deploy/guildhall.example.toml lists all keys",
                "`listen` in the environment variable GUILDHALL_LISTEN is not valid: expected the address and port to \
                 listen on; a proxy on the same machine can keep 127.0.0.1",
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_with_its_line() {
        let told = problems("listen = '127.0.0.1:1'\n=", &[]);
        assert!(told.len() == 1 && told[0].starts_with("/guildhall.toml is not valid TOML in line 2"), "{told:?}");
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let (_folder, around) = around("", &[]);
        let flags = Flags { config: Some("other.toml".into()), ..Flags::default() };
        let told = load(&flags, &around).unwrap_err();
        assert!(told[0].starts_with("cannot read ") && told[0].contains("other.toml"), "{told:?}");
    }

    #[test]
    fn the_file_in_the_data_folder_counts_where_none_is_in_the_working_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("d")).unwrap();
        std::fs::write(folder.path().join("d").join(FILE_NAME), "listen = '127.0.0.1:7'").unwrap();
        let variables = vec![("GUILDHALL_DATA".to_owned(), "d".to_owned())];
        let around = Surroundings { folder: folder.path().to_owned(), variables };
        assert_eq!(load(&Flags::default(), &around).unwrap().listen.port(), 7);
    }

    #[test]
    fn no_problem_quotes_a_secret() {
        let told = problems("database_url = ['hunter2']\n[mail]\nsmtp_url = { password = 'hunter2' }", &[]);
        assert!(told.len() == 2 && !told.concat().contains("hunter2"), "{told:?}");
    }
}
