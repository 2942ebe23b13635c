//! The demo: a fictitious brand with three groups, forty people and three months of talk, for a first look.
//!
//! The story is data (`server/seed/`); it is lived through the same verbs that people use, in the order of time, with a
//! clock that is set to each moment. So everything that holds for real talk holds for it.

mod clock;
mod live_through;
mod people;
mod seed;

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::{App, Outside};
use crate::platform::clock::{Clock, Millis, SystemClock};
use crate::platform::config::Config;
use crate::platform::ids::SystemChance;
use crate::platform::passwords::Cost;
use crate::platform::refusal::Result;
use crate::settings;
use clock::StoryClock;
use seed::Seed;

/// The password of everybody in the demo. It is printed with the log-ins: the demo holds nothing worth keeping.
pub const PASSWORD: &str = "kupferdach-am-neckar";

/// A log-in to try.
#[derive(Debug, Clone)]
pub struct LogIn {
    pub role: &'static str,
    pub name: String,
    pub email: String,
}

/// The demo has a folder of its own, so that it never mixes with a real server's data.
pub fn folder(config: &Config) -> PathBuf {
    config.data.join("demo")
}

/// Lives the story through, unless this folder has it already. `tell` hears how far it is.
pub async fn prepare(config: Config, tell: impl Fn(&str)) -> Result<Vec<LogIn>> {
    let seed = Seed::read()?;
    let now = SystemClock.now();
    // Limits count from the moment they are made, so the clock stands at the beginning of the story from the start.
    let clock = Arc::new(StoryClock::new(moment(now, people::BEGIN_DAY, 0)));
    let outside = Outside { clock: clock.clone(), chance: Arc::new(SystemChance), password_cost: Cost::default() };
    let (app, _woken) = App::open(config, outside).await?;
    let reader = app.store.read().await?;
    let fresh = settings::setup_is_open(&reader).await?;
    drop(reader);
    if fresh {
        let cast = people::bring(&app, &clock, &seed, now).await?;
        let story = live_through::Story { app: &app, clock: &clock, seed: &seed, cast: &cast, now };
        live_through::live_through(&story, &tell).await?;
        let tx = app.store.begin().await?;
        settings::close_setup(&tx).await?;
        tx.commit().await?;
    }
    app.store.close().await;
    Ok(seed.log_ins())
}

/// An instant of the story: so many days from today, at a local time.
fn moment(now: Millis, day: i64, minute: i64) -> Millis {
    const DAY_MS: i64 = 86_400_000;
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap_or(jiff::tz::TimeZone::UTC);
    let today = zone.to_datetime(now.timestamp()).date();
    let date = today.checked_add(jiff::Span::new().days(day)).unwrap_or(today);
    let local = date.to_datetime(jiff::civil::Time::midnight());
    let start = zone.to_timestamp(local).map_or(Millis(now.0 + day * DAY_MS), Millis::from);
    start.plus_ms(minute * 60_000)
}
