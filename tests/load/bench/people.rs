//! The people of a bench: one brand, one group with three channels to chat in, and members who are logged in. Written
//! straight into the data folder by the operator's door, because ten thousand log-ins by HTTP would take an hour of
//! password hashing and measure nothing.

use std::{error::Error, fs, net::Ipv4Addr, path::Path, sync::Arc};

use guildhall::{
    access::{Actor, BrandRole, ChannelKind, GroupRole, admit_by_operator},
    accounts::{Device, Email, NewAccount, TimeZoneName, begin_login, create_account},
    app::{App, Outside},
    brands::{Colour, insert_brand},
    changes::client_keys::ClientKey,
    groups::{self, ChannelRequest, NewGroup},
    members::{NewMember, Profile, insert_member, join_groups},
    platform::{
        clock::SystemClock,
        config::Config,
        ids::{AccountId, BrandId, GroupId, LoginId, MemberId, SystemChance},
        language::Language,
        passwords::Cost,
        refusal::{Failure, Result},
        store::Tx,
    },
    settings,
};
use serde_json::{Value, json};

/// People who are written in one transaction.
const AT_ONCE: usize = 200;

/// Fills `data` and writes who may connect to `list`, one JSON line a person behind one for the place.
pub fn bring(data: &Path, list: &Path, people: usize) -> std::result::Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let lines = runtime.block_on(fill(data, people)).map_err(|failure| failure.explain())?;
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    Ok(fs::write(list, lines.join("\n"))?)
}

async fn fill(data: &Path, people: usize) -> Result<Vec<Value>> {
    let config = Config { data: data.to_owned(), ..Config::default() };
    // Nobody logs in by password here.
    let password_cost = Cost { memory_kib: 64, rounds: 1 };
    let outside = Outside { clock: Arc::new(SystemClock), chance: Arc::new(SystemChance), password_cost };
    let (app, _woken) = App::open(config, outside).await?;
    let password = app.passwords.hash_new("kupferdach-am-morgen", &[]).await?;
    let brand = found(&app).await?;
    let owner = bring_some(&app, brand, &password, &[], 0..1).await?.remove(0);
    let (group, place) = make_group(&app, &owner.actor, brand).await?;
    let mut lines = vec![place];
    for first in (1..=people).step_by(AT_ONCE) {
        let some = first..(first + AT_ONCE).min(people + 1);
        let brought = bring_some(&app, brand, &password, &[(group, GroupRole::Member)], some).await?;
        lines.extend(brought.into_iter().map(|person| json!({ "cookie": person.cookie })));
    }
    app.store.close().await;
    Ok(lines)
}

async fn found(app: &App) -> Result<BrandId> {
    let tx = app.store.begin().await?;
    let brand = BrandId(app.ids.uuid(tx.now()));
    insert_brand(&tx, brand, "Bench", &Colour::field("colour", "#006b55")?, Language::De).await?;
    settings::close_setup(&tx).await?;
    tx.commit().await?;
    Ok(brand)
}

/// A member may post once a second in each channel and three times a second in all.
async fn make_group(app: &App, owner: &Actor, brand: BrandId) -> Result<(GroupId, Value)> {
    let new = NewGroup { name: "Bench".into(), description: String::new() };
    let group = groups::create(app, owner, brand, &new, &ClientKey::default()).await?.frame.id;
    let mut channels = Vec::new();
    let mut stream = None;
    for name in ["one", "two", "three"] {
        let new = ChannelRequest { name: name.into(), topic: String::new(), kind: ChannelKind::Chat };
        let channel = groups::create_channel(app, owner, group, &new, &ClientKey::default()).await?.frame;
        channels.push(channel.id);
        stream = Some(channel.stream);
    }
    Ok((group, json!({ "brand": brand, "stream": stream, "channels": channels })))
}

struct Brought {
    actor: Actor,
    cookie: String,
}

async fn bring_some(
    app: &App,
    brand: BrandId,
    password: &str,
    places: &[(GroupId, GroupRole)],
    numbers: std::ops::Range<usize>,
) -> Result<Vec<Brought>> {
    let role = if places.is_empty() { BrandRole::Owner } else { BrandRole::Member };
    let tx = app.store.begin().await?;
    let mut brought = Vec::new();
    for number in numbers {
        let account = open_account(&tx, app, password, number).await?;
        let member = NewMember {
            id: MemberId(app.ids.uuid(tx.now())),
            account,
            profile: Profile::parse(&format!("Member {number}"), "Bench", "Engineer")?,
        };
        let id = member.id;
        let admission = admit_by_operator(&tx, brand, role, places.to_vec());
        insert_member(&admission, member).await?;
        join_groups(&admission, id).await?;
        let device = Device { user_agent: "bench".into(), address: Ipv4Addr::LOCALHOST.into() };
        let (_, secret) = begin_login(&tx, app, account, &device).await?;
        let actor = Actor { account, login: LoginId(uuid::Uuid::nil()) };
        brought.push(Brought { actor, cookie: secret.reveal().to_owned() });
    }
    tx.commit().await?;
    Ok(brought)
}

async fn open_account(tx: &Tx, app: &App, password: &str, number: usize) -> Result<AccountId> {
    let account = AccountId(app.ids.uuid(tx.now()));
    let time_zone = TimeZoneName::parse("Europe/Berlin").ok_or_else(|| Failure::broken("a zone is missing"))?;
    let email = Email::field("email", &format!("member-{number}@bench.example"))?;
    let new = NewAccount { email, password_hash: password.to_owned(), language: Language::De, time_zone };
    create_account(tx, account, &new).await?;
    Ok(account)
}
