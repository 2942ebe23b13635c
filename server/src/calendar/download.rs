//! One webinar as a calendar file.

use crate::access::{Actor, see};
use crate::app::App;
use crate::platform::ics::{self, Purpose};
use crate::platform::ids::WebinarId;
use crate::platform::refusal::Result;
use crate::webinars;

pub async fn download(app: &App, actor: &Actor, webinar: WebinarId) -> Result<String> {
    let reader = app.store.read().await?;
    let seen = see(&reader, actor, webinar).await?;
    let entry = webinars::entry_of(app, &seen).await?;
    ics::write(Purpose::Publish, &[entry], reader.now())
}
