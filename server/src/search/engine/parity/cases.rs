//! Which queries find which texts.

use super::{Trial, Tried, group, message};

/// Texts by name. All are in one readable group.
const TEXTS: &[(&str, &str)] = &[
    ("müller", "Frau Müller kommt morgen"),
    ("mueller", "Herr Mueller bleibt hier"),
    ("muller", "Mr Muller called"),
    ("miller", "Mr Miltner called back"),
    ("straße", "Baustelle in der Langen Straße"),
    ("strasse", "Baustelle an der alten Strasse"),
    ("6063", "Wir bestellen EN AW-6063 T66 Profile"),
    ("6060", "Wir bestellen EN AW-6060 T66 Profile"),
    ("6063 in one", "Auch AW6063 ist da"),
    ("ip", "Der Rechner 10.4.0.17 antwortet nicht"),
    ("ip longer", "Der Rechner 10.4.0.170 antwortet nicht"),
    ("url", "siehe https://example.org/a-b?c=1 dort"),
    ("url other", "siehe https://example.org/a-b?c=2 dort"),
    ("ki", "Bald kommt KI in die Anlage"),
    ("kiste", "Eine Kiste kommt"),
    ("gearbox", "The gearbox housing overheats"),
    ("getriebe", "Das Getriebe läuft heiß"),
    ("besprechung", "Unsere Teambesprechung fällt aus"),
    ("buchhaltung", "Alle Lohnbuchhaltungen sind geprüft"),
    ("node", "Der Dienst läuft mit node.js"),
    ("sto", "Safe-Torque-Off ist verdrahtet"),
    ("c++", "Firmware in C++ geschrieben"),
    ("tokyo", "私は東京都へ行く"),
    ("train", "新しい電車です"),
    ("shanghai", "我们明天在上海见面"),
    ("phrase", "Die neue Regelung gilt"),
    ("no phrase", "Die Regelung ist neue Pflicht"),
    ("emil", "Emil’s Büro – 2. Stock"),
];

/// Query, and the names of what it finds, in any order.
const CASES: &[(&str, &str, &[&str])] = &[
    ("umlauts and their spellings meet", "Müller", &["müller", "mueller", "muller"]),
    ("umlauts and their spellings meet", "MUELLER", &["müller", "mueller", "muller"]),
    ("umlauts and their spellings meet", "muller kommt", &["müller"]),
    ("sharp s and its spelling meet", "Straße", &["straße", "strasse"]),
    ("sharp s and its spelling meet", "strasse langen", &["straße"]),
    ("a typo in a longer word is forgiven", "gaerbox", &["gearbox"]),
    ("a typo in a longer word is forgiven", "gearbx", &["gearbox"]),
    ("a typo in a longer word is forgiven", "overhaets housing", &["gearbox"]),
    ("a typo in a longer word is forgiven", "Getreibe heiß", &["getriebe"]),
    ("a typo in a short word is not", "KE Anlage", &[]),
    ("digits match exactly", "6063", &["6063"]),
    ("digits match exactly", "6061", &[]),
    ("digits match exactly", "606", &[]),
    ("part numbers are found", "EN AW-6063", &["6063"]),
    ("part numbers are found", "AW 6063", &["6063"]),
    ("part numbers are found", "AW-6063", &["6063", "6063 in one"]),
    ("part numbers are found", "aw6063", &["6063", "6063 in one"]),
    ("part numbers are found", "AW-6061", &[]),
    ("addresses are found whole", "10.4.0.17", &["ip"]),
    ("addresses are found whole", "10.4.0.1", &[]),
    ("addresses are found whole", "104017", &[]),
    ("URLs are found whole and in part", "https://example.org/a-b?c=1", &["url"]),
    ("URLs are found whole and in part", "example.org", &["url", "url other"]),
    ("URLs are found whole and in part", "example.org/a-b", &["url", "url other"]),
    ("two-letter words are found", "KI Anlage", &["ki"]),
    ("two-letter words are found", "ki", &["ki", "kiste"]),
    ("dashed words are found", "Safe-Torque-Off", &["sto"]),
    ("dashed words are found", "safe torque off", &["sto"]),
    ("dashed words are found", "torque", &["sto"]),
    ("words are found with their signs left out", "nodejs", &["node"]),
    ("names with signs are found", "c++ firmware", &["c++"]),
    ("heads of compounds are found", "Besprechung", &["besprechung"]),
    ("heads of compounds are found", "buchhaltung", &["buchhaltung"]),
    ("heads of compounds are found", "Buchhaltung geprüft", &["buchhaltung"]),
    ("inner letters are not", "prechun", &[]),
    ("the last word may be a beginning", "Teambe", &["besprechung"]),
    ("the last word may be a beginning", "Baustelle stra", &["straße", "strasse"]),
    ("only the last word may be a beginning", "Teambe Unsere", &[]),
    ("inner words of a script without spaces are found", "東京", &["tokyo"]),
    ("inner words of a script without spaces are found", "京都", &["tokyo"]),
    ("inner words of a script without spaces are found", "電車", &["train"]),
    ("inner words of a script without spaces are found", "上海", &["shanghai"]),
    ("inner words of a script without spaces are found", "車", &["train"]),
    ("other words of such a script are not", "北京", &[]),
    ("all words must be there", "Regelung gilt", &["phrase"]),
    ("all words must be there", "Regelung Getriebe", &[]),
    ("phrases stand side by side", "\"neue Regelung\"", &["phrase"]),
    ("phrases stand side by side", "\"Regelung neue\"", &[]),
    ("phrases are taken as written", "\"neue Regelnug\"", &[]),
    ("excluded words are absent", "Baustelle -alten", &["straße"]),
    ("excluded phrases are absent", "Regelung -\"neue Regelung\"", &["no phrase"]),
    ("excluded part numbers are absent", "Profile -AW-6063", &["6060"]),
    ("signs are no syntax", "Regelung) AND (gilt", &[]),
    ("apostrophes and dashes do not matter", "Emil's Büro", &["emil"]),
];

pub(super) async fn all(trial: &mut Trial<'_>) {
    trial.begin().await;
    trial.put(TEXTS.iter().zip(1..).map(|((_, body), number)| message(number, body))).await;
    for (promise, query, expected) in CASES {
        let hits = trial.hits(query, &[group(1)]).await;
        let name = |number: u128| TEXTS[usize::try_from(number).unwrap() - 1].0;
        let mut actual: Vec<_> = hits.hits.iter().map(|hit| name(hit.key.as_u128())).collect();
        let mut expected = known_difference(trial.tried, query).unwrap_or(expected).to_vec();
        actual.sort_unstable();
        expected.sort_unstable();
        trial.expect(&format!("{promise}: {query}"), &actual, &expected);
        trial.expect(&format!("the total agrees: {query}"), &hits.total, &(hits.hits.len() as u64));
    }
}

/// What an engine finds instead of what the case says, and why that is accepted.
fn known_difference(tried: Tried, query: &str) -> Option<&'static [&'static str]> {
    match (tried, query) {
        // It can't be asked for one word or another, and the sequence is what it is asked for.
        (Tried::Meilisearch, "AW-6063") => Some(&["6063"]),
        // Only a last word may go on with an ending.
        (Tried::Meilisearch, "Buchhaltung geprüft") => Some(&[]),
        // A last word may begin any end of a compound, also one that is no word.
        (Tried::Meilisearch, "prechun") => Some(&["besprechung"]),
        _ => None,
    }
}
